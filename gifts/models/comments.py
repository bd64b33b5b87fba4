from typing import Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q

from config.models import Deletable, EachRow, ScopedQuerySet, by_deleter
from gifts.models.items import Gift, ListItem
from gifts.models.lists import GiftList, on_list
from households.models import HouseholdRow, Occasion, Person, by_household
from households.viewer import Viewer

SUBJECTS = ("person", "occasion", "list", "gift", "item")


class CommentQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Viewer | None) -> Self:
        return self.alive().known_to(viewer)

    def known_to(self, viewer: Viewer | None) -> Self:
        """What was said about something that the viewer sees, unless it is hidden from one of their persons.

        The subject must still be there: what givers say about a wish that was taken back is none of its recipient's
        business, in the diary neither.
        """
        if viewer is None:
            return self.none()
        # EXISTS for each row, not IN: a page then costs what its rows cost, however many items there are to see.
        about_what_they_see = (
            # Of persons a guest learns the names only.
            Q(_is_one_of("person", Person.objects.visible_to(viewer)), household__in=viewer.planning_household_ids)
            | Q(_is_one_of("occasion", Occasion.objects.visible_to(viewer)))
            | Q(_is_one_of("list", GiftList.objects.visible_to(viewer)))
            | Q(_is_one_of("gift", Gift.objects.visible_to(viewer)))
            | Q(_is_one_of("item", ListItem.objects.visible_to(viewer)))
        )
        hidden = CommentHiddenFrom.objects.filter(comment=OuterRef("pk"), person__in=viewer.person_ids)
        return self.filter(about_what_they_see, ~EachRow(hidden), household__in=viewer.household_ids)

    def on_list(self, list_id: UUID, viewer: Viewer) -> Self:
        """About this list, or about its companion for whoever sees the two joined."""
        return self.filter(on_list(list_id, viewer))


def _is_one_of(subject: str, rows: ScopedQuerySet) -> EachRow:
    return EachRow(rows.filter(pk=OuterRef(subject)))


def _exactly_one_subject() -> Q:
    """As a condition of the database: one of the columns is set, and the others are not."""
    condition = Q()
    for subject in SUBJECTS:
        condition |= Q(**{f"{name}__isnull": name != subject for name in SUBJECTS})
    return condition


class Comment(HouseholdRow, Deletable):
    """What somebody says about one person, occasion, list, gift or item, and from whom it is hidden."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, related_name="comments")
    body = models.TextField(max_length=5000)
    resolved = models.BooleanField(default=False)
    person = models.ForeignKey(Person, models.RESTRICT, null=True, blank=True, related_name="comments")
    occasion = models.ForeignKey(Occasion, models.RESTRICT, null=True, blank=True, related_name="comments")
    list = models.ForeignKey(GiftList, models.RESTRICT, null=True, blank=True, related_name="comments")
    gift = models.ForeignKey(Gift, models.RESTRICT, null=True, blank=True, related_name="comments")
    item = models.ForeignKey(ListItem, models.RESTRICT, null=True, blank=True, related_name="comments")
    hidden_from = models.ManyToManyField(Person, through="CommentHiddenFrom", related_name="+")
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, through="CommentMention", related_name="+")

    # Not `updated_at`: that one tells that the words were changed.
    deletion_columns = ["deleted_at", "deleted_by"]

    objects = CommentQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=_exactly_one_subject(), name="comment_has_one_subject")]
        indexes = [
            by_household("comment_by_household"),
            by_deleter("comment_by_deleter"),
        ]

    def __str__(self) -> str:
        return f"comment by {self.author_id}"

    @property
    def subject(self) -> HouseholdRow:
        """What it is about."""
        return next(getattr(self, name) for name in SUBJECTS if getattr(self, f"{name}_id"))


class CommentHiddenFromQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Viewer | None) -> Self:
        return self.none() if viewer is None else self.filter(comment__in=Comment.objects.visible_to(viewer))


class CommentHiddenFrom(HouseholdRow):
    comment = models.ForeignKey(Comment, models.RESTRICT, related_name="hidden_from_links")
    person = models.ForeignKey(Person, models.RESTRICT, related_name="+")

    objects = CommentHiddenFromQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["comment", "person"], name="a_comment_is_hidden_from_a_person_once")
        ]
        indexes = [by_household("hidden_from_by_household")]

    def __str__(self) -> str:
        return f"{self.comment_id} hidden from {self.person_id}"


class CommentMentionQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Viewer | None) -> Self:
        return self.none() if viewer is None else self.filter(comment__in=Comment.objects.visible_to(viewer))


class CommentMention(HouseholdRow):
    comment = models.ForeignKey(Comment, models.RESTRICT, related_name="mention_links")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, related_name="+")

    objects = CommentMentionQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["comment", "user"], name="a_comment_mentions_a_user_once")]
        indexes = [by_household("mention_by_household")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.comment_id}"
