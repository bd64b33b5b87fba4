"""The second factor in the admin, by a browser that follows links and sends forms."""

import re
from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.hashers import make_password
from django.test import Client as Browser
from django.utils import timezone
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.browsers import WAITING
from accounts.models import AuthEvent, DeviceSession, User
from tests.accounts.factor import Phone, enrolled, waiting_phone, works
from tests.admin_pages import signed_in
from tests.cast import Family
from tests.factories import PASSWORD, UserFactory
from tests.second_door import STEP, by_code, by_password, walk_by_password_alone

HOME = "/admin/"
MINE = "/admin/second-factor/"


@pytest.fixture
def mia(family: Family) -> User:
    return family.mia.user


@pytest.fixture
def phone(mia) -> Phone:
    return enrolled(mia, with_codes=True)


@pytest.fixture
def browser() -> Browser:
    return Browser()


def is_in(browser: Browser) -> bool:
    return browser.get(HOME).status_code == 200


def said(answer) -> list[str]:
    found = re.findall(r'class="errorlist[^"]*"[^>]*>(.*?)</ul>', answer.content.decode(), re.DOTALL)
    return [re.sub("<[^>]*>", "", text).strip() for text in found]


# --- Signing in ----------------------------------------------------------------------------------


def test_without_one_the_password_is_enough(browser, mia):
    assert by_password(browser, mia) == HOME
    assert is_in(browser)


def test_with_one_it_leads_to_the_second_step_and_opens_nothing(browser, mia, phone):
    assert by_password(browser, mia) == STEP
    assert not is_in(browser)
    assert not DeviceSession.objects.exists()
    assert "_auth_user_id" not in browser.session
    assert list(AuthEvent.objects.values_list("kind", "outcome", "reason")) == [("login", "attempted", "admin")]
    page = browser.get(STEP)
    assert 'autocomplete="one-time-code"' in page.content.decode()
    assert "no-store" in page["Cache-Control"]


def test_the_code_opens_it(browser, mia, phone):
    by_password(browser, mia)
    before = browser.session.session_key
    assert by_code(browser, phone.code()) == (302, HOME)
    assert is_in(browser)
    assert browser.session.session_key != before
    assert DeviceSession.objects.get().second_factor_at is not None
    kinds = [("login", "attempted", "admin"), ("mfa_checked", "succeeded", "admin"), ("login", "succeeded", "admin")]
    assert list(AuthEvent.objects.order_by("id").values_list("kind", "outcome", "reason")) == kinds


def test_so_does_a_recovery_code_once(browser, mia, phone):
    by_password(browser, mia)
    assert by_code(browser, phone.codes[0]) == (302, HOME)
    again = Browser()
    by_password(again, mia)
    assert by_code(again, phone.codes[0])[0] == 200
    assert not is_in(again)


def test_a_wrong_code_says_so_and_lets_one_try_again(browser, mia, phone):
    by_password(browser, mia)
    assert said(browser.post(STEP, {"code": "000000"})) == ["This code is wrong or was used before."]
    assert said(browser.post(STEP, {"code": ""})) == ["This field is required."]
    assert not is_in(browser)
    assert by_code(browser, phone.code()) == (302, HOME)


def test_a_wrong_password_is_a_wrong_password(browser, mia, phone):
    other = UserFactory()
    pages = [
        browser.post("/admin/login/", {"username": user.login, "password": "wrong"}).content.decode()
        for user in (mia, other)
    ]
    marks = re.compile(r'csrfmiddlewaretoken" value="[^"]*"|value="[^"]*@[^"]*"')
    assert marks.sub("", pages[0]) == marks.sub("", pages[1])
    assert WAITING not in browser.session


def test_one_comes_to_where_one_wanted_to_go_and_nowhere_else(mia, phone):
    for wanted, reached in (
        ("/admin/households/person/", "/admin/households/person/"),
        ("https://evil.example/", HOME),
    ):
        browser = Browser()
        by_password(browser, mia, next=wanted)
        assert by_code(browser, phone.fresh()) == (302, reached)


def test_the_step_waits_for_five_minutes(browser, mia, phone):
    by_password(browser, mia)
    session = browser.session
    session[WAITING] |= {"until": (timezone.now() - timedelta(seconds=1)).isoformat()}
    session.save()
    assert by_code(browser, phone.code()) == (302, "/admin/login/")
    assert not is_in(browser)


def test_a_changed_password_ends_it(browser, mia, phone):
    by_password(browser, mia)
    User.objects.filter(pk=mia.pk).update(password=make_password("something else"))
    assert by_code(browser, phone.code()) == (302, "/admin/login/")
    assert not is_in(browser)
    assert browser.get(STEP).status_code == 302


def test_whoever_was_signed_in_is_so_no_more(family, mia, phone):
    root = UserFactory(is_staff=True, is_superuser=True)
    browser = Browser()
    by_password(browser, root)
    assert is_in(browser)
    by_password(browser, mia)
    assert not is_in(browser)


def test_nobody_begins_with_the_second_step(browser, phone):
    assert browser.get(STEP).headers["Location"] == "/admin/login/"
    assert by_code(browser, phone.code()) == (302, "/admin/login/")
    assert not is_in(browser)


def test_codes_are_limited(browser, mia, phone):
    by_password(browser, mia)
    assert [by_code(browser, "000000")[0] for _ in range(11)] == [200] * 10 + [429]
    assert by_code(browser, phone.code())[0] == 429
    assert not is_in(browser)


def test_whoever_owns_nothing_any_more_is_not_let_in(browser, family, mia, phone):
    by_password(browser, mia)
    mia.memberships.update(role="member")
    by_code(browser, phone.code())
    assert not is_in(browser)


def test_a_password_alone_opens_no_address(mia, phone):
    walk = walk_by_password_alone(mia, phone)
    assert walk.addresses > 100
    assert walk.opened == []


# --- One's own -----------------------------------------------------------------------------------


@pytest.fixture
def home(mia) -> Browser:
    return signed_in(mia)


def test_it_is_found_beside_the_password(home):
    assert f'href="{MINE}"' in home.get(HOME).content.decode()
    assert "Set it up" in home.get(MINE).content.decode()


def test_it_is_set_up(home, mia):
    other = signed_in(mia)
    assert said(home.post(f"{MINE}begin/", {"password": "wrong"})) == ["This is not your password."]
    assert home.post(f"{MINE}begin/", {"password": PASSWORD}).headers["Location"] == f"{MINE}confirm/"
    page = home.get(f"{MINE}confirm/")
    assert "<svg" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    assert said(home.post(f"{MINE}confirm/", {"code": "000000"})) == ["This code is wrong or was used before."]
    done = home.post(f"{MINE}confirm/", {"code": waiting_phone(mia).code()})
    codes = re.findall(r"<code>([^<]*)</code>", done.content.decode())
    assert len(codes) == 10
    assert is_in(home)
    assert not is_in(other)
    assert codes[0] not in home.get(MINE).content.decode()
    assert home.get(f"{MINE}confirm/").headers["Location"] == f"{MINE}begin/"


def test_its_secret_is_shown_to_nobody_who_is_signed_in_elsewhere(home, mia):
    """It takes the password to begin, and a stolen session has none."""
    thief = signed_in(mia)
    home.post(f"{MINE}begin/", {"password": PASSWORD})
    assert thief.get(f"{MINE}confirm/").headers["Location"] == f"{MINE}begin/"
    assert "<svg" in home.get(f"{MINE}confirm/").content.decode()


def test_it_is_replaced_with_the_password_and_a_code(home, mia, phone):
    form = {"password": PASSWORD, "code": "000000"}
    assert said(home.post(f"{MINE}begin/", form)) == ["This code is wrong or was used before."]
    assert home.post(f"{MINE}begin/", form | {"code": phone.code()}).status_code == 302
    assert home.post(f"{MINE}confirm/", {"code": waiting_phone(mia).code()}).status_code == 200
    assert TOTPDevice.objects.count() == 1


def test_recovery_codes_are_renewed(home, phone):
    answer = home.post(f"{MINE}recovery-codes/", {"password": PASSWORD})
    assert len(set(re.findall(r"<code>([^<]*)</code>", answer.content.decode())) - set(phone.codes)) == 10


def test_it_is_removed_with_the_password(home, mia, phone, as_user):
    app = as_user(mia)
    assert said(home.post(f"{MINE}remove/", {"password": "wrong"})) == ["This is not your password."]
    answer = home.post(f"{MINE}remove/", {"password": PASSWORD}, follow=True)
    assert "Your password alone lets you in." in answer.content.decode()
    assert not TOTPDevice.objects.exists()
    assert not works(app)


def test_what_is_not_there_is_not_renewed_or_removed(home):
    for page in ("recovery-codes", "remove"):
        assert "There is no second factor." in home.post(f"{MINE}{page}/", {"password": PASSWORD}).content.decode()


def test_it_is_not_removed_where_it_is_required(home, phone, settings):
    settings.MFA_REQUIRED_FOR = ["owners"]
    assert "Remove it" not in home.get(MINE).content.decode()
    answer = home.post(f"{MINE}remove/", {"password": PASSWORD})
    assert "It can be replaced, but not removed." in answer.content.decode()
    assert TOTPDevice.objects.exists()


def test_to_set_it_up_over_rest_ends_the_admin(home, mia, phone):
    """By itself the session ends then. Should one not have, it opens nothing all the same."""
    assert is_in(home)
    DeviceSession.objects.update(second_factor_at=None)
    assert not is_in(home)


def test_passwords_are_limited(home):
    for _ in range(10):
        home.post(f"{MINE}begin/", {"password": "wrong"})
    answer = home.post(f"{MINE}begin/", {"password": PASSWORD})
    assert "Too many requests" in answer.content.decode()


def test_the_stock_pages_that_show_secrets_are_gone(family):
    assert not {TOTPDevice, StaticDevice} & set(admin.site._registry)
    root = signed_in(UserFactory(is_staff=True, is_superuser=True))
    assert root.get("/admin/otp_totp/totpdevice/").status_code == 404
