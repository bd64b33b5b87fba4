"""What settings.py asks of the machine it runs on. Whatever is wrong there is said in one sentence."""

import ipaddress
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured


class Environment(environ.Env):
    """The environment's variables. An empty one is the same as none: `NAME=` in an .env file means its default."""

    def get_value(
        self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, parse_default: bool = False
    ) -> Any:
        if not self.ENVIRON.get(var, "").strip() and default is not self.NOTSET:
            return default
        return super().get_value(var, cast, default, parse_default)

    def number(self, name: str, *, default: int, least: int = 0, most: int = 1_000_000_000) -> int:
        try:
            value = self.int(name, default=default)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}.")
        return value

    def one_of(self, name: str, choices: list[str], *, default: str) -> str:
        value = self.str(name, default=default).upper()
        if value not in choices:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}.")
        return value

    def networks(self, name: str) -> list[str]:
        """Addresses (192.0.2.7) and networks (192.0.2.0/24)."""
        networks = [text.strip() for text in self.list(name, default=[])]
        try:
            for text in networks:
                ipaddress.ip_network(text, strict=False)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} must be IP addresses or networks with commas between them.") from error
        return networks


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def bracketed(host: str) -> str:
    """The host as it stands before a port: an IPv6 address needs its brackets there."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def public_address(url: str) -> SplitResult:
    """The parts of HEARTH_PUBLIC_URL: a scheme, a host and perhaps a port, since links are made of nothing else."""
    try:
        parts = urlsplit(url)
        plain = f"{parts.scheme}://{bracketed(parts.hostname or '')}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        plain = ""
    if plain != url.lower() or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ImproperlyConfigured("HEARTH_PUBLIC_URL must look like https://hearth.example.org, without a path.")
    return parts


def postgres_at(url: str) -> dict[str, Any]:
    """Django's description of the database at this URL. The URL holds a password, so no complaint repeats it."""
    try:
        database = environ.Env.db_url_config(url) if url.startswith(("postgres://", "postgresql://")) else {}
    except ValueError:
        database = {}
    if not database.get("NAME"):
        raise ImproperlyConfigured("DATABASE_URL must look like postgres://user:password@host:5432/name.")
    return database | {"OPTIONS": database.get("OPTIONS", {})}


def private_folder(path: Path) -> Path:
    """This folder, made on first use for its owner only: it holds a family's secrets."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"HEARTH_DATA_DIR={path} cannot be made: {error.strerror}.") from error
    return path


def secret_kept_in(path: Path) -> str:
    """The secret in this file, made on first use and readable by its owner only (mode 0600)."""
    try:
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(64))
        return path.read_text().strip()
    except OSError as error:
        raise ImproperlyConfigured(f"the secret key in {path} cannot be kept: {error.strerror}.") from error


def _write_once(path: Path, text: str) -> None:
    # mkstemp gives 0600, and link() refuses an existing name: of two first starts at the same moment
    # one wins, and nobody ever reads a half-written secret.
    handle, draft = tempfile.mkstemp(dir=path.parent)
    try:
        os.write(handle, text.encode())
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.close(handle)
        os.unlink(draft)
