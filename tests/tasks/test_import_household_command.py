"""`manage.py import_household`: a household again, row for row, and the family goes on where it was."""

import json
from pathlib import Path

import pytest

from accounts.services.codes import issue_code
from config.client import Client
from gifts.models import Gift
from households.models import Activity, DiaryCounter, Household
from tasks.services.household_files import reading
from tests.accounts.steps import activate, complete
from tests.cast import Member
from tests.console import said
from tests.factories import UserFactory
from tests.gifts.scene import make_scene
from tests.secrecy.world import make_world
from tests.server import environment
from tests.tasks.everything import everything_of
from tests.tasks.files import BAUERS, everything_there, exported, imported, lines_in, refusal_of, remove, written


@pytest.fixture
def away(family, tmp_path) -> Path:
    """The file of a family that plans, and that is not on this server any more."""
    make_scene(family)
    path = exported(tmp_path)
    remove(family.household)
    return path


# --- Row for row -----------------------------------------------------------------------------------


def test_every_row_of_every_table_comes_back(db, tmp_path):
    world = make_world()
    before, neighbours = everything_of(BAUERS), everything_of("The Neighbours")
    assert all(before.values())
    path = exported(tmp_path)
    remove(world.family.household)
    told = imported(path)
    assert everything_of(BAUERS) == before
    assert everything_of("The Neighbours") == neighbours
    assert told["rows"] == lines_in(path)[-1]["end"]


def test_however_few_rows_are_read_at_once(away, tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "ROWS_AT_ONCE", 2)
    imported(away)
    assert exported(tmp_path, name="again.jsonl").read_bytes() == away.read_bytes()


HOSTILE = [
    "=1+1",
    " =1",
    "'; DROP TABLE gifts_gift; --",
    "\u202eevil",
    "\u2028\r\n\t",
    "😀",
    "{}",
    '"',
    "\\u0000",
    "\x1b[2J",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_somebody_has_typed_comes_back(family, tmp_path, text):
    family.leo.list("Wishes", kind="wishlist")
    Gift.objects.create(household=family.household, title="A kite", description=text, currency="EUR")
    path = exported(tmp_path)
    remove(family.household)
    imported(path)
    assert Gift.objects.get().description == text


def test_a_household_with_nothing_in_it_comes_back(neighbour, tmp_path):
    path = exported(tmp_path, "The Neighbours")
    before = everything_of("The Neighbours")
    remove(neighbour.person.household)
    imported(path)
    assert everything_of("The Neighbours") == before


# --- The family goes on ----------------------------------------------------------------------------


def test_the_diary_goes_on_where_it_was(away, family, api):
    imported(away)
    last = Activity.objects.latest("seq")
    mia = Member(family.mia.user, family.mia.person)
    mia.list("Another list")
    new = Activity.objects.latest("seq")
    assert (new.seq, new.pk > last.pk) == (last.seq + 1, True)
    assert DiaryCounter.objects.values_list("last_seq", "last_entry").get() == (new.seq, new.pk)


def test_nobody_has_a_password_until_they_come_in_by_a_code(away, family, api):
    login = family.leo.user.email
    told = imported(away)
    assert login in told["users_made"]
    body = {"login": login, "password": "a-warm-fire-in-winter", "device_name": "a phone"}
    assert api.post("/api/v1/auth/login", body).status_code == 401
    family.leo.user.refresh_from_db()
    assert (family.leo.user.has_usable_password(), family.leo.user.activated_at) == (False, None)
    code = issue_code(user=family.leo.user, actor=None, client=Client())
    assert complete(api, activate(api, login, code)).status_code == 200


def test_what_was_secret_is_secret_here(away, family):
    imported(away)
    names = [
        row["name"] for row in Member(family.leo.user, family.leo.person).api().get("/api/v1/lists").json()["results"]
    ]
    assert "Wishes" in names
    assert "For Leo" not in names


# --- Where to --------------------------------------------------------------------------------------


def test_a_rehearsal_says_what_would_be_made_and_makes_nothing(away):
    before = everything_there()
    told = imported(away, dry_run=True)
    assert everything_there() == before
    assert not DiaryCounter.objects.exists()
    assert told["dry_run"]
    assert told["rows"] == lines_in(away)[-1]["end"]
    words = said("import_household", str(away), dry_run=True)
    assert words.startswith(f"{BAUERS}: {sum(told['rows'].values()):,} rows would be here.")
    assert f"{told['rows']['person']:>12,}  person\n" in words


def test_a_household_that_is_here_is_not_added_to(family, tmp_path):
    path = exported(tmp_path)
    assert refusal_of(path) == "The Bauers is on this server already, and an import adds nothing to a household."


def test_an_empty_one_of_the_same_id_is_replaced(away, family):
    empty = Household.objects.create(pk=family.household.pk, name="Not yet")
    DiaryCounter.objects.create(household=empty)
    imported(away)
    assert Household.objects.get().name == BAUERS


def test_others_on_the_server_do_not_matter(away, db):
    UserFactory(name="Leo")
    imported(away)
    assert Household.objects.get().name == BAUERS


# --- From here on the real command line, on a server of its own --------------------------------------


def test_another_server_has_the_same_household(db, console, tmp_path):
    make_world()
    path = exported(tmp_path)
    rehearsed = console.done("import_household", str(path), "--dry-run")
    assert "rows would be here" in rehearsed
    assert console.refused("export_household", str(tmp_path / "x"), "--household", BAUERS).startswith("There is no")
    told = console.facts("import_household", str(path))
    assert (told["household"]["name"], told["problems"], told["users_linked"]) == (BAUERS, [], [])
    console.done("export_household", str(tmp_path / "again.jsonl"), "--household", BAUERS)
    assert (tmp_path / "again.jsonl").read_bytes() == path.read_bytes()
    code = (
        "import json; from tests.tasks.everything import everything_of; print(json.dumps(everything_of('The Bauers')))"
    )
    assert console.asked(code) == everything_of(BAUERS)
    again = console.refused("import_household", str(path))
    assert again == "The Bauers is on this server already, and an import adds nothing to a household."


def test_the_command_line_when_something_is_wrong(console, family, tmp_path):
    assert environment(tmp_path)
    path = exported(tmp_path)
    missing = console.refused("import_household", str(tmp_path / "nothing"))
    assert missing == f"{tmp_path / 'nothing'} cannot be read: No such file or directory."
    folder = console.refused("import_household", str(tmp_path))
    assert folder == f"{tmp_path} cannot be read: Is a directory."
    assert "FILE.jsonl" in console.refused("import_household")
    assert "unrecognized" in console.refused("import_household", str(path), "--into", "x")
    lines = lines_in(path)
    cut = written(tmp_path / "cut", lines[:-1])
    ran = console("import_household", str(cut))
    assert ran.returncode == 2
    assert ran.stdout == "The file breaks off: its last line, which says how many rows there are, is missing.\n"
    assert ran.stderr == "CommandError: Nothing was imported.\n"
    as_json = console("import_household", str(cut), "--dry-run", "--json")
    assert (as_json.returncode, len(json.loads(as_json.stdout)["problems"])) == (2, 1)
    assert console.facts("import_household", str(path))["problems"] == []
