"""How an item moves: from where to where one giver may take it."""

from gifts.models import Claim, ItemPlan

STAGES = list(ItemPlan.Stage)
CLAIM_STATUSES = list(Claim.Status)
STATUSES = [*ItemPlan.Stage.values, *Claim.Status.values]


def allowed_moves(
    *, stage: str, has_claim: bool, claimed: int, remaining: int, withdrawn: bool = False, plans: bool = True
) -> list[str]:
    """The statuses this giver may move the item to, in the order of a gift's life.

    `claimed` counts everybody's claims, `remaining` the pieces nobody has taken. Forward as far as one likes and back,
    too: parcels get returned. But what is claimed cannot be dropped, what is dropped has to become an idea again
    first, and without a claim there must be something left to take. Of a withdrawn wish nothing is. Who only gives and
    does not plan (`plans`) leaves the stage where it is: moving there, they let go of what they took.
    """
    if stage == ItemPlan.Stage.DROPPED:
        return [ItemPlan.Stage.IDEA.value] if plans else []
    moves: list[str] = [ItemPlan.Stage.IDEA, ItemPlan.Stage.SHORTLISTED] if plans else [stage]
    if has_claim or remaining:
        moves += CLAIM_STATUSES
    if plans and not claimed and not withdrawn:
        moves.append(ItemPlan.Stage.DROPPED)
    return [str(move) for move in moves]
