"""Whoever runs the server sees what is hidden only deliberately, for a while, and for all to read."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import AuthEvent
from gifts.models import Claim
from households.models import Activity, Membership
from households.services.glass import BehindGlass, viewer_behind_glass
from tests.admin_pages import addresses, places, signed_in
from tests.factories import UserFactory
from tests.secrecy.looking import FORM_MARKS

GLASS, LISTS, HOME = "/admin/glass/", "/admin/gifts/giftlist/", "/admin/"


@pytest.fixture
def leo(family):
    """He runs the server, and is somebody's recipient like anybody."""
    family.leo.user.is_staff = family.leo.user.is_superuser = True
    family.leo.user.save()
    return signed_in(family.leo.user)


@pytest.fixture
def drill(family):
    return family.mia.add(family.mia.list("For Leo", recipient=family.leo.person), "A drill")


def broken(browser, household):
    return browser.post(GLASS, {"household": household.pk, "reason": "asked"})


def test_until_the_glass_is_broken_a_superuser_sees_no_surprise_of_theirs(leo, drill):
    assert "For Leo" not in leo.get(LISTS).content.decode()
    assert leo.get(f"{LISTS}{drill.list_id}/change/").status_code == 404
    leo.get(GLASS)
    assert "For Leo" not in leo.get(LISTS).content.decode()


def test_behind_the_glass_one_sees_everything_but_what_is_private(family, leo, drill):
    family.ada.list("Nobody knows", visibility="private")
    assert broken(leo, family.household).url == HOME
    page = leo.get(LISTS).content.decode()
    assert "For Leo" in page
    assert "Nobody knows" not in page
    assert "The glass is broken" in page
    assert "A drill" in leo.get(f"{LISTS}{drill.list_id}/change/").content.decode()
    assert leo.get(HOME).status_code == 200


def test_every_page_can_be_looked_at_from_behind_it(family, leo, drill):
    family.ada.say("Which size?", item=drill)
    broken(leo, family.household)
    found = addresses(places())
    assert len(found) > 100
    for address in found:
        assert leo.get(address).status_code in {200, 302, 403, 404, 405}, address


def test_it_stands_in_the_audit_and_in_everybodys_diary(family, leo, drill):
    broken(leo, family.household)
    event = AuthEvent.objects.get(kind="glass_broken")
    assert (event.user, event.reason) == (family.leo.user, "asked")
    entry = Activity.objects.visible_to(family.grandma.viewer).get(verb="household.glass_broken")
    assert entry.actor == family.leo.user
    told = "Leo looked at everything, surprises too, in “The Bauers”."
    assert told in signed_in(family.mia.user).get("/admin/households/activity/").content.decode()


def test_behind_the_glass_nothing_can_be_changed(family, leo, drill):
    Membership.objects.filter(user=family.leo.user).update(role="owner")
    broken(leo, family.household)
    assert 'name="_save"' not in leo.get(f"{LISTS}{drill.list_id}/change/").content.decode()
    for address in (f"/admin/gifts/listitem/{drill.pk}/move/", f"{LISTS}{drill.list_id}/put/", f"{LISTS}import/"):
        assert leo.post(address, {"status": "ordered", "title": "X", "quantity": 1}).status_code == 403
    assert not Claim.objects.exists()
    assert drill.list.items.count() == 1


def test_it_closes_by_itself_and_by_hand(family, leo, drill):
    broken(leo, family.household)
    leo.post(GLASS, {"close": "yes"})
    assert "For Leo" not in leo.get(LISTS).content.decode()
    broken(leo, family.household)
    session = leo.session
    session["glass"] |= {"until": (timezone.now() - timedelta(seconds=1)).isoformat()}
    session.save()
    assert "For Leo" not in leo.get(LISTS).content.decode()


def test_whoever_is_no_superuser_any_more_is_just_themself(family):
    glass = {"household": str(family.household.pk), "until": (timezone.now() + timedelta(minutes=1)).isoformat()}
    assert not isinstance(viewer_behind_glass(family.leo.viewer, glass), BehindGlass)


def test_nobody_else_breaks_it(family, drill):
    for member in (family.mia, family.ada):
        browser = signed_in(member.user)
        assert broken(browser, family.household).status_code in {302, 403}
    assert not AuthEvent.objects.filter(kind="glass_broken").exists()
    staff = signed_in(UserFactory(is_staff=True))
    assert broken(staff, family.household).status_code == 403


def test_another_household_stays_closed(family, neighbour, leo, drill):
    theirs = neighbour.list("Their own")
    broken(leo, family.household)
    assert "Their own" not in FORM_MARKS.sub(b"", leo.get(LISTS).content).decode()
    assert leo.get(f"{LISTS}{theirs.pk}/change/").status_code == 404
    broken(leo, neighbour.person.household)
    assert "Their own" in leo.get(LISTS).content.decode()
    assert "For Leo" not in leo.get(LISTS).content.decode()
