"""What is no list of gifts gets one clear sentence and exit code 2."""

import subprocess
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from gifts.models import GiftList
from households.models import Household, Membership, Role
from tests.cast import Family, found
from tests.gifts.importing import COLUMNS, SAMPLE, Desk, counts, item, lines_about, note_of, row, write
from tests.server import manage, migrate

HEADER = ",".join(COLUMNS)
LINE = 'Leo,Christmas 2026,"A drill",,,,,,,x'

BROKEN = {
    "latin-1": (f"{HEADER}\nZoë,Birthday,Book,,,,,,,x\n".encode("latin-1"), "is not UTF-8 text"),
    "utf-16": (f"{HEADER}\n{LINE}\n".encode("utf-16"), "is not UTF-8 text"),
    "utf-16 without a mark": (f"{HEADER}\n{LINE}\n".encode("utf-16-le"), "is not UTF-8 text"),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "is not UTF-8 text"),
    "nothing": (b"", "is empty"),
    "blanks": (b"\n \n", "is empty"),
    "a mark only": (b"\xef\xbb\xbf", "is empty"),
    "only a header": (f"{HEADER}\n".encode(), "has a header but no rows"),
    "blank rows": (f"{HEADER}\n,,,,,,,,,\n\n".encode(), "has a header but no rows"),
    "a page": (b"<html><body>Not found</body></html>", "its first row has no column For, Occasion, Gift"),
    "json": (b'{"gifts": [1, 2]}', "has no column For"),
    "no secret": (
        f"{HEADER.removesuffix(',Secret')}\nLeo,Christmas,A drill,,,,,,\n".encode(),
        "has no column Secret.",
    ),
    "two columns": (f"{HEADER},notes\n{LINE},\n".encode(), "has more than one column Notes."),
    "an open quote": (f'{HEADER}\nLeo,Christmas,"A drill,,,,,,,x\n'.encode(), "is not CSV"),
    "a stray quote": (f'{HEADER}\nLeo,Christmas,"A" drill,,,,,,,x\n'.encode(), "is not CSV"),
    "an endless cell": (f"{HEADER}\nLeo,Christmas,{'a' * 200_000},,,,,,,x\n".encode(), "is not CSV"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_gets_one_sentence(desk: Desk, kind: str):
    content, sentence = BROKEN[kind]
    desk.file.write_bytes(content)
    said = desk.refuses_file(desk.file)
    assert sentence in said
    assert said.startswith("list.csv ")
    assert "\n" not in said


def test_a_file_that_is_not_there_gets_one_sentence(desk: Desk, tmp_path: Path):
    assert "cannot be read: No such file or directory." in desk.refuses_file(tmp_path / "nowhere.csv")
    assert "cannot be read: Is a directory." in desk.refuses_file(tmp_path)


def test_a_huge_file_is_refused_before_it_is_understood(desk: Desk):
    desk.file.write_bytes(b"a" * (10 * 1024 * 1024 + 1))
    assert "larger than 10 MB" in desk.refuses_file(desk.file)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_spreadsheets_part_cells_in_several_ways(desk: Desk, delimiter: str):
    desk.import_file(write(desk.file, row("A drill, cordless; new", price="12,50", notes="a|b"), delimiter=delimiter))
    assert str(item("A drill, cordless; new").gift.price) == "12.50"


def test_columns_are_known_whatever_their_case_spaces_and_order(desk: Desk):
    columns = [" secret", "NOTES", "who  BUYS ", "Status", "QTY", "price", "link", "Gift", "occasion", "for"]
    desk.file.write_text(f"{','.join(columns)}\nx,,,,,,,A drill,Birthday,Leo\n", encoding="utf-8-sig")
    desk.import_file(desk.file)
    assert item("A drill").list.visibility == "hidden_from_recipient"


def test_a_column_of_the_familys_own_is_kept_and_reported(desk: Desk):
    report = desk.import_rows(row("A scarf", colour="red"), row("A hat", colour=" "))
    assert note_of("A scarf") == "Colour: red"
    assert note_of("A hat") == ""
    assert lines_about(2, report)[1] == "kept as note: Colour: “red”: a column of your own"


def test_a_column_without_a_name_is_kept(desk: Desk):
    desk.file.write_text(f"{HEADER},\n{LINE},more\n")
    desk.import_file(desk.file)
    assert note_of("A drill") == "Column 11: more"


def test_a_row_of_another_width_is_refused(desk: Desk):
    """Its cells may have slipped: what stands under Secret may be something else."""
    desk.file.write_text(f"{HEADER}\n{LINE}\nLeo,Christmas 2026,A saw, big,,,,,,,x\nLeo,Birthday,A kite\n{LINE},,\n")
    report = desk.import_file(desk.file)
    assert lines_about(3, report) == ["refused: it has 11 cells where the header has 10"]
    assert lines_about(4, report) == ["refused: it has 3 cells where the header has 10"]
    assert "4 rows: 2 imported" in report


def test_rows_are_numbered_as_a_spreadsheet_does(desk: Desk):
    desk.file.write_text(f'{HEADER}\n\nLeo,,"A\ntent",,,,,,,\n,,,,,,,,,\nLeo,,,,5,,,,,\n')
    report = desk.import_file(desk.file)
    assert "understood" in lines_about(3, report)[0]
    assert lines_about(5, report) == ["refused: it names no gift"]


def test_a_file_of_which_nothing_can_be_imported_fails_and_says_why(desk: Desk, capsys):
    before = counts()
    with pytest.raises(CommandError, match="No row of this file could be imported") as error:
        desk.import_rows(row(""))
    assert error.value.returncode == 2
    assert counts() == before


def test_a_terminal_that_cannot_show_every_sign_is_no_reason_to_crash(desk: Desk, family: Family, tmp_path: Path):
    write(desk.file, row("A \u2603 snowman", "Theo"))
    with (tmp_path / "out").open("w", encoding="ascii") as out:
        call_command(
            "import_gifts",
            str(desk.file),
            "--household",
            family.household.name,
            "--as",
            family.mia.user.login,
            stdout=out,
        )
    assert "A \\u2603 snowman" in (tmp_path / "out").read_text()


@pytest.mark.parametrize("text", ["Nobody's", "019a0000-0000-7000-8000-000000000000"])
def test_an_unknown_household_gets_one_sentence(desk: Desk, family: Family, text: str):
    write(desk.file, row("A kite"))
    with pytest.raises(CommandError, match="There is no household") as error:
        call_command("import_gifts", str(desk.file), household=text, **{"as": family.mia.user.login})
    assert error.value.returncode == 2


def test_a_household_is_named_by_its_id_or_its_name(desk: Desk, family: Family, capsys):
    write(desk.file, row("A kite", "Theo"))
    for text in (family.household.name, str(family.household.pk)):
        call_command("import_gifts", str(desk.file), household=text, **{"as": family.mia.user.login})
    found("The Bauers", "Another")
    with pytest.raises(CommandError, match="more than one household called “The Bauers”; say which by its id"):
        call_command("import_gifts", str(desk.file), household="The Bauers", **{"as": family.mia.user.login})
    assert Household.objects.count() == 2


def test_only_somebody_who_plans_there_can_import(desk: Desk, family: Family, neighbour):
    sentence = "is nobody who plans in The Bauers"
    assert sentence in desk.refuses(row("A kite"), by=neighbour)
    for change in ({"role": Role.GUEST}, {"role": Role.MEMBER, "is_active": False}):
        Membership.objects.filter(person=family.ada.person).update(**change)
        assert sentence in desk.refuses(row("A kite"), by=family.ada)
    family.leo.user.is_active = False
    family.leo.user.save()
    assert sentence in desk.refuses(row("A kite"), by=family.leo)


def run(data_dir: Path, *arguments: str) -> subprocess.CompletedProcess:
    return manage("import_gifts", *arguments, data_dir=data_dir)


def test_the_command_ends_with_2_and_one_sentence_or_with_0_and_a_report(tmp_path: Path):
    """The real command, in a process of its own."""
    made = (
        "from accounts.models import User\n"
        "from households.services.households import create_household\n"
        "mia = User.objects.create(name='Mia', handle='mia')\n"
        "create_household(owner=mia, name='Home', currency='EUR', timezone='Europe/Berlin')\n"
    )
    migrate(tmp_path)
    done = manage("shell", "-v0", "-c", made, data_dir=tmp_path)
    assert done.returncode == 0, done.stderr
    home = ("--household", "Home", "--as", "mia")

    broken = tmp_path / "broken.csv"
    broken.write_bytes(BROKEN["latin-1"][0])
    refused = run(tmp_path, str(broken), *home)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.strip() == (
        "CommandError: broken.csv is not UTF-8 text; please save it again as CSV in UTF-8."
    )

    doubtful = write(tmp_path / "doubtful.csv", row("A drill", "Mila", secret=True))
    refused = run(tmp_path, str(doubtful), *home)
    assert refused.returncode == 2
    assert "“Mila” might be Mia (mia)" in refused.stderr
    assert len(refused.stderr.strip().splitlines()) == 1

    rehearsed = run(tmp_path, str(SAMPLE), *home, "--dry-run")
    imported = run(tmp_path, str(SAMPLE), *home)
    again = run(tmp_path, str(SAMPLE), *home)
    assert [one.returncode for one in (rehearsed, imported, again)] == [0, 0, 0], imported.stderr
    assert "48 rows: 48 imported" in rehearsed.stdout
    assert "48 rows: 48 imported" in imported.stdout
    assert "48 imported before. Made: nothing." in again.stdout
    assert run(tmp_path, str(doubtful), *home, "--map", "Mila=mia").returncode == 0


def test_several_maps_stand_beside_the_file_in_any_order(family: Family, tmp_path: Path):
    path = tmp_path / "list.csv"
    write(path, {"For": "Mila", "Gift": "A kite", "Secret": "x"}, {"For": "Leonard", "Gift": "A drum"})
    home = ["--household", "the bauers", "--as", family.mia.user.login]

    call_command(
        "import_gifts",
        "--map",
        f"Mila={family.mia.user.login}",
        "--map",
        f"Leonard={family.leo.user.login}",
        str(path),
        *home,
        stdout=StringIO(),
    )

    assert GiftList.objects.filter(recipient=family.leo.person).exists()
