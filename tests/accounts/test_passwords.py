"""What a password must not be, whoever sets it and wherever."""

import pytest
from django.contrib.auth.password_validation import get_default_password_validators, validate_password
from django.core.exceptions import ValidationError

from accounts.models import User
from tests.accounts.steps import activate, complete

ANNA = User(name="Anna Bauer", handle="annabauer", email="anna.bauer@example.org")
GUESSED = {
    "nine signs": "mx7Q!vb2z",
    "on every list": "password123",
    "a row of keys": "qwertyuiop[]",
    "numbers in order": "1234567890",
    "one letter": "aaaaaaaaaaaaaaaa",
    "the same again and again": "leoleoleoleo",
    "a day": "24.12.2015",
    "this place": "hearth2026!",
    "this server": "testserver1",
    "a season and a year": "Summer2026!",
    "a word in disguise": "P@ssw0rd!1",
    "the same from behind": "321drowssap",
    "one's name": "annabauer1",
    "one's address": "anna.bauer@example.org",
    "one's names and a year": "Bauer, Anna 1985",
    "this place and one's name": "Anna@Hearth1",
}
GOOD = {
    "a few words": "by candle light we sing",
    "signs of any kind": "ßøçëπ∑ 雪だるま 🎄🎄",
    "what a program makes": "v8;Rk#tz!W2q",
    "no capital, no number": "lamppost butter seventeen",
    "more than is looked at": "lamppost butter seventeen " * 7,
}


@pytest.mark.parametrize("password", GUESSED.values(), ids=GUESSED)
def test_what_is_guessed_early_on_is_refused(password):
    with pytest.raises(ValidationError):
        validate_password(password, ANNA)


@pytest.mark.parametrize("password", GOOD.values(), ids=GOOD)
def test_of_whatever_signs_it_is_made_a_good_one_is_taken(password):
    validate_password(password, ANNA)


def test_a_refusal_says_why_and_what_helps(api, leo, leos_code):
    body = complete(api, activate(api, "leo", leos_code), password="qwertyuiop1").json()
    said = body["error"]["details"]["password"]
    assert said[0] == "This is easy to guess."
    assert "Add another word or two. Uncommon words are better." in said


def test_every_rule_says_what_it_asks_for():
    assert all(rule.get_help_text() for rule in get_default_password_validators())
