from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from config.api.views import ResourceViewSet
from config.errors import Code

ENVELOPE = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "details", "timestamp", "request_id"],
            "properties": {
                "code": {"type": "string", "enum": [code.name for code in Code]},
                "message": {"type": "string"},
                "details": {"type": "object", "description": "For VALIDATION_FAILED: messages by field."},
                "timestamp": {"type": "string", "format": "date-time"},
                "request_id": {"type": "string"},
            },
        }
    },
}


ERROR = {
    "description": "Refused; `error.code` says why.",
    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
}


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
            operation["responses"] |= {status: ERROR for status, possible in refusals.items() if possible}
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


class ViewerAuthenticationScheme(OpenApiAuthenticationExtension):
    target_class = "households.authentication.ViewerAuthentication"
    name = "access_token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


def add_error_envelope(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """A drf-spectacular hook: every operation answers its refusals and failures in the envelope."""
    result["components"].setdefault("schemas", {})["Error"] = ENVELOPE
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"] |= {"4XX": ERROR, "5XX": ERROR}
    return result
