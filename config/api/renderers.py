from typing import Any

import orjson
from rest_framework.renderers import BaseRenderer
from rest_framework.renderers import JSONRenderer as IndentingRenderer
from rest_framework.utils.encoders import JSONEncoder


class JSONRenderer(IndentingRenderer):
    """JSON without blanks; indented for whoever asks for `application/json; indent=4`."""

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        if accepted_media_type and "indent" in accepted_media_type:
            return super().render(data, accepted_media_type, renderer_context)
        return b"" if data is None else as_bytes(data)


def as_bytes(data: Any) -> bytes:
    """The bytes that this data is sent as."""
    return orjson.dumps(data, default=JSONEncoder().default, option=orjson.OPT_NON_STR_KEYS)


class EventStreamRenderer(BaseRenderer):
    """Makes `Accept: text/event-stream` acceptable. The events write themselves, and a refusal is JSON."""

    media_type = "text/event-stream"
    format = "event-stream"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        raise NotImplementedError("A stream is never rendered as a whole.")
