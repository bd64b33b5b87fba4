"""Who is called by "@" in a comment."""

import pytest

from accounts.models import User
from gifts.models import Comment
from households.models import Membership, Role
from tests.cast import Family, Member, join
from tests.gifts.looking import API


@pytest.fixture
def family(family: Family) -> Family:
    for member, handle in ((family.mia, "mia.b"), (family.leo, "Löwe"), (family.ada, "ada-l")):
        member.user.handle = handle
        member.user.save()
    return family


@pytest.fixture
def rose(family: Family) -> Member:
    return join(family.household, "Aunt Rose")


def called(family: Family, text: str) -> str:
    """The names of those who are called, in the order of the alphabet."""
    comment = family.mia.say(text, person=family.theo)
    assert comment.body == text
    answer = family.mia.api().get(f"{API}/comments/{comment.pk}").json()
    return " ".join(sorted(User.objects.get(pk=pk).name for pk in answer["mentions"]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nobody", ""),
        ("@", ""),
        ("@mia.b look", "Mia"),
        ("@MIA.B, @löwe!", "Leo Mia"),
        ("@LO\u0308WE", "Leo"),
        ("\uff20ada-l", "Ada"),
        ("@ada @leo @grandma", "Ada Grandma Leo"),
        ("@Mia. And @Leo: see (@Ada) '@Grandma'", "Ada Grandma Leo Mia"),
        ("@Leo's, @Ada\u2019s", "Ada Leo"),
        ("@Leo @leo @LÖWE", "Leo"),
        ("@Mia...", "Mia"),
        ("\n@Mia\n- @Leo", "Leo Mia"),
        ("@AuntRose @aunt", "Aunt Rose"),
        ("@Aunt Rose", ""),
        ("@Miaow @ada-lovelace @Leo_ @mia.bee @Ada.com", ""),
        ("mia@leo leo@ada.example x.y+z@ada grandma@mia.b", ""),
        ("@leo@social.example https://example.org/@leo", ""),
        ("@theo @grandpa", ""),
    ],
)
def test_who_is_called(family: Family, rose: Member, text: str, expected: str):
    assert called(family, text) == expected


def test_a_name_that_two_have_calls_neither_but_a_handle_does(family: Family):
    join(family.household, "LEO")
    assert called(family, "@leo") == ""
    assert called(family, "@löwe") == "Leo"


def test_a_handle_goes_before_another_members_name(family: Family):
    User.objects.filter(pk=family.ada.user.pk).update(handle="grandma", handle_key="grandma")
    assert called(family, "@grandma") == "Ada"


def test_only_active_members_of_that_household_are_called(family: Family, neighbour: Member):
    Membership.objects.filter(user=family.ada.user).update(is_active=False)
    User.objects.filter(pk=family.leo.user.pk).update(is_active=False)
    join(family.household, "Gus", Role.GUEST)
    assert called(family, "@ada @leo @eve @gus @grandma") == "Grandma Gus"


def test_who_leaves_is_called_no_more(family: Family):
    comment = family.mia.say("@leo", person=family.theo)
    Membership.objects.filter(user=family.leo.user).update(is_active=False)
    answer = family.mia.api().get(f"{API}/comments/{comment.pk}").json()
    assert (answer["body"], answer["mentions"]) == ("@leo", [])


def test_they_are_found_anew_when_the_words_change(family: Family):
    comment = family.mia.say("@leo and @ada", person=family.theo)
    mia = family.mia.api()
    answer = mia.patch(f"{API}/comments/{comment.pk}", {"body": "@ada and @grandma"}).json()
    assert answer["mentions"] == [str(pk) for pk in sorted([family.ada.user.pk, family.grandma.user.pk])]

    join(family.household, "Max")
    assert mia.patch(f"{API}/comments/{comment.pk}", {"resolved": True}).json()["mentions"] == answer["mentions"]


def test_who_is_called_behind_their_back_hears_nothing(family: Family):
    family.mia.say("@leo must not know", person=family.leo.person)
    assert family.leo.api().get(f"{API}/comments").json()["results"] == []
    assert Comment.objects.get().mentions.get() == family.leo.user
