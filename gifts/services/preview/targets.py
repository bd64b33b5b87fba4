"""A URL taken apart so far that nothing in it can mean two things."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import SplitResult, quote, urljoin, urlsplit

from gifts.services.preview.outcomes import NotFetched, Reason
from gifts.services.preview.rules import Rules

PORTS = {"http": 80, "https": 443}
MAX_URL = 8000  # a shop's redirects are longer than what people paste
# What programs disagree about: one cuts it out, another one ends the host there.
AMBIGUOUS = re.compile(r"[\x00-\x20\x7f-\xa0\\]")
HOST_NAME = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class Target:
    """One thing to ask for: where, and in which words."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.host_header}{self.path}"

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def target_of(url: str, rules: Rules) -> Target:
    if len(url) > MAX_URL or AMBIGUOUS.search(url):
        raise NotFetched(Reason.NOT_ALLOWED)
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
        host = _host_of(parts)
    except (ValueError, KeyError) as error:
        raise NotFetched(Reason.NOT_ALLOWED) from error
    if "@" in parts.netloc or port not in rules.ports:
        raise NotFetched(Reason.NOT_ALLOWED)
    # Every byte that could end a line or a word of the request is written in hexadecimal.
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = "?" + quote(parts.query, safe="/?%:@!$&'()*+,;=~-._") if parts.query else ""
    return Target(parts.scheme, host, port, path + query)


def target_behind(location: str, *, base: Target, rules: Rules) -> Target:
    """Where a redirect leads, judged like any other URL."""
    try:
        # Headers are read as latin-1, and some sites put plain UTF-8 there.
        location = location.encode("latin-1").decode("utf-8", errors="replace")
        joined = urljoin(base.url, location)
    except ValueError as error:
        raise NotFetched(Reason.NOT_ALLOWED) from error
    return target_of(joined, rules)


def _host_of(parts: SplitResult) -> str:
    """The host in its one spelling: an address in full, or a name with a dot in it; ValueError for any other."""
    host = parts.hostname or ""
    if "%" in host:
        raise ValueError(host)
    if ":" in host:
        return str(IPv6Address(host))
    host = host.encode("idna").decode("ascii").lower().removesuffix(".")
    if HOST_NAME.fullmatch(host):
        return host
    # 2130706433, 0x7f.1 and 0177.0.0.1 are addresses, too, for whoever looks them up; here only the plain spelling is.
    return str(IPv4Address(host))
