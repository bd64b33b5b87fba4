"""Files that are not what they should be: each is told about in a sentence, and nothing comes of it."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from gifts.models import Gift
from households.models import Person
from tasks.services.household_files import reading
from tests.gifts.scene import make_scene
from tests.secrecy.world import make_world
from tests.tasks.files import (
    changed,
    everything_there,
    exported,
    lines_in,
    problems_of,
    refusal_of,
    remove,
    with_end,
    written,
)

NO_EXPORT = "This is no export of a household."
OTHER_VERSION = "This Hearth reads exports of version 1, and this one is of another version."
BREAKS_OFF = "The file breaks off: its last line, which says how many rows there are, is missing."


@pytest.fixture
def away(family, tmp_path) -> Path:
    """The file of a family that is not on this server any more."""
    make_scene(family)
    path = exported(tmp_path)
    remove(family.household)
    return path


# --- The file as a whole ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"\0\1\2", b"\xff\xfe{}", b"[]", b"1", b"null", b'"x"', b"{", b"id,name\n1,2\n"]
)
def test_what_is_no_export_is_refused(db, tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    assert refusal_of(path) == NO_EXPORT


@pytest.mark.parametrize("said", [{"format": "hearth-user"}, {"household": "x"}, {"household": None}, {"household": 1}])
def test_another_file_of_ours_is_refused(away, said):
    first, *rest = lines_in(away)
    assert refusal_of(written(away, [first | said, *rest])) == NO_EXPORT


@pytest.mark.parametrize("version", [2, 0, "1", True, 1.0, None, 10**30])
def test_another_version_is_refused(away, version):
    first, *rest = lines_in(away)
    assert refusal_of(written(away, [first | {"version": version}, *rest])) == OTHER_VERSION


def test_a_line_without_an_end_does_not_fill_the_memory(away, monkeypatch):
    monkeypatch.setattr(reading, "LONGEST_LINE", 1000)
    with away.open("ab") as file:
        file.write(b'{"' + b"x" * 5000)
    assert refusal_of(away) == "This is no export of a household: one of its lines is longer than any row."


def test_a_file_that_was_cut_between_two_lines_breaks_off(away):
    lines = lines_in(away)
    assert problems_of(written(away, lines[:-1])) == [BREAKS_OFF]


def test_a_file_that_was_cut_anywhere_is_refused(away):
    content = away.read_bytes()
    for length in range(len(content) // 7, len(content) - 1, len(content) // 7):
        away.write_bytes(content[:length])
        assert BREAKS_OFF in problems_of(away)


def test_a_row_that_was_taken_out_is_missed(away):
    lines = [line for line in lines_in(away) if line.get("table") != "commenthiddenfrom"]
    assert problems_of(written(away, lines)) == [
        "The file is not as it was written: its last line counts other rows than are in it."
    ]


@pytest.mark.parametrize("end", [None, [], "x", 5, {}, {"user": 1}])
def test_an_end_that_counts_nothing_is_refused(away, end):
    lines = lines_in(away)
    assert problems_of(written(away, [*lines[:-1], {"end": end}])) == [
        "The file is not as it was written: its last line counts other rows than are in it."
    ]


def test_two_files_in_one_are_refused(away):
    lines = lines_in(away)
    assert problems_of(written(away, lines * 2)) == ["The file goes on behind its last line."]


def test_a_file_without_its_household_is_refused(away):
    lines = [line for line in lines_in(away) if line.get("table") != "household"]
    assert problems_of(written(away, with_end(lines))) == ["The household itself is not in the file."]


@pytest.mark.parametrize(
    "line", ["", "[]", "{", "null", "[" * 100_000, '{"table": "person"}', '{"table": ["x"], "row": {}}']
)
def test_a_line_that_is_no_row_is_named(away, line):
    lines = away.read_text().splitlines()
    away.write_text("\n".join([*lines[:3], line, *lines[3:]]) + "\n")
    assert problems_of(away) == ["Line 4 is no row of a table that this Hearth knows."]


def test_a_table_that_is_unknown_is_named(away):
    lines = lines_in(away)
    lines.insert(3, {"table": "session", "row": {"id": str(uuid4())}})
    assert problems_of(written(away, lines)) == ["Line 4 is no row of a table that this Hearth knows."]


# --- Its rows --------------------------------------------------------------------------------------

NOT_WRITTEN_SO = "this is not what stands there in an export"
SPOILT: list[tuple[str, dict[str, Any], str]] = [
    ("person", {"id": None}, "id: this must not be null"),
    ("person", {"id": "x"}, "id: “x” is not a valid UUID"),
    ("person", {"id": 7}, f"id: {NOT_WRITTEN_SO}"),
    ("person", {"display_name": None}, "display_name: this must not be null"),
    ("person", {"display_name": ""}, "display_name: This field cannot be blank"),
    ("person", {"display_name": "x" * 121}, "display_name: Ensure this value has at most 120 characters"),
    ("person", {"display_name": "a\nb"}, "display_name: Use one line without control characters"),
    ("person", {"display_name": "\0"}, f"display_name: {NOT_WRITTEN_SO}"),
    ("person", {"notes": "x" * 5001}, "notes: this is longer than 5000 characters"),
    ("person", {"sizes": {"hat": "\0"}}, f"sizes: {NOT_WRITTEN_SO}"),
    ("person", {"sizes": [["\0"]]}, f"sizes: {NOT_WRITTEN_SO}"),
    ("person", {"sizes": json.loads("[" * 900 + "]" * 900)}, f"sizes: {NOT_WRITTEN_SO}"),
    ("person", {"photo_url": "javascript:alert(1)"}, "photo_url: Enter a valid URL"),
    ("person", {"birthdate": "2026-02-30"}, "birthdate: “2026-02-30” value has the correct format"),
    ("person", {"created_at": "2026-01-01"}, "created_at: a moment has a time zone"),
    ("person", {"created_at": "2026-01-01T00:00:00"}, "created_at: a moment has a time zone"),
    ("person", {"created_at": "0001-01-01T00:00:00+14:00"}, "created_at: this moment is out of range"),
    ("person", {"created_at": 1}, f"created_at: {NOT_WRITTEN_SO}"),
    ("person", {"household": str(uuid4())}, "household: this is another household"),
    ("household", {"id": str(uuid4())}, "id: this is another household"),
    ("household", {"timezone": "Mars/Olympus"}, "timezone: This is not an IANA time zone"),
    ("household", {"currency": "euro"}, "currency: "),
    ("membership", {"role": "king"}, "role: Value 'king' is not a valid choice"),
    ("membership", {"is_active": 1}, f"is_active: {NOT_WRITTEN_SO}"),
    ("listitem", {"quantity": 10**30}, f"quantity: {NOT_WRITTEN_SO}"),
    ("listitem", {"quantity": 10**18}, "quantity: Ensure this value is less than or equal to"),
    ("listitem", {"quantity": -1}, "quantity: Ensure this value is greater than or equal to"),
    ("listitem", {"quantity": True}, f"quantity: {NOT_WRITTEN_SO}"),
    ("listitem", {"quantity": "1"}, f"quantity: {NOT_WRITTEN_SO}"),
    ("gift", {"price": 9.5}, f"price: {NOT_WRITTEN_SO}"),
    ("gift", {"price": "NaN"}, "price: "),
    ("gift", {"price": "1e400"}, "price: Ensure that there are no more than 12 digits in total"),
    ("gift", {"price": "-1"}, "price: Ensure this value is greater than or equal to 0"),
    ("gift", {"price": "1.001"}, "price: Ensure that there are no more than 2 decimal places"),
    ("gift", {"colour": "red"}, "these are not its columns: colour"),
    ("activity", {"payload": None}, "payload: this must not be null"),
    ("giftlist", {"visibility": "private", "owner": None, "companion_of": None}, "it breaks a rule of its table: "),
]


@pytest.mark.parametrize(
    ("table", "values", "complaint"), SPOILT, ids=[f"{t}-{list(v)}-{n}" for n, (t, v, _) in enumerate(SPOILT)]
)
def test_a_row_that_cannot_be_is_named(away, table, values, complaint):
    [problem] = [one for one in problems_of(changed(away, table, lambda row: row.update(values))) if "Line" in one][:1]
    assert f" ({table}): {complaint}" in problem
    assert "\n" not in problem


def test_what_a_terminal_would_obey_is_not_repeated(away):
    path = changed(away, "gift", lambda row: row.update({"\x1b[2J\n": 1, "x" * 1000: 2}))
    [problem] = problems_of(path)
    assert problem.isprintable()
    assert len(problem) <= reading.LONGEST_SENTENCE


def test_a_column_that_is_missing_is_named(away):
    path = changed(away, "gift", lambda row: row.pop("title"))
    assert problems_of(path)[0].endswith("(gift): these are not its columns: title.")


def test_an_id_that_is_in_it_twice_is_named(away):
    lines = lines_in(away)
    first = next(line for line in lines[1:-1] if line["table"] == "person")
    [problem] = problems_of(written(away, with_end([*lines[:-1], first, lines[-1]])))
    assert (
        problem == f"Line {len(lines)} (person): its id is in the file twice, or in another household of this server."
    )


def test_an_id_of_another_household_is_named(away, neighbour):
    path = changed(away, "tag", lambda row: None)
    Gift.objects.create(pk=first_id(path, "gift"), household=neighbour.person.household, title="Theirs", currency="EUR")
    problems = problems_of(path)
    assert len(problems) == 1
    assert problems[0].endswith("(gift): its id is in the file twice, or in another household of this server.")
    assert Gift.objects.get().title == "Theirs"


def test_what_points_nowhere_is_named(away):
    path = changed(away, "listitem", lambda row: row.update(gift=str(uuid4())))
    assert problems_of(path) == [f"The listitem {first_id(path, 'listitem')}: its gift is not in the file."]


def test_what_points_into_another_household_is_named(away, neighbour):
    """The row is there, and it is none of theirs."""
    path = changed(away, "giftlist", lambda row: row.update(recipient=str(neighbour.person.pk)))
    assert problems_of(path) == [f"The giftlist {first_id(path, 'giftlist')}: its recipient is not in the file."]


def test_every_reference_is_looked_at(db, tmp_path):
    """Each that leads to a row of the household, when all of those rows are taken out."""
    world = make_world()
    path = exported(tmp_path)
    remove(world.family.household)
    lines = [line for line in lines_in(path) if line.get("table") != "person"]
    problems = problems_of(written(path, with_end(lines)))
    fields = {problem.partition("its ")[2].split()[0] for problem in problems}
    assert {"group", "member", "person", "honoree", "recipient"} <= fields


def test_a_rule_between_rows_is_kept(away):
    lines = lines_in(away)
    items = [line for line in lines[1:-1] if line["table"] == "listitem"]
    items[1]["row"] |= {"list": items[0]["row"]["list"], "gift": items[0]["row"]["gift"]}
    [problem] = problems_of(written(away, lines))
    assert "it breaks a rule of its table: " in problem


def test_everything_that_is_wrong_is_told_at_once(away):
    lines = lines_in(away)
    wrong = [line for line in lines[1:-1] if line["table"] in {"person", "gift"}]
    for line in wrong:
        line["row"]["household"] = str(uuid4())
    problems = problems_of(written(away, lines), dry_run=True)
    assert len(problems) == len(wrong)
    assert {problem.split(": ", 1)[1] for problem in problems} == {"household: this is another household."}


def test_of_very_much_that_is_wrong_the_beginning_is_told(away, monkeypatch):
    monkeypatch.setattr(reading, "MOST_PROBLEMS", 3)
    lines = [line for line in lines_in(away) if line.get("table") != "user"]
    problems = problems_of(written(away, with_end(lines)))
    assert len(problems) == 4
    assert problems[-1] == "There is more that is wrong; so far for now."


def test_a_search_key_that_grows_too_long_is_refused(away):
    """One character may stand for a whole phrase."""
    before = everything_there()
    path = changed(away, "tag", lambda row: row.update(name="\ufdfa" * 60))
    assert refusal_of(path)
    assert everything_there() == before
    assert not Person.objects.exists()


def first_id(path: Path, table: str) -> str:
    return next(line["row"]["id"] for line in lines_in(path)[1:-1] if line["table"] == table)
