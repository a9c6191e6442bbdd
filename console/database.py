"""The tracker's database in Django's words, and the secret that signs sessions."""
from __future__ import annotations

import os
import pathlib
import secrets
from typing import Any

from sqlalchemy.engine import make_url

from bot.settings import ROOT
from bot.storage import database

KEY_FILE = ROOT / "var" / "console.key"
# As bot/storage opens it, so that a write by the console is as durable and as private as the tracker's.
SQLITE_START = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;"


def connection_settings(address: str | None = None) -> dict[str, Any]:
    """Django's DATABASES entry for the tracker's database, or for another address."""
    parsed = make_url((address or database.url()).replace("postgres://", "postgresql://", 1))
    if parsed.get_backend_name() == "sqlite":
        options = {"transaction_mode": "IMMEDIATE", "timeout": database.PATIENCE, "init_command": SQLITE_START}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": parsed.database, "OPTIONS": options}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parsed.database or "",
        "USER": parsed.username or "",
        "PASSWORD": parsed.password or "",
        "HOST": parsed.host or "",
        "PORT": str(parsed.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, **parsed.query},
    }


def secret_key(path: pathlib.Path = KEY_FILE) -> str:
    """MOORING_CONSOLE_KEY, else the text of a file that only its owner can read, made on the first run.

    Raises RuntimeError if the environment holds a key that is too short to protect sessions.
    """
    given = os.environ.get("MOORING_CONSOLE_KEY", "")
    if given and len(given) < 32:
        raise RuntimeError("MOORING_CONSOLE_KEY is shorter than 32 characters. Unset it to have one made, or give a longer one.")
    if given:
        return given
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="utf-8").strip()
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(secrets.token_urlsafe(48))
    return path.read_text(encoding="utf-8").strip()
