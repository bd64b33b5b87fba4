"""GET /users/me/export, and `manage.py export_user`: all that somebody may see, and nothing more."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from accounts.services.sessions import open_session, revoke_sessions
from config.client import Client
from config.errors import Refusal
from gifts.models import ListItem
from households.authentication import viewer_of_session
from households.models import Membership, PersonMember, Role
from tasks.api import export
from tests.cast import Member
from tests.console import said
from tests.factories import UserFactory
from tests.gifts.scene import HIDDEN_CHANGES, make_scene
from tests.secrecy.before_after import Play, for_a_couple, for_leo, undone
from tests.secrecy.world import make_world

URL = "/api/v1/users/me/export"
# What shows a part, page by page; where an address needs an id, of which row.
PAGES = {
    "households": "households",
    "members": "households/{household}/members",
    "invitations": "invitations",
    "sent_invitations": "households/{household}/invitations",
    "people": "people",
    "occasions": "occasions",
    "tags": "tags",
    "gifts": "gifts",
    "items": "items",
    "comments": "comments",
    "activity": "activity",
    "tasks": "users/me/tasks",
    "sessions": "auth/sessions",
}


def taken(api: Any) -> dict[str, Any]:
    answer = api.get(URL)
    assert answer.status_code == 200
    return json.loads(answer.getvalue())


def all_pages(api: Any, path: str) -> list[dict[str, Any]]:
    found, url = [], f"/api/v1/{path}?limit=100"
    while url:
        answer = api.get(url)
        assert answer.status_code in {200, 404}
        page = answer.json() if answer.status_code == 200 else {"results": [], "next": None}
        found += page["results"]
        url = page["next"]
    return sorted(found, key=lambda row: row["id"])


# --- What is in it ---------------------------------------------------------------------------------


def test_every_part_is_compared_with_its_pages():
    """A new one needs its line in PAGES."""
    assert {*PAGES, "lists", "shares"} == set(export.PARTS)


def test_each_part_is_what_its_pages_show(db):
    """For everybody there is; the lists are more, since on their page two are read as one."""
    world = make_world()
    for name, member in world.members.items():
        api = member.api()
        found = taken(api)
        home = {"household": member.person.household_id}
        for part, path in PAGES.items():
            assert found[part] == all_pages(api, path.format(**home)), (name, part)
        lists = [api.get(f"/api/v1/lists/{row['id']}").json() for row in found["lists"]]
        assert found["lists"] == lists, name
        shares = [row for one in lists for row in all_pages(api, f"lists/{one['id']}/shares")]
        assert found["shares"] == sorted(shares, key=lambda row: row["id"]), name
        assert found["user"] == api.get("/api/v1/users/me").json()


def test_every_list_that_an_item_stands_on_is_in_it(family):
    scene = make_scene(family)
    found = taken(scene.mia)
    assert {item["list"] for item in found["items"]} <= {row["id"] for row in found["lists"]}
    assert str(scene.beside.list_id) in {row["id"] for row in found["lists"]}


def test_a_recipient_finds_their_wishes_and_no_surprise(family):
    scene = make_scene(family)
    text = scene.leo.get(URL).getvalue().decode()
    assert "Socks" in text
    assert [word for word in ("A drill", "A lamp", "For Leo", "grey ones", str(scene.beside.pk)) if word in text] == []


def test_all_of_somebodys_households_are_in_it(family, neighbour):
    neighbour.list("Next door", kind="idea")
    Membership.objects.create(household=family.household, user=neighbour.user, person=family.theo)
    family.ada.list("Here", visibility="household")
    found = taken(neighbour.api())
    assert {row["name"] for row in found["households"]} == {"The Bauers", "The Neighbours"}
    assert {"Next door", "Here"} <= {row["name"] for row in found["lists"]}
    assert len({row["household"] for row in found["people"]}) == 2


def test_somebody_without_a_household_takes_their_account_along(db, as_user):
    user = UserFactory(name="Nobody's")
    found = taken(as_user(user))
    assert (found["user"]["name"], len(found["sessions"])) == ("Nobody's", 1)
    assert [name for name in export.PARTS if found[name] and name != "sessions"] == []


def test_a_session_shows_no_secret(family):
    [session] = taken(family.mia.api())["sessions"]
    assert session.keys() == {
        "id",
        "device_id",
        "device_name",
        "platform",
        "app_version",
        "created_at",
        "last_seen_at",
        "last_ip",
        "has_pin",
        "locked",
        "current",
    }
    assert session["current"]


# --- How it comes ----------------------------------------------------------------------------------


def test_it_is_a_download_of_json_with_a_row_to_a_line(family):
    scene = make_scene(family)
    answer = scene.mia.get(URL)
    assert answer.streaming
    assert answer["Content-Type"] == "application/json"
    assert answer["Content-Disposition"] == 'attachment; filename="hearth-export.json"'
    assert answer["Cache-Control"] == "no-store"
    assert "ETag" not in answer
    text = answer.getvalue().decode()
    found = json.loads(text)
    assert list(found) == ["format", "version", "user", *export.PARTS]
    assert (found["format"], found["version"]) == ("hearth-user", 1)
    assert sum(line.startswith('{"id"') for line in text.splitlines()) == sum(len(found[name]) for name in export.PARTS)


def test_whoever_asks_for_its_head_gets_no_more(family, django_assert_max_num_queries):
    api = family.mia.api()
    with django_assert_max_num_queries(2):
        answer = api.head(URL)
    assert (answer.status_code, answer.getvalue()) == (200, b"")


def test_it_cannot_be_filtered(family):
    answer = family.mia.api().get(f"{URL}?part=items")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "VALIDATION_FAILED")


def test_it_is_the_same_however_few_rows_are_read_at_once(family, monkeypatch):
    scene = make_scene(family)
    whole = scene.mia.get(URL).getvalue()
    monkeypatch.setattr(export, "ROWS_AT_ONCE", 2)
    assert scene.mia.get(URL).getvalue() == whole


@pytest.mark.parametrize("rows", [3, 23])
def test_it_costs_the_same_for_more_rows(family, rows, django_assert_num_queries):
    gift_list = family.leo.list("Wishes", kind="wishlist")
    for number in range(rows):
        family.leo.add(gift_list, f"Wish {number}")
    api = family.mia.api()
    api.get(URL).getvalue()
    # Who asks; and for the account and twice for each part (the second finds no more): who that is by now, and rows.
    filled = sum(bool(found) for name, found in taken(api).items() if name in export.PARTS)
    with django_assert_num_queries(1 + 2 * (1 + len(export.PARTS) + filled)):
        api.get(URL).getvalue()


# --- While it is sent ------------------------------------------------------------------------------


@pytest.fixture
def being_sent(family, monkeypatch) -> Callable[[Member], Iterator[bytes]]:
    """The document piece by piece, for a session of theirs."""
    monkeypatch.setattr(export, "ROWS_AT_ONCE", 1)

    def begin(member: Member) -> Iterator[bytes]:
        session = open_session(user=member.user, device_name="a phone", client=Client())
        return export.export_of(lambda: viewer_of_session(session.pk))

    return begin


def until(pieces: Iterator[bytes], part: str) -> bytes:
    found = b""
    while f'"{part}":['.encode() not in found:
        found += next(pieces)
    return found


def test_whoever_is_signed_out_gets_no_more(family, being_sent):
    pieces = being_sent(family.mia)
    until(pieces, "people")
    revoke_sessions(sessions=family.mia.user.sessions.all(), reason="staff", actor=None, client=Client())
    with pytest.raises(Refusal, match="AUTH_SESSION_REVOKED"):
        next(pieces)


def test_whoever_must_not_know_any_more_is_told_no_more(family, being_sent):
    """Since then they are one half of a couple."""
    surprise = family.mia.list("For them", recipient=family.grandparents)
    family.mia.add(surprise, "A cruise")
    pieces = being_sent(family.leo)
    assert b"For them" in until(pieces, "shares")
    PersonMember.objects.create(household=family.household, group=family.grandparents, member=family.leo.person)
    assert b"cruise" not in b"".join(pieces)
    assert ListItem.objects.filter(gift__title="A cruise").exists()


def test_whoever_leaves_takes_no_more_along(family, being_sent):
    pieces = being_sent(family.ada)
    until(pieces, "occasions")
    Membership.objects.filter(user=family.ada.user).update(is_active=False)
    rest = b"".join(pieces)
    assert b'"activity":[]' in rest


# --- Behind somebody's back ------------------------------------------------------------------------


def without_a_session(member: Member) -> bytes:
    """What staff get for them."""
    viewer = member.viewer
    return b"".join(export.export_of(lambda: viewer))


@pytest.mark.parametrize("play_for", [for_leo, for_a_couple])
def test_what_staff_write_for_a_recipient_is_the_same_before_and_after(db, play_for):
    """The route itself is among those of tests/secrecy."""
    play: Play = play_for(scenes=1)
    before = [without_a_session(viewer) for viewer in play.viewers]
    for name, change in HIDDEN_CHANGES.items():
        with undone():
            assert play.change(change), name
            assert [without_a_session(viewer) for viewer in play.viewers] == before, name


def test_what_staff_write_is_what_the_route_answers(family, tmp_path):
    scene = make_scene(family)
    assert scene.guest.membership.role == Role.GUEST
    for member in (family.mia, family.leo, scene.guest):
        path = tmp_path / f"{member.user.name}.json"
        answered = member.api().get(URL).getvalue()
        said("export_user", member.user.email, str(path))
        assert path.read_bytes() == answered.replace(b'"current":true', b'"current":false')
        assert path.read_bytes() == without_a_session(member)


# --- The real command line -------------------------------------------------------------------------


def test_the_command_line_as_a_whole(console, tmp_path):
    console.done("create_household", "--name", "The Bauers", "--owner-name", "Mia", "--owner-handle", "mia")
    path = tmp_path / "mia.json"
    told = console.facts("export_user", "MIA", str(path))
    assert (told["login"], told["file"], told["bytes"]) == ("mia", str(path), path.stat().st_size)
    assert json.loads(path.read_bytes())["user"]["name"] == "Mia"
    assert path.stat().st_mode & 0o777 == 0o600
    again = console.refused("export_user", "mia", str(path))
    assert again == f"{path} is there already, and nothing is overwritten."
    assert console.refused("export_user", "leo", f"{path}.2") == "Nobody signs in here as “leo”."
    assert "FILE.json" in console.refused("export_user", "mia")
    assert console.done("export_user", "mia", f"{path}.2") == f"What Mia may see is in {path}.2 now.\n"
