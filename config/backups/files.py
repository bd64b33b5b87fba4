import os
from collections.abc import Callable
from pathlib import Path

from tqdm import tqdm

# How much is done, and of how much in all where that is known.
Tell = Callable[[int, int | None], None]


def tell_on(bar: tqdm) -> Tell:
    def tell(done: int, total: int | None) -> None:
        bar.total, bar.n = total, done
        bar.refresh()

    return tell


def sync(path: Path) -> None:
    """This file, or the names in this folder, outlive a power cut from here on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def rename_synced(draft: Path, target: Path) -> None:
    for file in draft.iterdir():
        file.chmod(0o600)
        sync(file)
    sync(draft)
    draft.rename(target)
    sync(target.parent)
