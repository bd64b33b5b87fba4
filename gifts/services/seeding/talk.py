"""What is said about people, occasions, lists, gifts and items, and from whom it is hidden."""

from collections.abc import Set
from uuid import UUID

from gifts.models import Comment, CommentHiddenFrom, CommentMention
from gifts.services.seeding.home import Home, Member
from gifts.services.seeding.words import REMARKS
from households.models import HouseholdRow


def say(home: Home, author: Member, kind: str, subject: HouseholdRow, kept_from: Set[UUID] = frozenset()) -> None:
    """Hidden from these persons, but never from whoever says it; sometimes it calls somebody who may read it."""
    called = home.choose(home.planners) if home.chance(0.3) else None
    if called and not kept_from.isdisjoint(home.persons_of(called)):
        called = None
    household_id = home.household.pk
    body = f"@{called.user.name.replace(' ', '')}, {home.choose(REMARKS)}" if called else home.choose(REMARKS)
    comment = Comment(household_id=household_id, author_id=author.user.pk, body=body, resolved=home.chance(0.2))
    setattr(comment, f"{kind}_id", subject.pk)
    home.batch.add(comment)
    for person_id in sorted(kept_from - home.persons_of(author)):
        home.batch.add(CommentHiddenFrom(household_id=household_id, comment_id=comment.pk, person_id=person_id))
    if called:
        home.batch.add(CommentMention(household_id=household_id, comment_id=comment.pk, user_id=called.user.pk))
    home.diary.note(author.user, "comment.made", comment)
