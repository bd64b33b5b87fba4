from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

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


class ViewerAuthenticationScheme(OpenApiAuthenticationExtension):
    target_class = "households.authentication.ViewerAuthentication"
    name = "access_token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class TicketAuthenticationScheme(OpenApiAuthenticationExtension):
    target_class = "households.authentication.TicketAuthentication"
    name = "stream_ticket"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "apiKey", "in": "query", "name": "ticket", "description": "From POST /activity/ticket."}


def add_error_envelope(result: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
    """A drf-spectacular hook: every operation answers its refusals and failures in the envelope."""
    result["components"].setdefault("schemas", {})["Error"] = ENVELOPE
    answer = {
        "description": "Refused; `error.code` says why.",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}},
    }
    for operations in result["paths"].values():
        for operation in operations.values():
            operation["responses"] |= {"4XX": answer, "5XX": answer}
    return result
