"""Who is meant by a name: nobody who signs in may get a second Person, who would see the first one's surprises."""

import pytest

from gifts.services.imports.names import halves_of, might_be
from households.models import Membership, Person, Role
from tests.cast import Family, join
from tests.factories import UserFactory
from tests.gifts.importing import Desk, claims_on, item, note_of, row


def rename(person: Person, **fields: str) -> None:
    Person.objects.filter(pk=person.pk).update(**fields)


@pytest.mark.parametrize(
    ("name", "member"),
    [
        ("Mia", "Mia Bauer"),
        ("Mia B.", "Mia Bauer"),
        ("Mia Bauer", "Mia"),
        ("M", "Mia"),
        ("MB", "Mia Bauer"),
        ("miabauer", "Mia Bauer"),
        ("Mila", "Mia"),
        ("Zoe", "Zoë"),
        ("Uncle Jose", "José"),
        ("Theo", "Theodor"),
        ("Leonie", "Leo"),
        ("Grandma", "Grandma Helga"),
        ("Oma", "Granny"),
        ("Katherine", "Catherine"),
        ("Mi\u200ba", "Mia"),
        ("Theo Bauer", "Mia Bauer"),
    ],
)
def test_two_names_might_mean_one_human_being(name: str, member: str):
    assert might_be(name, [member])


@pytest.mark.parametrize(
    ("name", "other"),
    [
        ("Grandpa", "Grandma"),
        ("Leo", "Theo"),
        ("Mia", "Ada"),
        ("Uncle José", "Uncle Tom"),
        ("Teacher Ms Okafor", "Ms Lee"),
        ("Grandma Helga", "Grandma Rosa"),
        ("Mum", "Dad"),
        ("Zoë", "person17"),
        ("12", "Mia"),
        ("Mia", ""),
    ],
)
def test_other_names_do_not(name: str, other: str):
    assert not might_be(name, [other])


@pytest.mark.parametrize("name", ["A & B", "A and B", "A und B", "A+B", "A \uff06 B"])
def test_a_couple_is_two(name: str):
    assert halves_of(name) == ["A", "B"]


def test_an_and_within_a_name_parts_nothing():
    assert halves_of("Sandra Anders") == ["Sandra Anders"]


def test_a_name_is_found_whatever_its_case_and_spaces(desk: Desk, family: Family):
    desk.import_rows(row("A thing", "  lEO "))
    assert item("A thing").list.recipient == family.leo.person


def test_a_name_that_might_be_a_member_stops_the_import(desk: Desk, family: Family):
    rename(family.leo.person, display_name="Leo Bauer")
    sentence = desk.refuses(row("A drill", secret=True))
    assert f"“Leo” might be Leo Bauer ({family.leo.user.login})" in sentence
    assert "--map NAME=LOGIN" in sentence


@pytest.mark.parametrize("field", ["name", "handle"])
def test_a_member_is_suspected_by_login_and_account_name_too(desk: Desk, family: Family, field: str):
    rename(family.leo.person, display_name="Papa Bear")
    setattr(family.leo.user, field, "leo")
    family.leo.user.save()
    assert "might be Papa Bear" in desk.refuses(row("A drill", secret=True))


def test_a_member_is_suspected_by_their_address(desk: Desk, family: Family):
    rename(family.leo.person, display_name="Papa Bear")
    family.leo.user.name, family.leo.user.email = "Bear", "leo.bauer@example.org"
    family.leo.user.save()
    assert "might be Papa Bear" in desk.refuses(row("A drill", secret=True))


def test_a_member_is_suspected_by_relationship(desk: Desk, family: Family):
    rename(family.ada.person, relationship="Granny")
    assert "might be Ada" in desk.refuses(row("A vase", "Oma"))


def test_a_member_without_a_person_or_shut_out_is_suspected_as_well(desk: Desk, family: Family):
    Membership.objects.create(household=family.household, user=UserFactory(name="Tom"), role=Role.MEMBER)
    rosa = join(family.household, "Rosa Luz")
    Membership.objects.filter(person=rosa.person).update(is_active=False)
    sentence = desk.refuses(row("A", "Tom"), row("B", "Rosa"))
    assert "“Tom” might be Tom" in sentence
    assert "“Rosa” might be Rosa Luz" in sentence


def test_a_buyer_is_asked_for_as_well(desk: Desk, family: Family):
    rename(family.ada.person, display_name="Ada L.")
    assert "“Ada” might be Ada L." in desk.refuses(row("A drill", secret=True, who="Ada"))


@pytest.mark.parametrize("name", ["Mum", "me", "My wife", "the kids", "everyone", "Dad"])
def test_a_word_that_means_whoever_typed_it_stops_the_import(desk: Desk, name: str):
    assert f"“{name}” might be any of them" in desk.refuses(row("A thing", name, secret=True))


def test_half_of_a_couple_is_asked_for(desk: Desk, family: Family):
    rename(family.mia.person, display_name="Mia Bauer")
    assert "“Mia” might be Mia Bauer" in desk.refuses(row("A trip", "Mia & Tom", secret=True))


def test_a_group_of_members_is_suspected_by_its_name(desk: Desk, family: Family):
    group = Person.objects.create(household=family.household, display_name="The Bauers")
    group.member_links.create(household=family.household, member=family.leo.person)
    assert "“Bauers” might be Leo" in desk.refuses(row("A trip", "Bauers", secret=True))
    desk.import_rows(row("A trip", "The Bauers", secret=True))
    assert item("A trip").list.recipient == group


def test_a_person_without_a_login_who_might_be_a_member_is_asked_for(desk: Desk, family: Family):
    """They may be the second Person that somebody made by mistake."""
    rename(family.leo.person, display_name="Leo Bauer")
    Person.objects.create(household=family.household, display_name="Leo")
    assert "“Leo” might be Leo Bauer" in desk.refuses(row("A drill", secret=True))


def test_a_name_that_two_people_have_stops_the_import(desk: Desk, family: Family):
    Person.objects.create(household=family.household, display_name="theo")
    assert "“Theo” is the name of 2 people here" in desk.refuses(row("A kite", "Theo"))


def test_all_doubts_are_named_at_once(desk: Desk, family: Family):
    rename(family.leo.person, display_name="Leo Bauer")
    rename(family.ada.person, display_name="Ada Bauer")
    sentence = desk.refuses(row("A drill", who="Ada", secret=True))
    assert "“Leo” might be" in sentence
    assert "“Ada” might be" in sentence


def test_map_says_who_is_meant(desk: Desk, family: Family):
    rename(family.leo.person, display_name="Leo Bauer")
    rename(family.ada.person, display_name="Ada Bauer")
    say = (f"leo={family.leo.user.login}", f"Ada={family.ada.user.login}")
    desk.import_rows(row("A drill", secret=True, who="Ada"), say=say)
    assert item("A drill").list.recipient == family.leo.person
    assert claims_on("A drill") == [("Ada Bauer", "planned", 1)]


def test_map_counts_within_a_couple(desk: Desk, family: Family):
    desk.import_rows(row("A trip", "Mum & Tom", secret=True), say=(f"Mum={family.mia.user.login}",))
    couple = item("A trip").list.recipient
    assert {half.display_name for half in couple.members.all()} == {"Mia", "Tom"}
    assert family.mia.api().get(f"/api/v1/items/{item('A trip').pk}").status_code == 404


def test_map_without_a_login_says_that_it_is_somebody_else(desk: Desk, family: Family):
    rename(family.leo.person, display_name="Leo Bauer")
    desk.import_rows(row("A drill"), say=("Leo=",))
    assert item("A drill").list.recipient not in {family.leo.person}


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("Leo", "--map takes NAME=LOGIN"),
        ("=leo", "--map takes NAME=LOGIN"),
        ("Leo=nobody@example.org", "is no member"),
        ("Tom=", "names nobody called “tom”"),
    ],
)
def test_a_map_that_is_not_clear_is_refused(desk: Desk, said: str, sentence: str):
    assert sentence in desk.refuses(row("A drill"), say=(said,))


def test_a_map_to_a_member_without_a_person_is_refused(desk: Desk, family: Family):
    tom = UserFactory(name="Tom")
    Membership.objects.create(household=family.household, user=tom, role=Role.MEMBER)
    assert "has no person yet" in desk.refuses(row("A", "Tom"), say=(f"Tom={tom.email}",))


def test_two_maps_for_one_name_are_refused(desk: Desk, family: Family):
    say = (f"Leo={family.leo.user.login}", f"leo={family.ada.user.login}")
    assert "two different things of “leo”" in desk.refuses(row("A"), say=say)


def test_a_map_to_the_household_next_door_is_refused(desk: Desk, neighbour):
    assert "is no member" in desk.refuses(row("A"), say=(f"Leo={neighbour.user.login}",))


def test_a_couple_is_found_by_its_name(desk: Desk, family: Family):
    desk.import_rows(row("A trip", "grandma & grandpa"))
    assert item("A trip").list.recipient == family.grandparents


@pytest.mark.parametrize("name", ["Grandpa & Grandma", "Grandma and Grandpa", "Grandpa + Grandma"])
def test_a_couple_is_found_by_its_halves(desk: Desk, family: Family, name: str):
    desk.import_rows(row("A trip", name))
    assert item("A trip").list.recipient == family.grandparents


def test_a_couple_is_made_of_persons_who_are_blind_to_its_surprises(desk: Desk, family: Family):
    desk.import_rows(row("A trip", "Leo & Ada", secret=True), by=family.leo)
    couple = item("A trip").list.recipient
    assert {half.pk for half in couple.members.all()} == {family.leo.person.pk, family.ada.person.pk}
    assert item("A trip").list.owner is None
    assert item("A trip").added_by is None
    assert item("A trip").gift.created_by is None
    for member, status in ((family.leo, 404), (family.ada, 404), (family.mia, 200)):
        assert member.api().get(f"/api/v1/items/{item('A trip').pk}").status_code == status


def test_a_couple_that_has_no_members_yet_gets_them(desk: Desk, family: Family):
    couple = Person.objects.create(household=family.household, display_name="Leo & Ada")
    desk.import_rows(row("A trip", "Leo & Ada", secret=True))
    assert item("A trip").list.recipient == couple
    assert couple.members.count() == 2


def test_two_rows_for_somebody_new_make_one_person(desk: Desk):
    report = desk.import_rows(row("A", "Uncle José"), row("B", " uncle JOSÉ"), row("C", who="Uncle José"))
    assert Person.objects.filter(display_name="Uncle José").count() == 1
    assert "new here: Uncle José" in report


def test_somebody_new_who_looks_like_somebody_known_is_mentioned(desk: Desk):
    report = desk.import_rows(row("A", "Zoë"), row("B", "Zoe"))
    assert "“Zoe” is taken as somebody else than “Zoë”" in report


def test_a_member_whose_person_was_deleted_is_still_themself(desk: Desk, family: Family):
    family.mia.api().delete(f"/api/v1/people/{family.leo.person.pk}")
    desk.import_rows(row("A drill", secret=True))
    assert item("A drill").list.recipient == family.leo.person
    assert family.leo.api().get(f"/api/v1/items/{item('A drill').pk}").status_code == 404


def test_nobody_gives_to_themself(desk: Desk, family: Family):
    report = desk.import_rows(
        row("Socks", who="Leo", status="bought"),
        row("A trip", "Grandma & Grandpa", who="Grandpa", status="ordered", secret=True),
    )
    assert claims_on("Socks") == claims_on("A trip") == []
    assert note_of("Socks") == "Who buys: Leo (delivered)"
    assert note_of("A trip") == "Who buys: Grandpa (ordered)"
    assert report.count("nobody gives to themself") == 2


def test_a_couple_can_give(desk: Desk, family: Family):
    desk.import_rows(row("A kite", "Theo", who="Grandma & Grandpa", status="ordered"))
    assert claims_on("A kite") == [("Grandma & Grandpa", "ordered", 1)]
