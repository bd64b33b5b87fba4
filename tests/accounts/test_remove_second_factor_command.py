"""`manage.py remove_second_factor`: whoever has lost the phone and the recovery codes, too."""

import pytest
from django.core.management import CommandError
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import AuthEvent
from tests.accounts.factor import enrolled, works
from tests.accounts.steps import log_in
from tests.console import facts, said
from tests.factories import PASSWORD, UserFactory


def test_their_password_is_enough_again_and_every_session_ends(api, anna, as_user):
    enrolled(anna, with_codes=True)
    stranger = UserFactory()
    kept, others, theirs = enrolled(stranger), as_user(stranger), as_user(anna)
    assert facts("remove_second_factor", "ANNA@example.org") == {"user": "anna@example.org", "sessions": 1}
    assert [works(theirs), works(others)] == [False, True]
    assert set(log_in(api, anna.email, PASSWORD).json()) >= {"access"}
    assert TOTPDevice.objects.get() == kept.device
    assert not StaticDevice.objects.exists()
    event = AuthEvent.objects.get(kind="mfa_removed")
    assert (event.user, event.actor, event.reason, event.outcome) == (anna, None, "staff", "succeeded")


def test_it_says_so(anna):
    enrolled(anna)
    assert said("remove_second_factor", "anna@example.org") == "Anna has no second factor any more. 0 sessions ended.\n"


@pytest.mark.parametrize(
    ("login", "sentence"),
    [("anna@example.org", "Anna has no second factor."), ("nobody", "Nobody signs in here as “nobody”.")],
)
def test_who_has_none_loses_none(anna, as_user, login, sentence):
    phone = as_user(anna)
    with pytest.raises(CommandError) as error:
        said("remove_second_factor", login)
    assert (str(error.value), error.value.returncode) == (sentence, 2)
    assert works(phone)


def test_one_that_was_never_confirmed_is_none(anna):
    TOTPDevice.objects.create(user=anna, name="authenticator", confirmed=False)
    with pytest.raises(CommandError, match="Anna has no second factor"):
        said("remove_second_factor", "anna@example.org")


def test_the_command_line_as_a_whole(console):
    assert "usage:" in console.refused("remove_second_factor")
    assert "Nobody signs in here" in console.refused("remove_second_factor", "mia")
