"""Whoever has read a row may ask whether it is still the same, and change it only if it is."""

import json
from collections import Counter
from typing import Any

import pytest
from django.db import transaction
from django.http import HttpResponse
from rest_framework.test import APIClient

from accounts.models import User
from config.api.conditional import etag_of
from gifts.models import ListItem
from gifts.services.claims import claim_item
from households.models import Membership, Person
from tests.cast import Family, Member
from tests.envelope import NOWHERE, code_of, complaints, without_marks
from tests.gifts.scene import HIDDEN_CHANGES, make_scene
from tests.races import changes_with_one_etag
from tests.routes import OPERATIONS, TABLE, address, described
from tests.secrets import Home, hide, open_household
from tests.test_routes import body_for

API = "/api/v1"


@pytest.fixture
def home(family: Family, neighbour: Member) -> Home:
    home = open_household(family, neighbour)
    hide(home)
    return home


@pytest.fixture
def wish(family: Family) -> ListItem:
    return family.leo.add(family.leo.list("Wishes", kind="wishlist"), "Socks", quantity=3)


@pytest.fixture
def leo(family: Family) -> APIClient:
    return family.leo.api()


def path_of(item: ListItem) -> str:
    return f"{API}/items/{item.pk}"


def patch(api: APIClient, path: str, if_match: str, **changes: Any) -> HttpResponse:
    return api.patch(path, changes, headers={"If-Match": if_match})


# --- Reading -------------------------------------------------------------------------------------


def test_a_row_carries_a_strong_tag_of_its_very_bytes(leo, wish):
    answer = leo.get(path_of(wish))
    assert answer["ETag"] == etag_of(answer.content)
    assert answer["ETag"].startswith('"')
    assert answer["Cache-Control"] == "private, no-cache"


def test_what_somebody_has_already_is_not_sent_again(leo, wish):
    answer = leo.get(path_of(wish))
    etag = answer["ETag"]
    for known in (etag, f"W/{etag}", "*", f'"other", {etag}', f', W/"a,b" ,,\t{etag} ,', f'{etag[:-1]}-gzip"'):
        for ask in (leo.get, leo.head):
            again = ask(path_of(wish), headers={"If-None-Match": known})
            assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag), known
            assert again["Content-Length"] == answer["Content-Length"]
            assert "Content-Type" not in again
            assert again["X-Request-ID"]
            assert again["Cache-Control"] == answer["Cache-Control"]


def test_what_has_changed_is_sent_anew(leo, wish):
    before = leo.get(path_of(wish))["ETag"]
    leo.patch(path_of(wish), {"note": "wool"})
    after = leo.get(path_of(wish), headers={"If-None-Match": before})
    assert (after.status_code, after.json()["note"]) == (200, "wool")
    assert after["ETag"] != before


def test_what_is_changed_back_is_not_what_it_was(leo, wish):
    tags = [leo.patch(path_of(wish), {"note": note})["ETag"] for note in ("wool", "silk", "wool")]
    assert len(set(tags)) == 3


def test_a_write_answers_the_tag_that_a_read_would(leo, wish):
    made = leo.post(f"{API}/lists/{wish.list_id}/items", {"new_gift": {"title": "A kite"}})
    assert made["ETag"] == leo.get(f"{API}/items/{made.json()['id']}")["ETag"]
    person = leo.post(f"{API}/people", {"display_name": "Zoe"})
    assert person["ETag"] == leo.get(f"{API}/people/{person.json()['id']}")["ETag"]
    for path, changes in ((path_of(wish), {"note": "wool"}), (f"{API}/users/me", {"name": "Leonard"})):
        assert leo.patch(path, changes)["ETag"] == leo.get(path)["ETag"]


def test_exactly_the_single_reads_carry_a_tag_and_the_schema_says_which(home):
    paths = APIClient().get(f"{API}/schema").json()["paths"]
    giver, tagged = home.giver.api(), 0
    for method, place in OPERATIONS:
        operations = paths.get(described(place))
        if method == "GET" and operations:
            answer = giver.get(address(place, home.rows))
            said = "ETag" in operations["get"]["responses"]["200"].get("headers", {})
            assert ("ETag" in answer) is said is ("304" in operations["get"]["responses"]), place
            assert not (said and "results" in answer.json()), place
            tagged += said
    assert tagged >= 8


def test_an_error_carries_no_tag(leo):
    answer = leo.get(f"{API}/items/{NOWHERE}", headers={"If-None-Match": "*"})
    assert code_of(answer) == (404, "RESOURCE_NOT_FOUND")
    assert "ETag" not in answer


# --- Changing ------------------------------------------------------------------------------------


def test_a_change_of_what_was_read_goes_through(leo, wish):
    etag = leo.get(path_of(wish))["ETag"]
    changed = patch(leo, path_of(wish), etag, note="wool")
    assert (changed.status_code, changed.json()["note"]) == (200, "wool")
    assert patch(leo, path_of(wish), f'"other", {changed["ETag"]}', note="silk").status_code == 200


def test_a_change_of_what_somebody_else_changed_meanwhile_does_not(leo, wish):
    etag = leo.get(path_of(wish))["ETag"]
    leo.patch(path_of(wish), {"note": "wool"})
    assert code_of(patch(leo, path_of(wish), etag, note="silk")) == (412, "CONFLICT_STALE")
    assert code_of(leo.delete(path_of(wish), headers={"If-Match": etag})) == (412, "CONFLICT_STALE")
    assert leo.get(path_of(wish)).json()["note"] == "wool"


def test_a_star_means_whatever_is_there(leo, wish):
    assert patch(leo, path_of(wish), "*", note="wool").status_code == 200
    assert leo.delete(path_of(wish), headers={"If-Match": " * "}).status_code == 204
    assert code_of(patch(leo, path_of(wish), "*", note="silk")) == (404, "RESOURCE_NOT_FOUND")


def test_a_weak_tag_never_matches_a_change(leo, wish):
    etag = leo.get(path_of(wish))["ETag"]
    assert code_of(patch(leo, path_of(wish), f"W/{etag}", note="wool")) == (412, "CONFLICT_STALE")


def test_a_tag_that_a_proxy_marked_for_its_compression_is_still_ours(leo, wish):
    etag = leo.get(path_of(wish))["ETag"]
    assert patch(leo, path_of(wish), f'{etag[:-1]}-gzip"', note="wool").status_code == 200
    assert code_of(patch(leo, path_of(wish), f'{etag[:-1]}-gzip"', note="silk")) == (412, "CONFLICT_STALE")


@pytest.mark.parametrize(
    "header", ["", "abc", '"abc', "abc, *", '*, "abc"', '"a" "b"', '"a""b"', 'w/"a"', '"a", b', ","]
)
def test_a_malformed_header_is_refused(leo, wish, header):
    before = leo.get(path_of(wish)).content
    assert complaints(patch(leo, path_of(wish), header, note="wool")).keys() == {"If-Match"}
    assert complaints(leo.delete(path_of(wish), headers={"If-Match": header})).keys() == {"If-Match"}
    assert complaints(leo.get(path_of(wish), headers={"If-None-Match": header})).keys() == {"If-None-Match"}
    assert leo.get(path_of(wish)).content == before


def test_all_that_hangs_on_one_row_makes_it_stale_for_a_giver(family, wish):
    mia = family.mia.api()
    etag = mia.get(path_of(wish))["ETag"]
    claim_item(viewer=family.ada.viewer, item_id=wish.pk)
    assert code_of(patch(mia, path_of(wish), etag, giver_note="mine")) == (412, "CONFLICT_STALE")


def test_a_claim_is_changed_by_the_tag_of_its_last_change(family, wish):
    mia, claim = family.mia.api(), claim_item(viewer=family.mia.viewer, item_id=wish.pk)
    path = f"{API}/claims/{claim.pk}"
    etag = mia.patch(path, {"quantity": 2})["ETag"]
    assert patch(mia, path, etag, quantity=3).status_code == 200
    assert code_of(mia.delete(path, headers={"If-Match": etag})) == (412, "CONFLICT_STALE")


def test_a_session_is_never_read_alone_so_only_a_star_ends_it_on_condition(family):
    here, there = family.mia.api(), family.mia.api()
    other = next(row for row in here.get(f"{API}/auth/sessions").json()["results"] if not row["current"])
    path = f"{API}/auth/sessions/{other['id']}"
    assert code_of(here.delete(path, headers={"If-Match": '"any"'})) == (412, "CONFLICT_STALE")
    assert here.delete(path, headers={"If-Match": "*"}).status_code == 204
    assert code_of(there.get(f"{API}/items")) == (401, "AUTH_SESSION_REVOKED")


def conditionally(api: APIClient, method: str, url: str, body: Any, if_match: str) -> HttpResponse:
    with transaction.atomic():
        answer = api.generic(method, url, json.dumps(body or {}), "application/json", headers={"If-Match": if_match})
        transaction.set_rollback(True)
    return answer


def test_no_route_forgets_the_condition(home):
    giver, checked = home.giver.api(), 0
    for method, place in OPERATIONS:
        if method in {"PATCH", "PUT", "DELETE"} and place.startswith(f"{API}/"):
            url, body, usual = address(place, home.rows), body_for(home, method, place), TABLE[place][method][-1]
            # Of what is not there for them, a tag tells no more than no tag.
            refused = (404, "RESOURCE_NOT_FOUND") if usual == 404 else (412, "CONFLICT_STALE")
            assert code_of(conditionally(giver, method, url, body, '"stale"')) == refused, place
            assert conditionally(giver, method, url, body, "*").status_code == usual, place
            checked += 1
    assert checked >= 15


def test_the_tag_of_a_read_opens_every_change_of_that_address(home):
    giver, checked = home.giver.api(), 0
    for method, place in OPERATIONS:
        if method in {"PATCH", "DELETE"} and place.startswith(API) and "GET" in TABLE[place]:
            url, body, usual = address(place, home.rows), body_for(home, method, place), TABLE[place][method][-1]
            answer = conditionally(giver, method, url, body, giver.get(url)["ETag"])
            assert answer.status_code == usual, (method, place, answer.content)
            checked += 1
    assert checked >= 12


def test_the_schema_names_the_condition_of_every_change(db):
    paths = APIClient().get(f"{API}/schema").json()["paths"]
    for path, operations in paths.items():
        for method, operation in operations.items():
            named = {parameter["name"] for parameter in operation.get("parameters", [])}
            is_change = method in {"patch", "put", "delete"}
            assert ("If-Match" in named) is is_change is ("412" in operation["responses"]), (method, path)


# --- Secrecy -------------------------------------------------------------------------------------


def test_what_is_hidden_answers_like_what_never_was_whatever_the_condition(home):
    recipient, nowhere = home.recipient.api(), dict.fromkeys(home.rows, NOWHERE)
    for method, place in OPERATIONS:
        if method in {"GET", "PATCH", "DELETE"} and "<" in place and TABLE[place][method][3] == 404:
            for name, value in (("If-Match", '"x"'), ("If-Match", "*"), ("If-Match", "x"), ("If-None-Match", "*")):
                hidden, never = (
                    recipient.generic(method, address(place, rows), "{}", "application/json", headers={name: value})
                    for rows in (home.rows, nowhere)
                )
                assert hidden.status_code in {400, 404}, (method, place, value)
                assert without_marks(hidden) == without_marks(never), (method, place, value)


@pytest.mark.parametrize("change", ["somebody claims all of it", "its price is planned", "a claim is handed on"])
def test_a_hidden_change_changes_the_givers_tag_and_not_the_recipients(family, change):
    scene = make_scene(family)
    path = path_of(scene.wish)
    leos, adas = scene.leo.get(path)["ETag"], scene.ada.get(path)["ETag"]

    HIDDEN_CHANGES[change](scene)

    assert scene.leo.get(path, headers={"If-None-Match": leos}).status_code == 304
    assert scene.ada.get(path, headers={"If-None-Match": adas}).status_code == 200
    assert code_of(patch(scene.ada, path, adas, giver_note="mine")) == (412, "CONFLICT_STALE")
    assert patch(scene.leo, path, leos, note="still mine").status_code == 200


def test_a_giver_has_another_tag_than_the_recipient(family, wish):
    assert family.mia.api().get(path_of(wish))["ETag"] != family.leo.api().get(path_of(wish))["ETag"]


def test_a_recipient_is_refused_the_givers_side_with_the_right_tag_too(leo, wish):
    etag = leo.get(path_of(wish))["ETag"]
    assert code_of(patch(leo, path_of(wish), etag, giver_note="?")) == (403, "RESOURCE_FORBIDDEN")


# --- At the same moment --------------------------------------------------------------------------

ONE_WINS = Counter({200: 1, 412: 19})


@pytest.mark.django_db(transaction=True)
def test_of_twenty_who_change_what_they_have_read_one_does(family: Family, wish: ListItem):
    assert changes_with_one_etag(family.leo, path_of(wish), {"note": "wool"}) == ONE_WINS


@pytest.mark.django_db(transaction=True)
def test_whatever_they_change(family: Family, wish: ListItem):
    """Each locks in an order of its own; none may wait for another in a circle."""
    leo, mia = family.leo, family.mia
    leo.add(wish.list, "A kite")
    membership = Membership.objects.get(person=family.ada.person)
    changes: list[tuple[Member, str, dict[str, Any]]] = [
        (leo, path_of(wish), {"position": 2}),
        (mia, path_of(wish), {"stage": "shortlisted"}),
        (mia, f"{API}/lists/{mia.list().pk}", {"name": "Another name"}),
        (mia, f"{API}/people/{family.theo.pk}", {"members": [str(family.grandpa.pk)]}),
        (mia, f"{API}/households/{family.household.pk}/members/{membership.pk}", {"role": "owner"}),
        (mia, f"{API}/households/{family.household.pk}", {"name": "The same home"}),
        (mia, f"{API}/users/me", {"name": "Maria"}),
    ]
    for member, path, body in changes:
        outcome = changes_with_one_etag(member, path, body, times=6)
        assert outcome == {200: 1, 412: 5}, path
    assert User.objects.get(pk=mia.user.pk).name == "Maria"
    assert Person.objects.get(pk=family.theo.pk).members.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_those_who_delete_what_they_have_read_one_does(family: Family, wish: ListItem):
    outcome = changes_with_one_etag(family.leo, path_of(wish), method="DELETE", times=6)
    assert outcome == {204: 1, 404: 5}
