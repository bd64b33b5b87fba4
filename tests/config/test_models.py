"""What every table promises."""

import unicodedata

import pytest
from django.apps import apps
from django.db import models
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.models import ActivationCode, AttemptCounter, AuthEvent, DeviceSession, IdempotencyKey, SigningKey, User
from config.errors import Code, Refusal
from config.models import BaseModel, Deletable, ScopedQuerySet, casefold_key
from gifts.models import ListItem
from households.models import DiaryCounter, Household, HouseholdRow, Person
from tests.cast import Family
from tests.envelope import NOWHERE

ROOMS = ["accounts", "households", "gifts", "tasks"]
TABLES = [
    model
    for room in ROOMS
    for model in apps.get_app_config(room).get_models(include_auto_created=True)
    if not model._meta.proxy
]
# Django's own: who may do what in the admin.
JOINS = {User.groups.through, User.user_permissions.through}
# A counter and no thing: it is as old as its household and nobody ever reads it.
COUNTERS = {DiaryCounter}
# Who somebody is stands above every household.
OUTSIDE_HOUSEHOLDS = {
    User,
    ActivationCode,
    DeviceSession,
    AuthEvent,
    IdempotencyKey,
    SigningKey,
    AttemptCounter,
    Household,
}
THINGS = [model for model in TABLES if model not in JOINS | COUNTERS]


def test_there_are_tables():
    assert {User, Household, Person, ListItem} < set(THINGS)


@pytest.mark.parametrize("model", THINGS)
def test_every_thing_has_a_time_ordered_key_and_its_times(model):
    assert issubclass(model, BaseModel)
    assert model._meta.pk.name == "id"
    first, second = model(), model()
    assert first.pk < second.pk
    assert {first.pk.version, second.pk.version} == {7}
    for name in ("created_at", "updated_at"):
        assert isinstance(model._meta.get_field(name), models.DateTimeField)


@pytest.mark.parametrize("model", THINGS)
def test_every_thing_belongs_to_a_household(model):
    assert issubclass(model, HouseholdRow) != (model in OUTSIDE_HOUSEHOLDS)
    if issubclass(model, HouseholdRow):
        assert not model._meta.get_field("household").null


@pytest.mark.django_db
@pytest.mark.parametrize("model", THINGS)
def test_no_viewer_sees_nothing(family: Family, model):
    gift_list = family.mia.list(recipient=family.leo.person)
    family.mia.add(gift_list)
    assert isinstance(model.objects.all(), ScopedQuerySet)
    assert list(model.objects.visible_to(None)) == []
    assert list(model._default_manager.visible_to(None)) == []


@pytest.mark.django_db
@pytest.mark.parametrize("model", THINGS)
def test_a_stranger_sees_nothing_of_the_family(family: Family, neighbour, model):
    item = family.mia.add(family.mia.list(recipient=family.leo.person))
    assert item.pk
    theirs = model.objects.visible_to(neighbour.viewer)
    if issubclass(model, HouseholdRow):
        assert not theirs.filter(household=family.household).exists()
    else:
        assert set(theirs) <= {neighbour.user, neighbour.person.household, *neighbour.user.sessions.all()}


@pytest.mark.parametrize("model", TABLES)
def test_nothing_is_ever_swept_away_with_something_else(model):
    for field in model._meta.local_fields:
        if field.remote_field and model not in JOINS:
            assert field.remote_field.on_delete is models.RESTRICT, field


@pytest.mark.parametrize("model", [model for model in THINGS if not issubclass(model, Deletable)])
def test_only_what_can_be_deleted_has_a_tombstone(model):
    assert "deleted_at" not in {field.name for field in model._meta.fields}


@pytest.mark.parametrize("model", THINGS)
def test_every_text_has_a_limit(model):
    for field in model._meta.local_fields:
        if (isinstance(field, models.TextField) and field.editable) or (
            isinstance(field, models.CharField) and field.editable
        ):
            assert field.max_length, field


def test_a_queryset_that_does_not_say_who_may_see_it_shows_nothing():
    with pytest.raises(NotImplementedError, match="Household does not say who may see it"):
        ScopedQuerySet(Household).visible_to(None)


def test_a_row_that_cannot_be_seen_cannot_be_locked(family: Family, neighbour):
    for pk in (family.household.pk, NOWHERE):
        with pytest.raises(Refusal) as refused:
            Household.objects.visible_to(neighbour.viewer).locked(pk)
        assert refused.value.code is Code.RESOURCE_NOT_FOUND
    assert Household.objects.visible_to(family.mia.viewer).locked(family.household.pk) == family.household


# --- The casefolded key --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Leo", "LEO"),
        ("Strauß", "STRAUSS"),
        ("Ωμέγας", "ΩΜΈΓΑΣ"),
        ("Zoë", "Zoe\u0308"),
        ("ﬁnn", "FINN"),
        ("\uff21\uff44\uff41", "ada"),
        (" Grandma   &  Grandpa ", "grandma & grandpa"),
        ("a\u00a0b", "A B"),
    ],
)
def test_the_same_name_however_it_is_written(one, other):
    assert casefold_key(one) == casefold_key(other)


@pytest.mark.parametrize(("one", "other"), [("Leo", "Leo2"), ("a b", "ab"), ("Müller", "Muller"), ("é", "e")])
def test_other_names_stay_apart(one, other):
    assert casefold_key(one) != casefold_key(other)


@pytest.mark.parametrize("empty", [None, "", " ", "\t\n\u00a0\u3000"])
def test_nothing_has_no_key(empty):
    assert casefold_key(empty) is None


@given(st.text())
@example("ᾀΐﷺẛ̣")
def test_a_key_is_its_own_key(text):
    key = casefold_key(text)
    assert casefold_key(key) == key
    assert casefold_key(unicodedata.normalize("NFD", text)) == key


@pytest.mark.django_db
def test_the_key_is_kept_however_a_row_is_written():
    saved = User.objects.create(name="Leo", handle="Leo.Strauß")
    made = User.objects.bulk_create([User(name="Ada", email="ADA@Example.org"), User(name="Theo", handle="THEO")])
    assert [user.handle_key for user in (saved, *made)] == ["leo.strauss", None, "theo"]
    assert list(
        User.objects.filter(pk__in=[user.pk for user in made]).order_by("pk").values_list("email_key", flat=True)
    ) == [
        "ada@example.org",
        None,
    ]
    saved.handle = "LEO"
    saved.save(update_fields=["handle", "handle_key"])
    saved.refresh_from_db()
    assert saved.handle_key == "leo"


@pytest.mark.django_db
def test_a_name_whose_key_has_no_room_is_refused():
    """\ufdfa is one letter and folds to eighteen."""
    with pytest.raises(Refusal) as refused:
        User.objects.create(name="A", handle="\ufdfa" * 40)
    assert (refused.value.code, list(refused.value.details)) == (Code.VALIDATION_FAILED, ["handle"])
