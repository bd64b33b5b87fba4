"""Every rule that holds over all rows, whoever wrote them: what constraints cannot say, and services keep."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import F, ForeignKey, Q, Sum

from accounts.models import User
from config.models import CasefoldKey, SearchText
from gifts.models import SUBJECTS, Claim, Comment, CommentMention, Gift, GiftList, ItemPlan, ListItem
from gifts.services.audience import who_may_not_know, whom_it_is_for
from gifts.services.claims import may_give
from gifts.services.mentions import mentioned_in
from households.models import Activity, DiaryCounter, Household, HouseholdRow, Invitation, Membership, Role
from households.viewer import Viewer
from tasks.models import Task

# Whoever is invited does not belong there yet.
NOT_YET = {(Invitation, "user")}


def broken_rules() -> list[str]:
    """One line for each rule that some row breaks; none where all is well."""
    connection.check_constraints()
    return [f"{check.__name__}: {found}" for check in CHECKS for found in check()]


def foreign_keys_stay_inside_the_household() -> Iterator[Any]:
    for model in HouseholdRow.__subclasses__():
        for field in model._meta.concrete_fields:
            if not isinstance(field, ForeignKey) or field.name == "household" or (model, field.name) in NOT_YET:
                continue
            rows = model._base_manager.filter(**{f"{field.name}__isnull": False})
            if issubclass(field.related_model, HouseholdRow):
                yield from rows.exclude(**{f"{field.name}__household": F("household")})
            elif field.related_model is User:
                here = Membership.objects.values_list("household", "user")
                yield from set(rows.values_list("household", field.name)) - set(here)


def keys_to_compare_and_to_search_by_are_filled() -> Iterator[Any]:
    for model in [User, *HouseholdRow.__subclasses__()]:
        for field in model._meta.concrete_fields:
            if isinstance(field, CasefoldKey | SearchText):
                for row in model._base_manager.all():
                    if field.value_from_object(row) != field.pre_save(row, add=False):
                        yield model, row, field.name


def somebody_owns_each_household() -> Iterator[Any]:
    owned = Membership.objects.active().filter(role=Role.OWNER, person__isnull=False, user__activated_at__isnull=False)
    yield from Household.objects.exclude(pk__in=owned.values("household"))


def the_diary_is_counted_without_gaps() -> Iterator[Any]:
    for counter in DiaryCounter.objects.all():
        entries = list(Activity.objects.filter(household=counter.household_id).order_by("seq").values_list("seq", "pk"))
        keys = [key for _, key in entries]
        if [seq for seq, _ in entries] != list(range(1, counter.last_seq + 1)) or keys != sorted(keys):
            yield counter
        if entries and counter.last_entry != keys[-1]:
            yield counter
    yield from Household.objects.filter(diary_counter=None)


def whoever_did_something_may_know_of_it() -> Iterator[Any]:
    """Guests read no diary."""
    for membership in Membership.objects.exclude(role=Role.GUEST):
        viewer = Viewer.of(membership.user)
        done = Activity.objects.filter(actor=membership.user)
        yield from done.exclude(pk__in=Activity.objects.visible_to(viewer).values("pk"))


def whoever_gives_or_adds_or_speaks_sees_what_it_is_about() -> Iterator[Any]:
    for user in User.objects.all():
        viewer = Viewer.of(user)
        items, lists = ListItem.objects.visible_to(viewer), GiftList.objects.visible_to(viewer)
        yield from Claim.objects.filter(claimed_by=user).exclude(pk__in=Claim.objects.visible_to(viewer).values("pk"))
        yield from ListItem.objects.filter(added_by=user).exclude(pk__in=items.values("pk"))
        yield from GiftList.objects.filter(owner=user).exclude(pk__in=lists.values("pk"))
        yield from Comment.objects.filter(author=user).exclude(pk__in=Comment.objects.visible_to(viewer).values("pk"))
        yield from Gift.objects.filter(created_by=user).exclude(pk__in=Gift.objects.visible_to(viewer).values("pk"))


def lists_are_hidden_from_somebody_else_than_their_owner() -> Iterator[Any]:
    hidden = GiftList.objects.filter(visibility=GiftList.Visibility.HIDDEN, owner__isnull=False)
    yield from (row for row in hidden if row.is_for(Viewer.of(row.owner)))


def companions_are_of_one_kind_with_their_list() -> Iterator[Any]:
    for companion in GiftList.objects.filter(companion_of__isnull=False).select_related("companion_of"):
        main = companion.companion_of
        same = ("household_id", "name", "recipient_id", "occasion_id", "occurs_on")
        if any(getattr(companion, name) != getattr(main, name) for name in same):
            yield companion
        if companion.owner_id or companion.kind != "gift" or not main.is_seen_by_recipient:
            yield companion
        yield from companion.items.filter(gift__items__list=main)


def positions_are_dense() -> Iterator[Any]:
    positions = defaultdict(list)
    for list_id, position in ListItem.objects.order_by("list", "position").values_list("list", "position"):
        positions[list_id].append(position)
    yield from (pk for pk, found in positions.items() if found != list(range(1, len(found) + 1)))


def every_item_has_a_plan() -> Iterator[Any]:
    yield from ListItem.objects.filter(plan=None)
    yield from Claim.objects.alive().filter(item__plan__stage=ItemPlan.Stage.DROPPED)


def nobody_buys_twice() -> Iterator[Any]:
    yield from ListItem.objects.annotate(taken=Sum("claims__quantity")).filter(taken__gt=F("quantity"))


def nobody_gives_to_themself() -> Iterator[Any]:
    for claim in Claim.objects.select_related("giver", "item__list__recipient"):
        if not may_give(claim.giver, claim.item.list.recipient):
            yield claim


def what_was_given_has_its_words() -> Iterator[Any]:
    given = Q(status=Claim.Status.GIFTED)
    words = Q(given_title=F("item__gift__title"), given_image_url=F("item__gift__image_url"))
    yield from Claim.objects.filter(given).exclude(words)
    yield from Claim.objects.exclude(given).exclude(given_title="", given_image_url="")


def comments_are_hidden_from_whom_they_are_about() -> Iterator[Any]:
    for comment in Comment.objects.select_related("author", *SUBJECTS):
        viewer = Viewer.of(comment.author)
        least = (whom_it_is_for(comment.subject) | who_may_not_know(viewer, comment.subject)) - viewer.person_ids
        if not least <= set(comment.hidden_from_links.values_list("person", flat=True)):
            yield comment
        called = set(CommentMention.objects.filter(comment=comment).values_list("user", flat=True))
        if called != mentioned_in(comment.body, comment.household_id) or comment.updated_at != comment.created_at:
            yield comment


def tasks_are_about_what_their_owner_may_give() -> Iterator[Any]:
    for user in User.objects.all():
        items = ListItem.objects.open_to_giver(Viewer.of(user))
        yield from Task.objects.filter(owner=user, item__isnull=False).exclude(item__in=items.values("pk"))


CHECKS = [
    foreign_keys_stay_inside_the_household,
    keys_to_compare_and_to_search_by_are_filled,
    somebody_owns_each_household,
    the_diary_is_counted_without_gaps,
    whoever_did_something_may_know_of_it,
    whoever_gives_or_adds_or_speaks_sees_what_it_is_about,
    lists_are_hidden_from_somebody_else_than_their_owner,
    companions_are_of_one_kind_with_their_list,
    positions_are_dense,
    every_item_has_a_plan,
    nobody_buys_twice,
    nobody_gives_to_themself,
    what_was_given_has_its_words,
    comments_are_hidden_from_whom_they_are_about,
    tasks_are_about_what_their_owner_may_give,
]
