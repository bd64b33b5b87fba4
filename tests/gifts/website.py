"""A website on loopback that previews may visit, because a test says so by an argument."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from gifts.services.preview.rules import Rules


class AnyPort:
    def __contains__(self, port: object) -> bool:
        return True


# Nothing outside of this machine is ever asked, whatever a test gets wrong.
LOOPBACK_ONLY = Rules(ports=AnyPort(), may_reach=lambda address: address in {"127.0.0.1", "::1"})


def rules(**changes: Any) -> Rules:
    return replace(LOOPBACK_ONLY, **changes)


Handler = Callable[["Visit"], None]


class Visit(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.close_connection = True
        site: Website = self.server.site
        site.visits.append(self)
        with suppress(BrokenPipeError, ConnectionResetError):
            site.pages[self.path.partition("?")[0]](self)

    def answer(self, body: bytes = b"", status: int = 200, **headers: str) -> None:
        self.send_response(status)
        headers = {"Content_Type": "text/html; charset=utf-8", "Content_Length": str(len(body))} | headers
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        pass


@dataclass
class Website:
    """Its pages by their path, and who came."""

    server: ThreadingHTTPServer
    pages: dict[str, Handler] = field(default_factory=dict)
    visits: list[Visit] = field(default_factory=list)
    connections: int = 0

    @property
    def port(self) -> int:
        return self.server.server_address[1]

    @property
    def url(self) -> str:
        return f"http://{self.server.server_address[0]}:{self.port}"

    def shows(self, body: str | bytes, path: str = "/page", status: int = 200, **headers: str) -> str:
        """Puts a page there, and says at which URL."""
        content = body.encode() if isinstance(body, str) else body
        self.pages[path] = lambda visit: visit.answer(content, status, **headers)
        return self.url + path

    def redirects(self, path: str, location: str, status: int = 302) -> str:
        self.pages[path] = lambda visit: visit.answer(b"", status, Location=location)
        return self.url + path

    def drips(self, path: str, beginning: bytes, drop: bytes, seconds: float) -> str:
        """Sends the beginning, and then a drop again and again, for so long."""

        def drip(visit: Visit) -> None:
            visit.wfile.write(beginning)
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                visit.wfile.write(drop)
                time.sleep(0.05)

        self.pages[path] = drip
        return self.url + path


@contextmanager
def website(address: str = "127.0.0.1") -> Iterator[Website]:
    server = ThreadingHTTPServer((address, 0), Visit)
    server.daemon_threads = True
    server.block_on_close = False
    server.handle_error = lambda *args: None
    site = server.site = Website(server)
    accepted = server.get_request

    def get_request() -> Any:
        site.connections += 1
        return accepted()

    server.get_request = get_request
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
