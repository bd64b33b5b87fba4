"""What settings.py asks of the machine it runs on. Whatever is wrong there is said in one sentence."""

import ipaddress
import os
import secrets
import tempfile
from io import StringIO
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

SWITCHES = dict.fromkeys(["true", "yes", "on", "1"], True) | dict.fromkeys(["false", "no", "off", "0"], False)


class Environment(environ.Env):
    """The environment's variables. An empty one is the same as none: `NAME=` in an .env file means its default."""

    def get_value(
        self, var: str, cast: Any = None, default: Any = environ.Env.NOTSET, parse_default: bool = False
    ) -> Any:
        if not self.ENVIRON.get(var, "").strip() and default is not self.NOTSET:
            return default
        return super().get_value(var, cast, default, parse_default)

    def read_file(self, path: Path, *, required: bool) -> None:
        """What this file says, too. Left out in silence it would make Hearth start with an empty house."""
        try:
            self.read_env(StringIO(path.read_text(encoding="utf-8")))
        except FileNotFoundError as error:
            if required:
                raise ImproperlyConfigured(f"HEARTH_ENV_FILE={path} is not there.") from error
        except (OSError, UnicodeDecodeError) as error:
            name = f"HEARTH_ENV_FILE={path}" if required else path
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
            raise ImproperlyConfigured(f"{name} cannot be read: {reason}.") from error

    def number(self, name: str, *, default: int, least: int = 0, most: int = 1_000_000_000) -> int:
        try:
            value = self.int(name, default=default)
        except ValueError:
            value = least - 1
        if not least <= value <= most:
            raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}.")
        return value

    def switch(self, name: str, *, default: bool) -> bool:
        text = self.str(name, default=str(default)).strip().lower()
        if text not in SWITCHES:
            raise ImproperlyConfigured(f"{name} must be true or false.")
        return SWITCHES[text]

    def one_of(self, name: str, choices: list[str], *, default: str) -> str:
        value = self.str(name, default=default).upper()
        if value not in choices:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(choices)}.")
        return value

    def some_of(self, name: str, choices: list[str]) -> list[str]:
        values = [text.strip().lower() for text in self.list(name, default=[])]
        if not set(values) <= set(choices):
            raise ImproperlyConfigured(f"{name} must be some of {', '.join(choices)}, with commas between them.")
        return values

    def networks(self, name: str) -> list[str]:
        """Addresses (192.0.2.7) and networks (192.0.2.0/24)."""
        networks = [text.strip() for text in self.list(name, default=[])]
        try:
            for text in networks:
                ipaddress.ip_network(text, strict=False)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} must be IP addresses or networks with commas between them.") from error
        return networks

    def origins(self, name: str) -> list[str]:
        """Where pages come from: a scheme, a host and perhaps a port (https://app.example.org)."""
        origins = [text.strip() for text in self.list(name, default=[])]
        if None in map(origin, origins):
            raise ImproperlyConfigured(f"{name} must be origins like https://app.example.org with commas between them.")
        return origins


def is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def bracketed(host: str) -> str:
    """The host as it stands before a port: an IPv6 address needs its brackets there."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def origin(url: str) -> SplitResult | None:
    """The parts of an address that is a scheme, a host and perhaps a port, and nothing else."""
    try:
        parts = urlsplit(url)
        plain = f"{parts.scheme}://{bracketed(parts.hostname or '')}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return None
    return parts if plain == url.lower() and parts.scheme and parts.hostname else None


def public_address(url: str) -> SplitResult:
    """The parts of HEARTH_PUBLIC_URL. It has no path, since links are made by putting theirs behind it."""
    parts = origin(url)
    if parts is None or parts.scheme not in {"http", "https"}:
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


def redis_at(url: str) -> dict[str, Any]:
    """Django's description of a cache in the Redis at this URL."""
    if not url.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured("REDIS_URL must look like redis://127.0.0.1:6379/0.")
    return {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": url,
        "KEY_PREFIX": "hearth",
        "OPTIONS": {
            # Nobody waits long for what may be lost; afterwards config/cache.py leaves it alone for a while.
            "SOCKET_CONNECT_TIMEOUT": 0.3,
            "SOCKET_TIMEOUT": 0.3,
            # JSON is only data, whoever else may write into this Redis; the default, pickle, would be run.
            "SERIALIZER": "django_redis.serializers.json.JSONSerializer",
        },
    }


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
