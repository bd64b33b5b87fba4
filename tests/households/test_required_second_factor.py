"""MFA_REQUIRED_FOR: whoever has to have a second factor and has none gets as far as getting one."""

from functools import partial

import pytest
from django.test import Client as Browser

from accounts.models import AuthEvent, DeviceSession
from accounts.services.enrolment import remove_second_factor_as_staff
from accounts.tokens import StreamTicket
from config.client import Client
from households.authentication import viewer_of_session
from tests.accounts.factor import MFA, enrolled, first_step, second_step, waiting_phone
from tests.accounts.steps import error, log_in
from tests.admin_pages import signed_in
from tests.cast import Family, Member
from tests.factories import PASSWORD, UserFactory
from tests.routes import OPERATIONS, TABLE, address
from tests.second_door import by_code, by_password
from tests.secrecy.doors import NOTHING

REQUIRED = (403, "AUTH_MFA_REQUIRED")
# What stays open: the way to a second factor, out, and to one's own sessions and password.
WAYS = ("/api/v1/auth/mfa", "/api/v1/auth/session", "/api/v1/auth/password")


@pytest.fixture
def of_owners(settings) -> None:
    settings.MFA_REQUIRED_FOR = ["owners"]


@pytest.fixture
def of_staff(settings) -> None:
    settings.MFA_REQUIRED_FOR = ["staff"]


def test_nobody_has_to_unless_it_is_said(family: Family):
    assert family.mia.api().get("/api/v1/users/me").status_code == 200


@pytest.mark.parametrize("flag", ["is_staff", "is_superuser"])
def test_staff_have_to(of_staff, as_user, family: Family, flag):
    root = UserFactory(**{flag: True})
    assert error(as_user(root).get("/api/v1/users/me")) == REQUIRED
    assert family.mia.api().get("/api/v1/users/me").status_code == 200


def test_an_owner_has_to_and_a_member_has_not(of_owners, family: Family, as_user):
    assert error(family.mia.api().get("/api/v1/users/me")) == REQUIRED
    assert family.leo.api().get("/api/v1/users/me").status_code == 200
    assert as_user(UserFactory(is_staff=True)).get("/api/v1/users/me").status_code == 200


def test_every_other_door_is_closed_and_says_so(of_owners, family: Family):
    mia = family.mia.api()
    tried = 0
    for method, place in OPERATIONS:
        if TABLE[place][method][0] == 401 and not place.startswith(WAYS):
            assert error(getattr(mia, method.lower())(address(place, NOTHING), {})) == REQUIRED, (method, place)
            tried += 1
    assert tried > 80


def test_one_who_signs_in_finds_the_way(of_owners, api, family: Family, on_device):
    answer = log_in(api, family.mia.user.login, PASSWORD)
    mia = on_device(DeviceSession.objects.get(device_id=answer.json()["device_id"]))
    assert mia.get("/api/v1/auth/sessions").status_code == 200
    assert mia.get(f"{MFA}/device").json()["is_required"] is True
    assert mia.post(f"{MFA}/enrol", {"password": PASSWORD}).status_code == 201
    assert error(mia.get("/api/v1/lists")) == REQUIRED
    assert mia.post(f"{MFA}/confirm", {"code": waiting_phone(family.mia.user).code()}).status_code == 200
    assert mia.get("/api/v1/lists").status_code == 200
    refused = mia.post(f"{MFA}/remove", {"password": PASSWORD})
    assert error(refused) == (403, "RESOURCE_FORBIDDEN")
    assert mia.post("/api/v1/auth/session/revoke").status_code == 204


def test_on_a_tablet_that_has_locked_itself_the_way_begins_with_the_pin(of_owners, family: Family, on_device):
    mia = on_device(session_of(family.mia))
    pin = {"pin": "418096", "password": PASSWORD}
    assert mia.post("/api/v1/auth/session/pin", pin).status_code == 204
    assert mia.post("/api/v1/auth/session/lock").status_code == 204
    assert error(mia.post(f"{MFA}/enrol", {"password": PASSWORD})) == (403, "AUTH_SESSION_LOCKED")
    assert mia.post("/api/v1/auth/session/unlock", {"pin": "418096"}).status_code == 204
    assert error(mia.get("/api/v1/lists")) == REQUIRED
    assert mia.post(f"{MFA}/enrol", {"password": PASSWORD}).status_code == 201


def test_with_one_everything_opens(of_owners, api, family: Family, on_device):
    phone = enrolled(family.mia.user)
    answer = second_step(api, first_step(api, family.mia.user), phone.code())
    mia = on_device(DeviceSession.objects.get(device_id=answer.json()["device_id"]))
    assert mia.get("/api/v1/lists").status_code == 200


def test_removed_while_nobody_had_to_it_is_missing_again(family: Family, settings):
    mia = family.mia.api()
    enrolled(family.mia.user)
    assert mia.post(f"{MFA}/remove", {"password": PASSWORD}).status_code == 204
    settings.MFA_REQUIRED_FOR = ["owners"]
    assert error(mia.get("/api/v1/lists")) == REQUIRED


def session_of(member: Member) -> DeviceSession:
    member.api()
    return DeviceSession.objects.filter(user=member.user).latest("id")


def test_no_ticket_opens_the_stream(of_owners, api, family: Family):
    ticket = StreamTicket.for_session(session_of(family.mia))
    assert error(api.get(f"/api/v1/activity/stream?ticket={ticket}")) == REQUIRED


def test_what_goes_on_longer_than_a_request_ends(family: Family, settings):
    now = partial(viewer_of_session, session_of(family.mia).pk)
    assert now() is not None
    settings.MFA_REQUIRED_FOR = ["owners"]
    assert now() is None


# --- The admin -----------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["/admin/", "/admin/households/person/", "/admin/households/person/add/"])
def test_the_admin_leads_there(of_owners, family: Family, page):
    mia = signed_in(family.mia.user)
    assert mia.get(page).headers["Location"] == "/admin/second-factor/"
    assert mia.post(page, {"display_name": "Zoe"}).headers["Location"] == "/admin/second-factor/"
    assert mia.get("/admin/second-factor/").status_code == 200
    assert mia.get("/admin/password_change/").status_code == 200
    assert mia.post("/admin/logout/").status_code == 200


def test_and_lets_in_whoever_has_shown_one(of_owners, family: Family):
    mia = signed_in(family.mia.user)
    enrolled(family.mia.user)
    assert mia.get("/admin/").status_code == 200


def test_staff_are_led_there_too(of_staff, db):
    root = signed_in(UserFactory(is_staff=True, is_superuser=True))
    assert root.get("/admin/accounts/user/").headers["Location"] == "/admin/second-factor/"


def test_nobody_breaks_the_glass_without_one(of_staff, family: Family):
    root = signed_in(UserFactory(is_staff=True, is_superuser=True))
    asked = {"household": family.household.pk, "reason": "asked"}
    for answer in (root.get("/admin/glass/"), root.post("/admin/glass/", asked)):
        assert answer.status_code == 302
        assert answer.headers["Location"] == "/admin/second-factor/"
    assert not AuthEvent.objects.filter(kind="glass_broken").exists()


def test_a_second_factor_that_was_removed_meanwhile_has_not_been_shown(of_staff, db):
    user, browser = UserFactory(is_staff=True), Browser()
    enrolled(user)
    by_password(browser, user)
    remove_second_factor_as_staff(user=user, client=Client())
    assert by_code(browser, "000000") == (302, "/admin/")
    assert DeviceSession.objects.live().get().second_factor_at is None
    assert browser.get("/admin/").headers["Location"] == "/admin/second-factor/"
