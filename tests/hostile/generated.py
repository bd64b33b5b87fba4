"""Cases that schemathesis makes of the schema, good ones and bad ones, sent to the application in this process."""

import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.core.transport import Response
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config.wsgi import application
from tests.hostile.operations import Operation
from tests.hostile.shots import one_connection, taken_back
from tests.routes import described
from tests.secrecy.doors import ROW_BEHIND, schema

CHECKS: list[Callable] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
PARTS = {"code", "message", "details", "timestamp", "request_id"}
# Every so many a case keeps its ids as they were made, and goes without a token.
FREE, SIGNED_OUT = 5, 7


@dataclass
class Outcome:
    cases: int = 0
    good: int = 0
    wrong: list[str] = field(default_factory=list)

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.cases + other.cases, self.good + other.good, self.wrong + other.wrong)


def try_out(operations: list[Operation], *, each: int, random: int) -> Outcome:
    """So many cases of each operation, from this seed."""
    outcome, loaded = Outcome(), schemathesis.openapi.from_dict(schema())
    with one_connection():
        for operation in operations:
            found = loaded[described(operation.place)][operation.method]
            _run(found.as_strategy(), operation, outcome, each // 2, random)
            # Of what takes nothing at all there is nothing bad to be made.
            with suppress(Unsatisfiable):
                _run(found.as_strategy(GenerationMode.NEGATIVE), operation, outcome, each // 2, random)
    return outcome


def _run(strategy: Any, operation: Operation, outcome: Outcome, number: int, random: int) -> None:
    @seed(random)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def sent(case: Case) -> None:
        outcome.cases += 1
        if outcome.cases % FREE:
            _with_real_ids(case, operation)
        response = _send(case, operation, is_signed_in=bool(outcome.cases % SIGNED_OUT))
        outcome.good += response.status_code < 400
        complaint = _complaint(case, response)
        if complaint:
            outcome.wrong.append(f"{operation} {response.status_code}: {complaint}")

    sent()


def _with_real_ids(case: Case, operation: Operation) -> None:
    """In its path, its query and its body, wherever the schema wants an id."""
    asked = described(operation.place).split("/")
    real = dict(zip(asked, operation.url.split("/"), strict=True))
    for name in list(case.path_parameters or {}):
        case.path_parameters[name] = real[f"{{{name}}}"]
    for values in (case.query, case.body):
        if isinstance(values, dict):
            for name in set(values) & set(ROW_BEHIND):
                row = str(operation.rows[ROW_BEHIND[name]]) if ROW_BEHIND[name] in operation.rows else None
                if row and isinstance(values[name], str | list):
                    values[name] = [row] if isinstance(values[name], list) else row


def _send(case: Case, operation: Operation, *, is_signed_in: bool) -> Response:
    headers = {"Authorization": operation.token} if is_signed_in else {"Authorization": ""}
    with taken_back():
        return case.call(app=application, headers=headers)


def _complaint(case: Case, response: Response) -> str:
    if response.status_code >= 400:
        error = json.loads(response.content).get("error", {})
        if error.keys() != PARTS:
            return "not in the envelope"
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as failures:
        return "; ".join(f"{one.title}: {one.message[:400]}" for one in failures.exceptions)
    return ""
