"""What stands on the lists that somebody sees, as a table that a spreadsheet opens and an import reads."""

import csv
import io
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from config.spreadsheets import harmless
from gifts.models import GiftList, ListItem
from gifts.services.imports.reading import COLUMNS
from households.models import Occasion
from households.viewer import Viewer


def export_csv(*, viewer: Viewer, household_ids: list[UUID]) -> str:
    """A row for each item or, where somebody gives it, for each of them; without what is concealed from the viewer."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for item in _items(viewer, household_ids):
        writer.writerows([harmless(str(cell)) for cell in row] for row in _rows(item))
    return table.getvalue()


def _items(viewer: Viewer, household_ids: list[UUID]) -> Any:
    occasion = Occasion.objects.visible_to(viewer).filter(pk=OuterRef("list__occasion")).values("name")
    seen: Any = ListItem.objects.visible_to(viewer).filter(household__in=household_ids).as_seen_by(viewer)
    rows = seen.select_related("gift", "plan", "list__recipient").annotate(occasion_name=Subquery(occasion))
    return rows.order_by("list__recipient__display_name", "list__name", "ordinal", "id")


def _rows(item: Any) -> Iterator[list[Any]]:
    claims = [] if item.is_concealed else list(item.claims.all())
    for claim in claims:
        yield _row(item, claim.quantity, claim.status, claim.giver.display_name)
    left = item.quantity - sum(claim.quantity for claim in claims)
    if left > 0:
        # What nobody has taken; of one's own wish nothing is said of that.
        yield _row(item, left, item.seen_stage or "", "")


def _row(item: Any, quantity: int, status: str, giver: str) -> list[Any]:
    gift, gift_list = item.gift, item.list
    price = "" if gift.price is None else f"{gift.price} {gift.currency}"
    note = item.note if item.is_concealed else item.seen_giver_note or item.note
    secret = "x" if gift_list.visibility != GiftList.Visibility.HOUSEHOLD else ""
    recipient = gift_list.recipient.display_name if gift_list.recipient else ""
    occasion = item.occasion_name or ""
    return [recipient, occasion, gift.title, gift.url, price, quantity, status, giver, note, secret]
