"""A superuser who owns no household looks and does not write, and does not meet their own surprise."""

import pytest
from django.test import Client as Browser

from households.models import Activity, Household, Membership, Occasion, Person
from households.services.occasions import create_occasion
from tests.admin_pages import signed_in
from tests.cast import Family

MODELS = [Household, Membership, Person, Occasion, Activity]


@pytest.fixture
def leo_runs_the_server(family) -> Family:
    family.leo.user.is_staff = family.leo.user.is_superuser = True
    family.leo.user.save()
    return family


@pytest.fixture
def browser(leo_runs_the_server) -> Browser:
    return signed_in(leo_runs_the_server.leo.user)


def page(model: type) -> str:
    return f"/admin/households/{model._meta.model_name}/"


@pytest.mark.parametrize("model", MODELS)
def test_a_superuser_looks_and_changes_nothing(browser, family, model):
    create_occasion(viewer=family.mia.viewer, name="Christmas")
    row = model.objects.first()
    assert browser.get(page(model)).status_code == 200
    assert browser.get(f"{page(model)}{row.pk}/change/").status_code == 200
    assert browser.get(f"{page(model)}{row.pk}/history/").status_code == 200
    for path in ("add/", f"{row.pk}/delete/"):
        assert browser.get(page(model) + path).status_code == 403
        assert browser.post(page(model) + path, {"post": "yes"}).status_code == 403
    assert browser.post(f"{page(model)}{row.pk}/change/", {"name": "x"}).status_code == 403


@pytest.mark.parametrize("model", [Household, Membership, Person, Occasion])
def test_what_can_be_searched_is_searched_without_an_error(browser, family, model):
    assert browser.get(page(model), {"q": "Leo"}).status_code == 200


def test_a_couple_shows_its_halves_and_no_way_to_change_them(browser, family):
    text = browser.get(f"{page(Person)}{family.grandparents.pk}/change/").content.decode()
    assert "Grandma in" not in text
    assert "Grandma, Grandpa" in text
    assert 'type="checkbox"' not in text
    assert 'name="_save"' not in text


def test_a_superuser_does_not_meet_their_own_surprise(browser, family):
    secret = create_occasion(
        viewer=family.mia.viewer,
        name="Surprise party",
        honoree=family.leo.person,
        visibility="hidden_from_honoree",
    )
    open_one = create_occasion(viewer=family.mia.viewer, name="Christmas")
    listed = browser.get(page(Occasion), {"q": "a"}).content.decode()
    assert "Christmas" in listed
    assert "Surprise" not in listed
    assert "1 found" in listed
    for path in ("change/", "history/"):
        there, nowhere = (browser.get(f"{page(Occasion)}{pk}/{path}") for pk in (secret.pk, family.household.pk))
        assert there.status_code == nowhere.status_code == 404
    assert browser.get(f"{page(Occasion)}{open_one.pk}/change/").status_code == 200


def test_the_diary_tells_a_superuser_what_it_tells_over_rest(browser, family):
    surprise = family.mia.list("For Leo", recipient=family.leo.person)
    family.mia.add(surprise, "Drill")
    text = browser.get(page(Activity)).content.decode()
    assert "added the household" in text
    for secret in ("the list", "the item", "For Leo", "Drill", str(surprise.pk)):
        assert secret not in text
    entry = Activity.objects.get(verb="list.created")
    assert browser.get(f"{page(Activity)}{entry.pk}/change/").status_code == 404


def test_a_superuser_of_no_household_sees_no_occasion(browser, family, neighbour):
    create_occasion(viewer=family.mia.viewer, name="Wedding")
    Membership.objects.filter(user=family.leo.user).update(is_active=False)
    assert "Wedding" not in browser.get(page(Occasion)).content.decode()


@pytest.mark.parametrize("model", MODELS)
def test_staff_who_are_no_superusers_see_nothing(family, model):
    family.ada.user.is_staff = True
    family.ada.user.save()
    browser = signed_in(family.ada.user)
    assert browser.get(page(model)).status_code == 403
