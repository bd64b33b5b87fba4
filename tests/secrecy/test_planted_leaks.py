"""A harness that cannot fail proves nothing: a leak is planted at each door, and has to be found by name."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db.models import Count, OuterRef, Subquery

from config import kept_rows
from config.api import reading
from config.api import views as resource_views
from config.api.pagination import Page
from config.errors import Code, Refusal
from config.statements import Statements
from gifts.api import filters
from gifts.api.serializers import items as item_serializers
from gifts.api.serializers.activity import ActivitySerializer
from gifts.api.views.items import ItemRows
from gifts.models import Claim, ListItem
from gifts.services import claims, items
from households.models import ActivityQuerySet
from tests.gifts.scene import HIDDEN_CHANGES
from tests.secrecy.before_after import Play, noticed
from tests.secrecy.canaries import told
from tests.secrecy.probing import Probe, reacts
from tests.secrecy.stage import Stage

pytestmark = pytest.mark.django_db

API = "/api/v1"


@pytest.fixture(autouse=True)
def _nothing_is_kept(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What is planted goes into statements that are compiled with it, and into no others."""
    for asking in (resource_views, kept_rows):
        monkeypatch.setattr(asking, "statements", Statements())
    reading.finisher_of.cache_clear()
    yield
    reading.finisher_of.cache_clear()


def changes(*names: str) -> dict[str, Callable]:
    return {name: HIDDEN_CHANGES[name] for name in names}


def canaries_told(stage: Stage, url: str) -> list[str]:
    return told(stage.cage, "recipient", stage.watchers["recipient"].pages(f"{API}/{url}"))


def test_prefetch(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    """Claims that come along with a wish, whoever reads it."""
    monkeypatch.setattr("gifts.models.items.ClaimQuerySet.unconcealed_from", lambda claims, viewer: claims.alive())
    monkeypatch.setattr(item_serializers.ItemSerializer, "finish", staticmethod(lambda row, viewer: row))
    assert f"recipient is told behind claim.actual_price at GET {API}/items" in canaries_told(stage, "items")


def test_task(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    """A task that goes on telling what it was about."""
    monkeypatch.setattr("gifts.models.items.ListItemQuerySet.open_to_giver", lambda rows, viewer: rows.alive())
    found = canaries_told(stage, "users/me/tasks")
    assert f"recipient is told lost task.title at GET {API}/users/me/tasks" in found
    assert f"recipient is told lost task.description at GET {API}/users/me/tasks" in found


def test_export(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    """Rows that an export reads past the door of the pages."""

    def without_door(view: Any) -> Any:
        return ListItem.objects.filter(household__in=view.viewer.household_ids).as_seen_by(view.viewer)

    monkeypatch.setattr(ItemRows, "get_queryset", without_door)
    assert f"recipient is told surprise gift.title at GET {API}/users/me/export" in canaries_told(
        stage, "users/me/export"
    )


def test_count(play: Play, monkeypatch: pytest.MonkeyPatch):
    """A total over all rows on a page of those that one sees."""

    answer = Page.answer
    monkeypatch.setattr(Page, "answer", lambda *of: answer(*of) | {"count": ListItem.objects.count()})
    found = noticed(play, changes("a surprise is put beside it"), only=f"{API}/lists?kind")
    assert f"Leo notices at {API}/lists?kind=gift that a surprise is put beside it" in found


def test_filter(play: Play, monkeypatch: pytest.MonkeyPatch):
    """A filter over what is concealed in the row itself."""
    monkeypatch.setattr(filters.ItemFilter.base_filters["stage"], "field_name", "plan__stage")
    found = noticed(play, changes("it is shortlisted"), only=f"{API}/items?stage")
    assert f"Leo notices at {API}/items?stage=shortlisted that it is shortlisted" in found


def test_ordering(play: Play, monkeypatch: pytest.MonkeyPatch):
    """An order by what is concealed in the row itself."""
    ordering = filters.ItemFilter.base_filters["ordering"]
    monkeypatch.setattr(ordering, "param_map", ordering.param_map | {"price": "plan__planned_price"})
    found = noticed(play, changes("its price is planned"), only=f"{API}/items?ordering")
    assert f"Leo notices at {API}/items?ordering=-price that its price is planned" in found


def test_etag(play: Play, monkeypatch: pytest.MonkeyPatch):
    """A tag of the row's whole state, and not of what this viewer gets."""
    monkeypatch.setattr(resource_views, "etag_of", lambda content: f'"{Claim.objects.alive().count()}"')
    item = f"{API}/items/{play.scenes[0].wish.pk}"
    assert noticed(play, changes("somebody claims it"), only=item) == [f"Leo notices at {item} that somebody claims it"]


def test_updated_at(play: Play, monkeypatch: pytest.MonkeyPatch):
    """A child that touches its parent."""
    write = claims._write

    def touching(standing: claims.Standing, *args: Any, **values: Any) -> Claim:
        standing.item.save()
        return write(standing, *args, **values)

    monkeypatch.setattr(claims, "_write", touching)
    found = noticed(play, changes("somebody claims it"), only=f"{API}/items?ordering")
    assert f"Leo notices at {API}/items?ordering=title that somebody claims it" in found


def test_error_text(play: Play, monkeypatch: pytest.MonkeyPatch):
    """A refusal that looks at the claims before it looks at who asks."""

    def refuse(viewer: Any, item: ListItem) -> None:
        if item.list.is_for(viewer):
            taken = Claim.objects.alive().filter(item=item).exists()
            raise Refusal(Code.RESOURCE_FORBIDDEN, "All of it is taken." if taken else "This is your own wish.")

    monkeypatch.setattr(claims, "refuse_recipient", refuse)
    probe = Probe("POST", f"{API}/items/{play.scenes[0].wish.pk}/claim", {})
    assert reacts(play, changes("somebody claims it"), [probe]) == [f"Leo can tell by {probe} that something is hidden"]


def test_uniqueness(play: Play, monkeypatch: pytest.MonkeyPatch):
    """One gift in all lists for somebody, also in those that they do not see."""
    look = items._gift_for

    def refuse(viewer: Any, gift_list: Any, target: Any, gift_id: Any) -> Any:
        if ListItem.objects.alive().filter(list__recipient=gift_list.recipient, gift=gift_id).count() > 1:
            raise Refusal(Code.CONFLICT_DUPLICATE)
        return look(viewer, gift_list, target, gift_id)

    monkeypatch.setattr(items, "_gift_for", refuse)
    scene = play.scenes[0]
    probe = Probe("POST", f"{API}/lists/{scene.birthday_list.pk}/items", {"gift": str(scene.wish.gift_id)})
    found = reacts(play, changes("somebody plans in private"), [probe])
    assert found == [f"Leo can tell by {probe} that something is hidden"]


def test_deletion(play: Play, monkeypatch: pytest.MonkeyPatch):
    """A wish that cannot be taken back because somebody has bought it."""
    rights = items._require_wish_rights

    def require(viewer: Any, item: ListItem) -> None:
        rights(viewer, item)
        if Claim.objects.alive().filter(item=item).exists():
            raise Refusal(Code.CONFLICT_STATE)

    monkeypatch.setattr(items, "_require_wish_rights", require)
    probe = Probe("DELETE", f"{API}/items/{play.scenes[0].wish.pk}")
    assert reacts(play, changes("somebody claims it"), [probe]) == [f"Leo can tell by {probe} that something is hidden"]


def test_diary(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    """Entries whose subject is hidden from who reads them."""
    monkeypatch.setattr(
        ActivityQuerySet, "visible_to", lambda entries, viewer: entries.filter(household__in=viewer.household_ids)
    )
    found = canaries_told(stage, "activity?limit=100")
    assert f"recipient is told surprise activity.id at GET {API}/activity?limit=100" in found


def test_sequence_gap(stage: Stage, monkeypatch: pytest.MonkeyPatch):
    """The private number of an entry: from one to the next one learns how many were hidden."""
    monkeypatch.setattr(ActivitySerializer.Meta, "fields", [*ActivitySerializer.Meta.fields, "seq"])
    assert f"recipient is told home activity.seq at GET {API}/activity" in canaries_told(stage, "activity")


def test_search_rank(play: Play, monkeypatch: pytest.MonkeyPatch):
    """Gifts that are wanted most come first, also by lists that one does not see."""
    search = filters.GiftSearch.filter

    def ranked(self: filters.GiftSearch, rows: Any, value: Any) -> Any:
        found = search(self, rows, value)
        everywhere = ListItem.objects.filter(gift=OuterRef("gift")).values("gift").annotate(number=Count("pk"))
        return found.annotate(wanted=Subquery(everywhere.values("number"))).order_by("-wanted") if value else found

    monkeypatch.setattr(filters.GiftSearch, "filter", ranked)
    found = noticed(play, changes("the wish is planned on a hidden list, too"), only=f"{API}/items?search=")
    assert f"Leo notices at {API}/items?search=socks that the wish is planned on a hidden list, too" in found
