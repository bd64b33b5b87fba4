"""The days to give on."""

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from households.models import Activity, Occasion, Person, anniversary
from households.services.households import create_household
from households.services.occasions import create_occasion
from tests.accounts.steps import error
from tests.households.actors import api_of, table

OCCASIONS = "/api/v1/occasions"


@pytest.fixture
def christmas(family) -> Occasion:
    return create_occasion(viewer=family.mia.viewer, name="Christmas", kind="christmas", date=date(2025, 12, 24))


@pytest.fixture
def party(family) -> Occasion:
    """A surprise party that Leo must not know of."""
    return create_occasion(
        viewer=family.mia.viewer, name="Party", honoree=family.leo.person, visibility="hidden_from_honoree"
    )


def path(occasion: Occasion) -> str:
    return f"{OCCASIONS}/{occasion.pk}"


def names(answer) -> list[str]:
    return sorted(row["name"] for row in answer.json()["results"])


@pytest.mark.parametrize(
    ("verb", "actor", "status"),
    table(
        #     owner member guest stranger nobody
        list="200 200 200 200 401",
        get="200 200 404 404 401",
        post="201 201 403 400 401",
        patch="200 200 404 404 401",
        delete="204 204 404 404 401",
    ),
)
def test_who_may_do_what_with_occasions(family, christmas, verb, actor, status):
    api = api_of(actor, family)
    new = {"name": "Easter"} | ({"household": str(family.household.pk)} if actor == "stranger" else {})
    answer = {
        "list": lambda: api.get(OCCASIONS),
        "get": lambda: api.get(path(christmas)),
        "post": lambda: api.post(OCCASIONS, new),
        "patch": lambda: api.patch(path(christmas), {"name": "Easter"}),
        "delete": lambda: api.delete(path(christmas)),
    }[verb]()
    assert answer.status_code == status
    if verb == "list" and status == 200:
        assert names(answer) == (["Christmas"] if actor in {"owner", "member"} else [])
    assert Occasion.objects.filter(name="Easter").exists() == (verb in {"post", "patch"} and status < 300)
    christmas.refresh_from_db()
    assert (christmas.deleted_at is not None) == (status == 204)


@pytest.mark.parametrize(
    ("kind", "yearly"), [("christmas", True), ("birthday", True), ("anniversary", True), ("other", False)]
)
def test_what_comes_every_year_is_yearly_unless_told_otherwise(family, kind, yearly):
    leo = family.leo.api()
    assert leo.post(OCCASIONS, {"name": "A day", "kind": kind}).json()["is_yearly"] is yearly
    told = leo.post(OCCASIONS, {"name": "A day", "kind": kind, "is_yearly": not yearly})
    assert told.json()["is_yearly"] is not yearly


def test_a_date_may_be_unknown_and_become_known_and_unknown_again(family):
    leo = family.leo.api()
    made = leo.post(OCCASIONS, {"name": "Wedding"}).json()
    assert (made["date"], made["next_date"]) == (None, None)
    known = leo.patch(f"{OCCASIONS}/{made['id']}", {"date": "2031-05-01"}).json()
    assert (known["date"], known["next_date"]) == ("2031-05-01", "2031-05-01")
    assert leo.patch(f"{OCCASIONS}/{made['id']}", {"date": None}).json()["next_date"] is None


@pytest.mark.parametrize(
    ("day", "yearly", "today", "expected"),
    [
        (None, True, date(2026, 11, 21), None),
        (date(2025, 12, 24), True, date(2026, 11, 21), date(2026, 12, 24)),
        (date(2025, 12, 24), True, date(2026, 12, 24), date(2026, 12, 24)),
        (date(2025, 12, 24), True, date(2026, 12, 25), date(2027, 12, 24)),
        (date(2027, 12, 24), True, date(2026, 11, 21), date(2027, 12, 24)),
        (date(2025, 12, 24), False, date(2026, 11, 21), date(2025, 12, 24)),
        (date(2024, 2, 29), True, date(2026, 11, 21), date(2027, 2, 28)),
        (date(2024, 2, 29), True, date(2027, 2, 28), date(2027, 2, 28)),
        (date(2024, 2, 29), True, date(2027, 3, 1), date(2028, 2, 29)),
        (date(2024, 2, 29), True, date(2028, 2, 28), date(2028, 2, 29)),
        (date(1, 1, 1), True, date(2026, 11, 21), date(2027, 1, 1)),
    ],
)
def test_the_next_date(day, yearly, today, expected):
    assert Occasion(date=day, is_yearly=yearly).next_date(today) == expected


def test_29_february_falls_on_the_28th_in_common_years_only():
    assert [anniversary(date(2024, 2, 29), year).day for year in (2026, 2028, 2100, 2400)] == [28, 29, 28, 29]


@pytest.mark.parametrize(
    ("zone", "expected"), [("Pacific/Auckland", "2027-12-24"), ("America/Los_Angeles", "2026-12-24")]
)
def test_the_next_date_is_the_households_day(family, christmas, monkeypatch, zone, expected):
    """At 12:00 UTC on Christmas Eve it is Christmas Day already in Auckland."""
    family.household.timezone = zone
    family.household.save()
    leo = family.leo.api()
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 12, 24, 12, tzinfo=UTC))
    session = family.leo.user.sessions.get()
    session.idle_expires_at = session.expires_at = datetime(2030, 1, 1, tzinfo=UTC)
    session.save()
    assert leo.get(path(christmas)).json()["next_date"] == expected


def test_a_hidden_occasion_does_not_exist_for_its_honoree(family, party):
    leo, ada = family.leo.api(), family.ada.api()
    assert ada.get(path(party)).json()["honoree"]["display_name"] == "Leo"
    assert names(ada.get(OCCASIONS)) == ["Party"]
    for answer in (leo.get(path(party)), leo.patch(path(party), {"name": "?"}), leo.delete(path(party))):
        assert error(answer) == (404, "RESOURCE_NOT_FOUND")
    for filters in ({}, {"honoree": str(family.leo.person.pk)}, {"kind": "other"}, {"ordering": "name"}):
        assert leo.get(OCCASIONS, filters).json()["results"] == []


def test_both_halves_of_a_couple_are_blind_to_its_occasions(family):
    golden = create_occasion(
        viewer=family.mia.viewer, name="Golden", honoree=family.grandparents, visibility="hidden_from_honoree"
    )
    assert family.grandma.api().get(path(golden)).status_code == 404
    assert family.leo.api().get(path(golden)).status_code == 200


@pytest.mark.parametrize("field", ["deleted_at", "archived_at"])
def test_a_honoree_who_is_gone_stays_blind(family, party, field):
    Person.objects.filter(pk=family.leo.person.pk).update(**{field: timezone.now()})
    assert family.leo.api().get(OCCASIONS).json()["results"] == []


def test_something_hidden_is_hidden_from_somebody_and_not_from_oneself(family, party):
    leo = family.leo.api()
    hidden = {"name": "?", "visibility": "hidden_from_honoree"}
    nobody = leo.post(OCCASIONS, hidden)
    assert list(nobody.json()["error"]["details"]) == ["honoree"]
    oneself = leo.post(OCCASIONS, hidden | {"honoree": str(family.leo.person.pk)})
    assert list(oneself.json()["error"]["details"]) == ["visibility"]
    couple = family.grandma.api().post(OCCASIONS, hidden | {"honoree": str(family.grandparents.pk)})
    assert list(couple.json()["error"]["details"]) == ["visibility"]
    unhonoured = family.mia.api().patch(path(party), {"honoree": None})
    assert list(unhonoured.json()["error"]["details"]) == ["honoree"]


def test_the_database_knows_no_hidden_occasion_of_nobody(family):
    with pytest.raises(IntegrityError), transaction.atomic():
        Occasion.objects.create(household=family.household, name="?", visibility="hidden_from_honoree")


def test_a_honoree_is_somebody_of_the_household(family, neighbour):
    mia = family.mia.api()
    elsewhere = Person.objects.get(household=create_household(owner=family.mia.user, name="The club"))
    for person, message in [
        (neighbour.person, "There is no such row."),
        (elsewhere, "There is no such person in this household."),
    ]:
        body = {"name": "?", "household": str(family.household.pk), "honoree": str(person.pk)}
        assert mia.post(OCCASIONS, body).json()["error"]["details"] == {"honoree": [message]}


def test_every_wrong_field_is_named_at_once(family, christmas):
    body = {
        "name": "",
        "kind": "easter",
        "date": "2026-02-30",
        "is_yearly": "often",
        "visibility": "secret",
        "budget_total": "-1",
        "next_date": "2026-12-24",
    }
    answer = family.leo.api().patch(path(christmas), body)
    assert set(answer.json()["error"]["details"]) == set(body)


@pytest.mark.parametrize(("given", "kept"), [("1234.5", "1234.50"), (900, "900.00"), ("0", "0.00"), (None, None)])
def test_a_budget_is_a_decimal_string(family, christmas, given, kept):
    answer = family.leo.api().patch(path(christmas), {"budget_total": given})
    assert answer.json()["budget_total"] == kept


@pytest.mark.parametrize("given", ["1.005", "NaN", "Infinity", "1e20", "90 EUR"])
def test_a_budget_is_money(family, christmas, given):
    answer = family.leo.api().patch(path(christmas), {"budget_total": given})
    assert list(answer.json()["error"]["details"]) == ["budget_total"]


def test_a_deleted_occasion_is_gone_and_written_down(family, christmas):
    leo = family.leo.api()
    assert leo.delete(path(christmas)).status_code == 204
    assert leo.get(path(christmas)).status_code == 404
    assert leo.get(OCCASIONS).json()["results"] == []
    entry = Activity.objects.latest("seq")
    assert (entry.verb, entry.subject_type, entry.subject_id) == ("occasion.deleted", "occasion", christmas.pk)


def test_occasions_are_filtered_and_sorted(family, christmas):
    leo = family.leo.api()
    leo.post(
        OCCASIONS, {"name": "Ada is 15", "kind": "birthday", "honoree": str(family.ada.person.pk), "date": "2026-06-01"}
    )
    leo.post(OCCASIONS, {"name": "Wedding"})
    assert names(leo.get(OCCASIONS, {"kind": "birthday"})) == ["Ada is 15"]
    assert names(leo.get(OCCASIONS, {"honoree": str(family.ada.person.pk)})) == ["Ada is 15"]
    for ordering, expected in [
        ("date", ["Christmas", "Ada is 15", "Wedding"]),
        ("-date", ["Ada is 15", "Christmas", "Wedding"]),
    ]:
        rows = leo.get(OCCASIONS, {"ordering": ordering}).json()["results"]
        assert [row["name"] for row in rows] == expected


def test_the_list_asks_the_same_number_of_queries_for_3_occasions_and_for_23(family, django_assert_num_queries):
    leo = family.leo.api()
    for count in (3, 23):
        while Occasion.objects.count() < count:
            create_occasion(viewer=family.mia.viewer, name="A day", honoree=family.ada.person)
        with django_assert_num_queries(2):  # who asks; the occasions with their honorees
            assert len(leo.get(OCCASIONS).json()["results"]) == count
