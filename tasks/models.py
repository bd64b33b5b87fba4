"""What somebody means to do: seen by nobody else, and as secret as the item that it is about."""

from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, F, OuterRef, Q, Subquery, Value, When
from django.db.models.lookups import IsNull

from config.models import Deletable, EachRow, ScopedQuerySet, SearchText, by_deleter
from gifts.models import ListItem
from households.models import HouseholdRow, by_household
from households.viewer import Viewer
from tasks.recurrence import MAX_RULE_LENGTH, validate_rule

# What a task is called while its owner must not see what it is about.
NEUTRAL_TITLE = "Something to do"
MAX_DAYS_AFTER = 3650
TEXT = models.TextField()


class TaskQuerySet(ScopedQuerySet):
    def visible_to(self, viewer: Viewer | None) -> Self:
        return self.alive().of(viewer)

    def of(self, viewer: Viewer | None) -> Self:
        """One's own, deleted or not, in the households that one belongs to.

        Not `known_to`: the diary speaks of no tasks, since others read it.
        """
        if viewer is None:
            return self.none()
        return self.filter(owner=viewer.user, household__in=viewer.household_ids)

    def as_seen_by(self, viewer: Viewer) -> Self:
        """The tasks as their owner may read them: while the item is not theirs to know of, neither is what the task
        was called.

        Filters use these columns too, so that none of them can tell more than the row itself.
        """
        told = EachRow(ListItem.objects.open_to_giver(viewer).filter(pk=OuterRef("item")))
        following = Task.objects.visible_to(viewer).filter(previous=OuterRef("pk"))
        return self.annotate(
            is_concealed=Case(When(item__isnull=True, then=False), When(told, then=False), default=True),
            is_overdue=Case(When(is_overdue_for(viewer), then=True), default=False),
            next_task=Subquery(following.values("pk")),
        ).annotate(
            seen_title=Case(When(is_concealed=True, then=Value(NEUTRAL_TITLE)), default=F("title"), output_field=TEXT),
            seen_description=Case(When(is_concealed=True, then=Value("")), default=F("description"), output_field=TEXT),
            seen_item=Case(When(is_concealed=True, then=None), default=F("item")),
        )


def is_overdue_for(viewer: Viewer) -> Q:
    """Whether a task should have been done. Whose day it is, the household says."""
    is_late = Q(pk__in=[])
    for place in viewer.belongings:
        is_late |= Q(household=place.household_id, due_on__lt=place.today())
    return is_late & Q(completed=False)


# The stubs take for two what both bases have from their common one.
class Task(HouseholdRow, Deletable):  # type: ignore[misc]
    """Something that its owner means to do. What repeats is a row for each time, made when the last one is done."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.RESTRICT, db_index=False, related_name="tasks")
    title = models.CharField(max_length=255)
    description = models.TextField(max_length=5000, blank=True)
    completed = models.BooleanField(default=False)
    completed_at = models.DateTimeField(null=True, blank=True, editable=False)
    due_on = models.DateField(null=True, blank=True)
    priority = models.PositiveSmallIntegerField(default=0, validators=[MaxValueValidator(3)])
    item = models.ForeignKey(ListItem, models.RESTRICT, null=True, blank=True, related_name="tasks")
    recurrence = models.CharField(max_length=MAX_RULE_LENGTH, blank=True, validators=[validate_rule])
    repeat_after_days = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(MAX_DAYS_AFTER)]
    )
    # Where the rule begins; and which of its days this task stands for, also where `due_on` was moved from there.
    series_start = models.DateField(null=True, blank=True, editable=False)
    series_day = models.DateField(null=True, blank=True, editable=False)
    # One task follows on another, whoever completes that one how often.
    previous = models.OneToOneField(
        "self", models.RESTRICT, null=True, blank=True, editable=False, related_name="following"
    )
    search_text = SearchText("title", "description")

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="task_has_a_title"),
            models.CheckConstraint(
                condition=Q(completed=True, completed_at__isnull=False) | Q(completed=False, completed_at__isnull=True),
                name="what_is_done_says_when",
            ),
            models.CheckConstraint(
                condition=Q(recurrence="") | Q(repeat_after_days__isnull=True), name="task_repeats_in_one_way"
            ),
            models.CheckConstraint(
                condition=Q(recurrence="", series_start__isnull=True, series_day__isnull=True)
                | Q(
                    ~Q(recurrence=""),
                    due_on__isnull=False,
                    series_start__isnull=False,
                    series_day__isnull=False,
                ),
                name="a_rule_has_its_days",
            ),
            models.CheckConstraint(
                condition=Q(repeat_after_days__isnull=True) | Q(repeat_after_days__gte=1),
                name="task_repeats_on_a_later_day",
            ),
        ]
        indexes = [
            # Each is the beginning of a page: newest first or by day; all of them, or those that are done or not.
            models.Index(fields=["owner", "-id"], name="task_by_owner"),
            models.Index(fields=["owner", "completed", "-id"], name="task_by_owner_and_state"),
            models.Index("owner", IsNull(F("due_on"), True), "due_on", "id", name="task_by_day"),
            models.Index("owner", IsNull(F("due_on"), False), "due_on", "id", name="task_by_day_backwards"),
            models.Index("owner", "completed", IsNull(F("due_on"), True), "due_on", "id", name="task_by_state_and_day"),
            by_household("task_by_household"),
            by_deleter("task_by_deleter"),
        ]

    def __str__(self) -> str:
        return f"task of {self.owner_id}"
