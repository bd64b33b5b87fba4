"""The schema describes every route, and the docs need no network."""

import json
import re
from html.parser import HTMLParser

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from django.urls import URLPattern, URLResolver, get_resolver
from jsonschema import Draft202012Validator
from rest_framework.test import APIClient

from config.errors import Code


@pytest.fixture
def schema(db) -> dict:
    return APIClient().get("/api/v1/schema").json()


def api_routes(patterns: list, prefix: str = "/") -> list[tuple[str, URLPattern]]:
    found = []
    for entry in patterns:
        path = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            found += api_routes(entry.url_patterns, path)
        elif path.startswith("/api/"):
            found.append((path, entry))
    return found


def methods_of(route: URLPattern) -> set[str]:
    actions = getattr(route.callback, "actions", None)
    names = actions or {name for name in ("get", "post", "put", "patch", "delete") if hasattr(route.callback.cls, name)}
    return set(names) - {"head"}


def test_it_is_valid_and_without_a_warning(tmp_path):
    target = tmp_path / "schema.yml"
    call_command("spectacular", "--validate", "--fail-on-warn", file=str(target))
    assert target.read_text().startswith("openapi: 3.1.0\n")


def test_it_is_openapi_3_1_for_whoever_asks(schema):
    assert schema["openapi"] == "3.1.0"
    answer = APIClient().get("/api/v1/schema", headers={"Authorization": "Bearer nonsense"})
    assert answer.status_code == 200
    assert "openapi" in answer["Content-Type"]


def test_every_route_and_method_is_in_it(schema):
    undescribed = {"/api/v1/schema", "/api/v1/docs"}
    described = {(path, method) for path, operations in schema["paths"].items() for method in operations}
    routes = set()
    for path, route in api_routes(get_resolver().url_patterns):
        if path not in undescribed:
            # The schema calls every `pk` an id.
            named = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: "{" + found[1].replace("pk", "id") + "}", path)
            routes |= {(named, method) for method in methods_of(route)}
    assert described == routes


def operations(schema: dict) -> list[tuple[str, dict]]:
    return [(f"{method} {path}", found) for path, ways in schema["paths"].items() for method, found in ways.items()]


def test_every_operation_answers_its_errors_in_the_envelope(schema):
    for name, operation in operations(schema):
        for status in ("4XX", "5XX"):
            content = operation["responses"][status]["content"]
            assert content == {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}, name
        assert {"429", "500", "503"} <= set(operation["responses"]), name
    error = schema["components"]["schemas"]["Error"]["properties"]["error"]
    assert error["required"] == ["code", "message", "details", "timestamp", "request_id"]
    assert error["properties"]["code"]["enum"] == [code.name for code in Code]


def test_every_field_and_every_parameter_is_described(schema):
    """A new field needs a `help_text`, or a word in config/api/vocabulary.py."""
    components = schema["components"]["schemas"].items()
    fields = [(name, field, found) for name, part in components for field, found in part.get("properties", {}).items()]
    parameters = [
        (name, found["name"], found) for name, way in operations(schema) for found in way.get("parameters", [])
    ]
    assert [found[:2] for found in [*fields, *parameters] if not found[2].get("description")] == []
    assert [name for name, operation in operations(schema) if not operation.get("description")] == []
    assert [name for name, operation in operations(schema) if not operation.get("summary")] == []
    for place, ways in schema["paths"].items():
        changes = [way["description"] for method, way in ways.items() if method != "get"]
        assert len({*changes, ways.get("get", {}).get("description")}) == len(changes) + 1, place


def bodies(operation: dict) -> list[dict]:
    """The contents of what is sent and of what is answered when all is well."""
    answers = [answer for status, answer in operation["responses"].items() if status.startswith("2")]
    sent = [operation["requestBody"]] if "requestBody" in operation else []
    return [content for body in [*sent, *answers] for content in body.get("content", {}).values()]


def test_every_body_has_an_example_that_is_valid(schema):
    for name, operation in operations(schema):
        for content in bodies(operation):
            rules = content["schema"] | {"components": schema["components"]}
            complaints = [error.message for error in Draft202012Validator(rules).iter_errors(content["example"])]
            assert complaints == [], name


def test_every_refusal_is_listed_with_its_codes(schema):
    for code in Code:
        answer = schema["components"]["responses"][f"Error{code.status}"]
        assert f"`{code.name}`" in answer["description"]


def test_every_operation_says_who_may_ask(schema):
    open_to_all = {name for name, operation in operations(schema) if not operation.get("security")}
    assert open_to_all == {
        "get /api/v1/health",
        "get /api/v1/health/db",
        "get /api/v1/health/cache",
        "post /api/v1/auth/activate",
        "post /api/v1/auth/activate/complete",
        "post /api/v1/auth/login",
        "post /api/v1/auth/mfa",
        "post /api/v1/auth/session/refresh",
    }
    schemes = schema["components"]["securitySchemes"]
    assert schemes["access_token"] == {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
    by_ticket = [
        name for name, operation in operations(schema) if {"stream_ticket": []} in operation.get("security", [])
    ]
    assert (set(schemes), by_ticket) == ({"access_token", "stream_ticket"}, ["get /api/v1/activity/stream"])


def test_every_page_has_results_and_two_links(schema):
    pages = [name for name in schema["components"]["schemas"] if name.startswith("Paginated")]
    assert len(pages) >= 8
    for name in pages:
        assert schema["components"]["schemas"][name]["required"] == ["results", "next", "previous"]


def test_every_operation_has_a_name_of_its_own(schema):
    names = [operation["operationId"] for _, operation in operations(schema)]
    assert len(set(names)) == len(names)
    assert not [name for name in names if re.search(r"_\d+$", name)]


def test_it_tells_nothing_of_how_secrets_are_kept(schema):
    text = json.dumps(schema)
    for word in ("password_hash", "code_hash", "fingerprint_hash", "seq", "SECRET"):
        assert f'"{word}"' not in text


# --- The docs ------------------------------------------------------------------------------------


class Assets(HTMLParser):
    """Everything that a page makes a browser load."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.inline: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        address = named.get("src") or (named.get("href") if tag == "link" else None)
        if address:
            self.found.append(address)
        elif tag == "script":
            self.inline.append(tag)


def read(api: APIClient, address: str) -> str:
    answer = api.get(address)
    assert answer.status_code == 200
    text = answer.getvalue().decode(errors="replace")
    answer.close()
    return text


@pytest.fixture
def docs(db) -> Assets:
    answer = APIClient().get("/api/v1/docs")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/html; charset=utf-8")
    return Assets(answer.content.decode())


def test_the_docs_load_nothing_from_elsewhere(docs):
    assert len(docs.found) >= 4
    assert docs.inline == []  # a strict content security policy would stop them
    for address in docs.found:
        assert address.startswith("/"), address
        assert not address.startswith("//"), address


def test_all_that_the_docs_load_is_there(docs, api):
    for address in docs.found:
        if address.startswith("/static/"):
            assert finders.find(address.removeprefix("/static/").partition("?")[0]), address
        assert read(api, address), address


def test_the_script_of_the_docs_reads_our_schema(docs, api):
    script = read(api, next(address for address in docs.found if address.startswith("/api/")))
    assert "/api/v1/schema" in script
    assert not re.findall(r"https?://(?!testserver)[\w.-]+", script)


def test_the_styles_of_the_docs_load_nothing_from_elsewhere(docs, api):
    for address in docs.found:
        if address.endswith(".css"):
            style = read(api, address)
            assert not re.findall(r"""url\(\s*["']?(?:https?:)?//""", style)
            assert "@import" not in style


def test_the_front_door_leads_to_the_docs_and_admin_to_the_admin(db, api):
    assert api.get("/").url == "/api/v1/docs"
    assert api.get("/admin").url == "/admin/"
