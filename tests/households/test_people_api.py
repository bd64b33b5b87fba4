"""Everybody who gives or gets: persons, couples and groups."""

import pytest
from django.utils import timezone

from households.models import Activity, Household, Person, PersonMember
from households.services.households import create_household
from households.services.people import create_person, update_person
from tests.accounts.steps import error
from tests.cast import Family, make_family
from tests.concurrency import simultaneously
from tests.households.actors import api_of, table

PEOPLE = "/api/v1/people"


def path(person: Person) -> str:
    return f"{PEOPLE}/{person.pk}"


def ids(*people: Person) -> list[str]:
    return [str(person.pk) for person in people]


def names(answer) -> list[str]:
    return sorted(row["display_name"] for row in answer.json()["results"])


@pytest.mark.parametrize("name", ["Tim\nTom", "Tim\x1b[2J", "Tim\u2028Tom"])
def test_a_name_is_one_line(family, name):
    answer = family.leo.api().post(PEOPLE, {"display_name": name})
    assert answer.json()["error"]["details"] == {"display_name": ["Use one line without control characters."]}


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
def test_who_may_do_what_with_people(family, verb, actor, status):
    api = api_of(actor, family)
    new = (
        {"display_name": "Tim", "household": str(family.household.pk)}
        if actor == "stranger"
        else {"display_name": "Tim"}
    )
    answer = {
        "list": lambda: api.get(PEOPLE),
        "get": lambda: api.get(path(family.theo)),
        "post": lambda: api.post(PEOPLE, new),
        "patch": lambda: api.patch(path(family.theo), {"display_name": "Tim"}),
        "delete": lambda: api.delete(path(family.theo)),
    }[verb]()
    assert answer.status_code == status
    if answer.status_code == 200 and verb == "list":
        assert ("Theo" in names(answer)) == (actor in {"owner", "member"})
    assert Person.objects.filter(display_name="Tim").exists() == (verb in {"post", "patch"} and status < 300)
    family.theo.refresh_from_db()
    assert (family.theo.deleted_at is not None) == (status == 204)


def test_a_person_has_all_that_givers_want_to_know(family):
    body = {
        "display_name": "Tim",
        "relationship": "nephew",
        "birthdate": "2019-02-28",
        "interests": "dinosaurs",
        "sizes": {"shoes": "29", "shirt": "116"},
        "constraints": "no plushies",
        "photo_url": "https://example.org/tim.jpg",
        "notes": "sleeps late",
    }
    leo = family.leo.api()
    answer = leo.post(PEOPLE, body)
    assert answer.status_code == 201
    assert body.items() <= answer.json().items()
    assert (answer.json()["members"], answer.json()["archived_at"]) == ([], None)
    assert leo.get(f"{PEOPLE}/{answer.json()['id']}").json() == answer.json()


def test_a_null_clears_what_may_be_empty(family):
    leo = family.leo.api()
    leo.patch(path(family.theo), {"birthdate": "2019-02-28"})
    assert leo.patch(path(family.theo), {"birthdate": None}).json()["birthdate"] is None


def test_every_wrong_field_is_named_at_once(family):
    body = {
        "display_name": "",
        "birthdate": "29 February",
        "sizes": {"shoes": {"left": 29}},
        "photo_url": "javascript:alert(1)",
        "members": ["x"],
        "archived": "maybe",
        "deleted_at": None,
        "membership": "x",
    }
    answer = family.leo.api().patch(path(family.theo), body)
    assert error(answer) == (400, "VALIDATION_FAILED")
    assert set(answer.json()["error"]["details"]) == set(body)


def test_archived_people_are_filtered_and_come_back(family):
    leo = family.leo.api()
    assert leo.patch(path(family.theo), {"archived": True}).json()["archived_at"] is not None
    assert names(leo.get(PEOPLE, {"archived": "true"})) == ["Theo"]
    assert "Theo" not in names(leo.get(PEOPLE, {"archived": "false"}))
    assert "Theo" in names(leo.get(PEOPLE))
    assert leo.patch(path(family.theo), {"archived": False}).json()["archived_at"] is None


def test_people_are_sorted_on_request_and_their_birthdays_unknown_last(family):
    leo = family.leo.api()
    leo.patch(path(family.theo), {"birthdate": "2019-02-28"})
    leo.patch(path(family.ada.person), {"birthdate": "2011-06-01"})
    page = leo.get(PEOPLE, {"ordering": "birthdate", "limit": 2}).json()
    assert [row["display_name"] for row in page["results"]] == ["Ada", "Theo"]
    rest = leo.get(page["next"]).json()["results"]
    assert len(rest) == 2
    assert {row["birthdate"] for row in rest} == {None}


def test_a_filter_that_is_not_known_is_refused(family):
    answer = family.leo.api().get(PEOPLE, {"archivd": "true", "ordering": "notes"})
    assert set(answer.json()["error"]["details"]) == {"archivd", "ordering"}


def test_one_chooses_the_household_when_there_are_two(family):
    flat = create_household(owner=family.leo.user, name="Leo's flat")
    leo = family.leo.api()
    assert list(leo.post(PEOPLE, {"display_name": "Tim"}).json()["error"]["details"]) == ["household"]
    answer = leo.post(PEOPLE, {"display_name": "Tim", "household": str(flat.pk)})
    assert answer.json()["household"] == str(flat.pk)
    assert names(leo.get(PEOPLE, {"household": str(flat.pk)})) == ["Leo", "Tim"]
    assert error(leo.patch(path(family.theo), {"household": str(flat.pk)})) == (400, "VALIDATION_FAILED")


def test_a_couple_is_made_of_two(family):
    answer = family.ada.api().post(
        PEOPLE, {"display_name": "M & L", "members": ids(family.mia.person, family.leo.person)}
    )
    assert [member["display_name"] for member in answer.json()["members"]] == ["Mia", "Leo"]
    assert Activity.objects.latest("seq").verb == "person.created"


def test_naming_somebody_twice_is_naming_them_once(family):
    ada = family.ada.api()
    answer = ada.post(PEOPLE, {"display_name": "A group", "members": ids(family.theo, family.theo)})
    assert [member["display_name"] for member in answer.json()["members"]] == ["Theo"]
    again = ada.patch(
        f"{PEOPLE}/{answer.json()['id']}", {"members": ids(family.theo, family.ada.person, family.ada.person)}
    )
    assert [member["display_name"] for member in again.json()["members"]] == ["Ada", "Theo"]


def test_anybody_adds_to_a_couple(family):
    answer = family.ada.api().patch(
        path(family.grandparents), {"members": ids(family.grandma.person, family.grandpa, family.theo)}
    )
    assert answer.status_code == 200
    assert len(answer.json()["members"]) == 3
    assert Activity.objects.latest("seq").payload == {"fields": ["members"]}


def test_there_are_no_groups_of_groups(family):
    ada = family.ada.api()
    complaint = {"members": ["A group cannot be part of a group."]}
    for answer in (
        ada.post(PEOPLE, {"display_name": "All", "members": ids(family.grandparents, family.theo)}),
        ada.patch(path(family.grandpa), {"members": ids(family.theo)}),
        ada.patch(path(family.theo), {"members": ids(family.theo)}),
    ):
        assert answer.json()["error"]["details"] == complaint
    assert PersonMember.objects.count() == 2


def test_who_signs_in_is_one_person(family):
    answer = family.mia.api().patch(path(family.leo.person), {"members": ids(family.theo)})
    assert answer.json()["error"]["details"] == {"members": ["Somebody who signs in is one person, not a group."]}


def test_a_couple_stays_in_its_household(family, neighbour):
    mia = family.mia.api()
    elsewhere = Person.objects.get(household=create_household(owner=family.mia.user, name="The club"))
    for stranger in (elsewhere, neighbour.person):
        answer = mia.patch(path(family.grandparents), {"members": ids(family.grandma.person, family.grandpa, stranger)})
        assert list(answer.json()["error"]["details"]) == ["members"]
    assert PersonMember.objects.count() == 2


@pytest.mark.parametrize(("actor", "status"), [("mia", 200), ("leo", 403), ("ada", 403), ("grandma", 403)])
def test_taking_somebody_out_is_for_an_owner_who_is_none_of_them(family, actor, status):
    answer = getattr(family, actor).api().patch(path(family.grandparents), {"members": ids(family.grandma.person)})
    assert answer.status_code == status
    assert PersonMember.objects.count() == (1 if status == 200 else 2)


def test_an_owner_takes_nobody_out_of_their_own_couple(family):
    mia = family.mia.api()
    couple = mia.post(PEOPLE, {"display_name": "M & T", "members": ids(family.mia.person, family.theo)}).json()
    for rest in ([], ids(family.mia.person), ids(family.theo)):
        answer = mia.patch(f"{PEOPLE}/{couple['id']}", {"members": rest})
        assert error(answer) == (403, "RESOURCE_FORBIDDEN")


def test_swapping_one_for_another_is_taking_out(family):
    answer = family.ada.api().patch(path(family.grandparents), {"members": ids(family.grandma.person, family.theo)})
    assert error(answer) == (403, "RESOURCE_FORBIDDEN")
    assert {link.member for link in PersonMember.objects.all()} == {family.grandma.person, family.grandpa}


def test_a_deleted_half_is_not_shown_and_does_not_drop_out(family):
    ada = family.ada.api()
    assert ada.delete(path(family.grandpa)).status_code == 204
    shown = ada.get(path(family.grandparents)).json()["members"]
    assert [member["display_name"] for member in shown] == ["Grandma"]
    answer = ada.patch(path(family.grandparents), {"members": [member["id"] for member in shown]})
    assert answer.status_code == 200
    assert PersonMember.objects.count() == 2


@pytest.mark.parametrize(
    ("whom", "actor", "status"),
    [
        ("theo", "ada", 204),
        ("grandpa", "grandma", 204),
        ("leo", "mia", 204),
        ("leo", "leo", 403),
        ("leo", "ada", 403),
        ("mia", "mia", 403),
        ("grandparents", "mia", 204),
        ("grandparents", "ada", 403),
        ("grandparents", "grandma", 403),
    ],
)
def test_who_may_delete_whom(family, whom, actor, status):
    person = getattr(family, whom)
    person = person if isinstance(person, Person) else person.person
    assert getattr(family, actor).api().delete(path(person)).status_code == status
    person.refresh_from_db()
    assert (person.deleted_at is not None) == (status == 204)


def test_who_is_deleted_is_not_found_again(family):
    ada = family.ada.api()
    ada.delete(path(family.theo))
    for answer in (ada.get(path(family.theo)), ada.patch(path(family.theo), {}), ada.delete(path(family.theo))):
        assert error(answer) == (404, "RESOURCE_NOT_FOUND")
    assert "Theo" not in names(ada.get(PEOPLE))


def test_somebody_deleted_meanwhile_joins_no_couple(family):
    theo = Person.objects.get(pk=family.theo.pk)
    Person.objects.filter(pk=theo.pk).update(deleted_at=timezone.now())
    with pytest.raises(Exception, match="VALIDATION_FAILED"):
        create_person(viewer=family.mia.viewer, display_name="A group", members=[theo])


@pytest.mark.django_db(transaction=True)
def test_two_persons_do_not_grow_into_each_other():
    """Each becomes a group of the other at the same moment: one of the two is refused."""
    family = make_family()
    pairs = [(family.theo, family.grandpa), (family.grandpa, family.theo)]
    PersonMember.objects.all().delete()

    def grow() -> str:
        group, member = pairs.pop()
        try:
            update_person(viewer=family.mia.viewer, person_id=group.pk, changes={"members": [member]})
        except Exception as refusal:
            return str(refusal)
        return "grown"

    assert sorted(simultaneously(grow, 2)) == ["VALIDATION_FAILED", "grown"]
    assert PersonMember.objects.count() == 1


def test_the_list_asks_the_same_number_of_queries_for_3_people_and_for_23(family, django_assert_num_queries):
    ada = family.ada.api()
    with django_assert_num_queries(2):  # who asks; the people with their members and tags
        ada.get(PEOPLE)
    for number in range(10):
        half = Person.objects.create(household=family.household, display_name=f"Half {number}")
        create_person(viewer=family.mia.viewer, display_name=f"Couple {number}", members=[half, family.theo])
    with django_assert_num_queries(2):
        assert len(ada.get(PEOPLE).json()["results"]) == 27


def test_a_couples_members_come_in_one_order(family):
    group = create_person(
        viewer=family.mia.viewer, display_name="All", members=[family.theo, family.ada.person, family.mia.person]
    )
    shown = family.ada.api().get(path(group)).json()["members"]
    assert [member["display_name"] for member in shown] == ["Mia", "Ada", "Theo"]
    assert Household.objects.count() == 1


def test_many_members_are_looked_up_in_one_query(family: Family, django_assert_max_num_queries):
    api = family.mia.api()
    with django_assert_max_num_queries(30):
        answer = api.post("/api/v1/people", {"display_name": "All", "members": [str(family.theo.pk)] * 40})
    assert [member["display_name"] for member in answer.json()["members"]] == ["Theo"]

    too_many = api.post("/api/v1/people", {"display_name": "All", "members": [str(family.theo.pk)] * 51})
    assert set(too_many.json()["error"]["details"]) == {"members"}


def test_changing_nothing_leaves_no_trace(family: Family):
    before = family.mia.api().get(f"/api/v1/people/{family.theo.pk}").content
    entries = Activity.objects.count()

    for body in ({}, {"display_name": "Theo"}, {"members": []}):
        assert family.mia.api().patch(f"/api/v1/people/{family.theo.pk}", body).content == before
    assert Activity.objects.count() == entries
