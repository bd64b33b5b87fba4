from collections.abc import Callable
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Any

import structlog

from config import cache
from gifts.services.preview.fetching import fetch
from gifts.services.preview.outcomes import Facts, NotFetched, Preview, Reason
from gifts.services.preview.reading import read_page
from gifts.services.preview.rules import PUBLIC, Rules
from households.viewer import Viewer

logger = structlog.get_logger("hearth.preview")
AT_ONCE = 2
_slots = BoundedSemaphore(AT_ONCE)


def preview_page(*, viewer: Viewer, url: str, rules: Rules = PUBLIC) -> Preview:
    """What the page at this URL says about the thing on it. Saves nothing, and never fails.

    It may take seconds, so it has no place in a transaction.
    """
    # Each user's own: an answer that comes too quickly would tell that somebody else has looked at this very page.
    key = f"{viewer.user.pk}:{sha256(url.encode()).hexdigest()}"
    kept = _read(cache.get(cache.PREVIEWS, key))
    if kept is not None:
        return kept
    preview = _one_of_few(lambda: read_page(fetch(url, rules)))
    if preview.found:
        cache.put(cache.PREVIEWS, key, preview.as_json())
    return preview


def _read(kept: Any) -> Preview | None:
    """What was kept; nothing when another version of Hearth kept it in another shape."""
    try:
        return Preview(**kept) if kept else None
    except TypeError:
        return None


def _one_of_few(read: Callable[[], Facts]) -> Preview:
    """A page costs time and memory, so few are read at once; whoever comes too late is told so and may ask again."""
    if not _slots.acquire(blocking=False):
        return Preview.without(Reason.BUSY)
    try:
        return Preview.of(read())
    except NotFetched as error:
        return Preview.without(error.reason)
    # The page is a stranger's. Whatever our reading stumbles over is for us to mend, and nothing for the family.
    except Exception:
        logger.exception("unreadable")
        return Preview.without(Reason.NO_DATA)
    finally:
        _slots.release()
