"""What every error looks like."""

import re
from typing import Any

from django.http import HttpResponse

from config.errors import Code

# An id that never was.
NOWHERE = "00000000-0000-7000-8000-000000000000"


def code_of(answer: HttpResponse) -> tuple[int, str]:
    """Status and code of an error, after looking that it is in the envelope and nothing else."""
    assert answer["Content-Type"] == "application/json"
    body = answer.json()
    assert body.keys() == {"error"}
    error = body["error"]
    assert error.keys() == {"code", "message", "details", "timestamp", "request_id"}
    assert Code[error["code"]].status == answer.status_code
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", error["timestamp"])
    assert error["message"]
    assert isinstance(error["details"], dict)
    assert error["request_id"] == answer["X-Request-ID"]
    return answer.status_code, error["code"]


def complaints(answer: HttpResponse) -> dict[str, Any]:
    """What is wrong with each field, of an answer that says nothing else."""
    assert code_of(answer) == (400, "VALIDATION_FAILED")
    return answer.json()["error"]["details"]


def without_marks(answer: HttpResponse) -> bytes:
    """The bytes of an answer but for its time and its request id: what its reader could tell two apart by."""
    marks = re.compile(rb'"(timestamp|request_id)":\s*"[^"]*"')
    return marks.sub(rb'"\1":""', answer.getvalue())
