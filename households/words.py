"""The diary in plain words."""

from typing import Any

NOUNS = {
    "giftlist": "the list",
    "list": "the list",
    "listitem": "the item",
    "itemplan": "the plan for",
    "plan": "the plan for",
    "membership": "the member",
    "household": "the household",
    "claim": "a claim on",
    "comment": "a comment on",
}
VERBS = {
    "claim.made": "took",
    "claim.moved": "moved on with",
    "claim.reassigned": "handed on",
    "claim.released": "let go of",
    "claim.updated": "changed what they took of",
    "comment.made": "commented on",
    "comment.resolved": "settled a comment on",
    "household.glass_broken": "looked at everything, surprises too, in",
    "gift.published": "put into the catalog",
    "import.finished": "imported a spreadsheet into",
    "list.shared": "showed to a guest",
    "list.unshared": "shows to a guest no longer",
    "membership.code_issued": "made a new code for",
    "membership.created": "added the member",
    "membership.removed": "took out of the household",
    "person.invited": "invited an account to be",
    "person.invitation_withdrawn": "withdrew the invitation to be",
    "plan.moved": "moved on with the plan for",
}
# What is written down without a name.
NAMELESS = {"person.invitation_declined": "Whoever was invited declined to be"}
DONE = {
    "created": "added",
    "added": "added",
    "updated": "changed",
    "deleted": "deleted",
    "restored": "brought back",
    "merged": "merged",
    "made": "made",
}


def phrase(verb: str) -> str:
    """What somebody did: `person.updated` is "changed the person"."""
    if verb in VERBS:
        return VERBS[verb]
    noun, _, done = verb.partition(".")
    return f"{DONE.get(done, done.replace('_', ' '))} {NOUNS.get(noun, f'the {noun}')}"


def sentence(entry: Any, title: str | None = None) -> str:
    """An entry of the diary. `title` is what its subject is called, as far as whoever reads it may know."""
    who = entry.actor.name if entry.actor else "Whoever runs the server"
    what = NAMELESS.get(entry.verb) or f"{who} {phrase(entry.verb)}"
    return what + (f" “{title}”" if title else "") + "."
