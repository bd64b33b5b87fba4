"""Who asks, and for what: one member of the largest family, with fresh tokens, and things to claim and to move."""

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from uuid import UUID, uuid4

from django.db.models import Count, F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from uuid_utils.compat import uuid7

from accounts.models import DeviceSession, User
from accounts.tokens import AccessToken, RefreshToken
from benchmarks.loading import load
from gifts.models import Claim, Gift, GiftList, ItemPlan, ListItem
from households.models import Household, Membership, Role, Tag
from households.viewer import Viewer
from tasks.models import Task

PASSWORD = "four words of a winter evening"  # noqa: S105 (of an account that lives as long as the run)


@dataclass(frozen=True)
class Scene:
    viewer: Viewer
    session: DeviceSession

    @property
    def household_id(self) -> UUID:
        return self.viewer.household_ids[0]  # type: ignore[index]

    @property
    def access(self) -> str:
        """A token that outlives the next measurement, not the run."""
        return str(AccessToken.for_session(self.session))

    @cached_property
    def gift_ids(self) -> list[UUID]:
        return list(Gift.objects.visible_to(self.viewer).order_by("-id").values_list("pk", flat=True)[:200])

    @cached_property
    def list_id(self) -> UUID:
        """Of the lists that the viewer sees as a giver, the one with the most items."""
        lists = GiftList.objects.visible_to(self.viewer).exclude(recipient__in=self.viewer.person_ids)
        many = Count("items", filter=Q(items__deleted_at=None)) + Count("companions__items", distinct=True)
        return lists.filter(household=self.household_id).annotate(many=many).order_by("-many", "pk")[0].pk

    @cached_property
    def tag_ids(self) -> list[UUID]:
        return list(Tag.objects.visible_to(self.viewer).values_list("pk", flat=True)[:2])

    @cached_property
    def items_to_claim(self) -> list[UUID]:
        """Of which something is left, and nothing is the viewer's."""
        left = F("quantity") - Coalesce(Sum("claims__quantity", filter=Q(claims__deleted_at=None)), 0)
        items = self._items().exclude(claims__giver__in=self._me).annotate(left=left).filter(left__gte=1)
        return list(items.values_list("pk", flat=True))

    @cached_property
    def items_to_move(self) -> list[UUID]:
        """That the viewer has taken, and not yet given."""
        mine = Claim.objects.alive().filter(giver__in=self._me).exclude(status=Claim.Status.GIFTED)
        return list(self._items().filter(pk__in=mine.values("item")).values_list("pk", flat=True))

    @cached_property
    def tasks_to_toggle(self) -> list[UUID]:
        """Of which none makes another one."""
        tasks = Task.objects.visible_to(self.viewer).filter(recurrence="", repeat_after_days=None)
        return list(tasks.order_by("-id").values_list("pk", flat=True)[:200])

    def _items(self) -> QuerySet:
        lists = GiftList.objects.visible_to(self.viewer).exclude(recipient__in=self.viewer.person_ids)
        items = ListItem.objects.alive().filter(list__in=lists).exclude(plan__stage=ItemPlan.Stage.DROPPED)
        return items.order_by("pk")

    @property
    def _me(self) -> list[UUID]:
        return [place.person_id for place in self.viewer.belongings if place.person_id]


def largest_family() -> Household:
    counted = ListItem.objects.order_by().values("household").annotate(items=Count("pk")).order_by("-items")
    return Household.objects.get(pk=counted[0]["household"])


def scene_in(household: Household) -> Scene:
    """A member of this household signs in. Their password is set, so that signing in can be measured, too."""
    planners = Membership.objects.active().filter(household=household, person__isnull=False).exclude(role=Role.GUEST)
    user = planners.order_by("pk").select_related("user")[0].user
    user.set_password(PASSWORD)
    user.activated_at = timezone.now()
    user.save(update_fields=["password", "activated_at"])
    return Scene(Viewer.of(user), open_sessions(user, 1)[0])


def open_sessions(user: User, many: int) -> list[DeviceSession]:
    now = timezone.now()
    times = {"rotated_at": now, "idle_expires_at": now + timedelta(days=30), "expires_at": now + timedelta(days=180)}
    rows = [
        {"id": uuid7(), "user_id": user.pk, "device_id": uuid4(), "device_name": "a phone", "last_seen_at": now} | times
        for _ in range(many)
    ]
    load(DeviceSession, rows)
    return [DeviceSession(**row) for row in rows]


def refresh_token(session: DeviceSession) -> str:
    return str(RefreshToken.for_session(session))
