import json
import re
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from config.errors import Code, Refusal

MAX_BODY_BYTES = 1_048_576
# In written JSON: a NUL, and not a backslash before the letters u0000.
ESCAPED_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


class StrictJSONParser(BaseParser):
    """JSON as RFC 8259 has it: UTF-8, no NaN, each name once; and text that every database can store."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        # DRF would take */* for any type there is.
        if media_type and media_type.partition(";")[0].strip().lower() != self.media_type:
            raise UnsupportedMediaType(media_type)
        # Who says beforehand that it is too much is not listened to.
        if _announced(parser_context) > MAX_BODY_BYTES or len(body := stream.read(MAX_BODY_BYTES + 1)) > MAX_BODY_BYTES:
            raise Refusal(Code.VALIDATION_TOO_LARGE)
        try:
            data = json.loads(body.decode(), object_pairs_hook=_unique_names)
            # Writing it again finds NaN and numbers beyond every float, and lone surrogates, which UTF-8 cannot hold.
            text = json.dumps(data, ensure_ascii=False, allow_nan=False).encode()
        except (ValueError, RecursionError) as error:
            raise ParseError from error
        if ESCAPED_NUL.search(text):
            raise ParseError
        return data


def _announced(context: Mapping[str, Any] | None) -> int:
    """The Content-Length; it is a number, or the server would have refused it."""
    return int(context["request"].META.get("CONTENT_LENGTH") or 0) if context else 0


def _unique_names(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = dict(pairs)
    if len(names) != len(pairs):
        raise ValueError("a name is there twice")
    return names
