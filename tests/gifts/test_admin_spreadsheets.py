"""The family's spreadsheet, in and out, in a browser."""

import csv
import io
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from config.spreadsheets import harmless
from gifts.models import Claim, GiftList, ListItem
from households.models import Membership, Role
from households.services.occasions import create_occasion
from tests.admin_pages import signed_in
from tests.gifts.importing import SAMPLE, everything, row, write
from tests.secrecy.before_after import undone
from tests.secrecy.looking import FORM_MARKS

IMPORT, EXPORT = "/admin/gifts/giftlist/import/", "/admin/gifts/giftlist/export/"


@pytest.fixture
def browser(family):
    return signed_in(family.mia.user)


def sent(browser, family, content, **form):
    """The page that comes of sending this file."""
    file = SimpleUploadedFile("list.csv", content)
    answer = browser.post(IMPORT, {"household": family.household.pk, "file": file, **form})
    assert answer.status_code == 200
    return FORM_MARKS.sub(b"", answer.content).decode()


def confirmed(browser, family, content):
    form = {"household": family.household.pk, "text": content.decode(), "sure": "yes"}
    return FORM_MARKS.sub(b"", browser.post(IMPORT, form).content).decode()


@pytest.fixture
def table(tmp_path):
    def content(*rows):
        return write(tmp_path / "list.csv", *rows).read_bytes()

    return content


def test_first_it_says_what_would_come_of_it_and_writes_nothing(browser, family):
    before = everything()
    page = sent(browser, family, SAMPLE.read_bytes())
    assert "Nothing is written yet." in page
    assert "48 rows:" in page
    assert "This was a rehearsal" in page
    assert "Running socks size 44" in page
    assert everything() == before


def test_the_text_that_was_looked_at_is_imported_and_only_once(browser, family):
    content = SAMPLE.read_bytes()
    page = confirmed(browser, family, content)
    assert "Done." in page
    assert ListItem.objects.filter(gift__title="Running socks size 44").exists()
    before = everything()
    confirmed(browser, family, content)
    assert everything() == before


def test_what_cannot_be_read_is_said_in_the_form(browser, family):
    assert "has no column" in sent(browser, family, b"a,b\n1,2\n")
    assert "is not UTF-8" in sent(browser, family, "Gift\nKäse".encode("latin-1"))
    assert "Choose the file" in browser.post(IMPORT, {"household": family.household.pk}).content.decode()
    assert "too large" in sent(browser, family, b"x" * 600_000)
    assert not GiftList.objects.exists()


def test_a_nul_spoils_its_own_row_both_times(browser, family, table):
    content = table(row("A kite", notes="a\0b"), row("A drill"))
    page = sent(browser, family, content)
    assert "1 imported" in page
    assert "1 refused" in page
    assert "\0" not in page
    page = confirmed(browser, family, content.replace(b"\0", b"\1"))
    assert "1 imported" in page
    assert "1 refused" in page
    assert "could not be read" in confirmed(browser, family, content)


@pytest.mark.parametrize("is_sure", [False, True])
def test_a_row_that_others_imported_for_oneself_looks_as_if_nobody_had(family, table, is_sure):
    """Else it would be enough to type a guess."""
    guess = table(row("A telescope", recipient="Mia", secret=True, who="Leo", status="ordered"))
    create_occasion(viewer=family.mia.viewer, name="Christmas", kind="christmas", date=date(2026, 12, 25))
    Membership.objects.filter(user=family.leo.user).update(role=Role.OWNER)
    browser = signed_in(family.mia.user)
    send = confirmed if is_sure else sent
    with undone():
        before = send(browser, family, guess)
    confirmed(signed_in(family.leo.user), family, guess)
    items, claims = ListItem.objects.count(), Claim.objects.count()
    assert (items, claims) == (1, 1)
    after = send(browser, family, guess)
    assert "0 imported before" in after
    assert after == before
    assert (ListItem.objects.count(), Claim.objects.count()) == (items, claims)


def planned(family, content):
    """A surprise for Mia, with a note among its givers."""
    surprise = family.leo.add(family.leo.list("For Mia", recipient=family.mia.person), "A telescope")
    family.leo.api().patch(f"/api/v1/items/{surprise.pk}", {"giver_note": "It is in the attic"}, format="json")


def noted(family, content):
    """What givers say among themselves of a wish that Mia sees."""
    wish = family.mia.add(family.mia.list("Wishes", kind="wishlist"), "A telescope")
    family.leo.api().patch(f"/api/v1/items/{wish.pk}", {"giver_note": "It is in the attic"}, format="json")


def hidden_birthday(family, content):
    honoree = family.mia.person
    create_occasion(
        viewer=family.leo.viewer,
        name="Birthday",
        kind="birthday",
        date=date(2026, 12, 25),
        honoree=honoree,
        visibility="hidden_from_honoree",
    )


def imported_by_leo(family, content):
    """The very row, put to a surprise that was there."""
    planned(family, content)
    Membership.objects.filter(user=family.leo.user).update(role=Role.OWNER)
    confirmed(signed_in(family.leo.user), family, content)


GUESSES = {
    "an open wish": (planned, {}),
    "a row that others imported": (imported_by_leo, {}),
    "a secret with a long note": (planned, {"secret": True, "notes": "x" * 1995}),
    "an open wish with a long note": (noted, {"notes": "x" * 1995}),
    "a hidden birthday": (hidden_birthday, {"secret": True, "occasion": "Birthday"}),
}


@pytest.mark.parametrize("is_sure", [False, True])
@pytest.mark.parametrize("guess", GUESSES)
def test_no_guess_about_oneself_is_confirmed(browser, family, table, guess, is_sure):
    """Neither by what the report says nor by what comes to be, or fails to, where one can look."""
    hide, cells = GUESSES[guess]
    content = table(row("A telescope", **({"recipient": "Mia", "occasion": ""} | cells)))

    def tried():
        said = (confirmed if is_sure else sent)(browser, family, content)
        seen = [family.mia.api().get(f"/api/v1/{kind}").json()["results"] for kind in ("lists", "items", "occasions")]
        return said, [[(one.get("name"), one.get("gift", {}).get("title")) for one in rows] for rows in seen]

    with undone():
        if hide is noted:  # The wish itself is no secret.
            family.mia.add(family.mia.list("Wishes", kind="wishlist"), "A telescope")
        before = tried()
    hide(family, content)
    assert tried() == before


def test_nothing_is_imported_into_the_household_next_door(family, neighbour, table):
    browser = signed_in(neighbour.user)
    page = sent(browser, family, table(row("A drill")))
    assert "Select a valid choice" in page or "could not be read" in page
    assert not GiftList.objects.exists()
    assert signed_in(family.ada.user).get(IMPORT).status_code == 302


# --- Export ------------------------------------------------------------------------------------


def exported(browser):
    answer = browser.get(EXPORT)
    assert answer["Content-Disposition"].startswith("attachment;")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_what_one_sees_is_exported_with_who_gives_it(browser, family):
    drill = family.mia.add(family.mia.list("For Leo", recipient=family.leo.person), "A drill", quantity=3)
    browser.post(reverse("admin:gifts_listitem_move", args=[drill.pk]), {"status": "ordered"})
    Claim.objects.filter(item=drill).update(quantity=2)
    rows = [
        (one["For"], one["Gift"], one["Qty"], one["Status"], one["Who buys"], one["Secret"])
        for one in exported(browser)
    ]
    assert rows == [("Leo", "A drill", "2", "ordered", "Mia", "x"), ("Leo", "A drill", "1", "idea", "", "x")]


def test_an_export_tells_nothing_of_ones_own_surprises(browser, family):
    wish = family.mia.add(family.mia.list("Wishes", kind="wishlist"), "A kite", quantity=2)
    before = exported(browser)
    family.ada.add(wish.list, "A telescope")
    family.ada.api().post(f"/api/v1/items/{wish.pk}/status", {"status": "ordered", "quantity": 1}, format="json")
    party = create_occasion(viewer=family.ada.viewer, name="Party", honoree=family.mia.person)
    family.ada.add(family.ada.list("Cakes", occasion=party, recipient=family.mia.person), "A cake")
    assert exported(browser) == before
    assert [(one["Gift"], one["Qty"], one["Status"]) for one in before] == [("A kite", "2", "")]


@pytest.mark.parametrize("cell", ["=1+1", "+49 30", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =cmd|' /C calc'!A0"])
def test_a_spreadsheet_never_takes_a_cell_for_a_formula(browser, family, cell):
    assert harmless(cell) == f"'{cell}"
    family.mia.add(family.mia.list("For Leo", recipient=family.leo.person), "=HYPERLINK(1)", note=cell)
    (one,) = exported(browser)
    assert one["Gift"] == "'=HYPERLINK(1)"
    assert one["Notes"].startswith("'")


def test_what_is_exported_can_be_imported(browser, family):
    sent_out = family.mia.add(family.mia.list("For Leo", recipient=family.leo.person), "A drill")
    page = sent(browser, family, browser.get(EXPORT).content)
    assert sent_out.gift.title in page
    assert "1 imported" in page
