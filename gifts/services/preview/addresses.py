"""Which addresses belong to the public internet, and to nothing nearer."""

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

# From IANA's special-purpose registries and not from `is_global`: that one lets multicast, 64:ff9b::/96, 2002::/16,
# fec0::/10 and 192.88.99.0/24 through, and answers otherwise from one Python to the next.
NEARER_V4 = [
    IPv4Network(network)
    for network in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",
        "100.64.0.0/10",  # shared by a carrier's customers
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's own machine, at an address that looks public
        "169.254.0.0/16",  # link-local, and what clouds tell their machines
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # relays into IPv6
        "192.168.0.0/16",
        "198.18.0.0/15",  # measurements
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, and broadcast
    )
]
# Global unicast. Outside are mapped IPv4 (::ffff:), translated IPv4 (64:ff9b:), unique local, link-local, multicast.
PUBLIC_V6 = IPv6Network("2000::/3")
NEARER_V6 = [
    IPv6Network(network)
    for network in (
        "2001::/23",  # protocols' own: Teredo, which wraps IPv4, among them
        "2001:db8::/32",  # documentation
        "2002::/16",  # wraps IPv4
        "3fff::/20",  # documentation
    )
]


def is_public(text: str) -> bool:
    """Whether this numeric address may be connected to."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NEARER_V4)
    return _is_public_v6(address)


def _is_public_v6(address: IPv6Address) -> bool:
    if address.scope_id is not None or address not in PUBLIC_V6:
        return False
    return not any(address in network for network in NEARER_V6)
