"""Whose address counts: the nearest one that is no proxy of ours."""

import pytest
from django.test import RequestFactory

from config.client import Client, client_of


def address(peer: str, forwarded: str | None = None) -> str | None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return client_of(RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)).ip


@pytest.fixture
def proxies(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "192.0.2.7", "fd00::/8"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        # Not a proxy: whatever it says of others, it is itself.
        ("203.0.113.5", None, "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", "203.0.113.5"),
        # A proxy tells who came to it.
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("192.0.2.7", " 198.51.100.1 ", "198.51.100.1"),
        ("192.0.2.8", "198.51.100.1", "192.0.2.8"),
        ("fd00::1", "2001:db8::5", "2001:db8::5"),
        # What stands before that was written by the client.
        ("10.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        # Proxies behind proxies.
        ("10.0.0.1", "1.1.1.1, 198.51.100.1, 10.2.3.4, 192.0.2.7", "198.51.100.1"),
        # Everybody is a proxy: the furthest of them.
        ("10.0.0.1", "10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("10.0.0.1", None, "10.0.0.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", " , ,", "10.0.0.1"),
        # A hop that is no address hides whatever stands before it.
        ("10.0.0.1", "1.1.1.1, unknown", "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1, 198.51.100.1:4711", "10.0.0.1"),
        ("10.0.0.1", "1.1.1.1, <script>, 10.0.0.2", "10.0.0.2"),
        # As a database stores it.
        ("::ffff:10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "fe80::1%eth0", "fe80::1"),
        ("10.0.0.1", "2001:DB8:0::1", "2001:db8::1"),
        # A Unix socket has no address.
        ("", None, None),
        ("", "198.51.100.1", None),
    ],
)
def test_the_address_of_a_request(proxies, peer, forwarded, expected):
    assert address(peer, forwarded) == expected


def test_without_proxies_nobody_is_believed(settings):
    settings.TRUSTED_PROXIES = []
    assert address("127.0.0.1", "198.51.100.1") == "127.0.0.1"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("hearth-app/1.4.0 (iOS 19)", "hearth-app/1.4.0 (iOS 19)"),
        ("", ""),
        ("a\x00b\x1b[31mc\nd", "ab[31mcd"),
        ("x" * 5000, "x" * 200),
    ],
)
def test_what_a_client_calls_itself_is_kept_short_and_printable(said, kept):
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers={"User-Agent": said})
    assert client_of(request) == Client(ip="192.0.2.1", user_agent=kept)
