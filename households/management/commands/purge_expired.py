from typing import Any

from accounts.services.purging import purge
from config.commands import StaffCommand, progress
from households.services.purging import expired


class Command(StaffCommand):
    help = (
        "Deletes what has expired and is of no more use: activation codes 30 days after their end, sessions 90 days "
        "after theirs that the audit does not tell of, sessions of the admin, signing keys that are over, "
        "counters of attempts and lockouts of the admin whose time is over, Idempotency-Keys older than a day, and "
        "invitations 30 days after their end. "
        "Good to run once a night. It works in small steps beside the running server and can be stopped at any time."
    )
    dry_run = "delete nothing, and say how much it would be"
    if_stopped = "Stopped. What is gone is gone; the same again goes on."

    def handle(self, *args: Any, **options: Any) -> None:
        is_rehearsal = options["dry_run"]
        counts = {name: rows.count() for name, rows in expired().items()}
        if not is_rehearsal:
            counts = _purge(sum(counts.values()))
        self.report(_in_words(counts, is_rehearsal), **counts, dry_run=is_rehearsal)


def _purge(total: int) -> dict[str, int]:
    counts = {}
    with progress("rows", total=total) as bar:
        for name, rows in expired().items():
            counts[name] = 0
            for gone in purge(rows):
                counts[name] += gone
                bar.update(gone)
    return counts


def _in_words(counts: dict[str, int], is_rehearsal: bool) -> str:
    told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in counts.items())
    return f"{'Would delete' if is_rehearsal else 'Deleted'} {told}."
