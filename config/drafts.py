"""Files that are there whole or not at all, and never in place of another one."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.core.management.base import CommandError

from config.commands import bad


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """To be written under another name until it is whole; only whoever writes it may read it."""
    draft = _draft_of(path)
    try:
        with _said_in_a_sentence(path):
            with open(draft, "xb", opener=_for_oneself) as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            _put_in_place(draft, path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """The same for a folder: the draft of it, to be filled."""
    draft = _draft_of(path)
    try:
        with _said_in_a_sentence(path):
            draft.mkdir(mode=0o700)
            yield draft
            for file in draft.iterdir():
                file.chmod(0o600)
                sync(file)
            sync(draft)
            _put_in_place(draft, path)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def sync(path: Path) -> None:
    """This file, or the names in this folder, outlive a power cut from here on."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _draft_of(path: Path) -> Path:
    _refuse_what_is_there(path)
    if not path.parent.is_dir():
        raise bad(f"There is no folder {path.parent}.")
    return path.with_name(f".{path.name}.{os.getpid()}.draft")


def _put_in_place(draft: Path, path: Path) -> None:
    _refuse_what_is_there(path)
    draft.rename(path)
    sync(path.parent)


def _refuse_what_is_there(path: Path) -> None:
    if os.path.lexists(path):
        raise bad(f"{path} is there already, and nothing is overwritten.")


@contextmanager
def _said_in_a_sentence(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CommandError(f"{path} could not be written: {error.strerror or error}.") from error


def _for_oneself(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
