from typing import Any

from rest_framework.renderers import BaseRenderer


class EventStreamRenderer(BaseRenderer):
    """Makes `Accept: text/event-stream` acceptable. The events write themselves, and a refusal is JSON."""

    media_type = "text/event-stream"
    format = "event-stream"
    charset = None

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> Any:
        raise NotImplementedError("A stream is never rendered as a whole.")
