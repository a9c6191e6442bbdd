"""Signed session tokens: who holds one speaks in that session, and nobody else can.

A session's own name is secret and stands only in its token; everything else knows the session by its pseudonym.
"""
from __future__ import annotations

import os
import pathlib
import secrets
import time

import jwt

from bot import privacy
from bot.settings import ROOT

LIFE = 24 * 3600  # seconds; without consent nothing is kept longer
LONGEST = 1_000  # characters of what may be a token
KEY_FILE = ROOT / "var" / "web.key"


def key(path: pathlib.Path = KEY_FILE) -> str:
    """The signing key: MOORING_WEB_KEY, else a file that only its owner can read, made on first use."""
    given = os.environ.get("MOORING_WEB_KEY", "")
    if given:
        return given
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()


def issue(*, name: str = "", life: float = LIFE) -> str:
    """A token for a new session, or for the one called `name`, good for `life` seconds."""
    now = int(time.time())
    return jwt.encode({"sub": name or secrets.token_urlsafe(18), "iat": now, "exp": now + int(life)}, key(), algorithm="HS256")


def prolong(token: str, life: float) -> str:
    """A token for the same session that lives longer, for words that are kept longer; the same where it is none of ours."""
    name = name_in(token)
    return issue(name=name, life=life) if name else token


def name_in(token: object) -> str | None:
    """The name of a token's session; None where it is forged, has ended, or is no token at all."""
    if not isinstance(token, str) or len(token) > LONGEST:
        return None
    try:
        claims = jwt.decode(token, key(), algorithms=["HS256"], options={"require": ["sub", "exp"]})
    except (jwt.InvalidTokenError, ValueError):
        # PyJWT lets broken Unicode through as ValueError.
        return None
    return str(claims["sub"])


def session(token: object) -> str | None:
    """The conversation of a token, by its pseudonym; None where there is no session of it."""
    name = name_in(token)
    return privacy.pseudonym("web", name) if name else None
