"""The counters of what is tried at the door."""

from datetime import timedelta

import pytest

from accounts.models import AttemptCounter, AuthEvent
from accounts.services.limits import BY_ACCOUNT, BY_ADDRESS, QUARTER, Step, take
from config.client import Client
from config.errors import Code, Refusal
from tests.concurrency import simultaneously
from tests.console import facts

HOME, AWAY = Client(ip="192.0.2.7"), Client(ip="198.51.100.9")
LOGINS = BY_ACCOUNT[Step.LOGIN][0].times
AT_AN_ADDRESS = BY_ADDRESS[Step.LOGIN].times


def tries(times: int, *, account: str | None = "mia", client: Client = HOME, step: Step = Step.LOGIN) -> int:
    """How many of so many attempts may go on."""
    return sum(goes_on(step, account, client) for _ in range(times))


def goes_on(step: Step = Step.LOGIN, account: str | None = "mia", client: Client = HOME) -> bool:
    try:
        take(step, account=account, client=client)
    except Refusal as refusal:
        if refusal.code is not Code.RATE_LIMITED:
            raise
        return False
    return True


def later(time: timedelta) -> None:
    """As if what is counted had been counted so much earlier."""
    for counter in AttemptCounter.objects.all():
        changes = {"started_at": counter.started_at - time, "ends_at": counter.ends_at - time}
        AttemptCounter.objects.filter(pk=counter.pk).update(**changes)


def told() -> list[str]:
    lines = AuthEvent.objects.filter(kind=AuthEvent.Kind.RATE_LIMITED)
    return list(lines.order_by("id").values_list("reason", flat=True))


def test_an_account_has_so_many_attempts_wherever_they_come_from(db):
    assert tries(LOGINS - 1) + tries(5, client=AWAY) == LOGINS
    assert tries(1, account="leo") == 1


@pytest.mark.parametrize("login", ["MIA", " mia ", "\uff2d\uff49\uff41"])
def test_an_account_is_the_same_however_its_login_is_typed(db, login):
    tries(LOGINS)
    assert not goes_on(account=login)


def test_an_address_has_so_many_attempts_whomever_they_are_about(db):
    made = sum(tries(1, account=f"somebody {number}") for number in range(AT_AN_ADDRESS + 5))
    assert made == AT_AN_ADDRESS
    assert goes_on(account="mia", client=AWAY)


def test_a_network_of_ipv6_is_one_address(db):
    assert tries(AT_AN_ADDRESS, account=None, client=Client(ip="2001:db8::1")) == AT_AN_ADDRESS
    assert not goes_on(account=None, client=Client(ip="2001:db8::2"))
    assert goes_on(account=None, client=Client(ip="2001:db8:0:1::1"))


def test_an_unknown_address_shares_nothing_with_others(db):
    assert tries(AT_AN_ADDRESS * 2, account=None, client=Client()) == AT_AN_ADDRESS * 2
    assert tries(LOGINS + 1, client=Client()) == LOGINS


def test_a_server_may_have_other_limits_of_addresses_or_none(db, settings):
    settings.SIGN_IN_ADDRESS_FACTOR = 2
    assert tries(AT_AN_ADDRESS * 3, account=None) == AT_AN_ADDRESS * 2
    settings.SIGN_IN_ADDRESS_FACTOR = 0
    assert tries(AT_AN_ADDRESS, account=None) == AT_AN_ADDRESS
    assert tries(LOGINS + 1) == LOGINS


def test_each_step_counts_for_itself(db):
    tries(LOGINS)
    assert goes_on(Step.PIN)


def test_what_went_well_is_given_back(db):
    for _ in range(LOGINS * 2):
        take(Step.LOGIN, account="mia", client=HOME).give_back()
    assert tries(LOGINS + 1) == LOGINS


def test_what_is_given_back_late_is_not_taken_from_a_new_time(db):
    early = take(Step.LOGIN, account="mia", client=HOME)
    later(timedelta(days=2))
    tries(LOGINS)
    early.give_back()
    assert not goes_on()


def test_when_its_time_is_over_it_begins_anew(db):
    tries(LOGINS)
    later(QUARTER - timedelta(seconds=5))
    assert not goes_on()
    later(timedelta(seconds=5))
    assert tries(LOGINS + 1) == LOGINS


def test_of_one_account_a_day_has_a_limit_of_its_own(db):
    day = BY_ACCOUNT[Step.LOGIN][1].times
    for _ in range(day // LOGINS):
        assert tries(LOGINS + 1) == LOGINS
        later(QUARTER)
    with pytest.raises(Refusal) as refused:
        take(Step.LOGIN, account="mia", client=HOME)
    assert QUARTER.total_seconds() < refused.value.retry_after <= timedelta(days=1).total_seconds()


def test_what_is_refused_counts_nowhere(db):
    """Who goes on at a closed account does not close the address, nor the other way round."""
    tries(LOGINS + AT_AN_ADDRESS)
    assert goes_on(account="leo")
    AttemptCounter.objects.all().delete()
    tries(AT_AN_ADDRESS, account=None)
    tries(LOGINS)
    assert tries(LOGINS + 1, client=AWAY) == LOGINS


def test_the_audit_has_one_line_for_all_that_is_refused_in_one_time(db):
    tries(LOGINS + 20)
    assert told() == ["login_account"]
    later(QUARTER)
    tries(LOGINS + 20)
    assert told() == ["login_account"] * 2


def test_a_counter_tells_neither_login_nor_address(db):
    take(Step.LOGIN, account="my secret, typed where the name belongs", client=HOME)
    kept = str(list(AttemptCounter.objects.values()))
    assert "secret" not in kept
    assert "192.0.2.7" not in kept


def test_counters_go_when_their_time_is_over(db):
    tries(1)
    later(QUARTER)
    assert facts("purge_expired")["attempt_counters"] == 2
    assert AttemptCounter.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_so_many_go_on_as_there_is_room_for():
    assert sum(simultaneously(goes_on, 25)) == LOGINS
    assert told() == ["login_account"]


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_at_a_new_time_as_well():
    tries(LOGINS)
    later(QUARTER)
    assert sum(simultaneously(goes_on, 25)) == LOGINS
