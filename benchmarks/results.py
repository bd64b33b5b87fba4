"""Where figures are kept, and what has to be said with them."""

import json
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

FOLDER = Path(__file__).with_name("results")
PACKAGES = ("django", "djangorestframework", "gunicorn", "psycopg", "fastapi", "uvicorn", "sqlalchemy", "pydantic")


def keep(name: str, result: dict[str, Any]) -> Path:
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{name}.json"
    path.write_text(json.dumps(result, indent=1) + "\n")
    return path


def circumstances(options: dict[str, Any]) -> dict[str, Any]:
    """Ratios travel, seconds do not: this says whose seconds they are."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _git("rev-parse", "--short", "HEAD") + ("+" if _git("status", "--porcelain") else ""),
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "system": platform.platform(),
        "python": sys.version.split()[0],
        "packages": {name: version(name) for name in PACKAGES},
        "options": options,
    }


def _git(*arguments: str) -> str:
    ran = subprocess.run(["git", *arguments], capture_output=True, text=True, cwd=FOLDER.parent)
    return ran.stdout.strip()
