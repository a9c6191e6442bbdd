"""The rows of `withdrawn`: what staff took out of use."""
from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from bot.storage.tables import withdrawn


def listed(connection: Connection) -> list[dict[str, Any]]:
    """All of it, the newest first."""
    return [dict(row) for row in connection.execute(sa.select(withdrawn).order_by(withdrawn.c.at.desc())).mappings()]


def withdraw(connection: Connection, kind: str, id: str, *, by: str, reason: str, now: float) -> None:
    """Take it out of use, in a transaction that may write; a later reason takes the place of an earlier one."""
    restore(connection, kind, id)
    connection.execute(withdrawn.insert(), {"kind": kind, "id": id, "at": now, "by": by, "reason": reason})


def restore(connection: Connection, kind: str, id: str) -> bool:
    """Put it back into use; whether it was out."""
    return bool(connection.execute(withdrawn.delete().where(withdrawn.c.kind == kind, withdrawn.c.id == id)).rowcount)
