from typing import Any

from django.db import models
from django.http import Http404
from rest_framework import status
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet


class ResourceViewSet(GenericViewSet):
    """Rows through the one door. `serializer_class` is how they are read; writes name their own serializer."""

    http_method_names = ["get", "post", "patch", "delete", "head", "options"]
    lookup_value_converter = "uuid"

    @property
    def viewer(self) -> Any:
        """Who is asking (a households `Viewer`); None for nobody."""
        return self.request.auth if self.request else None

    def get_queryset(self) -> models.QuerySet:
        return super().get_queryset().visible_to(self.viewer)

    def get_object(self) -> Any:
        return self.visible_row(self.kwargs["pk"])

    def visible_row(self, pk: Any) -> Any:
        """One row, or a 404 that says the same whether it is hidden or was never there."""
        row = self.get_queryset().filter(pk=pk).first()
        if row is None:
            raise Http404
        return row

    def validated(self, serializer_class: type[BaseSerializer], *, partial: bool = False) -> dict[str, Any]:
        serializer = serializer_class(data=self.request.data, partial=partial, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def shown(self, row: models.Model, *, status: int = status.HTTP_200_OK) -> Response:
        """The row as this viewer reads it, fetched anew, so that a write answers what a read would."""
        return Response(self.get_serializer(self.visible_row(row.pk)).data, status=status)

    def created(self, row: models.Model) -> Response:
        return self.shown(row, status=status.HTTP_201_CREATED)

    def gone(self) -> Response:
        return Response(status=status.HTTP_204_NO_CONTENT)
