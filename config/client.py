"""Which address a request really comes from."""

from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest


@dataclass(frozen=True)
class Client:
    """Who is on the other end of the wire, for the audit and for limits. `ip` is None on a Unix socket."""

    ip: str | None = None
    user_agent: str = ""


def client_of(request: HttpRequest) -> Client:
    user_agent = request.headers.get("User-Agent", "")
    printable = "".join(character for character in user_agent if character.isprintable())
    return Client(ip=address_of(request), user_agent=printable[:200])


def address_of(request: HttpRequest) -> str | None:
    """The nearest address that is not one of our own proxies (TRUSTED_PROXIES).

    X-Forwarded-For is read from its end, and only as far as each hop is trusted: whatever stands
    before that was written by the client. The same goes for whatever stands before a hop that is no address.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    address = _valid(request.META.get("REMOTE_ADDR", ""))
    while address and hops and _is_trusted(address):
        nearer = _valid(hops.pop())
        if nearer is None:
            break
        address = nearer
    return address


def neighbourhood(address: str) -> str:
    """What is limited as one: the address; of IPv6 the network, since one subscriber has all of its 2^64 addresses."""
    return str(ip_network(f"{address}/64", strict=False)) if ip_address(address).version == 6 else address


def _valid(text: str) -> str | None:
    """The address as a database stores it: without a zone, and an IPv4 address as itself where IPv6 wraps it."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return str(address)


def _is_trusted(address: str) -> bool:
    return any(ip_address(address) in ip_network(proxy, strict=False) for proxy in settings.TRUSTED_PROXIES)
