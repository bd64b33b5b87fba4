"""What the database writes is what the serializer would: the same bytes, on every route, for every kind of viewer."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from config.api.filters import NO_FILTERS
from config.api.renderers import as_bytes
from config.api.views import ResourceViewSet
from config.statements import Places
from tests.secrecy.stage import Stage
from tests.secrecy.world import VIEWERS

pytestmark = pytest.mark.django_db


class Readers:
    """Compares each part that is read with what its serializer makes of Django's own model instances."""

    def __init__(self) -> None:
        self.compared: set[tuple[str, str]] = set()
        self.rows = 0
        self.different: list[str] = []

    @contextmanager
    def watch(self, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        with monkeypatch.context() as patch:
            patch.setattr(ResourceViewSet, "_read", self.reading(ResourceViewSet._read))
            yield

    def reading(self, read: Any) -> Any:
        def compare(view: Any, parts: Any, values: Any, *rest: Any, **named: Any) -> Any:
            found, note = read(view, parts, values, *rest, **named)
            for name, part in self.parts(view, parts, values, *rest, **named).items():
                # Figures are no rows of a model, and no serializer is given them but by the database.
                if part.rows.query.group_by is None:
                    self.compare(view, name, part, found[name])
            return found, note

        return compare

    def parts(self, view: Any, parts: Any, values: Any, *rest: Any, **named: Any) -> dict[str, Any]:
        """The parts as they are for this very request."""
        asked = rest[0] if rest else NO_FILTERS
        everything = Places({**view.viewer.values, **view.kwargs, **asked.values, **values})
        view._draft = lambda drawn, note: drawn
        try:
            return view._built(parts, asked, everything)
        finally:
            del view._draft

    def compare(self, view: Any, name: str, part: Any, found: list[dict[str, Any]]) -> None:
        slow = part.serializer(part.rows, many=True, context=view.get_serializer_context()).data
        fast = [{field: value for field, value in row.items() if field not in part.columns} for row in found]
        self.compared.add((type(view).__name__, name))
        self.rows += len(fast)
        if as_bytes(slow) != as_bytes(fast):
            self.different.append(f"{view.request.get_full_path()} {name}: {as_bytes(fast)!r} != {as_bytes(slow)!r}")


@pytest.mark.parametrize("viewer", VIEWERS)
def test_the_database_writes_what_the_serializer_would(stage: Stage, viewer: str, monkeypatch: pytest.MonkeyPatch):
    readers = Readers()
    with readers.watch(monkeypatch):
        for url in stage.questions(viewer, most=1, every_choice=False).all():
            list(stage.watchers[viewer].pages(url))
    assert readers.different == []
    assert bool(readers.rows) == (viewer != "nobody")
