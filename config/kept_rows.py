"""Rows for a service, locked where it changes them, by statements that are kept (see config.statements).

To look a row up through the door and lock it is the dearest part of a change, and the text of it is the same each time.
"""

from collections.abc import Callable, Hashable, Iterator
from functools import partial
from itertools import islice
from typing import Any, TypeVar
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.transaction import TransactionManagementError

from config.errors import Code, Refusal
from config.models import BaseModel, ScopedQuerySet
from config.statements import Draft, Places, in_python, statements

Row = TypeVar("Row", bound=BaseModel)
# The rows, for a stand-in of the viewer and for the places of further values.
Rows = Callable[..., ScopedQuerySet]


def kept_rows(rows: Rows, viewer: Any, *about: Hashable, **values: UUID) -> list[Any]:
    """The models of `rows(viewer, places, *about)`.

    `rows` must be a function of a module: it is built for stand-ins and then asked for everybody, so whatever else
    decides the rows is named in `about`, and every id among the `values`.
    """
    key = (rows, about, viewer.shape)
    try:
        found, as_models = statements.ask(key, viewer.values | values, partial(_draft, rows, viewer, about))
    except EmptyResultSet:
        # Of somebody without a household that is known beforehand.
        return []
    return as_models(found)


def locked_rows(rows: Rows, viewer: Any, *about: Hashable, **values: UUID) -> list[Any]:
    """The same, locked until the transaction ends, see `ScopedQuerySet.for_update`."""
    if connection.get_autocommit():
        # Django says so while a statement is built, and this one may have been built in a transaction.
        raise TransactionManagementError("A row can be locked in a transaction only.")
    return kept_rows(_for_update, viewer, rows, *about, **values)


def locked_row(model: type[Row], viewer: Any, pk: UUID, *, door: str = "visible_to") -> Row:
    """This row, locked; RESOURCE_NOT_FOUND when it is not among those that `door` lets this viewer see."""
    found = locked_rows(row_behind, viewer, model, door, row=pk)
    if not found:
        raise Refusal(Code.RESOURCE_NOT_FOUND)
    return found[0]


def row_behind(viewer: Any, places: Places, model: type[BaseModel], door: str) -> ScopedQuerySet:
    """The row at the place `row`, if this method of the model's queryset lets the viewer see it."""
    rows: Any = model._default_manager
    return getattr(rows, door)(viewer).filter(pk=places["row"])


def _for_update(viewer: Any, places: Places, rows: Rows, *about: Hashable) -> ScopedQuerySet:
    return rows(viewer, places, *about).for_update()


def _draft(rows: Rows, viewer: Any, about: tuple[Hashable, ...], places: Places) -> Draft:
    return in_models(rows(viewer.standing_in(places), places, *about))


def in_models(rows: models.QuerySet) -> Draft:
    """A statement for whole rows; its note makes models of what the database answers."""
    draft = in_python(rows)
    return Draft(draft.sql, draft.params, note=partial(_as_models, rows.model, draft.note))


def side_by_side_in_models(rows: models.QuerySet, **related: type[models.Model]) -> Draft:
    """The same for tuples: the row, and for each of these relations the row that it leads to, or None."""
    parts = {"": rows.model} | {f"{name}__": model for name, model in related.items()}
    columns = [f"{path}{column}" for path, model in parts.items() for column in columns_of(model)]
    draft = in_python(rows.values_list(*columns))
    return Draft(draft.sql, draft.params, note=partial(_as_tuples, list(parts.values()), draft.note))


def _as_models(model: Any, as_python: Callable[..., Any], found: list[tuple]) -> list[Any]:
    columns = columns_of(model)
    return [model.from_db("default", columns, row) for row in as_python(found)]


def _as_tuples(parts: list[Any], as_python: Callable[..., Any], found: list[tuple]) -> list[tuple]:
    columns = [columns_of(model) for model in parts]
    return [tuple(_cut(parts, columns, iter(row))) for row in as_python(found)]


def _cut(parts: list[Any], columns: list[list[str]], values: Iterator[Any]) -> Iterator[Any]:
    for model, names in zip(parts, columns, strict=True):
        row = model.from_db("default", names, list(islice(values, len(names))))
        yield None if row.pk is None else row


def columns_of(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]
