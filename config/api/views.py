from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.db import models, transaction
from django.http import Http404, HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer, UUIDField
from rest_framework.viewsets import GenericViewSet

from config.api.conditional import etag_of, is_current, is_known, refuse_key
from config.api.filters import NO_FILTERS, Asked
from config.api.reading import as_json, finished
from config.api.renderers import as_bytes
from config.api.serializers import Row
from config.errors import Code, Refusal
from config.jsonrows import side_by_side
from config.kept_rows import locked_row
from config.statements import NO_VALUES, Draft, Places, Values, statements

Handler = Callable[..., Response]


class RowResponse(Response):
    """One row, as its viewer reads it now."""

    def __init__(self, data: Any, *, row_id: UUID, status: int = status.HTTP_200_OK) -> None:
        super().__init__(data, status=status)
        self.row_id = row_id


class StandInRequest:
    """All of a request that may decide which rows are read: who asks, and by which parameters."""

    def __init__(self, auth: Any, query_params: QueryDict) -> None:
        self.auth = auth
        self.query_params = query_params


class Part(NamedTuple):
    """Rows that are read beside others, and how they are shown; `columns` go along under other names."""

    rows: models.QuerySet
    serializer: type[Serializer]
    columns: dict[str, str] = {}


# The part that must have a row, or the address leads nowhere.
ADDRESS = "address"
Found = dict[str, list[Row]]


class RowIdSerializer(Serializer):
    id = UUIDField()


class ResourceViewSet(GenericViewSet):
    """Rows through the one door. `serializer_class` is how they are read; writes name their own serializer.

    What a single row answers carries its ETag; a PUT, PATCH or DELETE may demand one by `If-Match`.
    """

    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    lookup_value_converter = "uuid"
    # What is read of `parent`.
    parent_serializer_class: type[Serializer] = RowIdSerializer

    @property
    def viewer(self) -> Any:
        """Who is asking (a households `Viewer`); None for nobody."""
        return self.request.auth if self.request else None

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().visible_to(self.viewer)

    def parent(self) -> models.QuerySet | None:
        """The row that this route's rows belong to: the address leads nowhere for whoever does not see that one."""
        return None

    def require_parent(self) -> None:
        parent = self.parent()
        if parent is not None and not parent.exists():
            raise Http404

    def get_object(self) -> Any:
        return self.visible_row(self.kwargs["pk"])

    def visible_row(self, pk: Any) -> Any:
        """One row, or a 404 that says the same whether it is hidden or was never there."""
        row = self.get_queryset().filter(pk=pk).first()
        if row is None:
            raise Http404
        return row

    def read_page(self) -> dict[str, Any]:
        """The page that is asked for, in one statement."""
        page = self.paginator.page(self.request)

        def parts(values: Places) -> tuple[dict[str, Part], Any]:
            rows, order = page.cut(self.filter_queryset(self.get_queryset()), values)
            return {"rows": Part(rows, self.get_serializer_class(), page.columns(order))}, order

        found, order = self._read(parts, page.values, Asked.of(self), page.shape)
        return page.answer(found["rows"], order)

    @classmethod
    def rows_after(cls, viewer: Any, *, last: UUID, number: int) -> list[Row]:
        """So many of the rows that this viewer may read, by their keys: for whoever wants all of them, and no page.

        They are read by the same statement as long as the viewer's shape is the same.
        """
        view = cls(request=StandInRequest(viewer, QueryDict()), kwargs={}, action="rows_after", format_kwarg=None)

        def parts(values: Places) -> dict[str, Part]:
            rows = view.get_queryset().filter(pk__gt=values["last"]).order_by("pk")[:number]
            return {"rows": Part(rows, cls.serializer_class)}

        return view.read_parts(parts, {"last": last}, shape=number)["rows"]

    def read_row(self, pk: UUID) -> dict[str, Any]:
        """One row as this viewer reads it, in one statement; or a 404, see `visible_row`."""

        def parts(values: Places) -> dict[str, Part]:
            return {"rows": Part(self.get_queryset().filter(pk=values["row"]), self.get_serializer_class())}

        rows = self.read_parts(parts, {"row": pk})["rows"]
        if not rows:
            raise Http404
        return rows[0]

    def read_parts(
        self, parts: Callable[[Places], dict[str, Part]], values: Values = NO_VALUES, shape: Hashable = None
    ) -> Found:
        """The rows of several parts, in one statement: what it says was true at one moment.

        `parts` must take whatever belongs to the request from the values that it gets, or by `self`; `shape` is all
        else that decides what it answers.
        """
        return self._read(lambda places: (parts(places), None), values, shape=shape)[0]

    def _read(
        self,
        parts: Callable[[Places], tuple[dict[str, Part], Any]],
        values: Values,
        asked: Asked = NO_FILTERS,
        shape: Hashable = None,
    ) -> tuple[Found, Any]:
        """What the rows of each part look like to this viewer; and what `parts` has noted."""
        values = {**self.viewer.values, **self.kwargs, **asked.values, **values}
        key = (type(self), self.action, self.viewer.shape, asked.params, shape) if asked.recurs else None
        (texts,), (kinds, note) = statements.ask(key, values, partial(self._built, parts, asked))
        found = {name: orjson.loads(text) for name, text in zip(kinds, texts, strict=True)}
        if found.get(ADDRESS) == []:
            raise Http404
        return {name: finished(rows, kinds[name], self.viewer) for name, rows in found.items()}, note

    def _draft(self, parts: dict[str, Part], note: Any) -> Draft:
        """The parts and, where these have one, their parent."""
        if (parent := self.parent()) is not None:
            parts = {ADDRESS: Part(parent, self.parent_serializer_class)} | parts
        rows = [as_json(part.rows, part.serializer(), **part.columns) for part in parts.values()]
        return Draft(*side_by_side(rows), ({name: part.serializer for name, part in parts.items()}, note))

    def _built(self, parts: Callable[[Places], tuple[dict[str, Part], Any]], asked: Asked, values: Places) -> Draft:
        """The draft for other values than those of the request: whatever decides the rows is asked for them."""
        request, kwargs = self.request, self.kwargs
        stand_in: Any = StandInRequest(self.viewer.standing_in(values), asked.query_params(values))
        self.request = stand_in
        self.kwargs = {name: values[name] for name in kwargs}
        try:
            return self._draft(*parts(values))
        finally:
            self.request, self.kwargs = request, kwargs

    def validated(self, serializer_class: type[BaseSerializer], *, partial: bool = False) -> dict[str, Any]:
        serializer = serializer_class(data=self.request.data, partial=partial, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def shown(self, row: models.Model, *, status: int = status.HTTP_200_OK) -> Response:
        """The row as this viewer reads it, fetched anew, so that a write answers what a read would."""
        return self.shown_by_id(row.pk, status=status)

    def shown_by_id(self, pk: UUID, *, status: int) -> Response:
        return RowResponse(self.read_row(pk), row_id=pk, status=status)

    def created(self, row: models.Model) -> Response:
        return self.shown(row, status=status.HTTP_201_CREATED)

    def gone(self) -> Response:
        return Response(status=status.HTTP_204_NO_CONTENT)

    # --- What holds for every action -------------------------------------------------------------

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Every action is called through `carry_out`: no view, and none that is yet to come, can forget it."""
        name = (request.method or "").lower()
        if name in self.http_method_names and hasattr(self, name):
            setattr(self, name, partial(self.carry_out, getattr(self, name)))
        return super().dispatch(request, *args, **kwargs)

    def carry_out(self, action: Handler, request: Request, *args: Any, **kwargs: Any) -> Response:
        refuse_key(request)
        return self.conditionally(action, request, *args, **kwargs)

    def takes_key(self, method: str) -> bool:
        """Whether this action may be sent with an `Idempotency-Key`."""
        return False

    def conditionally(self, action: Handler, request: Request, *args: Any, **kwargs: Any) -> Response:
        if request.method not in {"PUT", "PATCH", "DELETE"} or "If-Match" not in request.headers:
            return self.tagged(action(request, *args, **kwargs))
        with transaction.atomic():
            # Under the lock of the change: of many who have read the same, one finds it as they read it.
            self.lock()
            if not is_current(request, etag_of(as_bytes(self.representation()))):
                raise Refusal(Code.CONFLICT_STALE)
            return self.tagged(action(request, *args, **kwargs))

    def lock(self) -> None:
        """Lock what the service that makes this change locks, in the same order, so that none waits for the other."""
        locked_row(self.queryset.model, self.viewer, self.kwargs["pk"])

    def representation(self) -> Any:
        """What a read of this address answers now."""
        return self.read_row(self.kwargs["pk"])

    def tagged(self, response: Response) -> Response:
        """The answer with its ETag if it is a single row's; 304 for a reader who has it already."""
        is_read = self.request.method in {"GET", "HEAD"}
        if not isinstance(response, RowResponse) and not (is_read and is_single(response.data)):
            return response
        content = as_bytes(response.data)
        etag = etag_of(content)
        if is_read and is_known(self.request, etag):
            response = Response(status=status.HTTP_304_NOT_MODIFIED, headers={"Content-Length": str(len(content))})
        response["ETag"] = etag
        # A browser may keep it and has to ask each time: the next one at this tablet is somebody else.
        response["Cache-Control"] = "private, no-cache"
        return response


class ListMixin(ListModelMixin):
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        try:
            return Response(self.read_page())
        except (ValidationError, Refusal):
            # What leads nowhere does so for every question.
            self.require_parent()
            raise


class RetrieveMixin(RetrieveModelMixin):
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response(self.read_row(self.kwargs["pk"]))


def is_single(data: Any) -> bool:
    """Whether this is one thing and not a page of them."""
    return isinstance(data, dict) and "results" not in data
