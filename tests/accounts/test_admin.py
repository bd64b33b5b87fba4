"""The stock admin, for superusers."""

import pytest
from django.contrib.auth import authenticate
from django.test import Client as Browser

from accounts.models import ActivationCode, AuthEvent, DeviceSession, User
from accounts.services.codes import issue_code
from accounts.services.sessions import open_session
from tests.accounts.steps import activate, error, log_in, refresh, refresh_token
from tests.admin_pages import signed_in
from tests.factories import PASSWORD, UserFactory


@pytest.fixture
def root(db) -> User:
    return UserFactory(name="Root", email="root@example.org", handle="root", is_staff=True, is_superuser=True)


@pytest.fixture
def browser(root) -> Browser:
    return signed_in(root)


@pytest.mark.parametrize("login", ["root@example.org", "ROOT"])
def test_staff_sign_in_by_address_or_handle(root, login):
    answer = Browser().post("/admin/login/?next=/admin/", {"username": login, "password": PASSWORD})
    assert (answer.status_code, answer.url) == (302, "/admin/")
    event = AuthEvent.objects.get()
    assert (event.kind, event.outcome, event.reason, event.user) == ("login", "succeeded", "admin", root)
    assert event.ip == "127.0.0.1"


@pytest.mark.parametrize("login", ["anna@example.org", "nobody@example.org", "root@example.org"])
def test_nobody_else_signs_in(root, anna, login):
    password = "wrong" if login.startswith("root") else PASSWORD
    answer = Browser().post("/admin/login/", {"username": login, "password": password})
    assert answer.status_code == 200
    assert AuthEvent.objects.get().outcome == "failed"


def test_signing_in_works_without_a_request(root):
    assert authenticate(username="root", password=PASSWORD) == root


def test_staff_who_are_no_longer_are_out(browser, root):
    assert browser.get("/admin/").status_code == 200
    root.is_staff = False
    root.save()
    assert browser.get("/admin/").status_code == 302


def test_a_new_user_needs_a_login(browser):
    form = {"name": "Leo", "email": "", "handle": "", "usable_password": "false"}
    answer = browser.post("/admin/accounts/user/add/", form)
    assert "Give an e-mail address or a handle." in answer.content.decode()


def test_a_new_user_may_have_a_handle_and_no_password(browser):
    form = {"name": "Leo", "email": "", "handle": "leo", "usable_password": "false"}
    assert browser.post("/admin/accounts/user/add/", form).status_code == 302
    leo = User.objects.get(handle="leo")
    assert leo.email is None
    assert not leo.has_usable_password()


def test_a_taken_login_is_a_message_and_no_crash(browser, anna):
    form = {"name": "Another", "email": "ANNA@example.org", "handle": "Root", "usable_password": "false"}
    answer = browser.post("/admin/accounts/user/add/", form)
    assert answer.content.decode().count("Somebody signs in with this already.") == 2


def test_a_user_is_changed_and_keeps_their_login_and_password(browser, anna):
    page = f"/admin/accounts/user/{anna.pk}/change/"
    assert anna.password not in browser.get(page).content.decode()
    form = {"name": "Anna B.", "email": anna.email, "handle": "", "avatar_url": "", "is_active": ""}
    assert browser.post(page, form).status_code == 302
    anna.refresh_from_db()
    assert (anna.name, anna.is_active, anna.handle) == ("Anna B.", False, None)
    assert anna.check_password(PASSWORD)


def test_nobody_sets_a_password_for_somebody_else(browser, anna):
    page = f"/admin/accounts/user/{anna.pk}/"
    assert "password" not in browser.get(f"{page}change/").context["adminform"].form.fields
    form = {"usable_password": "true", "password1": "by-candle-light", "password2": "by-candle-light"}
    assert browser.get(f"{page}password/").status_code == 403
    assert browser.post(f"{page}password/", form).status_code == 403
    anna.refresh_from_db()
    assert anna.check_password(PASSWORD)


def changed(browser: Browser, user: User, **flags: str) -> list[tuple]:
    """What the audit has of this change."""
    AuthEvent.objects.all().delete()
    form = {"name": user.name, "email": user.email, "handle": user.handle or "", "avatar_url": ""}
    assert browser.post(f"/admin/accounts/user/{user.pk}/change/", form | flags).status_code == 302
    return list(AuthEvent.objects.filter(user=user).order_by("id").values_list("kind", "reason", "actor__name"))


def test_a_deactivated_user_is_out_and_stays_out(browser, api, anna, phone, on_device, client_at_home):
    code = issue_code(user=anna, actor=None, client=client_at_home)
    phone = open_session(user=anna, device_name="Anna's phone", client=client_at_home)
    assert changed(browser, anna) == [
        ("code_withdrawn", "staff", "Root"),
        ("session_revoked", "staff", "Root"),
        ("rights_changed", "is_active_off", "Root"),
    ]
    assert changed(browser, anna, is_active="on") == [("rights_changed", "is_active_on", "Root")]
    assert error(on_device(phone).get("/api/v1/users/me")) == (401, "AUTH_SESSION_REVOKED")
    assert error(refresh(api, refresh_token(phone), phone.device_id)) == (401, "AUTH_SESSION_REVOKED")
    assert activate(api, anna.email, code).status_code == 400
    assert log_in(api, anna.email, PASSWORD).status_code == 200


def test_staff_who_were_deactivated_sign_in_to_the_admin_again(browser):
    colleague = UserFactory(name="Otto", is_staff=True, is_superuser=True)
    theirs = signed_in(colleague)
    rights = {"is_staff": "on", "is_superuser": "on"}
    changed(browser, colleague, **rights)
    changed(browser, colleague, is_active="on", **rights)
    assert theirs.get("/admin/").status_code == 302
    assert browser.get("/admin/").status_code == 200


def test_the_audit_says_who_gave_and_took_rights(browser, anna):
    assert changed(browser, anna, is_active="on", is_staff="on", is_superuser="on") == [
        ("rights_changed", "is_staff_on", "Root"),
        ("rights_changed", "is_superuser_on", "Root"),
    ]
    assert changed(browser, anna, is_active="on") == [
        ("rights_changed", "is_staff_off", "Root"),
        ("rights_changed", "is_superuser_off", "Root"),
    ]
    assert changed(browser, anna, is_active="on", name="Anna B.") == []


def test_users_are_found_and_never_deleted(browser, anna):
    assert "Anna" in browser.get("/admin/accounts/user/", {"q": "anna"}).content.decode()
    assert browser.post(f"/admin/accounts/user/{anna.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", [ActivationCode, DeviceSession, AuthEvent])
def test_codes_sessions_and_audit_are_read_only_and_show_no_hash(browser, phone, leos_code, model):
    DeviceSession.objects.update(fingerprint_hash="f" * 64)
    row = model.objects.first()
    base = f"/admin/accounts/{model._meta.model_name}/"
    pages = [browser.get(base), browser.get(f"{base}{row.pk}/change/")]
    assert [page.status_code for page in pages] == [200, 200]
    for secret in ("argon2id", "f" * 64):
        assert not [page for page in pages if secret in page.content.decode()]
    for action in (f"{base}add/", f"{base}{row.pk}/delete/"):
        assert browser.get(action).status_code == 403
    assert browser.post(f"{base}{row.pk}/change/", {}).status_code == 403
