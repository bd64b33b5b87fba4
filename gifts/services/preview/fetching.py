"""One page from the public internet: nothing private is ever connected to, and a hostile server cannot take much."""

import http.client
from dataclasses import dataclass

from gifts.services.preview.bodies import read_body
from gifts.services.preview.outcomes import NotFetched, Reason
from gifts.services.preview.rules import PUBLIC, Rules
from gifts.services.preview.targets import Target, target_behind, target_of
from gifts.services.preview.wire import RAW_MARGIN, Deadline, Wire, connect

USER_AGENT = "HearthPreview/1.0 (a family's gift list looking at one page; asked for by a person)"
REDIRECTS = {301, 302, 303, 307, 308}
HTML = {"text/html", "application/xhtml+xml"}


@dataclass(frozen=True)
class Page:
    """What came, and where from in the end. `is_cut`: there was more than we read."""

    url: str
    host: str
    body: bytes
    charset: str
    is_cut: bool


def fetch(url: str, rules: Rules = PUBLIC) -> Page:
    """The page at this URL; NotFetched says why there is none."""
    deadline = Deadline(rules.total_s)
    try:
        target = target_of(url, rules)
        for _ in range(rules.redirects + 1):
            answer = _asked(target, rules, deadline)
            if isinstance(answer, Page):
                return answer
            target = answer
    except TimeoutError as error:
        raise NotFetched(Reason.TIMEOUT) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NotFetched(Reason.UNREACHABLE) from error
    raise NotFetched(Reason.TOO_MANY_REDIRECTS)


def _asked(target: Target, rules: Rules, deadline: Deadline) -> Page | Target:
    """The page, or where it has moved to."""
    with connect(target, rules=rules, deadline=deadline) as connection:
        connection.settimeout(deadline.left())
        connection.sendall(_request(target))
        wire = Wire(connection, deadline=deadline, most=rules.raw_bytes + RAW_MARGIN)
        with http.client.HTTPResponse(wire, method="GET") as response:  # type: ignore[arg-type]
            response.begin()
            return _answered(response, target, rules)


def _request(target: Target) -> bytes:
    # No cookies, no referrer, nothing of the family. HTTP/1.1, since some shops refuse any other.
    headers = {
        "Host": target.host_header,
        "User-Agent": USER_AGENT,
        "Accept": "text/html,application/xhtml+xml",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    lines = [f"GET {target.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode("ascii")


def _answered(response: http.client.HTTPResponse, target: Target, rules: Rules) -> Page | Target:
    location = response.headers.get("Location")
    if response.status in REDIRECTS and location:
        return target_behind(location, base=target, rules=rules)
    if response.status != 200:
        raise NotFetched(Reason.REFUSED)
    if response.headers.get_content_type() not in HTML:
        raise NotFetched(Reason.NOT_HTML)
    body, is_cut = read_body(response, rules)
    charset = response.headers.get_content_charset() or ""
    return Page(url=target.url, host=target.host, body=body, charset=charset, is_cut=is_cut)
