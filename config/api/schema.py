"""What drf-spectacular cannot know by itself: the hooks that complete the OpenAPI document."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema

from config.api.examples import Examples
from config.api.vocabulary import A_MOMENT, AN_ID, word_for
from config.errors import Code

Schema = dict[str, Any]
ENVELOPE: Schema = {
    "type": "object",
    "required": ["error"],
    "properties": {
        "error": {
            "type": "object",
            "required": ["code", "message", "details", "timestamp", "request_id"],
            "properties": {
                "code": {
                    "type": "string",
                    "enum": [code.name for code in Code],
                    "description": "\n".join(f"- `{code.name}` ({code.status}): {code.message}" for code in Code),
                },
                "message": {"type": "string", "description": "For people."},
                "details": {"type": "object", "description": "For VALIDATION_FAILED: messages by field."},
                "timestamp": {"type": "string", "format": "date-time", "description": "When it was refused."},
                "request_id": {"type": "string", "description": "The same as in X-Request-ID, for whoever reads logs."},
            },
        }
    },
}
IDS_IN_PATHS = {"id": "The row itself."}


class ViewerAuthenticationScheme(OpenApiAuthenticationExtension):
    target_class = "households.authentication.ViewerAuthentication"
    name = "access_token"

    def get_security_definition(self, auto_schema: AutoSchema) -> Schema:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class TicketAuthenticationScheme(OpenApiAuthenticationExtension):
    target_class = "households.authentication.TicketAuthentication"
    name = "stream_ticket"

    def get_security_definition(self, auto_schema: AutoSchema) -> Schema:
        return {"type": "apiKey", "in": "query", "name": "ticket", "description": "From POST /activity/ticket."}


class ServedSchema(SchemaGenerator):
    """The document as it is served: the same for whoever asks, and as long as a process runs. So it is made once."""

    def get_schema(self, request: Any = None, public: bool = False) -> Schema:
        return _document()


@cache
def _document() -> Schema:
    return SchemaGenerator().get_schema(public=True)


def add_error_envelope(result: Schema, **kwargs: Any) -> Schema:
    """A hook: every operation answers its refusals and failures in the envelope, and says which it has."""
    components = result["components"]
    components.setdefault("schemas", {})["Error"] = ENVELOPE
    components["responses"] = {f"Error{status}": _answer_of(status) for status in sorted(_codes_by_status())}
    for method, path, operation in _operations(result):
        for status in _statuses(method, path, operation):
            operation["responses"].setdefault(str(status), {"$ref": f"#/components/responses/Error{status}"})
        operation["responses"] |= {"4XX": _answer("Refused"), "5XX": _answer("Failed")}
    return result


def describe(result: Schema, **kwargs: Any) -> Schema:
    """A hook: every field and parameter is described, every body has an example."""
    schemas = result["components"]["schemas"]
    for name, schema in schemas.items():
        for field, found in schema.get("properties", {}).items():
            _describe_field(name, field, found)
            if not name.endswith("Request"):
                _allow_for_blanks(found)
    examples = Examples(schemas)
    for _, _, operation in _operations(result):
        # What it does begins its description; the docs show that much of an operation before it is opened.
        operation.setdefault("summary", operation.get("description", "").split("\n")[0].partition(". ")[0].rstrip("."))
        for parameter in operation.get("parameters", []):
            _describe_parameter(parameter)
        for content in _bodies(operation):
            if "schema" in content:
                content.setdefault("example", examples.of(content["schema"]))
    return result


def _allow_for_blanks(found: Schema) -> None:
    """An address that nobody has given is read as an empty text, which is no URI."""
    if found.get("format") == "uri":
        found["anyOf"] = [{"format": found.pop("format")}, {"const": ""}]


def _operations(result: Schema) -> Iterator[tuple[str, str, Schema]]:
    for path, operations in result["paths"].items():
        for method, operation in operations.items():
            yield method, path, operation


def _codes_by_status() -> dict[int, list[Code]]:
    codes: dict[int, list[Code]] = {}
    for code in Code:
        codes.setdefault(code.status, []).append(code)
    return codes


def _statuses(method: str, path: str, operation: Schema) -> set[int]:
    """The refusals that an operation of this shape can answer with."""
    known = set(_codes_by_status())
    statuses = {429, 500, 503}
    statuses |= {401, 403} if operation.get("security") else set()
    statuses |= {404} if "{" in path else set()
    statuses |= {400, 413, 415} if "requestBody" in operation else set()
    statuses |= {400} if any(parameter["in"] == "query" for parameter in operation.get("parameters", [])) else set()
    statuses |= {409} if method != "get" else set()
    return statuses & known


def _answer(description: str) -> Schema:
    schema = {"$ref": "#/components/schemas/Error"}
    return {
        "description": f"{description}; `error.code` says why.",
        "content": {"application/json": {"schema": schema}},
    }


def _answer_of(status: int) -> Schema:
    codes = _codes_by_status()[status]
    error = {"code": codes[0].name, "message": codes[0].message, "details": {}}
    answer = _answer(", ".join(f"`{code.name}`" for code in codes))
    answer["content"]["application/json"]["example"] = {
        "error": error | {"timestamp": A_MOMENT, "request_id": AN_ID},
    }
    return answer


def _bodies(operation: Schema) -> Iterator[Schema]:
    answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    for body in [operation.get("requestBody", {}), *answers]:
        yield from body.get("content", {}).values()


def _describe_field(component: str, field: str, found: Schema) -> None:
    word = word_for(component, field)
    if word:
        found.setdefault("description", word.meaning)


def _describe_parameter(parameter: Schema) -> None:
    name = parameter["name"]
    if parameter["in"] == "path":
        parameter.setdefault("description", IDS_IN_PATHS.get(name, f"The {re.sub('_id$', '', name)} it belongs to."))
    word = word_for("", name)
    if word:
        parameter.setdefault("description", word.meaning)
