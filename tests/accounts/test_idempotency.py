"""A POST that is sent again with its Idempotency-Key is answered again, as it is now, and not done again."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from rest_framework.response import Response
from rest_framework.test import APIClient

from accounts.api.idempotency import RepeatableViewSet
from accounts.models import DeviceSession, IdempotencyKey, User
from accounts.services.idempotency import LIFETIME
from gifts.models import Claim, GiftList, ListItem
from gifts.services.claims import claim_item, release_item
from households.models import Activity, Household, Person
from households.services.people import delete_person
from tests.cast import Family, Member
from tests.envelope import NOWHERE, code_of, complaints, without_marks
from tests.gifts.scene import HIDDEN_CHANGES, make_scene
from tests.races import posts_with_one_key
from tests.routes import OPERATIONS, TABLE, address, described
from tests.secrets import Home, hide, open_household
from tests.test_routes import body_for

API = "/api/v1"
KEY = "7f4c1f52-3c0e-4b5f-9d3e-6a8f0d1c2b3a"


@pytest.fixture
def home(family: Family, neighbour: Member) -> Home:
    home = open_household(family, neighbour)
    hide(home)
    return home


@pytest.fixture
def mia(family: Family) -> APIClient:
    return family.mia.api()


@pytest.fixture
def wish(family: Family) -> ListItem:
    return family.leo.add(family.leo.list("Wishes", kind="wishlist"), "Socks", quantity=3)


def post(api: APIClient, place: str, body: Any = None, key: str = KEY, **headers: str) -> HttpResponse:
    return api.post(f"{API}/{place}", body, headers={"Idempotency-Key": key, **headers})


def is_replayed(answer: HttpResponse) -> bool:
    return answer.get("Idempotent-Replayed") == "true"


# --- Once ----------------------------------------------------------------------------------------


def test_what_is_sent_twice_is_done_once_and_answered_twice(mia):
    first, second = (post(mia, "people", {"display_name": "Zoe", "notes": "kind"}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert (first.content, first["ETag"]) == (second.content, second["ETag"])
    assert (is_replayed(first), is_replayed(second)) == (False, True)
    assert Person.objects.filter(display_name="Zoe").count() == 1


def test_without_a_key_it_is_done_twice(mia):
    assert [mia.post(f"{API}/people", {"display_name": "Zoe"}).status_code for _ in range(2)] == [201, 201]
    assert Person.objects.filter(display_name="Zoe").count() == 2
    assert not IdempotencyKey.objects.exists()


def test_the_same_json_written_otherwise_is_the_same_request(mia):
    texts = ['{"display_name": "Zoe", "notes": "kind"}', '{"notes":"kind",  "display_name":"\\u005aoe"}']
    answers = [
        mia.generic("POST", f"{API}/people", text, "application/json", headers={"Idempotency-Key": KEY})
        for text in texts
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert is_replayed(answers[1])


def test_another_body_with_the_same_key_is_refused(mia):
    post(mia, "people", {"display_name": "Zoe"})
    for body in ({"display_name": "Zoë"}, {"display_name": "Zoe", "notes": ""}, {}, {"display_name": ["Zoe"]}):
        assert code_of(post(mia, "people", body)) == (422, "VALIDATION_IDEMPOTENCY")
    assert code_of(post(mia, "people?bogus=1", {"display_name": "Zoe"})) == (422, "VALIDATION_IDEMPOTENCY")
    assert Person.objects.filter(display_name__startswith="Zo").count() == 1


def test_on_another_route_a_key_is_another_key(family, mia, wish):
    other = family.leo.add(wish.list, "A kite")
    for place in ("people", f"items/{wish.pk}/claim", f"items/{other.pk}/claim", f"items/{other.pk}/release"):
        answer = post(mia, place, {"display_name": "Zoe"} if place == "people" else {})
        assert (answer.status_code // 100, is_replayed(answer)) == (2, False), place
    assert Claim.objects.alive().get().item == wish


def test_somebody_elses_key_is_another_key(family, mia):
    mias, adas = (post(api, "people", {"display_name": "Zoe"}) for api in (mia, family.ada.api()))
    assert mias.json()["id"] != adas.json()["id"]
    assert not is_replayed(adas)


def test_a_key_holds_on_every_device_of_ones_own(family, mia):
    post(mia, "people", {"display_name": "Zoe"})
    assert is_replayed(post(family.mia.api(), "people", {"display_name": "Zoe"}))


def test_a_key_lives_for_a_day(mia):
    made = post(mia, "people", {"display_name": "Zoe"}).json()["id"]
    IdempotencyKey.objects.update(created_at=timezone.now() - LIFETIME + timedelta(minutes=1))
    assert is_replayed(post(mia, "people", {"display_name": "Zoe"}))
    IdempotencyKey.objects.update(created_at=timezone.now() - LIFETIME)
    again = post(mia, "people", {"display_name": "Zoe"})
    assert not is_replayed(again)
    assert again.json()["id"] != made


def test_expired_keys_go_when_their_owner_uses_another(family, mia):
    for api in (mia, family.ada.api()):
        post(api, "people", {"display_name": "Zoe"})
    IdempotencyKey.objects.update(created_at=timezone.now() - LIFETIME)
    post(mia, "people", {"display_name": "Tom"}, key="another")
    assert set(IdempotencyKey.objects.values_list("user", "key")) == {
        (family.mia.user.pk, "another"),
        (family.ada.user.pk, KEY),
    }


@pytest.mark.parametrize("key", ["", " ", "a b", "é", "\x7f", "a" * 256, "tab\there"])
def test_a_malformed_key_is_refused(mia, key):
    assert complaints(post(mia, "people", {"display_name": "Zoe"}, key=key)).keys() == {"Idempotency-Key"}
    assert not Person.objects.filter(display_name="Zoe").exists()


@pytest.mark.parametrize("key", ["a", "~" * 255, '"8e03978e"'])
def test_a_key_is_any_visible_ascii(mia, key):
    assert post(mia, "people", {"display_name": "Zoe"}, key=key).status_code == 201


# --- What is refused is not kept ------------------------------------------------------------------


def test_what_was_refused_may_be_tried_again(family, mia, wish):
    assert code_of(post(mia, f"items/{wish.pk}/claim", {"quantity": 4})) == (409, "CONFLICT_CLAIM_UNAVAILABLE")
    wish.quantity = 4
    wish.save()
    claimed = post(mia, f"items/{wish.pk}/claim", {"quantity": 4})
    assert (claimed.status_code, is_replayed(claimed)) == (200, False)


@pytest.mark.parametrize("body", [{}, {"display_name": ""}, {"display_name": "Zoe", "bogus": 1}, []])
def test_a_bad_body_is_refused_as_ever_and_the_key_stays_free(mia, body):
    expected = mia.post(f"{API}/people", body)
    answer = post(mia, "people", body)
    assert (answer.status_code, without_marks(answer)) == (400, without_marks(expected))
    assert post(mia, "people", {"display_name": "Zoe"}).status_code == 201


def test_a_defect_leaves_neither_key_nor_change(mia, monkeypatch):
    monkeypatch.setattr(
        "households.services.people.diary.record", lambda **_: (_ for _ in ()).throw(RuntimeError("a defect"))
    )
    mia.raise_request_exception = False
    assert post(mia, "people", {"display_name": "Zoe"}).status_code == 500
    assert not IdempotencyKey.objects.exists()
    assert not Person.objects.filter(display_name="Zoe").exists()


def test_an_unreadable_body_is_refused(mia):
    for text in ("{", '{"a": 1, "a": 2}'):
        answer = mia.generic("POST", f"{API}/people", text, "application/json", headers={"Idempotency-Key": KEY})
        assert code_of(answer) == (400, "VALIDATION_MALFORMED")
    assert not IdempotencyKey.objects.exists()


# --- Answered again through the door as it is now --------------------------------------------------


def test_the_answer_is_what_a_read_says_now(mia):
    made = post(mia, "people", {"display_name": "Zoe"}).json()
    mia.patch(f"{API}/people/{made['id']}", {"notes": "has moved"})
    again = post(mia, "people", {"display_name": "Zoe"})
    assert (again.status_code, again.json()["notes"]) == (201, "has moved")
    assert again.content == mia.get(f"{API}/people/{made['id']}").content


def test_nothing_of_the_answer_is_kept(mia):
    post(mia, "people", {"display_name": "Zoe", "notes": "likes canaries"})
    kept = IdempotencyKey.objects.values().get()
    assert "canaries" not in repr(kept)
    assert (kept["status"], kept["reference"]) == (201, Person.objects.get(display_name="Zoe").pk)


def test_what_is_gone_is_not_found(family, mia):
    made = post(mia, "people", {"display_name": "Zoe"}).json()["id"]
    delete_person(viewer=family.mia.viewer, person_id=made)
    assert code_of(post(mia, "people", {"display_name": "Zoe"})) == (404, "RESOURCE_NOT_FOUND")
    assert Person.objects.filter(display_name="Zoe").count() == 1


def test_what_is_hidden_since_is_not_found(family, mia):
    """Mia plans for the grandparents, and turns out to be one of them."""
    place = f"lists/{family.mia.list('A trip', recipient=family.grandparents).pk}/items"
    body = {"new_gift": {"title": "A trip"}}
    made = post(mia, place, body)
    assert made.status_code == 201
    family.grandparents.member_links.create(household=family.household, member=family.mia.person)
    again, never = post(mia, place, body), post(mia, f"lists/{NOWHERE}/items", body)
    assert code_of(again) == (404, "RESOURCE_NOT_FOUND")
    assert without_marks(again) == without_marks(never)


def test_whoever_has_become_the_recipient_reads_as_one(family, mia, wish):
    """What they did as a giver before is not shown to them any more."""
    wish.list.recipient = family.grandparents
    wish.list.save()
    claimed = post(mia, f"items/{wish.pk}/claim", {"quantity": 2})
    assert claimed.json()["my_claim"]["quantity"] == 2
    family.grandparents.member_links.create(household=family.household, member=family.mia.person)
    again = post(mia, f"items/{wish.pk}/claim", {"quantity": 2})
    assert (again.status_code, again.json()["my_claim"], again.json()["claims"]) == (200, None, None)


def test_a_replay_does_not_bring_back_what_was_undone(family, mia, wish):
    post(mia, f"items/{wish.pk}/claim", {"quantity": 2})
    release_item(viewer=family.mia.viewer, item_id=wish.pk)
    again = post(mia, f"items/{wish.pk}/claim", {"quantity": 2})
    assert (again.status_code, again.json()["my_claim"]) == (200, None)
    assert not Claim.objects.alive().exists()


def test_an_ended_session_is_answered_nothing(family, mia):
    post(mia, "people", {"display_name": "Zoe"})
    DeviceSession.objects.filter(user=family.mia.user).update(revoked_at=timezone.now(), revoked_reason="signed_out")
    assert code_of(post(mia, "people", {"display_name": "Zoe"})) == (401, "AUTH_SESSION_REVOKED")


def test_a_household_is_founded_once(mia):
    first, second = (post(mia, "households", {"name": "The cabin"}) for _ in range(2))
    assert (first.status_code, first.content) == (second.status_code, second.content)
    assert Household.objects.filter(name="The cabin").count() == 1


# --- Secrecy --------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["claim", "release", "status"])
def test_ones_own_wish_is_refused_in_the_same_words_with_and_without_a_key(family, action):
    scene = make_scene(family)
    body = {"status": "ordered"} if action == "status" else {}
    place = f"items/{scene.wish.pk}/{action}"
    before = without_marks(scene.leo.post(f"{API}/{place}", body))

    for change in ("somebody claims all of it", "a claim is handed on", "it is shortlisted"):
        with transaction.atomic():
            HIDDEN_CHANGES[change](scene)
            for answer in (
                post(scene.leo, place, body),
                post(scene.leo, place, body),
                post(scene.leo, place, {"a": 1}),
            ):
                assert code_of(answer) == (403, "RESOURCE_FORBIDDEN")
                assert without_marks(answer) == before
            transaction.set_rollback(True)
    assert not IdempotencyKey.objects.filter(user=family.leo.user).exists()


def test_a_wish_taken_back_is_gone_for_who_wished_whether_claimed_or_not(family):
    leo = family.leo.api()
    place = f"lists/{family.leo.list('Wishes', kind='wishlist').pk}/items"
    answers = []
    for key, is_claimed in (("one", False), ("two", True)):
        body = {"new_gift": {"title": key}}
        item = post(leo, place, body, key=key).json()["id"]
        if is_claimed:
            claim_item(viewer=family.ada.viewer, item_id=item)
        leo.delete(f"{API}/items/{item}")
        answers.append(post(leo, place, body, key=key))
    assert code_of(answers[0]) == (404, "RESOURCE_NOT_FOUND")
    assert without_marks(answers[0]) == without_marks(answers[1])


def test_a_hidden_row_answers_a_key_like_one_that_never_was(home):
    recipient, nowhere, tried = home.recipient.api(), dict.fromkeys(home.rows, NOWHERE), 0
    for method, place in OPERATIONS:
        if method == "POST" and "<" in place and TABLE[place][method][3] == 404:
            for body in (body_for(home, method, place), {}, {"bogus": 1}):
                hidden, never = (
                    post(recipient, address(place, rows).removeprefix(f"{API}/"), body) for rows in (home.rows, nowhere)
                )
                assert code_of(hidden) == (404, "RESOURCE_NOT_FOUND"), (place, body)
                assert without_marks(hidden) == without_marks(never), (place, body)
                tried += 1
    assert tried >= 15
    assert not IdempotencyKey.objects.filter(user=home.recipient.user).exists()


# --- Every route ----------------------------------------------------------------------------------


def sent_twice(api: APIClient, url: str, body: Any) -> list[HttpResponse]:
    """Twice the same with one key; what it changed is undone."""
    with transaction.atomic():
        text = json.dumps(body) if body is not None else ""
        answers = [
            api.generic("POST", url, text, "application/json", headers={"Idempotency-Key": KEY}) for _ in range(2)
        ]
        transaction.set_rollback(True)
    return answers


# They change nothing, so that they can be repeated without a key, and one that comes along does no harm.
HARMLESS = {f"{API}/gifts/preview"}


def test_every_post_is_repeatable_or_refuses_the_key_and_the_schema_says_which(home):
    paths = APIClient().get(f"{API}/schema").json()["paths"]
    giver, repeatable, refusing = home.giver.api(), set(), set()
    for method, place in OPERATIONS:
        if method == "POST" and place.startswith(f"{API}/"):
            first, second = sent_twice(giver, address(place, home.rows), body_for(home, method, place))
            operation = paths[described(place)]["post"]
            named = {parameter["name"] for parameter in operation.get("parameters", [])}
            is_repeatable = "Idempotency-Key" in named
            if place in HARMLESS:
                assert [first.status_code, second.status_code, is_repeatable] == [200, 200, False]
                continue
            assert ("422" in operation["responses"]) is is_repeatable, place
            if is_repeatable:
                assert first.status_code in {200, 201, 204}, (place, first.content)
                assert (second.status_code, second.content) == (first.status_code, first.content), place
                assert (is_replayed(first), is_replayed(second)) == (False, True), place
            else:
                assert complaints(first).keys() == {"Idempotency-Key"}, place
            (repeatable if is_repeatable else refusing).add(place)
    assert len(repeatable) >= 10
    assert {place.removeprefix(API) for place in refusing} >= {
        "/auth/activate",
        "/auth/login",
        "/auth/session/refresh",
        "/auth/session/revoke",
        "/households/<uuid:household_id>/members",
        "/households/<uuid:household_id>/members/<uuid:pk>/activation-code",
    }


def test_nobody_is_asked_to_sign_in_first(db):
    assert code_of(post(APIClient(), "people", {"display_name": "Zoe"})) == (401, "AUTH_REQUIRED")


class Toggle(RepeatableViewSet):
    """A PATCH that is not the same when it is done twice, and a POST that answers something else than a row."""

    queryset = User.objects.all()
    with_key = ("toggle",)

    def toggle(self, request) -> Response:
        user = User.objects.get(pk=request.user.pk)
        user.avatar_url = "" if user.avatar_url else "https://example.org/on.png"
        user.save()
        return self.gone()

    def tell(self, request) -> Response:
        return Response({"found": False})


urlpatterns = [path("toggle", Toggle.as_view({"patch": "toggle", "post": "tell"}))]


@pytest.mark.urls("tests.accounts.test_idempotency")
def test_a_patch_that_toggles_can_take_a_key(family, mia):
    for key, expected in (("one", True), ("one", True), ("two", False)):
        assert mia.patch("/toggle", headers={"Idempotency-Key": key}).status_code == 204
        assert bool(User.objects.get(pk=family.mia.user.pk).avatar_url) is expected


@pytest.mark.urls("tests.accounts.test_idempotency")
def test_an_action_that_answers_no_row_has_to_say_that_it_takes_no_key(mia):
    with pytest.raises(TypeError, match="without_key"):
        mia.post("/toggle", headers={"Idempotency-Key": KEY})


# --- At the same moment ---------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_fifty_who_create_with_one_key_all_have_made_the_same(family: Family):
    path = f"{API}/lists"
    effects, answers = posts_with_one_key(family.mia, path, {"name": "Easter"}, effects=GiftList.objects.count)
    assert effects == 1
    assert Counter({status: times for (status, _), times in answers.items()}) == {201: 50}
    assert Activity.objects.filter(verb="list.created").count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_fifty_claims_with_one_key_one_is_made(family: Family, wish: ListItem):
    path = f"{API}/items/{wish.pk}/claim"
    made = Activity.objects.filter(verb="claim.made").count
    effects, answers = posts_with_one_key(family.mia, path, {"quantity": 2}, effects=made)
    assert effects == 1
    assert [(status, times) for (status, _), times in answers.items()] == [(200, 50)]
    assert Claim.objects.get().quantity == 2


@pytest.mark.django_db(transaction=True)
def test_who_waits_for_a_household_to_be_founded_is_let_into_it(family: Family):
    """They were let in before it was there."""
    path, body = f"{API}/households", {"name": "The cabin"}
    effects, answers = posts_with_one_key(family.mia, path, body, effects=Household.objects.count, times=10)
    assert (effects, [(status, times) for (status, _), times in answers.items()]) == (1, [(201, 10)])


@pytest.mark.django_db(transaction=True)
def test_of_those_who_are_refused_with_one_key_each_is_refused_for_itself(family: Family, wish: ListItem):
    path = f"{API}/items/{wish.pk}/claim"
    effects, answers = posts_with_one_key(family.mia, path, {"quantity": 4}, effects=Claim.objects.count, times=10)
    assert (effects, {status for status, _ in answers}) == (0, {409})
    assert not IdempotencyKey.objects.exists()
