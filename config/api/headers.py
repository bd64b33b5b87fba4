from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from config.api.views import ResourceViewSet


def header(name: str, description: str, **options: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description, **options)


ETAG = header("ETag", "Changes whenever this answer does. For `If-None-Match` and `If-Match`.", response=[200, 201])
IF_NONE_MATCH = header("If-None-Match", "The ETag of what you have: 304 if it is still the same.")
IF_MATCH = header("If-Match", "The ETag of what you have read: 412 if somebody changed it since.")
KEY = header(
    "Idempotency-Key",
    "1 to 255 visible ASCII characters of your own making, such as a UUID. Within 24 hours the same request with the "
    "same key is not done again but answered again; with another body it is a 422.",
)
REPLAYED = header("Idempotent-Replayed", "`true` when this was done before.", response=[200, 201, 204])


class HeaderSchema(AutoSchema):
    """Describes, for every operation, the headers of conditional and of repeated requests that it honours."""

    def get_override_parameters(self) -> list[Any]:
        return [*super().get_override_parameters(), *self._headers()]

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation = super().get_operation(*args, **kwargs)
        if operation:
            headers = self._headers()
            refusals = {"412": IF_MATCH in headers, "422": KEY in headers}
            for status in (status for status, possible in refusals.items() if possible):
                operation["responses"][status] = {"$ref": f"#/components/responses/Error{status}"}
            if IF_NONE_MATCH in headers:
                operation["responses"]["304"] = {"description": "You have it already."}
        return operation

    def _headers(self) -> list[OpenApiParameter]:
        if not isinstance(self.view, ResourceViewSet):
            return []
        keyed = [KEY, REPLAYED] if self.view.takes_key(self.method) else []
        if self.method == "POST":
            return [*keyed, ETAG] if keyed else []
        if self.method == "GET":
            return [] if self._is_list_view() else [ETAG, IF_NONE_MATCH]
        return [*keyed, IF_MATCH, ETAG]
