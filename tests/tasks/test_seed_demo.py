"""A host to measure on: as many rows as asked for, and every rule holds for each of them."""

import json
from collections import Counter
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Model
from django.test import override_settings
from rest_framework.test import APIClient

from accounts.models import User
from gifts.models import Claim, Comment, Gift, GiftList, ItemPlan, ListItem, ListShare
from gifts.services.seeding.seeding import Seeding
from gifts.services.seeding.sizes import HouseholdSize, host_of
from households.models import Household, HouseholdRow, Membership, Occasion, Person, PersonMember
from tasks.models import Task
from tasks.services.seeding import FAMILY_TASKS
from tests.gifts.integrity import broken_rules


@pytest.fixture(autouse=True)
def _embedded(settings) -> None:
    """Also when the tests run on PostgreSQL, which counts as production."""
    settings.IS_PRODUCTION = False


@pytest.fixture
def seed(db: None, capsys: pytest.CaptureFixture[str]):
    """Fill the server; returns what the command says of it."""

    def run(**options: Any) -> dict[str, Any]:
        call_command("seed_demo", json=True, **options)
        return json.loads(capsys.readouterr().out)

    return run


def signed_in(login: str, password: str) -> APIClient:
    body = {"login": login, "password": password, "device_name": "a phone"}
    answer = APIClient().post("/api/v1/auth/login", body)
    assert answer.status_code == 200
    return APIClient(headers={"Authorization": f"Bearer {answer.json()['access']}"})


def stored(row: Model) -> tuple:
    """Its columns, without what Django makes of them."""
    with connection.cursor() as cursor:
        # A driver that knows UUIDs gets one; SQLite's is told how Django writes them.
        pk = row._meta.pk.get_db_prep_value(row.pk, connection)
        cursor.execute(f"SELECT * FROM {row._meta.db_table} WHERE id = %s", [pk])  # noqa: S608
        return cursor.fetchone()


def shape(household: Household) -> Counter:
    """Who and what is in it, without keys, days and logins."""
    columns = ("list__name", "list__kind", "list__visibility", "list__recipient__display_name", "gift__title")
    claims = ("claims__status", "claims__quantity", "claims__giver__display_name", "plan__stage", "position")
    return Counter(ListItem.objects.filter(household=household).values_list(*columns, *claims))


def test_every_rule_holds_for_what_is_seeded(seed):
    seed(households=2, people=20, items=400)

    assert broken_rules() == []
    assert (Household.objects.count(), ListItem.objects.count()) == (2, 400)
    assert Person.objects.filter(member_links=None).count() == 20


@pytest.mark.django_db
def test_every_rule_holds_in_the_smallest_households():
    sizes = [HouseholdSize(people, items=160) for people in (1, 2, 3, 6)]
    list(Seeding(sizes, seed="small", password="a-warm-fire-in-winter").run())

    assert broken_rules() == []
    assert GiftList.objects.count() == 4 * 11


def test_a_broken_rule_would_be_noticed(seed):
    seed(households=1, people=6, items=60)
    hidden = GiftList.objects.filter(visibility=GiftList.Visibility.HIDDEN, owner__isnull=False).first()
    GiftList.objects.filter(pk=hidden.pk).update(recipient=Person.objects.get(membership__user=hidden.owner))
    Claim.objects.filter(pk=Claim.objects.first().pk).update(quantity=999)
    Gift.objects.filter(pk=Gift.objects.first().pk).update(search_text="")

    broken = {line.split(":")[0] for line in broken_rules()}
    assert broken >= {
        "whoever_did_something_may_know_of_it",
        "lists_are_hidden_from_somebody_else_than_their_owner",
        "nobody_buys_twice",
        "keys_to_compare_and_to_search_by_are_filled",
    }


def test_rows_are_stored_as_django_would_store_them(seed):
    seed(people=8, items=150)

    for model in (Household, User, *HouseholdRow.__subclasses__()):
        for row in model._base_manager.all()[:20]:
            before = stored(row)
            row.save_base(raw=True)
            assert stored(row) == before


def test_the_measured_family_has_some_of_everything(seed):
    rows = seed(households=1)["rows"]

    sizes = {"gift": 2000, "listitem": 5000, "itemplan": 5000, "giftlist": 100, "user": 12, "task": FAMILY_TASKS}
    assert sizes.items() <= rows.items()
    assert rows["activity"] > 5000
    assert set(Claim.objects.values_list("status", flat=True)) == set(Claim.Status)
    assert set(ItemPlan.objects.values_list("stage", flat=True)) == set(ItemPlan.Stage)
    assert set(GiftList.objects.values_list("visibility", flat=True)) == set(GiftList.Visibility)
    assert GiftList.objects.filter(companion_of__isnull=False).exists()
    assert GiftList.objects.filter(kind=GiftList.Kind.WISHLIST, recipient__membership__isnull=False).exists()
    assert Occasion.objects.filter(visibility=Occasion.Visibility.HIDDEN).exists()
    assert Comment.objects.filter(hidden_from__isnull=False).exists()
    for model in (ListShare, PersonMember):
        assert model.objects.exists()
    assert ItemPlan.objects.filter(planned_price__isnull=False).exclude(giver_note="").exists()


def test_its_owner_reads_it_over_the_api(seed):
    made = seed(people=8, items=60)

    api = signed_in(**made["sign_ins"]["owner"])
    lists = api.get("/api/v1/lists").json()["results"]
    assert lists
    assert api.get(f"/api/v1/lists/{lists[0]['id']}/items").json()["results"]
    for page in ("dashboard", "activity", "gifts", "items", "people", "occasions", "comments", "users/me/tasks"):
        assert api.get(f"/api/v1/{page}").status_code == 200
    assert lists[0]["household"] == made["household"]


def test_a_recipient_does_not_see_the_lists_that_are_hidden_from_them(seed):
    made = seed(people=8, items=300)
    member = User.objects.with_login(made["sign_ins"]["member"]["login"]).get()
    for_them = GiftList.objects.filter(recipient__membership__user=member)
    hidden = for_them.filter(visibility=GiftList.Visibility.HIDDEN)
    own = for_them.filter(visibility=GiftList.Visibility.HOUSEHOLD)
    assert hidden.exists()
    assert own.exists()

    api = signed_in(**made["sign_ins"]["member"])
    seen = {row["id"] for row in api.get("/api/v1/lists?limit=100").json()["results"]}
    assert seen.isdisjoint(str(row.pk) for row in hidden)
    assert seen.issuperset(str(row.pk) for row in own)


def test_a_guest_sees_what_is_shared_with_them(seed):
    made = seed(people=8, items=150)

    api = signed_in(**made["sign_ins"]["guest"])
    seen = {row["id"] for row in api.get("/api/v1/lists?limit=100").json()["results"]}
    assert seen == {str(share.list_id) for share in ListShare.objects.all()}
    assert seen


def test_the_same_seed_makes_the_same_again(seed):
    families = [seed(items=60, seed=word)["household"] for word in ("one", "one", "another")]

    one, again, another = (shape(Household.objects.get(pk=pk)) for pk in families)
    assert one == again
    assert one != another


def test_removing_the_demo_leaves_nothing_of_it(seed, capsys: pytest.CaptureFixture[str]):
    made = seed(households=25, people=40, items=80)
    signed_in(**made["sign_ins"]["owner"])

    call_command("remove_demo")

    assert capsys.readouterr() == ("25 demo households are gone.\n", "")
    for model in (Household, User, *HouseholdRow.__subclasses__()):
        assert not model._base_manager.exists()


@pytest.mark.django_db
def test_whatever_stops_it_leaves_whole_households_only():
    nobody = HouseholdSize(people=0, items=0)
    sizes = [HouseholdSize(people=2, items=1)] * 102 + [nobody]

    with pytest.raises(IndexError):
        list(Seeding(sizes, seed="", password="a-warm-fire-in-winter").run())

    assert Household.objects.count() == 100
    assert ListItem.objects.count() == 100
    assert User.objects.count() == Membership.objects.count()


@pytest.mark.django_db
def test_it_says_in_words_what_it_made_and_how_to_get_in(capsys: pytest.CaptureFixture[str]):
    call_command("seed_demo", items=30, people=7, password="a-warm-fire-in-winter")

    said = capsys.readouterr()
    assert ": 1 households, 8 persons, 2 lists, 30 gifts, 30 items, " in said.out
    assert "has the password a-warm-fire-in-winter\n" in said.out
    assert said.err == ""


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--items", "-1"], "--items must be a whole number from 1 to 100000000."),
        (["--people", "0"], "--people must be a whole number from 1 to 100000000."),
        (["--households", "many"], "--households must be a whole number from 1 to 100000000."),
        (["--households", "3", "--people", "2"], "3 households need at least as many people."),
        (["--households", "1", "--items", "5001"], "The measured family has 18 people and 5000 items; "),
        (["--tasks", "0"], "--tasks must be a whole number from 1 to 100000000."),
        (["--password", "short"], "--password: This password is too short."),
    ],
)
@pytest.mark.django_db
def test_what_makes_no_sense_is_refused_in_one_sentence(arguments: list[str], sentence: str):
    with pytest.raises(CommandError) as refused:
        call_command("seed_demo", *arguments)

    assert str(refused.value).startswith(sentence)
    assert refused.value.returncode == 2
    assert not Household.objects.exists()


@pytest.mark.django_db
@override_settings(IS_PRODUCTION=True)
def test_in_production_it_wants_to_be_told_that_the_server_is_for_measuring():
    with pytest.raises(CommandError) as refused:
        call_command("seed_demo", items=1)
    assert refused.value.returncode == 2
    assert not Household.objects.exists()

    call_command("seed_demo", items=1, yes_this_server_is_for_measuring=True)
    assert Household.objects.get().is_demo


def test_there_are_as_many_tasks_as_asked_for(seed):
    made = seed(households=3, people=20, items=60, tasks=3_000)

    assert made["rows"]["task"] == Task.objects.count() == 3_000
    assert Task.objects.filter(household=made["household"]).count() == FAMILY_TASKS
    for some in ({"item": None}, {"due_on": None}, {"completed": True}, {"repeat_after_days": 7}, {"recurrence": ""}):
        assert Task.objects.filter(**some).exists()
        assert Task.objects.exclude(**some).exists()
    assert broken_rules() == []


@pytest.mark.parametrize("households", [1, 2, 100, 10_000])
def test_the_measured_family_is_as_large_on_every_host(households: int):
    family, *others = host_of(households=households)

    assert family == HouseholdSize(people=18, items=5000)
    assert len(others) == households - 1


@pytest.mark.parametrize("asked", [(1000, 20_000), (18, 5000), (3, 40), (500, 1000), (20, 100_000), (1, 1)])
def test_a_host_has_as_many_people_and_items_as_asked_for(asked: tuple[int, int]):
    sizes = host_of(people=asked[0], items=asked[1])

    assert (sum(size.people for size in sizes), sum(size.items for size in sizes)) == asked
    assert all(size.people >= 1 for size in sizes)
