"""What can be seen without the database: settings, files, the cache."""

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.checks import ERROR, run_checks

from config.api.health import require_cache
from config.backups.backups import PREFIX, usual_folder
from config.doctor.findings import Finding, State
from config.environment import is_loopback, public_address
from config.errors import Refusal

FULL_BYTES = 500 * 10**6
PLAIN_HTTP = "Put a proxy with a certificate in front, and https:// into HEARTH_PUBLIC_URL: see deploy/README.md."
BACKUPS_EVERY = timedelta(days=8)


def settings_of_this_server() -> Iterator[Finding]:
    """What Django checks, and what it cannot know of us."""
    public = public_address(settings.PUBLIC_URL)
    is_https = public.scheme == "https"
    # Without https most of these checks have one and the same answer.
    found = [message for message in run_checks(include_deployment_checks=is_https) if not message.is_silenced()]
    for message in found:
        state = State.WRONG if is_https or message.level >= ERROR else State.NOTE
        yield Finding(message.id or "check", state, message.msg.rstrip("."), message.hint or "")
    if not is_https and not is_loopback(public.hostname or ""):
        yield Finding("https", State.NOTE, "whoever is on the same network can read along", PLAIN_HTTP)
    if settings.IS_PRODUCTION and is_https and is_loopback(settings.HOST):
        yield from _proxies()
    if not found:
        yield Finding(
            "settings", State.OK, f"{'production' if settings.IS_PRODUCTION else 'embedded'}, {public.scheme}"
        )


def _proxies() -> Iterator[Finding]:
    if not settings.TRUSTED_PROXIES:
        advice = "Name it in TRUSTED_PROXIES; until then all clients share one address, and one limit."
        yield Finding("proxies", State.NOTE, "https comes through a proxy, and no proxy is trusted", advice)


def files() -> Iterator[Finding]:
    folder = settings.DATA_DIR
    private = [folder, folder / "secret_key", folder / "hearth.sqlite3", settings.BASE_DIR / ".env"]
    for path in private:
        # What lies in a folder of our own nobody else gets to.
        is_inside = path.parent == folder and not _is_open(folder)
        if _is_open(path) and not is_inside:
            yield Finding("files", State.WRONG, f"others may read {path.name}", f"Run `chmod go= {path}`.")
    if not os.access(folder, os.W_OK):
        yield Finding(
            "files", State.WRONG, "HEARTH_DATA_DIR cannot be written to", "Give it to the user Hearth runs as."
        )
    yield from _room(folder)
    yield from _backups()


def _is_open(path: Path) -> bool:
    return path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def _room(folder: Path) -> Iterator[Finding]:
    disk = shutil.disk_usage(folder)
    says = f"{disk.free / 1e9:,.1f} GB of {disk.total / 1e9:,.1f} GB are free for HEARTH_DATA_DIR"
    if disk.free < FULL_BYTES:
        yield Finding("disk", State.WRONG, says, "Make room: a full disk stops every change.")
    elif disk.free < disk.total / 10:
        yield Finding("disk", State.NOTE, says, "Old backups may be what takes the room.")
    else:
        yield Finding("disk", State.OK, says)


def _backups() -> Iterator[Finding]:
    made = [path.stat().st_mtime for path in usual_folder().glob(f"{PREFIX}*/manifest.json")]
    if not made:
        advice = "Unless you back up to elsewhere: `manage.py backup`, once a night."
        yield Finding("backups", State.NOTE, "there is none in HEARTH_DATA_DIR", advice)
        return
    age = datetime.now(UTC) - datetime.fromtimestamp(max(made), UTC)
    state = State.OK if age < BACKUPS_EVERY else State.NOTE
    yield Finding("backups", state, f"the newest is {age.days} days old")


def cache() -> Iterator[Finding]:
    if not settings.REDIS_URL:
        several = settings.WEB_CONCURRENCY > 1
        advice = "With REDIS_URL its processes share their limits, and streams wake at once." if several else ""
        yield Finding("cache", State.NOTE if several else State.OK, "each process has its own memory", advice)
        return
    try:
        require_cache()
    except Refusal:
        advice = "Hearth is degraded: it works, slower. See whether Redis runs where REDIS_URL says."
        yield Finding("cache", State.WRONG, "Redis does not answer", advice)
    else:
        yield Finding("cache", State.OK, "Redis answers")
