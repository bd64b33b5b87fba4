from collections.abc import Callable
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response


class RestoreMixin:
    """POST .../restore, beside a `ResourceViewSet`. The view names its service: `undo = staticmethod(restore_list)`."""

    undo: Callable[..., Any]

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: UUID, **parents: Any) -> Response:
        """Take back a deletion of one's own, for 30 days. What is not deleted is answered as it is."""
        return self.shown(self.undo(viewer=self.viewer, pk=pk))
