"""Messages that could not be saved: each is kept in a sealed file of its own until the database takes it, and no longer.

The files stand in MOORING_JOURNAL, by default `var/journal`. Their names tell whose they are only to who knows the pseudonym.
"""
from __future__ import annotations

import hashlib
import json
import os
import pathlib
import secrets
import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Engine

from bot import privacy
from bot.settings import ROOT
from bot.storage import database


def folder() -> pathlib.Path:
    """Where the files stand."""
    return pathlib.Path(os.environ.get("MOORING_JOURNAL") or ROOT / "var" / "journal")


def keep(conversation: str, channel: str, events: Sequence[Mapping[str, Any]], *, began: float | None = None) -> pathlib.Path:
    """Write events down, durably, to be saved later. `began` is the start of the conversation they belong to, where it had one.

    Raises OSError if the disk cannot be written, and KeyTrouble if there is no key to seal with.
    """
    sealed = privacy.seal(json.dumps({"conversation": conversation, "channel": channel, "events": list(events), "began": began}))
    place = folder()
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = place / f"{owner(conversation)}.{time.time_ns():020d}.{secrets.token_hex(4)}"
    half = path.with_suffix(".half")
    with open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    half.rename(path)
    return path


def owner(conversation: str) -> str:
    """How file names call a conversation."""
    return hashlib.sha256(conversation.encode()).hexdigest()[:32]


def waiting(conversation: str | None = None) -> list[pathlib.Path]:
    """The files of a conversation, or all, oldest first."""
    whose = None if conversation is None else owner(conversation)
    try:
        names = [entry.name for entry in os.scandir(folder()) if not entry.name.endswith(".half")]
    except FileNotFoundError:
        return []
    return sorted((folder() / name for name in names if whose in (None, name.split(".")[0])), key=lambda path: path.name.split(".")[1])


def replay(made: Engine, conversation: str | None = None) -> int:
    """Save what is waiting and remove its files; how many. Saving the same twice does nothing.

    Raises what the database raises; the files then stay. A file that cannot be opened with our keys stays too, and raises KeyTrouble.
    """
    from bot.storage import conversations  # which deletes from here, too

    done = 0
    for path in waiting(conversation):
        try:
            kept = json.loads(privacy.unseal(path.read_bytes()))
        except FileNotFoundError:
            continue  # another process was faster
        with database.writing(made) as connection:
            row = conversations.locked(connection, kept["conversation"])
            # A conversation that was deleted since then does not come back.
            if kept["began"] is None or (row is not None and row["started_at"] == kept["began"]):
                conversations.append(connection, kept["conversation"], kept["channel"], kept["events"], once=True)
        path.unlink(missing_ok=True)
        done += 1
    return done


def forget(conversations: Collection[str]) -> int:
    """Remove what is waiting for conversations, unsaved; how many files."""
    whose = set(map(owner, conversations))
    found = [path for path in waiting() if path.name.split(".")[0] in whose]
    for path in found:
        path.unlink(missing_ok=True)
    return len(found)
