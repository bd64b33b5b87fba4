"""Whatever givers and the recipient do in whatever order, two promises hold."""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase as HypothesisTestCase
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from config.errors import Code, Refusal
from gifts.models import Claim, ItemPlan, ListItem
from gifts.moves import STATUSES
from gifts.services.claims import claim_item, move_item, release_claim, release_item, update_claim
from gifts.services.items import update_item
from tests.cast import Family, Member, make_family
from tests.gifts.looking import API

QUANTITIES = st.integers(min_value=1, max_value=6)
GIVERS = st.sampled_from(["mia", "ada", "grandma"])


class AWishAmongGivers(RuleBasedStateMachine):
    """Leo's wish, three givers (Mia owns the household), and a Leo who keeps changing his mind."""

    @initialize(quantity=QUANTITIES)
    def a_wish(self, quantity: int) -> None:
        self.family: Family = make_family()
        self.item = self.family.leo.add(self.family.leo.list("Wishes", kind="wishlist"), quantity=quantity)
        self.leo, self.ada = self.family.leo.api(), self.family.ada.api()
        self.seen = self._look()

    def _look(self) -> list[bytes]:
        paths = [f"items/{self.item.pk}", "items?ordering=-price", "items?status=ordered", "lists"]
        return [self.leo.get(f"{API}/{path}").content for path in paths]

    def _shares(self) -> dict[str, int]:
        rows = Claim.objects.alive().filter(item=self.item).select_related("giver")
        return {row.giver.display_name.lower(): row.quantity for row in rows}

    def _quantity(self) -> int:
        return ListItem.objects.get(pk=self.item.pk).quantity

    def _giver(self, name: str) -> Member:
        return getattr(self.family, name)

    def _attempt(self, name: str, change) -> None:
        """The change, and that it took no more than there was: not more, or not more than before, where it shrank."""
        before, code = self._shares(), None
        try:
            change(self._giver(name).viewer)
        except Refusal as refusal:
            code = refusal.code
        after = self._shares()
        assert code in {None, Code.CONFLICT_CLAIM_UNAVAILABLE, Code.CONFLICT_INVALID_TRANSITION}
        assert code is None or after == before
        assert sum(after.values()) <= max(self._quantity(), sum(before.values()))
        assert {giver: after.get(giver) for giver in before if giver != name} == {
            giver: before[giver] for giver in before if giver != name
        }

    @rule(name=GIVERS, quantity=QUANTITIES)
    def claim(self, name: str, quantity: int) -> None:
        self._attempt(name, lambda viewer: claim_item(viewer=viewer, item_id=self.item.pk, quantity=quantity))

    @rule(name=GIVERS)
    def release(self, name: str) -> None:
        self._attempt(name, lambda viewer: release_item(viewer=viewer, item_id=self.item.pk))

    @rule(name=GIVERS, status=st.sampled_from(STATUSES), quantity=st.none() | QUANTITIES)
    def move(self, name: str, status: str, quantity: int | None) -> None:
        self._attempt(
            name, lambda viewer: move_item(viewer=viewer, item_id=self.item.pk, status=status, quantity=quantity)
        )

    @precondition(lambda self: self._shares())
    @rule(data=st.data(), quantity=QUANTITIES)
    def patch(self, data: st.DataObject, quantity: int) -> None:
        name = data.draw(st.sampled_from(sorted(self._shares())))
        claim = Claim.objects.alive().get(item=self.item, giver=self._giver(name).person)
        self._attempt(
            name, lambda viewer: update_claim(viewer=viewer, claim_id=claim.pk, changes={"quantity": quantity})
        )

    @precondition(lambda self: self._shares())
    @rule(data=st.data())
    def the_owner_lets_go_for_somebody(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self._shares())))
        claim = Claim.objects.alive().get(item=self.item, giver=self._giver(name).person)
        self._attempt(name, lambda viewer: release_claim(viewer=self.family.mia.viewer, claim_id=claim.pk))

    @rule(quantity=QUANTITIES)
    def leo_changes_his_mind(self, quantity: int) -> None:
        before = self._shares()
        update_item(viewer=self.family.leo.viewer, item_id=self.item.pk, changes={"quantity": quantity})
        assert self._shares() == before
        self.seen = self._look()

    @invariant()
    def leo_sees_nothing_of_what_givers_do(self) -> None:
        assert self._look() == self.seen

    @invariant()
    def what_givers_see_adds_up(self) -> None:
        row = self.ada.get(f"{API}/items/{self.item.pk}").json()
        shares, quantity = self._shares(), self._quantity()
        assert {claim["giver"]["display_name"].lower(): claim["quantity"] for claim in row["claims"]} == shares
        assert row["remaining"] == max(quantity - sum(shares.values()), 0)
        assert row["over_claimed"] is (sum(shares.values()) > quantity)
        assert not (ItemPlan.objects.get(item=self.item).stage == "dropped" and shares)


class TestAWishAmongGivers(AWishAmongGivers.TestCase, HypothesisTestCase):
    settings = settings(
        max_examples=5,
        stateful_step_count=10,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
