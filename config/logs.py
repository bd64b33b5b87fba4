"""How a log line looks: one line of JSON in production, text for people at home, never a frame's locals."""

import sys

import structlog
from structlog.typing import Processor

shared_processors: list[Processor] = [
    structlog.contextvars.merge_contextvars,
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
