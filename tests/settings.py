"""The settings that tests run under: Hearth's own, with what must differ and nothing else."""

import os
import secrets
import tempfile
from pathlib import Path

# Neither the .env nor the data of whoever runs the tests.
os.environ["HEARTH_ENV_FILE"] = os.devnull
os.environ.setdefault("HEARTH_DATA_DIR", str(Path(__file__).parent.parent / "data" / "tests"))
os.environ.setdefault("SECRET_KEY", "tests-only-" + "x" * 50)
os.environ.setdefault("HEARTH_PUBLIC_URL", "http://testserver")

from config.settings import *  # noqa: F403
from config.settings import CACHES, DATABASES

# Argon2 is meant to be slow; a thousand sign-ins in a suite are not.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A stream is held for 25 seconds in real life; here whoever asks for it wants to read on.
STREAM_HOLD_S = 0.02

# Static files straight from their packages: nobody has collected them.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True

# SQLite in a file, as in real life: threads that race each other cannot share a database in memory.
# Two suites in one checkout do not meet, either.
if "sqlite3" in DATABASES["default"]["ENGINE"]:
    # What these tests write need not outlive a power cut; the server that one of them kills has settings of its own.
    DATABASES["default"]["OPTIONS"]["init_command"] += " PRAGMA synchronous = OFF;"
    DATABASES["default"]["TEST"] = {"NAME": Path(tempfile.gettempdir()) / f"hearth-tests-{os.getpid()}.sqlite3"}

# Each process of a suite has keys of its own, in whatever Redis it is given.
CACHES["default"]["KEY_PREFIX"] = f"hearth-tests-{os.getpid()}-{secrets.token_hex(4)}"
# A machine that is busy with tests may answer late, and is not away.
if "SOCKET_TIMEOUT" in CACHES["default"].get("OPTIONS", {}):
    CACHES["default"]["OPTIONS"] |= {"SOCKET_TIMEOUT": 5, "SOCKET_CONNECT_TIMEOUT": 5}

# One test asks more in a second than a family in an hour. Tests of the limits set their own.
API_LIMIT_PER_MINUTE = API_ANONYMOUS_LIMIT_PER_MINUTE = 0

# Whether a request is the one that looks at the keys again must not depend on the time of day.
SIGNING_KEYS_FRESH_S = 1_000_000
