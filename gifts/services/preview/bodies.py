"""The bytes of a page as far as we read it, whatever they are packed in; and the text that they are."""

import codecs
import http.client
import re
import zlib
from collections.abc import Callable, Iterator

from gifts.services.preview.outcomes import NotFetched, Reason
from gifts.services.preview.rules import Rules

PIECE = 65_536
# Charsets of the web. Python knows more, among them some that take forever or are no text at all.
CHARSETS = re.compile(
    r"utf-8|utf-16(-[bl]e)?|iso8859-\d+|cp(125\d|866|874|932|949|950)|koi8-[ru]|mac-(roman|cyrillic)|"
    r"shift_jis|euc_(jp|kr)|iso2022_jp|gb2312|gbk|gb18030|big5(hkscs)?|tis-620"
)
META_CHARSET = re.compile(
    rb"<meta[^>]{0,200}?charset\s{0,5}=\s{0,5}[\"']?\s{0,5}([A-Za-z0-9_.:-]{1,40})", re.IGNORECASE
)
MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def read_body(response: http.client.HTTPResponse, rules: Rules) -> tuple[bytes, bool]:
    """The body's beginning, unpacked, and whether there was more."""
    unpacked = _unpacker(response.headers.get("Content-Encoding", ""))
    body, raw = bytearray(), 0
    for piece in _pieces(response):
        raw += len(piece)
        room = rules.decoded_bytes - len(body)
        # One byte more than there is room for tells that it was not the end. A bomb grows by no more than that.
        body += unpacked(piece[: len(piece) - max(0, raw - rules.raw_bytes)], room + 1)
        if raw > rules.raw_bytes or len(body) > rules.decoded_bytes:
            return bytes(body[: rules.decoded_bytes]), True
    return bytes(body), False


def text_of(body: bytes, charset: str) -> str:
    """By the mark at its beginning, else what the server says, else what the page says, else UTF-8."""
    marked = next((name for mark, name in MARKS.items() if body.startswith(mark)), None)
    written = META_CHARSET.search(body[:4096])
    inside = written[1].decode("ascii") if written else ""
    return body.decode(marked or _known(charset) or _known(inside) or "utf-8", errors="replace")


def _pieces(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while piece := response.read(PIECE):
        yield piece


def _unpacker(encoding: str) -> Callable[[bytes, int], bytes]:
    """We ask for a plain body; some servers pack it all the same."""
    packing = encoding.strip().lower()
    if packing in {"", "identity"}:
        return lambda piece, most: piece[:most]
    if packing in {"gzip", "x-gzip", "deflate"}:
        return _Inflating()
    raise NotFetched(Reason.NO_DATA)


class _Inflating:
    """gzip, zlib, and what some servers call deflate: the same without its header."""

    def __init__(self) -> None:
        self._inflater = zlib.decompressobj(wbits=zlib.MAX_WBITS | 32)
        self._is_first = True

    def __call__(self, piece: bytes, most: int) -> bytes:
        is_first, self._is_first = self._is_first, False
        try:
            return self._inflater.decompress(piece, most)
        except zlib.error as error:
            if not is_first:
                raise NotFetched(Reason.UNREACHABLE) from error
        self._inflater = zlib.decompressobj(wbits=-zlib.MAX_WBITS)
        try:
            return self._inflater.decompress(piece, most)
        except zlib.error as error:
            raise NotFetched(Reason.UNREACHABLE) from error


def _known(charset: str) -> str | None:
    try:
        name = codecs.lookup(charset).name
    except (LookupError, ValueError):
        return None
    # Who says Latin-1 means the Windows one, as every browser knows.
    name = {"ascii": "cp1252", "iso8859-1": "cp1252"}.get(name, name)
    return name if CHARSETS.fullmatch(name) else None
