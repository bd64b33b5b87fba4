from collections.abc import Iterable

from django.db.models import QuerySet

from gifts.models.items import Gift, GiftTag
from households.models import Tag
from households.viewer import Viewer


def saying(rows: QuerySet, words: Iterable[str], viewer: Viewer, *, gift: str) -> QuerySet:
    """Of these rows, which have come through their door, those whose gift (in this column) says every word.

    They keep their order. There is no rank: it would be reckoned over rows that the viewer may not know of.
    """
    for word in words:
        rows = rows.filter(**{f"{gift}__in": _gifts_saying(word, viewer)})
    return rows


def _gifts_saying(word: str, viewer: Viewer) -> QuerySet:
    """The ids of the gifts with this word in title, description or a tag, in the viewer's households, seen or not.

    A union, and each half narrowed already: so the database may choose for each between the household's index and that
    of the words, where an OR over both tables would make it read all of the household's gifts.
    """
    tags = Tag.objects.on_what_is_seen_by(viewer).filter(search_text__contains=word)
    by_text = Gift.objects.filter(household__in=viewer.household_ids, search_text__contains=word)
    return by_text.values("pk").union(GiftTag.objects.filter(tag__in=tags).values("gift_id"))
