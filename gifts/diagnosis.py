"""What `doctor` looks at among lists, items and claims.

Claims beyond an item's quantity are no fault: givers see them.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q

from config.doctor.findings import State, rule
from gifts.models import Claim, GiftList, ItemPlan, ListItem, ListShare
from households.diagnosis import BY_HAND
from households.models import Membership, PersonMember, Role

INDEX = "gift_search_by_trigram"


@rule("items have no plan, so nothing can be planned for them", advice=BY_HAND)
def items_without_a_plan() -> Iterable[Any]:
    return ListItem.objects.filter(plan=None).values_list("pk", flat=True)


@rule("claims are of somebody on a gift for themself", advice="An owner may release them: DELETE /claims/{id}.")
def claims_of_the_recipient() -> Iterable[Any]:
    return Claim.objects.alive().filter(giver=F("item__list__recipient")).values_list("pk", flat=True)


@rule(
    "claims are of one half of a couple that the gift is for, or the other way round",
    advice="The couple has grown since; an owner may release them: DELETE /claims/{id}.",
    state=State.NOTE,
)
def claims_within_a_couple() -> Iterable[Any]:
    recipient, giver = OuterRef("item__list__recipient"), OuterRef("giver")
    links = PersonMember.objects.all()
    both = links.filter(group=recipient, member__group_links__group=giver)
    overlap = Exists(links.filter(group=recipient, member=giver)) | Exists(links.filter(group=giver, member=recipient))
    claims = Claim.objects.alive().filter(overlap | Exists(both))
    return claims.exclude(giver=F("item__list__recipient")).values_list("pk", flat=True)


@rule("claims are on items that have been dropped", advice="Their givers may release them, or an owner.")
def claims_on_what_was_dropped() -> Iterable[Any]:
    return Claim.objects.alive().filter(item__plan__stage=ItemPlan.Stage.DROPPED).values_list("pk", flat=True)


@rule("hidden parts of a list are for another person, occasion or day than it", advice=BY_HAND)
def companions_unlike_their_list() -> Iterable[Any]:
    same = Q()
    for name in ("recipient", "occasion", "occurs_on"):
        none = Q(**{f"{name}__isnull": True, f"companion_of__{name}__isnull": True})
        same &= none | Q(**{name: F(f"companion_of__{name}")})
    companions = GiftList.objects.alive().filter(companion_of__isnull=False)
    # Whoever owned a part of it alone could open it alone.
    unowned = Q(owner=None, companion_of__companion_of=None)
    alike = companions.filter(same & unowned)
    return companions.exclude(pk__in=alike.values("pk")).values_list("pk", flat=True)


@rule(
    "lists are hidden from their own owner, who has become their recipient",
    advice="They are givers' lists now, which any owner of the household may delete.",
    state=State.NOTE,
)
def lists_hidden_from_their_owner() -> Iterable[Any]:
    owners = Membership.objects.filter(user=OuterRef("owner"), household=OuterRef("household"))
    hidden = GiftList.objects.alive().filter(visibility=GiftList.Visibility.HIDDEN)
    return hidden.filter(Exists(owners.filter(person=OuterRef("recipient")))).values_list("pk", flat=True)


@rule("shares show a list to somebody who is no guest any more", advice="Save their role anew: that ends the shares.")
def shares_without_a_guest() -> Iterable[Any]:
    return ListShare.objects.exclude(guest__role=Role.GUEST, guest__is_active=True).values_list("pk", flat=True)


@rule("shares are of private lists, and show nothing", advice="The list's owner may end them.")
def shares_of_private_lists() -> Iterable[Any]:
    return ListShare.objects.filter(list__visibility=GiftList.Visibility.PRIVATE).values_list("pk", flat=True)


@rule(
    "index for the search is missing, so it reads all gifts",
    advice="deploy/README.md says how to add it, under “How search stays quick”.",
    state=State.NOTE,
)
def search_without_index() -> Iterable[Any]:
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, "gifts_gift")
    return [] if INDEX in found else [INDEX]
