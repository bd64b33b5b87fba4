"""How a log line looks: one line of JSON in production, text for people at home, never a frame's locals."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger


def without_unknowns(logger: WrappedLogger, name: str, line: EventDict) -> EventDict:
    """What nobody has found out about a request says nothing."""
    return {key: value for key, value in line.items() if value is not None}


shared_processors: list[Processor] = [
    structlog.contextvars.merge_contextvars,
    without_unknowns,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.format_exc_info,
]
json_renderer = structlog.processors.JSONRenderer()
console_renderer = structlog.dev.ConsoleRenderer(
    colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
)

structlog.configure(
    processors=[*shared_processors, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)


@contextmanager
def request_lines(request_id: str) -> Iterator[None]:
    """Every line of one request has its id, and from then on who it was and what refused it (`found_out`)."""
    with structlog.contextvars.bound_contextvars(request_id=request_id, user=None, code=None):
        yield


def found_out(**facts: Any) -> None:
    """`user`: the id of whoever is signed in; `code`: the error that is answered."""
    structlog.contextvars.bind_contextvars(**facts)
