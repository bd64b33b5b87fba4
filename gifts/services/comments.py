from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from config.errors import Code, Refusal, invalid
from gifts.models import SUBJECTS, Comment, CommentHiddenFrom, CommentMention, Gift, GiftList, ListItem
from gifts.services.audience import who_may_not_know, who_took_it_back, whom_it_is_for
from gifts.services.mentions import mentioned_in
from households.models import HouseholdRow, Occasion, Person
from households.services import diary, undo
from households.services.households import lock_household_of, locked_with_household, require_planner
from households.viewer import Viewer

# What a comment can be about, each with all that says whom it is for.
KINDS: dict[str, Any] = {
    "person": Person.objects.all(),
    "occasion": Occasion.objects.all(),
    "list": GiftList.objects.select_related("occasion"),
    "gift": Gift.objects.all(),
    "item": ListItem.objects.select_related("list__occasion"),
}


@transaction.atomic
def create_comment(*, viewer: Viewer, body: str, hidden_from: Iterable[Person] | None = None, **about: UUID) -> Comment:
    """Say something `about` one person, occasion, list, gift or item.

    Unless told otherwise it is hidden from whom that is for. On a gift, or an occasion of nobody, it has to be told.
    """
    ((kind, subject_id),) = about.items()
    subject = _still_there(viewer, kind, subject_id)
    kept_from = _kept_from_by_default(subject) if hidden_from is None else _checked(viewer, subject, hidden_from)
    comment = Comment(household_id=subject.household_id, author=viewer.user, body=body)
    setattr(comment, kind, subject)
    comment.save()
    _hide_from(viewer, comment, kept_from, so_far=set())
    _note_mentions(comment, so_far=set())
    _record(viewer, "comment.made", comment)
    return comment


@transaction.atomic
def update_comment(*, viewer: Viewer, comment_id: UUID, changes: dict[str, Any]) -> Comment:
    """Its author changes what it says and from whom it is hidden; whether it is resolved, anybody who plans."""
    comment = _changeable(viewer, comment_id)
    if comment.author_id != viewer.user.pk:
        require_planner(viewer, comment.household_id)
        if changes.keys() - {"resolved"}:
            raise Refusal(Code.RESOURCE_FORBIDDEN)
    entries: list[diary.Entry] = []
    if fields := _edit(viewer, comment, changes):
        entries.append(("comment.updated", comment, {"fields": fields}))
    if comment.assign({"resolved": changes.get("resolved", comment.resolved)}):
        # Not `updated_at`: that one tells that the words were changed.
        comment.save(update_fields=["resolved"])
        entries.append(("comment.resolved", comment, {"resolved": comment.resolved}))
    if entries:
        diary.record_all(household_id=comment.household_id, actor=viewer.user, entries=entries)
    return comment


@transaction.atomic
def delete_comment(*, viewer: Viewer, comment_id: UUID) -> None:
    """Leave a tombstone. For its author, and for an owner of the household who may read it."""
    comment = _changeable(viewer, comment_id)
    if comment.author_id != viewer.user.pk and not viewer.owns(comment.household_id):
        raise Refusal(Code.RESOURCE_FORBIDDEN)
    comment.entomb(by=viewer.user)
    _record(viewer, "comment.deleted", comment)


def restore_comment(*, viewer: Viewer, pk: UUID) -> Comment:
    return undo.restore(
        viewer=viewer,
        model=Comment,
        pk=pk,
        verb="comment.restored",
        check=_refuse_withdrawn,
        lock=locked_with_household,
    )


def _still_there(viewer: Viewer, kind: str, subject_id: UUID) -> Any:
    """What it is about, looked up once the household is locked.

    A merge of two persons holds that lock: what is said about somebody must not come too late to go along with them.
    """
    rows = KINDS[kind]
    lock_household_of(rows.model, viewer, subject_id)
    there = rows.visible_to(viewer).filter(pk=subject_id).first()
    if there is None:
        raise invalid(**{kind: "There is no such row."})
    if isinstance(there, Person):
        # Of persons, a guest learns the names only.
        require_planner(viewer, there.household_id)
    return there


def _kept_from_by_default(subject: HouseholdRow) -> set[UUID]:
    nobodys = isinstance(subject, Occasion) and subject.honoree_id is None
    if isinstance(subject, Gift) or nobodys:
        raise invalid(hidden_from="Say from whom this is hidden; from nobody is [].")
    return whom_it_is_for(subject)


def _checked(viewer: Viewer, subject: HouseholdRow, named: Iterable[Person]) -> set[UUID]:
    people = list(named)
    if any(person.household_id != subject.household_id for person in people):
        raise invalid(hidden_from="There is no such person in this household.")
    if viewer.is_any_of(*(person.pk for person in people)):
        raise invalid(hidden_from="You cannot hide something from yourself.")
    return {person.pk for person in people}


def _changeable(viewer: Viewer, comment_id: UUID) -> Comment:
    comment = locked_with_household(Comment, viewer, comment_id)
    _refuse_withdrawn(viewer, comment)
    return comment


def _refuse_withdrawn(viewer: Viewer, comment: Comment) -> None:
    """A comment that somebody read on a wish which they took back waits there unchanged: when they wish for it again,
    nothing may tell them that it was still there for others."""
    kind = next(name for name in SUBJECTS if getattr(comment, f"{name}_id"))
    setattr(comment, kind, KINDS[kind].get(pk=getattr(comment, f"{kind}_id")))
    taken_back = who_took_it_back(viewer, comment.subject)
    if taken_back and taken_back - _kept_from(comment):
        raise Refusal(Code.CONFLICT_STATE, "This has been withdrawn.")


def _edit(viewer: Viewer, comment: Comment, changes: dict[str, Any]) -> list[str]:
    """What its author alone may change; returns the names of the fields that changed."""
    if not changes.keys() & {"body", "hidden_from"}:
        return []
    so_far = kept_from = _kept_from(comment)
    if "hidden_from" in changes:
        kept_from = _checked(viewer, comment.subject, changes["hidden_from"])
    fields = comment.assign({"body": changes.get("body", comment.body)})
    if fields:
        comment.save(update_fields=["body", "updated_at"])
        _note_mentions(comment, so_far=set(comment.mention_links.values_list("user_id", flat=True)))
    if _hide_from(viewer, comment, kept_from, so_far=so_far):
        fields.append("hidden_from")
    return fields


def _hide_from(viewer: Viewer, comment: Comment, people: set[UUID], *, so_far: set[UUID]) -> bool:
    """Make these the persons from whom it is hidden, with those from whom its subject is, and never its author.

    Returns whether that was a change.
    """
    wanted = (people | who_may_not_know(viewer, comment.subject)) - viewer.person_ids
    coming, going = wanted - so_far, so_far - wanted
    CommentHiddenFrom.objects.bulk_create(
        CommentHiddenFrom(household_id=comment.household_id, comment=comment, person_id=pk) for pk in sorted(coming)
    )
    if not going:
        return bool(coming)
    # Those whom the author cannot name, the deleted and for a guest almost all, do not drop out by silence.
    nameable = Person.objects.visible_to(viewer).filter(pk__in=going)
    left, _ = CommentHiddenFrom.objects.filter(comment=comment, person__in=nameable).delete()
    return bool(left or coming)


def _kept_from(comment: Comment) -> set[UUID]:
    return set(CommentHiddenFrom.objects.filter(comment=comment).values_list("person_id", flat=True))


def _note_mentions(comment: Comment, *, so_far: set[UUID]) -> None:
    called = mentioned_in(comment.body, comment.household_id)
    if going := so_far - called:
        CommentMention.objects.filter(comment=comment, user__in=going).delete()
    CommentMention.objects.bulk_create(
        CommentMention(household_id=comment.household_id, comment=comment, user_id=pk) for pk in sorted(called - so_far)
    )


def _record(viewer: Viewer, verb: str, comment: Comment, **payload: Any) -> None:
    diary.record(household_id=comment.household_id, actor=viewer.user, verb=verb, subject=comment, **payload)
