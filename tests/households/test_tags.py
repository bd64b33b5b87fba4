"""The household's own words, and the people they are put on."""

import pytest
from django.utils import timezone

from gifts.services.merging import merge_people
from households.models import Activity, Person, PersonTag, Role, Tag
from households.services.households import create_household
from households.services.tags import create_tag, put_tags
from tests.accounts.steps import error
from tests.cast import Family, join, make_family
from tests.concurrency import simultaneously
from tests.gifts.looking import NEVER
from tests.households.actors import api_of, table

API = "/api/v1"
TAGS = f"{API}/tags"


@pytest.fixture
def tag(family: Family) -> Tag:
    return a_tag(family, "Wool")


def a_tag(family: Family, name: str, **fields) -> Tag:
    return create_tag(viewer=family.mia.viewer, name=name, **fields)[0]


def names(answer) -> list[str]:
    return [row["name"] for row in answer.json()["results"]]


def tags_of(row: dict) -> list[str]:
    return [tag["name"] for tag in row["tags"]]


@pytest.mark.parametrize(
    ("verb", "actor", "status"),
    table(
        #       owner member guest stranger nobody
        list="200 200 200 200 401",
        get="200 200 404 404 401",
        post="201 201 403 400 401",
        patch="200 200 404 404 401",
        delete="204 204 404 404 401",
        restore="200 200 404 404 401",
    ),
)
def test_who_may_do_what_with_tags(family, tag, verb, actor, status):
    api = api_of(actor, family)
    new = {"name": "Books"} | ({"household": str(family.household.pk)} if actor == "stranger" else {})
    answer = {
        "list": lambda: api.get(TAGS),
        "get": lambda: api.get(f"{TAGS}/{tag.pk}"),
        "post": lambda: api.post(TAGS, new),
        "patch": lambda: api.patch(f"{TAGS}/{tag.pk}", {"name": "Books"}),
        "delete": lambda: api.delete(f"{TAGS}/{tag.pk}"),
        "restore": lambda: api.post(f"{TAGS}/{tag.pk}/restore"),
    }[verb]()
    assert answer.status_code == status
    if verb == "list" and status == 200:
        assert names(answer) == (["Wool"] if actor in {"owner", "member"} else [])
    assert Tag.objects.filter(name="Books").exists() == (verb in {"post", "patch"} and status < 300)
    tag.refresh_from_db()
    assert (tag.deleted_at is not None) == (status == 204)


def test_a_tag_is_made_once_and_found_in_any_case_after_that(family, tag):
    leo = family.leo.api()
    found = leo.post(TAGS, {"name": "wOOL ", "kind": "mood", "colour": "#112233"})
    assert (found.status_code, found.json()["id"]) == (200, str(tag.pk))
    assert (found.json()["name"], found.json()["kind"], found.json()["colour"]) == ("Wool", "custom", "")
    made = leo.post(TAGS, {"name": "Straße", "kind": "interest", "colour": "#c0ffee"})
    assert made.status_code == 201
    assert (made.json()["kind"], made.json()["colour"]) == ("interest", "#c0ffee")
    assert leo.post(TAGS, {"name": "STRASSE"}).json() == made.json()
    assert set(made.json()) == {"id", "household", "name", "kind", "colour", "created_at", "updated_at"}


def test_two_households_have_words_of_their_own(family, neighbour, tag):
    made = neighbour.api().post(TAGS, {"name": "Wool"})
    assert made.status_code == 201
    assert made.json()["id"] != str(tag.pk)


def test_a_deleted_tag_is_made_again_on_whatever_it_was_put_on(family, tag):
    put_tags(family.theo, [tag])
    leo, path = family.leo.api(), f"{API}/people/{family.theo.pk}"
    assert family.mia.api().delete(f"{TAGS}/{tag.pk}").status_code == 204
    assert leo.get(path).json()["tags"] == []
    again = leo.post(TAGS, {"name": "wool", "colour": "#aabbcc"})
    assert (again.status_code, again.json()["id"]) == (201, str(tag.pk))
    assert leo.get(path).json()["tags"] == [
        {"id": str(tag.pk), "name": "wool", "kind": "custom", "colour": "#aabbcc"},
    ]


def test_one_undoes_ones_own_deletion_only(family, tag):
    mia, leo = family.mia.api(), family.leo.api()
    mia.delete(f"{TAGS}/{tag.pk}")
    assert error(leo.post(f"{TAGS}/{tag.pk}/restore")) == (404, "RESOURCE_NOT_FOUND")
    assert mia.post(f"{TAGS}/{tag.pk}/restore").json()["name"] == "Wool"
    assert names(leo.get(TAGS)) == ["Wool"]


def test_a_tag_is_renamed_wherever_it_is_put(family, tag):
    put_tags(family.theo, [tag])
    leo = family.leo.api()
    assert leo.patch(f"{TAGS}/{tag.pk}", {"name": "WOOL", "kind": "mood"}).json()["kind"] == "mood"
    assert tags_of(leo.get(f"{API}/people/{family.theo.pk}").json()) == ["WOOL"]
    leo.patch(f"{TAGS}/{tag.pk}", {"name": "Crème"})
    tag.refresh_from_db()
    assert (tag.name_key, tag.search_text) == ("crème", "creme")


@pytest.mark.parametrize("deleted", [False, True])
def test_a_name_that_is_or_was_taken_is_a_conflict(family, tag, deleted):
    other, leo = a_tag(family, "Books"), family.leo.api()
    if deleted:
        leo.delete(f"{TAGS}/{tag.pk}")
    assert error(leo.patch(f"{TAGS}/{other.pk}", {"name": "wool"})) == (409, "CONFLICT_DUPLICATE")
    assert leo.get(f"{TAGS}/{other.pk}").json()["name"] == "Books"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["name"]),
        ({"name": ""}, ["name"]),
        ({"name": "   "}, ["name"]),
        ({"name": "x" * 61}, ["name"]),
        ({"name": "two\nlines"}, ["name"]),
        ({"name": "\ufdfa" * 50}, ["name"]),
        ({"name": "x", "kind": "?", "colour": "red", "count": 1}, ["colour", "count", "kind"]),
        ({"name": "x", "colour": "#ffffff\n;"}, ["colour"]),
        ({"name": "x", "household": str(NEVER)}, ["household"]),
    ],
)
def test_broken_input_is_refused_with_all_complaints(family, body, fields):
    answer = family.leo.api().post(TAGS, body)
    assert error(answer) == (400, "VALIDATION_FAILED")
    assert sorted(answer.json()["error"]["details"]) == fields
    assert not Tag.objects.exists()


def test_tags_are_listed_by_kind_and_name(family):
    a_tag(family, "b", kind="mood"), a_tag(family, "a", kind="mood"), a_tag(family, "c")
    leo = family.leo.api()
    assert names(leo.get(f"{TAGS}?kind=mood&ordering=name")) == ["a", "b"]
    assert names(leo.get(f"{TAGS}?ordering=-name")) == ["c", "b", "a"]
    assert error(leo.get(f"{TAGS}?used=1")) == (400, "VALIDATION_FAILED")


def test_the_diary_has_an_entry_for_each_change(family):
    leo = family.leo.api()
    made = leo.post(TAGS, {"name": "Wool"}).json()
    leo.post(TAGS, {"name": "Wool"})
    path = f"{TAGS}/{made['id']}"
    leo.patch(path, {"name": "Silk"})
    leo.patch(path, {"name": "Silk"})
    leo.delete(path)
    leo.post(f"{path}/restore")
    leo.post(f"{path}/restore")
    entries = Activity.objects.filter(subject_id=made["id"]).order_by("seq")
    assert [entry.verb for entry in entries] == ["tag.created", "tag.updated", "tag.deleted", "tag.restored"]
    assert {(entry.subject_type, entry.actor) for entry in entries} == {("tag", family.leo.user)}


@pytest.mark.django_db(transaction=True)
def test_four_who_make_one_word_at_once_make_one_tag():
    family = make_family()
    made = simultaneously(lambda: create_tag(viewer=family.mia.viewer, name="Wool"), 4)
    assert len({tag.pk for tag, _ in made}) == 1
    assert [is_new for _, is_new in made].count(True) == 1


# --- On people -----------------------------------------------------------------------------------


def test_people_are_tagged_and_untagged(family, tag):
    books, leo = a_tag(family, "Books"), family.leo.api()
    made = leo.post(f"{API}/people", {"display_name": "Tim", "tags": [str(tag.pk), str(books.pk), str(tag.pk)]})
    assert tags_of(made.json()) == ["Books", "Wool"]
    path = f"{API}/people/{made.json()['id']}"
    assert tags_of(leo.patch(path, {"tags": [str(tag.pk)]}).json()) == ["Wool"]
    assert leo.patch(path, {"relationship": "cousin"}).json()["tags"] != []
    assert leo.patch(path, {"tags": []}).json()["tags"] == []
    assert not PersonTag.objects.exists()


def test_a_person_counts_as_changed_by_their_tags_and_a_tag_by_nobody(family, tag):
    leo, path = family.leo.api(), f"{API}/people/{family.theo.pk}"
    before, used = leo.get(path).json()["updated_at"], tag.updated_at
    after = leo.patch(path, {"tags": [str(tag.pk)]}).json()["updated_at"]
    assert after > before
    assert leo.patch(path, {"tags": [str(tag.pk)]}).json()["updated_at"] == after
    entry = Activity.objects.get(verb="person.updated")
    assert entry.payload == {"fields": ["tags"]}
    tag.refresh_from_db()
    assert tag.updated_at == used


def test_a_deleted_tag_stays_unseen_where_it_is_put(family, tag):
    put_tags(family.theo, [tag])
    leo = family.leo.api()
    leo.delete(f"{TAGS}/{tag.pk}")
    leo.patch(f"{API}/people/{family.theo.pk}", {"tags": []})
    assert PersonTag.objects.filter(person=family.theo, tag=tag).exists()


def test_only_tags_of_the_household_that_are_there_can_be_put(family, neighbour, tag):
    hers, _ = create_tag(viewer=neighbour.viewer, name="Hers")
    gone = a_tag(family, "Gone")
    family.mia.api().delete(f"{TAGS}/{gone.pk}")
    club = create_household(owner=family.mia.user, name="The club")
    elsewhere, _ = create_tag(viewer=family.mia.viewer, household=club, name="Club")
    refusals = [
        family.mia.api().patch(f"{API}/people/{family.theo.pk}", {"tags": [str(pk)]})
        for pk in (hers.pk, gone.pk, NEVER, elsewhere.pk)
    ]
    assert {error(answer) for answer in refusals} == {(400, "VALIDATION_FAILED")}
    assert len({str(answer.json()["error"]["details"]) for answer in refusals[:3]}) == 1
    assert list(refusals[3].json()["error"]["details"]) == ["tags"]
    assert not PersonTag.objects.exists()


@pytest.mark.parametrize("tags", [None, "x", [1], ["x"], [None], {}, [str(NEVER)] * 51])
def test_broken_tags_are_refused(family, tags):
    answer = family.leo.api().patch(f"{API}/people/{family.theo.pk}", {"tags": tags})
    assert error(answer) == (400, "VALIDATION_FAILED")


def test_people_are_found_by_all_of_several_tags(family, tag):
    books, leo = a_tag(family, "Books"), family.leo.api()
    put_tags(family.theo, [tag, books])
    put_tags(family.grandpa, [tag])

    def found(*ids) -> list[str]:
        rows = leo.get(f"{API}/people", {"tag": [str(pk) for pk in ids]}).json()["results"]
        return sorted(row["display_name"] for row in rows)

    assert found(tag.pk) == ["Grandpa", "Theo"]
    assert found(tag.pk, books.pk) == found(books.pk, tag.pk, books.pk) == ["Theo"]
    assert found(NEVER) == found(tag.pk, NEVER) == []
    leo.delete(f"{TAGS}/{books.pk}")
    assert found(books.pk) == found(tag.pk, books.pk) == []


@pytest.mark.parametrize(
    "query", ["tag=x", "tag=1&tag=2", "tag=%00", "&".join(f"tag={NEVER.hex[:-2]}{n}" for n in range(10, 21))]
)
def test_broken_tag_filters_are_refused(family, query):
    answer = family.leo.api().get(f"{API}/people?{query}")
    assert error(answer) == (400, "VALIDATION_FAILED")
    assert list(answer.json()["error"]["details"]) == ["tag"]


def test_an_empty_tag_filter_is_none(family):
    assert len(family.leo.api().get(f"{API}/people?tag=").json()["results"]) == 7


def test_whoever_is_merged_brings_their_tags(family, tag):
    books, gone = a_tag(family, "Books"), a_tag(family, "Gone")
    theodor = Person.objects.create(household=family.household, display_name="Theodor")
    put_tags(theodor, [tag, books, gone])
    put_tags(family.theo, [tag])
    Tag.objects.filter(pk=gone.pk).update(deleted_at=timezone.now())
    left = merge_people(viewer=family.mia.viewer, source_id=theodor.pk, target_id=family.theo.pk)
    assert sorted(left.tags.values_list("name", flat=True)) == ["Books", "Gone", "Wool"]


def test_a_guest_sees_no_tag_by_any_way(family, tag):
    put_tags(family.theo, [tag])
    guest = join(family.household, "Gus", role=Role.GUEST).api()
    assert guest.get(TAGS).json()["results"] == []
    assert guest.get(f"{API}/people?tag={tag.pk}").json()["results"] == []
    assert guest.post(TAGS, {"name": "Wool"}).status_code == 403


def test_a_tag_that_is_deleted_while_it_is_named_again_stays_on_the_row(family: Family, tag: Tag):
    put_tags(family.theo, [tag])
    tag.entomb()
    put_tags(family.theo, [tag])
    assert PersonTag.objects.filter(person=family.theo, tag=tag).count() == 1
