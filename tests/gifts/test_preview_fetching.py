"""Nothing private is ever connected to, and a hostile server gets neither time nor memory. With real servers."""

import socket
import ssl
import subprocess
import threading
import time
import zlib

import pytest

from gifts.services.preview.addresses import is_public
from gifts.services.preview.fetching import USER_AGENT, Page, fetch
from gifts.services.preview.outcomes import NotFetched
from gifts.services.preview.rules import PUBLIC, Rules
from tests.gifts.hostile import (
    HOSTILE,
    bomb_growth_mb,
    mazes,
    reading_seconds,
    reason_for,
    resolver,
    try_hostile_addresses,
)
from tests.gifts.website import rules, website
from tests.programs import require_program


@pytest.fixture(scope="module")
def site():
    with website() as open_site:
        yield open_site


# --- Where it may go -----------------------------------------------------------------------------


def test_no_hostile_address_gets_a_connection():
    tried = try_hostile_addresses()
    assert tried.addresses > 60
    assert tried.attempts > 2 * 60
    assert tried.connections == 0
    assert tried.not_refused == ()


def test_the_trap_would_have_caught_one(site):
    """Or the test above would prove nothing."""
    before = site.connections
    site.shows("<title>caught</title>", "/")
    assert fetch(f"http://shop.example:{site.port}/", rules(look_up=resolver(["127.0.0.1"]))).body
    assert site.connections == before + 1


@pytest.mark.parametrize("url", ["http://127.0.0.1/", "http://10.0.0.1:443/", "https://[::1]/", "http://localhost/"])
def test_the_rules_that_hold_unless_a_test_says_otherwise(url):
    assert reason_for(url, PUBLIC) == "not_allowed"


@pytest.mark.parametrize("port", [22, 25, 3306, 5432, 6379, 8000, 8080, 65535])
def test_only_the_ports_of_the_web_are_asked(port):
    def never(host: str, port: int) -> list[str]:
        raise AssertionError("it was looked up")

    assert reason_for(f"http://shop.example:{port}/", Rules(look_up=never)) == "not_allowed"


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:4700:4700::1111", "2a00:1450:4001::1", "100.63.0.1"]
)
def test_the_public_internet(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address", ["", "nonsense", "1.1.1", "01.1.1.1", "::ffff:1.1.1.1", "64:ff9b::1.1.1.1", "2606::1%1"]
)
def test_what_is_not_plainly_public_is_not(address):
    assert not is_public(address)


def test_a_name_is_looked_up_once_and_its_checked_address_connected_to(site):
    site.shows("<title>A kite</title>")
    asked = []

    def look_up(host: str, port: int) -> list[str]:
        asked.append(host)
        return ["127.0.0.1"]

    fetch(f"http://Shop.Example.:{site.port}/page", rules(look_up=look_up))
    assert asked == ["shop.example"]
    assert site.visits[-1].headers["Host"] == f"shop.example:{site.port}"


def test_one_private_address_among_public_ones_is_enough_to_refuse(site):
    before = site.connections
    only = rules(may_reach=lambda address: address == "127.0.0.1", look_up=resolver(["127.0.0.1", "127.0.0.3"]))
    assert reason_for(f"http://shop.example:{site.port}/page", only) == "not_allowed"
    assert site.connections == before


def test_another_address_is_tried_when_the_first_is_silent(site):
    site.shows("<title>A kite</title>")
    both = rules(may_reach=lambda address: True, look_up=resolver(["127.0.0.9", "127.0.0.1"]))
    assert fetch(f"http://shop.example:{site.port}/page", both).host == "shop.example"


# --- What it says --------------------------------------------------------------------------------


def test_it_says_who_it_is_and_nothing_of_the_family(site, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    site.pages["/hop"] = lambda visit: visit.answer(
        status=302, Location="/p%C3%A4ge?q=a b&\u00fc".replace(" ", "%20").encode().decode("latin-1"), Set_Cookie="a=b"
    )
    site.shows("<title>A kite</title>", "/p%C3%A4ge")
    page = fetch(f"{site.url}/hop", rules())
    assert page.url == f"{site.url}/p%C3%A4ge?q=a%20b&%C3%BC"
    assert dict(site.visits[-1].headers) == {
        "Host": f"127.0.0.1:{site.port}",
        "User-Agent": USER_AGENT,
        "Accept": "text/html,application/xhtml+xml",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }


# --- Redirects -----------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_three_redirects_are_followed_and_a_fourth_is_not(site, status):
    site.shows("<title>A kite</title>")
    site.redirects("/3", "/page", status)
    site.redirects("/2", f"//127.0.0.1:{site.port}/3", status)
    site.redirects("/1", "../2", status)
    four = site.redirects("/0", f"{site.url}/1", status)
    assert fetch(f"{site.url}/1", rules()).url == f"{site.url}/page"
    assert reason_for(four, rules()) == "too_many_redirects"


def test_a_redirect_in_a_circle_ends(site):
    assert reason_for(site.redirects("/round", "/round"), rules()) == "too_many_redirects"


# --- What it takes -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Content_Type": "application/json"}, "not_html"),
        ({"Content_Type": "image/png"}, "not_html"),
        ({"Content_Type": "text/plain"}, "not_html"),
        ({"Content_Type": ""}, "not_html"),
        ({"Content_Encoding": "br"}, "no_data"),
        ({"Content_Encoding": "gzip, gzip"}, "no_data"),
        ({"Content_Encoding": "gzip"}, "unreachable"),
        ({"Transfer_Encoding": "chunked"}, "unreachable"),
        ({"status": 404}, "refused"),
        ({"status": 403}, "refused"),
        ({"status": 503}, "refused"),
        ({"status": 204}, "refused"),
        ({"status": 302}, "refused"),
    ],
    ids=str,
)
def test_what_is_no_page_is_refused(site, headers, reason):
    assert reason_for(site.shows("<title>A kite</title>", **headers), rules()) == reason


@pytest.mark.parametrize("wbits", [31, 15, -15])
def test_a_body_that_is_packed_all_the_same_is_unpacked(site, wbits):
    packer = zlib.compressobj(wbits=wbits)
    packed = packer.compress(b"<title>A kite</title>" + b" " * 200_000) + packer.flush()
    url = site.shows(packed, Content_Encoding="gzip" if wbits == 31 else "deflate")
    page = fetch(url, rules())
    assert (page.body.strip(), len(page.body), page.is_cut) == (b"<title>A kite</title>", 200_021, False)


def test_a_large_page_is_read_at_its_beginning(site):
    page = fetch(site.shows(b"<title>A kite</title>" + b"x" * 3_000_000), rules())
    assert (len(page.body), page.is_cut) == (1_048_576, True)


def test_a_large_page_that_says_nothing_there_is_too_large():
    growth_mb, reason = bomb_growth_mb()
    assert growth_mb < 50
    assert reason == "too_large"


def test_a_page_of_just_the_largest_size_is_whole(site):
    assert not fetch(site.shows(b"x" * 1_048_576), rules()).is_cut


@pytest.mark.parametrize(
    ("beginning", "drop"),
    [
        (b"", b"H"),
        (b"HTTP/1.1 200 OK\r\n", b"X-Slow: 1\r\n"),
        (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"1"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", b"<p>"),
        (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    ],
    ids=["status", "headers", "one header", "body", "chunks", "continue"],
)
def test_who_drips_gets_no_more_time(site, beginning, drop):
    started = time.monotonic()
    assert reason_for(site.drips("/slow", beginning, drop, seconds=20), rules(total_s=0.3)) == "timeout"
    assert time.monotonic() - started < 10


@pytest.mark.parametrize(
    "line", [b"X: " + b"x" * 70_000, b"X: x\r\n" * 200, b"HTTP/1.1 100 Continue\r\n\r\n" * 300_000]
)
def test_endless_headers_are_not_read(site, line):
    beginning = line if line.startswith(b"HTTP") else b"HTTP/1.1 200 OK\r\n" + line
    assert reason_for(site.drips("/head", beginning, b"", seconds=0), rules()) in {"unreachable", "too_large"}


def test_a_resolver_gets_no_more_time_either():
    gone = threading.Event()

    def hanging(host: str, port: int) -> list[str]:
        gone.wait(20)
        return []

    started = time.monotonic()
    assert reason_for("http://shop.example/", Rules(look_up=hanging, total_s=0.2)) == "timeout"
    assert time.monotonic() - started < 10
    gone.set()


def test_who_takes_no_connection_gets_less_time():
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        waiting = [socket.socket() for _ in range(3)]
        for one in waiting:  # until nobody else fits into its queue
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", port))
        assert reason_for(f"http://127.0.0.1:{port}/", rules(connect_s=0.2, total_s=1)) == "timeout"
        for one in waiting:
            one.close()


def test_nobody_there():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        assert reason_for(f"http://127.0.0.1:{closed.getsockname()[1]}/", rules()) == "unreachable"


@pytest.mark.parametrize("maze", mazes())
def test_no_page_is_read_forever(maze):
    """Each takes well below a second alone; the limit leaves room for a machine that is busy with other tests."""
    assert reading_seconds(mazes()[maze]) < 5


# --- Certificates --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Of shop.example, signed by nobody else."""
    folder = tmp_path_factory.mktemp("certificate")
    command = [require_program("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    command += ["-keyout", "key.pem", "-out", "cert.pem", "-subj", "/CN=shop.example"]
    command += ["-addext", "subjectAltName=DNS:shop.example"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "cert.pem", folder / "key.pem"


@pytest.fixture
def secure_site(certificate):
    with website() as open_site:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        open_site.names = []
        context.sni_callback = lambda connection, name, context: open_site.names.append(name)
        open_site.server.socket = context.wrap_socket(open_site.server.socket, server_side=True)
        open_site.shows("<title>A kite</title>")
        yield open_site


def test_a_certificate_is_that_of_the_name_whatever_the_address(secure_site, certificate):
    trusting = rules(
        certificates=lambda: ssl.create_default_context(cafile=certificate[0]), look_up=resolver(["127.0.0.1"])
    )
    page = fetch(f"https://shop.example:{secure_site.port}/page", trusting)
    assert isinstance(page, Page)
    assert secure_site.names == ["shop.example"]
    assert reason_for(f"https://other.example:{secure_site.port}/page", trusting) == "unreachable"


def test_a_certificate_that_nobody_vouches_for_is_refused(secure_site):
    here = rules(look_up=resolver(["127.0.0.1"]))
    with pytest.raises(NotFetched) as refusal:
        fetch(f"https://shop.example:{secure_site.port}/page", here)
    assert isinstance(refusal.value.__cause__, ssl.SSLCertVerificationError)
    assert secure_site.visits == []


def test_the_list_of_hostile_addresses_has_no_doubles():
    urls = HOSTILE.read_text().splitlines()
    assert len(urls) == len(set(urls))
