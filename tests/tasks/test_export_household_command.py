"""`manage.py export_household`: all of one household in a file, and nothing that lets anybody in."""

import csv
import stat
from pathlib import Path

import pytest
from django.core.management import CommandError

from accounts.models import User
from accounts.services.codes import issue_code
from accounts.services.sessions import open_session
from config import drafts
from config.client import Client
from config.spreadsheets import harmless
from gifts.models import ListItem
from households.models import Household
from tasks.services.household_files import writing
from tasks.services.household_files.tables import LEFT_OUT, TABLES, fields_of, name_of
from tests.console import said
from tests.gifts.scene import make_scene
from tests.secrecy.world import domain, make_world
from tests.tasks.files import BAUERS, exported, lines_in


@pytest.fixture
def sheets(family, tmp_path):
    """The household as tables."""

    def read(name: str) -> list[dict[str, str]]:
        folder = tmp_path / "sheets"
        said("export_household", str(tmp_path / "file.jsonl"), household=BAUERS, csv=folder)
        with (folder / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    return read


def rows(path: Path, table: str) -> list[dict]:
    return [line["row"] for line in lines_in(path)[1:-1] if line["table"] == table]


def test_every_table_of_a_household_is_in_it():
    """A new one needs a line in tasks/services/household_files/tables.py."""
    assert set(TABLES) | LEFT_OUT == {User, Household, *domain()}
    assert LEFT_OUT.isdisjoint(TABLES)
    assert len(TABLES) == len(set(TABLES))


def test_a_file_says_what_it_is_and_where_it_ends(family, tmp_path):
    first, *middle, last = lines_in(exported(tmp_path))
    assert first == {"format": "hearth-household", "version": 1, "household": str(family.household.pk)}
    assert [line["table"] for line in middle[:5]] == ["user"] * 4 + ["household"]
    assert sum(last["end"].values()) == len(middle)
    assert list(last["end"]) == [name_of(table) for table in TABLES]


def test_all_of_a_household_is_in_it_and_nothing_of_another(db, tmp_path):
    world = make_world()
    path = exported(tmp_path)
    for table in set(domain()) - LEFT_OUT:
        here = table._base_manager.filter(household=world.family.household)
        assert {row["id"] for row in rows(path, name_of(table))} == {str(row.pk) for row in here}, table
    assert rows(path, "importedrow")
    assert str(world.other.person.household_id) not in path.read_text()


def test_what_was_deleted_is_in_it(family, tmp_path):
    scene = make_scene(family)
    assert family.leo.api().delete(f"/api/v1/items/{scene.wish.pk}").status_code == 204
    [gone] = [row for row in rows(exported(tmp_path), "listitem") if row["id"] == str(scene.wish.pk)]
    assert gone["deleted_at"].endswith("Z")
    assert gone["deleted_by"] == str(family.leo.user.pk)


def test_whoever_has_left_is_in_it_with_what_they_said(family, neighbour, tmp_path):
    family.ada.say("Wool", person=family.theo)
    assert (
        family.ada.api()
        .delete(f"/api/v1/households/{family.household.pk}/members/{family.ada.membership.pk}")
        .status_code
        == 204
    )
    users = {row["id"] for row in rows(exported(tmp_path), "user")}
    assert str(family.ada.user.pk) in users
    assert str(neighbour.user.pk) not in users


def test_nothing_in_it_lets_anybody_in(family, tmp_path):
    issue_code(user=family.leo.user, actor=None, client=Client())
    session = open_session(user=family.mia.user, device_name="the tablet", client=Client(ip="192.0.2.7"))
    text = exported(tmp_path).read_text()
    secrets = [family.mia.user.password, str(session.pk), "the tablet", "192.0.2.7", "argon2", "password", "is_staff"]
    assert [secret for secret in secrets if secret in text] == []


def test_the_same_household_makes_the_same_file(family, tmp_path):
    make_scene(family)
    first, second = exported(tmp_path), exported(tmp_path, name="again.jsonl")
    assert first.read_bytes() == second.read_bytes()


def test_it_is_the_same_however_few_rows_are_read_at_once(family, tmp_path, monkeypatch):
    make_scene(family)
    whole = exported(tmp_path).read_bytes()
    monkeypatch.setattr(writing, "ROWS_AT_ONCE", 2)
    assert exported(tmp_path, name="slowly.jsonl").read_bytes() == whole


def test_it_asks_no_more_for_more_rows(family, tmp_path, django_assert_max_num_queries):
    gift_list = family.leo.list("Wishes", kind="wishlist")
    for number in range(30):
        family.leo.add(gift_list, f"Wish {number}")
    references = sum(field.related_model is User for table in TABLES for field in fields_of(table))
    pages = 2 * len(TABLES)
    with django_assert_max_num_queries(references + pages + 3):
        exported(tmp_path)


def test_only_whoever_wrote_it_may_read_it(family, tmp_path):
    said("export_household", str(tmp_path / "file.jsonl"), household=BAUERS, csv=tmp_path / "sheets")
    modes = {path: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == {tmp_path / "file.jsonl": 0o600, tmp_path / "sheets": 0o700}


@pytest.mark.parametrize("taken", ["file.jsonl", "sheets"])
def test_nothing_is_overwritten(family, tmp_path, taken):
    (tmp_path / taken).write_text("mine")
    with pytest.raises(CommandError, match=r"is there already, and nothing is overwritten\.$") as error:
        said("export_household", str(tmp_path / "file.jsonl"), household=BAUERS, csv=tmp_path / "sheets")
    assert error.value.returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == [taken]
    assert (tmp_path / taken).read_text() == "mine"


def test_what_came_there_meanwhile_is_not_overwritten_either(family, tmp_path, monkeypatch):
    path = tmp_path / "file.jsonl"
    monkeypatch.setattr(drafts.os, "fsync", lambda _: path.write_text("mine"))
    with pytest.raises(CommandError, match="there already"):
        said("export_household", str(path), household=BAUERS)
    assert [one.read_text() for one in tmp_path.iterdir()] == ["mine"]


def test_stopped_in_between_it_leaves_nothing(family, tmp_path, monkeypatch):
    def stopped(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(writing.JSONLines, "write", stopped)
    with pytest.raises(CommandError, match=r"^Stopped\. Nothing was written\.$") as error:
        said("export_household", str(tmp_path / "file.jsonl"), household=BAUERS, csv=tmp_path / "sheets")
    assert error.value.returncode == 1
    assert list(tmp_path.iterdir()) == []


# --- As tables -----------------------------------------------------------------------------------

HOSTILE = ["=1+1", " =1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "'=1", "'"]  # noqa: RUF001


@pytest.mark.parametrize("text", HOSTILE)
def test_no_cell_begins_a_formula(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "A kite", "1.50", "it's"])
def test_other_cells_stay_as_they_are(text):
    assert harmless(text) == text


def test_a_wish_that_is_a_formula_is_a_text_in_the_table(family, sheets):
    gift_list = family.leo.list("=HYPERLINK(1)", kind="wishlist")
    titles = ["=1+1", 'Two,\n"lines"', "'quoted", "Grün"]
    for title in titles:
        family.leo.add(gift_list, title)
    cells = [row["title"] for row in sheets("gift")]
    assert cells == ["'=1+1", 'Two,\n"lines"', "''quoted", "Grün"]
    # How to reverse it.
    assert [cell.removeprefix("'") for cell in cells] == titles


def test_tables_hold_what_the_file_holds(family, sheets, tmp_path):
    make_scene(family)
    items = sheets("listitem")
    assert [row["id"] for row in items] == [
        str(pk) for pk in ListItem.objects.order_by("pk").values_list("pk", flat=True)
    ]
    [person] = [row for row in sheets_again(tmp_path, "person") if row["display_name"] == "Leo"]
    assert (person["sizes"], person["birthdate"], person["deleted_at"]) == ("{}", "", "")
    assert person["created_at"].endswith("Z")
    assert sheets_again(tmp_path, "user")[0]["is_active"] == "true"


def sheets_again(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / "sheets" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


# --- From here on the real command line ------------------------------------------------------------


def test_the_command_line_as_a_whole(console, tmp_path):
    console.done("create_household", "--name", BAUERS, "--owner-name", "Mia", "--owner-handle", "mia")
    file, folder = str(tmp_path / "bauers.jsonl"), str(tmp_path / "bauers")
    told = console.facts("export_household", file, "--household", BAUERS, "--csv", folder)
    assert (told["file"], told["csv"], told["rows"]["person"]) == (file, folder, 1)
    assert sum(told["rows"].values()) == len(lines_in(Path(file))) - 2
    assert f"{BAUERS} is in {file}.2 now" in console.done("export_household", f"{file}.2", "--household", BAUERS)
    again = console.refused("export_household", file, "--household", BAUERS)
    assert again == f"{file} is there already, and nothing is overwritten."
    nobody = console.refused("export_household", f"{file}.3", "--household", "The Nobodies")
    assert nobody == "There is no household called “The Nobodies”."
    nowhere = console.refused("export_household", str(tmp_path / "no" / "x"), "--household", BAUERS)
    assert nowhere == f"There is no folder {tmp_path / 'no'}."
    assert "--household" in console.refused("export_household", file)
    full = console.refused("export_household", "/proc/x.jsonl", "--household", BAUERS, code=1)
    assert full.startswith("/proc/x.jsonl could not be written: ")
    assert sorted(path.name for path in tmp_path.iterdir() if "bauers" in path.name) == [
        "bauers",
        "bauers.jsonl",
        "bauers.jsonl.2",
    ]
