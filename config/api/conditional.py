"""What a request may ask of the row it is about (RFC 9110, section 13): that it has changed, or that it has not."""

import hashlib
import re

from rest_framework.request import Request

from config.errors import invalid

ENTITY_TAG = re.compile(r'(?:W/)?"[\x21\x23-\x7e\x80-\xff]*"')
# A proxy that compresses an answer marks its tag, and does not always take the mark off again: "...-gzip".
PROXY_MARK = re.compile(r'(?<="[0-9a-f]{32})-\w+(?="$)')


def etag_of(content: bytes) -> str:
    """A strong tag of an answer's bytes. They are what one viewer gets, so nothing concealed from them is in it."""
    return f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def is_known(request: Request, etag: str) -> bool:
    """Whether `If-None-Match` says that whoever asks has this already: a weak tag is as good as a strong one."""
    tags = _tags(request, "If-None-Match")
    return "*" in tags or etag in {tag.removeprefix("W/") for tag in tags}


def is_current(request: Request, etag: str) -> bool:
    """Whether `If-Match` names this very state: a weak tag never does."""
    tags = _tags(request, "If-Match")
    return "*" in tags or etag in tags


def _tags(request: Request, header: str) -> list[str]:
    """The tags that a header names, or a single `*`; none without the header."""
    text = request.headers.get(header)
    if text is None:
        return []
    if text.strip() == "*":
        return ["*"]
    tags = ENTITY_TAG.findall(text)
    # Without its tags the list is commas and blanks; a header cannot hold a line break, so it can stand for a tag.
    between = {part.strip(" \t") for part in ENTITY_TAG.sub("\n", text).split(",")}
    if not tags or not between <= {"", "\n"}:
        raise invalid(**{header: 'Send an ETag as you got it, with its quotation marks: "...", or *.'})
    return [PROXY_MARK.sub("", tag) for tag in tags]


def refuse_key(request: Request) -> None:
    """For a POST that cannot be answered twice, because what it answers is a secret or nothing that is kept.

    To ignore the key would let a client believe that it is safe to send the request again.
    """
    if request.method == "POST" and "Idempotency-Key" in request.headers:
        raise invalid(**{"Idempotency-Key": "This request cannot be repeated. Please send it without the key."})
