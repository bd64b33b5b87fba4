"""The admin's door: the limits of every sign-in, and a lockout of its own beside them."""

from collections import Counter

import pytest
from axes.models import AccessAttempt
from django.test import Client as Browser

from accounts.models import AttemptCounter, AuthEvent, User
from accounts.services.limits import BY_ACCOUNT, BY_ADDRESS, Step
from tests.accounts.steps import log_in
from tests.admin_pages import signed_in
from tests.console import said
from tests.factories import PASSWORD, UserFactory

PAGE = "/admin/login/"
WRONG = "a guess"
LIMIT = 5
LOGINS = BY_ACCOUNT[Step.LOGIN][0].times


@pytest.fixture
def root(db) -> User:
    return UserFactory(name="Root", email="root@example.org", handle="root", is_staff=True, is_superuser=True)


@pytest.fixture
def without_axes(settings) -> None:
    settings.AXES_ENABLED = False


def tries(login: str, password: str = WRONG, *, times: int = 1, browser: Browser | None = None, **sent) -> list:
    browser = browser or Browser()
    return [browser.post(PAGE, {"username": login, "password": password, **sent}).status_code for _ in range(times)]


def reasons() -> list[str]:
    lines = AuthEvent.objects.filter(kind=AuthEvent.Kind.RATE_LIMITED)
    return list(lines.order_by("id").values_list("reason", flat=True))


def test_after_five_wrong_ones_the_door_is_closed_for_the_right_one_too(root):
    assert tries("root", times=LIMIT) == [200] * (LIMIT - 1) + [429]
    assert tries("ROOT", PASSWORD) == [429]
    assert reasons() == ["admin_lockout"]


def test_whoever_is_locked_out_reads_so_on_a_page(root):
    tries("root", times=LIMIT)
    answer = Browser().post(PAGE, {"username": "root", "password": PASSWORD}, headers={"Accept": "text/html"})
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert "Too many requests" in page
    assert "in 15 minutes" in page
    assert "<style" not in page
    assert "<script" not in page
    assert 'style="' not in page


def test_from_another_address_the_door_is_open(root):
    tries("root", times=LIMIT)
    assert tries("root", PASSWORD, browser=Browser(REMOTE_ADDR="198.51.100.9")) == [302]


def test_somebody_else_at_the_same_address_comes_in(root):
    UserFactory(handle="tom", is_staff=True)
    tries("root", times=LIMIT)
    assert tries("tom", PASSWORD) == [302]


def test_a_client_does_not_choose_the_address_that_is_locked_out(root):
    made_up = [Browser(headers={"X-Forwarded-For": f"198.51.100.{number}"}) for number in range(LIMIT)]
    assert [tries("root", browser=browser)[0] for browser in made_up][-1] == 429
    assert set(AccessAttempt.objects.values_list("ip_address", flat=True)) == {"127.0.0.1"}


def test_a_door_without_an_address_is_locked_as_well(root):
    assert tries("root", times=LIMIT, browser=Browser(REMOTE_ADDR=""))[-1] == 429


@pytest.mark.parametrize("login", ["root", "nobody@example.org"])
def test_it_is_locked_whether_or_not_there_is_such_an_account(root, login):
    assert tries(login, times=LIMIT)[-1] == 429


def test_a_right_one_forgets_the_wrong_ones(root):
    tries("root", times=LIMIT - 1)
    assert tries("root", PASSWORD) == [302]
    assert tries("root", times=LIMIT - 1) == [200] * (LIMIT - 1)


def test_staff_open_it_again_by_a_command(root):
    tries("root", times=LIMIT)
    assert said("axes_reset") == "1 attempts removed.\n"
    assert tries("root", PASSWORD) == [302]


def test_what_the_lockout_refuses_counts_nowhere_else(root, api):
    """It was no guess. Otherwise the limit of all doors would stay closed when the lockout is opened again."""
    tries("root", times=LIMIT + LOGINS)
    assert AttemptCounter.objects.order_by("-count").first().count == LIMIT
    said("axes_reset")
    assert tries("root", PASSWORD) == [302]


def test_what_was_sent_is_not_kept(root):
    sent = {"otp_token": "123456", "csrfmiddlewaretoken": "a-token", "next": "/admin/?ticket=a-ticket"}
    tries("root", times=2, **sent)
    tries("a password where the name belongs", **sent)
    kept = str(list(AccessAttempt.objects.values()))
    for secret in ("a guess", "a password", "123456", "a-token", "a-ticket", "root"):
        assert secret not in kept


def test_superusers_see_who_is_locked_out_and_change_nothing(root):
    tries("tom", times=LIMIT)
    browser, attempt = signed_in(root), AccessAttempt.objects.get()
    pages = "/admin/axes/accessattempt/"
    assert "127.0.0.1" in browser.get(pages).content.decode()
    assert browser.get(f"{pages}{attempt.pk}/change/").status_code == 200
    for path in ("add/", f"{attempt.pk}/delete/"):
        assert browser.post(pages + path).status_code == 403
    browser.post(f"{pages}{attempt.pk}/change/", {"failures_since_start": 0})
    attempt.refresh_from_db()
    assert attempt.failures_since_start == LIMIT


def test_owners_do_not_see_who_is_locked_out(family):
    assert signed_in(family.mia.user).get("/admin/axes/accessattempt/").status_code == 403


# --- The limits that count at every door ----------------------------------------------------------


def test_a_password_is_guessed_as_often_in_the_admin_as_over_rest_together(root, api, without_axes):
    assert tries("root", times=LOGINS - 2) == [200] * (LOGINS - 2)
    assert [log_in(api, "root", "a guess").status_code for _ in range(3)] == [401, 401, 429]
    assert tries("root", PASSWORD) == [429]
    assert reasons() == ["login_account"]


def test_an_address_has_its_limit_in_the_admin_too(root, without_axes):
    for number in range(BY_ADDRESS[Step.LOGIN].times):
        assert tries(f"somebody {number}") == [200]
    assert tries("root", PASSWORD) == [429]
    answer = Browser().post(PAGE, {"username": "root"}, headers={"Accept": "text/html"})
    assert 0 < int(answer["Retry-After"]) <= 900


def test_whoever_comes_in_uses_nothing_up(root):
    assert tries("root", PASSWORD, times=LOGINS + 2) == [302] * (LOGINS + 2)
    assert set(AttemptCounter.objects.values_list("count", flat=True)) == {0}


def test_to_look_for_a_good_new_one_uses_nothing_up(family):
    browser, page = signed_in(family.mia.user), "/admin/password_change/"
    weak = {"old_password": PASSWORD, "new_password1": "123", "new_password2": "123"}
    assert [browser.post(page, weak).status_code for _ in range(11)] == [200] * 11
    assert not AuthEvent.objects.filter(kind="password_changed").exists()


def test_passwords_are_not_tried_where_somebody_changes_theirs(family):
    browser, page = signed_in(family.mia.user), "/admin/password_change/"
    wrong = {"old_password": "a guess", "new_password1": "roasted-chestnuts", "new_password2": "roasted-chestnuts"}
    answers = [browser.post(page, wrong).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]
    assert browser.get("/admin/").status_code == 200
    told = Counter(AuthEvent.objects.values_list("kind", "outcome", "user__name"))
    assert told == {("password_changed", "failed", "Mia"): 10, ("rate_limited", "failed", "Mia"): 1}
