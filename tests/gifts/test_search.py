"""Finding gifts by their words, among those that one sees and no others."""

import importlib

import pytest
from django.apps import apps
from django.db import connection
from rest_framework.test import APIClient
from structlog.testing import capture_logs

from config.trigrams import TrigramIndex
from gifts.models import Gift, ListShare
from households.models import Role
from households.services.tags import create_tag, put_tags
from tasks.models import Task
from tests.accounts.steps import error
from tests.cast import Family, Member, join
from tests.gifts.looking import API

INDEXES = [
    TrigramIndex(name="gift_search_by_trigram", table="gifts_gift"),
    TrigramIndex(name="task_search_by_trigram", table="tasks_task"),
]
on_postgres = pytest.mark.skipif(connection.vendor != "postgresql", reason="about an index of PostgreSQL")


def make(family: Family, title: str, description: str = "", tags: tuple[str, ...] = ()) -> Gift:
    """A gift in the catalog."""
    gift = Gift.objects.create(
        household=family.household, title=title, description=description, currency="EUR", in_catalog=True
    )
    put_tags(gift, [create_tag(viewer=family.mia.viewer, name=tag)[0] for tag in tags])
    return gift


def found(api: APIClient, words: str, route: str = "gifts", **filters: str) -> list[str]:
    answer = api.get(f"{API}/{route}", {"search": words} | filters)
    assert answer.status_code == 200, answer.json()
    return [(row.get("gift") or row)["title"] for row in answer.json()["results"]]


@pytest.fixture
def shelf(family: Family) -> APIClient:
    make(family, "Crème brûlée set", "For six. 100% steel", ("Kitchen",))
    make(family, "STRASSE, the board game", "with a_map", ("Évening",))
    make(family, "Socks", "warm", ("wool", "Kitchen"))
    return family.leo.api()


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("creme", ["Crème brûlée set"]),
        ("CRÈME", ["Crème brûlée set"]),
        ("cre\u0300me bru", ["Crème brûlée set"]),
        ("straße", ["STRASSE, the board game"]),
        ("rem rûl", ["Crème brûlée set"]),
        ("warm", ["Socks"]),
        ("WOOL", ["Socks"]),
        ("evening", ["STRASSE, the board game"]),
        ("kitchen", ["Socks", "Crème brûlée set"]),
        ("kitchen socks wool warm", ["Socks"]),
        ("kitchen wool steel", []),
        ("six  steel\t", ["Crème brûlée set"]),
        ("100%", ["Crème brûlée set"]),
        ("1%0", []),
        ("%", ["Crème brûlée set"]),
        ("_", ["STRASSE, the board game"]),
        ("a_map", ["STRASSE, the board game"]),
        ("aXmap", []),
        ("\\", []),
        ("'; --", []),
        ("wool\x1fsocks", ["Socks"]),
        ("nothing", []),
        ("setfor", []),
    ],
)
def test_every_word_occurs_in_title_description_or_tags(shelf: APIClient, words: str, titles: list[str]):
    assert found(shelf, words) == titles


@pytest.mark.parametrize("words", ["", "   ", "\u0301"])
def test_nothing_to_look_for_is_no_filter(shelf: APIClient, words: str):
    assert len(found(shelf, words)) == 3


@pytest.mark.parametrize("words", ["x" * 101, "a b c d e f g h i", "a\x00b"])
def test_too_much_is_refused(shelf: APIClient, words: str):
    for route in ("gifts", "items"):
        answer = shelf.get(f"{API}/{route}", {"search": words})
        assert error(answer) == (400, "VALIDATION_FAILED")
        assert list(answer.json()["error"]["details"]) == ["search"]


def test_eight_words_and_a_hundred_characters_are_fine(shelf: APIClient):
    assert found(shelf, "a b c d e f g h") == []
    assert found(shelf, "socks " * 16) == ["Socks"]
    assert found(shelf, "\ufdfa" * 100) == []


def test_what_is_found_keeps_its_order_and_its_pages(shelf: APIClient):
    assert found(shelf, "kitchen", ordering="title") == ["Crème brûlée set", "Socks"]
    page = shelf.get(f"{API}/gifts", {"search": "kitchen", "limit": "1"}).json()
    assert [row["title"] for row in page["results"]] == ["Socks"]
    assert [row["title"] for row in shelf.get(page["next"]).json()["results"]] == ["Crème brûlée set"]


def test_a_changed_word_is_found_and_the_old_one_is_not(shelf: APIClient, family: Family):
    gift = Gift.objects.get(title="Socks")
    family.mia.api().patch(f"{API}/gifts/{gift.pk}", {"title": "Mittens"})
    assert (found(shelf, "mittens"), found(shelf, "socks")) == (["Mittens"], [])
    tag = gift.tags.get(name="wool")
    family.mia.api().patch(f"{API}/tags/{tag.pk}", {"name": "alpaca"})
    assert (found(shelf, "alpaca"), found(shelf, "wool")) == (["Mittens"], [])
    family.mia.api().delete(f"{API}/tags/{tag.pk}")
    assert found(shelf, "alpaca") == []


# --- Only what one sees --------------------------------------------------------------------------


def test_items_are_found_by_their_gifts_words(family: Family):
    theos = family.mia.list("For Theo", recipient=family.theo)
    family.mia.add(theos, "Skates"), family.mia.add(theos, "A kite")
    leo = family.leo.api()
    assert found(leo, "kite", "items") == found(leo, "KITE", f"lists/{theos.pk}/items") == ["A kite"]
    assert found(leo, "kite", "items", status="dropped") == []


def test_a_recipient_finds_their_wishes_and_no_surprise(family: Family):
    wishlist = family.leo.list("Wishes", kind="wishlist")
    family.leo.add(wishlist, "Red drill")
    family.mia.add(family.mia.list(recipient=family.leo.person), "Blue drill")
    family.ada.add(wishlist, "Green drill")
    tag, _ = create_tag(viewer=family.mia.viewer, name="drill")
    put_tags(family.ada.add(wishlist, "Bits").gift, [tag])
    for route in ("items", "gifts"):
        assert found(family.leo.api(), "drill", route) == ["Red drill"]
        assert sorted(found(family.ada.api(), "drill", route)) == ["Bits", "Blue drill", "Green drill", "Red drill"]


def test_what_givers_note_is_not_looked_through(family: Family):
    wish = family.leo.add(family.leo.list("Wishes", kind="wishlist"), "Socks", note="in grey")
    family.mia.api().patch(f"{API}/items/{wish.pk}", {"giver_note": "he has a cellar"})
    for member in (family.mia, family.leo):
        assert found(member.api(), "cellar", "items") == found(member.api(), "grey", "items") == []


def test_a_stranger_finds_nothing(family: Family, neighbour: Member):
    make(family, "Socks", tags=("wool",))
    make(Family(neighbour.person.household, *[neighbour] * 7), "Scarf")
    for words, titles in {"socks": [], "wool": [], "s": ["Scarf"]}.items():
        assert found(neighbour.api(), words) == titles


def test_a_guest_finds_what_is_shared_with_them(family: Family):
    shown = family.mia.add(family.mia.list("For Theo", recipient=family.theo), "Red socks")
    family.mia.add(family.mia.list("For Ada", recipient=family.ada.person), "Blue socks")
    tag, _ = create_tag(viewer=family.mia.viewer, name="wool")
    put_tags(shown.gift, [tag])
    guest = join(family.household, "Gus", role=Role.GUEST)
    ListShare.objects.create(household=family.household, list=shown.list, guest=guest.membership)
    for words in ("socks", "wool"):
        assert found(guest.api(), words, "items") == found(guest.api(), words) == ["Red socks"]


# --- The migrations ------------------------------------------------------------------------------


class Editor:
    connection = connection

    def execute(self, sql: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql)


def test_gifts_from_before_are_found_too(family: Family, monkeypatch):
    filling = importlib.import_module("gifts.migrations.0004_fill_search_text")
    monkeypatch.setattr(filling, "BATCH", 2)
    for number in range(5):
        make(family, f"Crème {number}", "Brûlée")
    moments = list(Gift.objects.order_by("pk").values_list("updated_at", flat=True))
    Gift.objects.exclude(title="Crème 0").update(search_text="")
    filling.fill(apps, Editor)
    assert list(Gift.objects.order_by("pk").values_list("search_text", flat=True)) == [
        f"creme {number}\nbrulee" for number in range(5)
    ]
    assert list(Gift.objects.order_by("pk").values_list("updated_at", flat=True)) == moments


@on_postgres
@pytest.mark.django_db
def test_the_index_of_trigrams_can_serve_the_words():
    """Whether it does is the planner's to say: in a small household its own index is quicker."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for model in (Gift, Task):
        plan = model.objects.filter(search_text__contains="trampoline").explain()
        assert f"Index Scan on {model._meta.model_name}_search_by_trigram" in plan


@on_postgres
def test_without_the_right_to_the_extension_there_is_a_warning_and_no_failure(family: Family):
    editor = Editor()
    for index in INDEXES:
        index.remove(apps, editor)
    editor.execute("DROP EXTENSION pg_trgm")
    editor.execute("CREATE ROLE hearth_without_rights; SET LOCAL ROLE hearth_without_rights")
    with capture_logs() as logs:
        for index in INDEXES:
            index.build(apps, editor)
    assert [(line["event"], line["log_level"]) for line in logs] == [("search_without_index", "warning")] * 2
    assert "permission denied" in logs[0]["reason"]
    editor.execute("RESET ROLE")
    assert found(family.mia.api(), "socks") == []

    for index in INDEXES * 2:
        index.build(apps, editor)
    with connection.cursor() as cursor:
        for index in INDEXES:
            assert index.index in connection.introspection.get_constraints(cursor, index.table)


def test_elsewhere_nothing_is_built():
    class Other:
        class connection:
            vendor = "sqlite"

    for index in INDEXES:
        assert index.build(apps, Other) is None
        assert index.remove(apps, Other) is None


def test_a_word_that_spells_a_place_in_a_statement_is_a_word(family: Family):
    """Ids that are asked for have names of their own while a statement is built."""
    mia = family.mia.api()
    assert mia.post(f"{API}/gifts", {"title": "asked_0 viewer_user"}).status_code == 201
    for word in ("asked_0", "viewer_user"):
        found = mia.get(f"{API}/gifts?search={word}&household={family.household.pk}").json()["results"]
        assert [row["title"] for row in found] == ["asked_0 viewer_user"]
    assert mia.get(f"{API}/comments?person=asked_0&household={family.household.pk}").status_code == 400
