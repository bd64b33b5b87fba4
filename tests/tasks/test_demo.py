from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings
from rest_framework.test import APIClient

from accounts.models import ActivationCode, AuthEvent, User
from accounts.services.sessions import open_session
from accounts.tokens import AccessToken
from config.client import Client
from gifts.models import GiftTag, ListItem
from gifts.services.comments import create_comment
from gifts.services.demo import ITEMS
from gifts.services.shares import share_list
from households.models import Household, HouseholdRow, Invitation, Person, PersonTag, Role, Tag
from households.services.households import create_household
from households.services.members import add_member
from households.viewer import Viewer
from tasks.models import Task
from tests.cast import Family, Member, found, invited, join
from tests.gifts.integrity import broken_rules


@pytest.fixture(autouse=True)
def _embedded(settings) -> None:
    """Also when the tests run on PostgreSQL, which counts as production."""
    settings.IS_PRODUCTION = False


@pytest.mark.django_db
def test_the_demo_prints_sign_ins_that_work(capsys: pytest.CaptureFixture[str]):
    call_command("create_demo")

    lines = capsys.readouterr().out.splitlines()
    sign_ins = dict(line.split() for line in lines if line.startswith("  "))
    assert sorted(sign_ins) == ["ada", "grandma", "leo", "mia"]
    for login, password in sign_ins.items():
        body = {"login": login, "password": password, "device_name": "a phone"}
        assert APIClient().post("/api/v1/auth/login", body).status_code == 200
    assert ListItem.objects.count() == len(ITEMS)


@pytest.mark.django_db
def test_the_demo_keeps_surprises_from_those_they_are_for():
    call_command("create_demo", verbosity=0)

    leo = User.objects.with_login("leo").get()
    session = open_session(user=leo, device_name="a phone", client=Client())
    api = APIClient(headers={"Authorization": f"Bearer {AccessToken.for_session(session)}"})
    titles = {item["gift"]["title"] for item in api.get("/api/v1/items").json()["results"]}
    assert "Running socks, size 44" in titles
    assert "Cordless drill" not in titles


@pytest.mark.django_db
def test_everybody_in_the_demo_but_grandma_has_something_to_do():
    call_command("create_demo", verbosity=0)

    owners = Counter(Task.objects.values_list("owner__handle", flat=True))
    assert owners == {"mia": 3, "leo": 2, "ada": 2}
    assert broken_rules() == []


def test_the_demo_leaves_a_server_alone_that_has_people(family: Family):
    call_command("create_demo", if_empty=True)

    assert Household.objects.count() == 1
    with pytest.raises(CommandError) as refused:
        call_command("create_demo")
    assert refused.value.returncode == 2


@pytest.mark.django_db
@override_settings(IS_PRODUCTION=True)
def test_there_is_no_demo_in_production():
    call_command("create_demo", if_empty=True)

    assert not User.objects.exists()
    with pytest.raises(CommandError) as refused:
        call_command("create_demo")
    assert refused.value.returncode == 2


@pytest.mark.django_db
def test_removing_the_demo_leaves_nothing_of_it(capsys: pytest.CaptureFixture[str]):
    call_command("create_demo")
    mia = User.objects.with_login("mia").get()
    open_session(user=mia, device_name="a phone", client=Client())

    call_command("remove_demo")

    for model in (Household, User, AuthEvent, *HouseholdRow.__subclasses__()):
        assert not model.objects.exists()
    call_command("remove_demo")
    assert capsys.readouterr().out.endswith("There is no demo household here.\n")


@pytest.mark.django_db
def test_what_the_family_has_talked_about_shared_and_tagged_goes_with_it():
    call_command("create_demo", verbosity=0)
    mia, item = User.objects.with_login("mia").get(), ListItem.objects.get(gift__title="Cordless drill")
    home = Household.objects.get()
    guest = join(home, "Gus", Role.GUEST)
    share_list(viewer=Viewer.of(mia), list_id=item.list_id, guest=guest.membership)
    create_comment(viewer=Viewer.of(mia), body="@ada which one?", item=item.pk)
    tag = Tag.objects.create(household=home, name="tools")
    GiftTag.objects.create(household=home, gift=item.gift, tag=tag)
    PersonTag.objects.create(household=home, person=guest.person, tag=tag)

    call_command("remove_demo")

    assert not Household.objects.exists()
    assert not User.objects.exists()


@pytest.mark.django_db
def test_who_was_invited_goes_with_it_and_who_was_invited_into_it_stays():
    call_command("create_demo", verbosity=0)
    ada, mia = (User.objects.with_login(login).get() for login in ("ada", "mia"))
    eve = found("The Neighbours", "Eve")
    invited(eve, ada)
    invited(Member(mia, Person.objects.get(membership__user=mia)), eve.user)

    call_command("remove_demo")

    assert not Invitation.objects.exists()
    assert list(User.objects.all()) == [eve.user]


@pytest.mark.django_db
def test_removing_the_demo_keeps_whom_it_let_in_and_who_has_a_home_since():
    call_command("create_demo", verbosity=0)
    mia = User.objects.with_login("mia").get()
    demo = Household.objects.get()
    add_member(viewer=Viewer.of(mia), household_id=demo.pk, name="Tim", handle="tim", client=Client())
    tim = User.objects.with_login("tim").get()
    home = create_household(owner=tim, name="At Tim's")

    call_command("remove_demo")

    assert User.objects.get() == tim
    assert Household.objects.get() == home
    code, event = ActivationCode.objects.get(), AuthEvent.objects.get()
    assert (code.user, code.issued_by) == (tim, None)
    assert (event.kind, event.user, event.actor) == ("code_issued", tim, None)


def test_removing_the_demo_keeps_everybody_else(family: Family):
    family.mia.add(family.mia.list("For Leo", recipient=family.leo.person))

    call_command("remove_demo")

    assert ListItem.objects.count() == 1
    assert Household.objects.get() == family.household
