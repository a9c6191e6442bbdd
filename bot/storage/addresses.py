"""Where pushed messages go: sealed addresses, each under its conversation's pseudonym, in a table of their own."""
from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from bot import privacy
from bot.storage import database, tables

addresses, conversations = tables.addresses, tables.conversations
KNOWN = sa.select(addresses.c.sealed, addresses.c.gone_at).where(addresses.c.conversation == sa.bindparam("wanted"))


def conversation(connection: sa.engine.Connection, channel: str, address: str) -> str:
    """The pseudonym under which `address` is known already, under any key of the ring, else the newest. Raises KeyTrouble."""
    names = privacy.pseudonyms(channel, address)
    if len(names) == 1:
        return names[0]
    return next((name for name in names if _known(connection, name)), names[0])


def put(connection: sa.engine.Connection, conversation: str, channel: str, address: str, *, now: float) -> bool:
    """Keep `address` sealed; whoever had gone is back. Whether nobody was there before. Raises KeyTrouble."""
    known = database.run(connection, KNOWN, wanted=conversation).first()
    if known is not None and known.gone_at is None and _opens(bytes(known.sealed)):
        return False
    values = {"channel": channel, "sealed": privacy.seal(address), "gone_at": None}
    if known is not None:
        connection.execute(addresses.update().where(addresses.c.conversation == conversation).values(**values))
        return known.gone_at is not None
    database.add(connection, addresses, conversation=conversation, created_at=now, **values)
    return True


def find(connection: sa.engine.Connection, conversation: str) -> str | None:
    """The address to send to; None where there is none or the person has gone. Raises KeyTrouble."""
    where = sa.and_(addresses.c.conversation == conversation, addresses.c.gone_at.is_(None))
    sealed = connection.execute(sa.select(addresses.c.sealed).where(where)).scalar()
    return None if sealed is None else privacy.unseal(bytes(sealed))


def gone(connection: sa.engine.Connection, conversation: str, *, now: float) -> None:
    """Note that the person left (blocked, deleted), so that nothing more is sent."""
    connection.execute(addresses.update().where(addresses.c.conversation == conversation).values(gone_at=now))


def forget(connection: sa.engine.Connection, whose: Sequence[str] | str) -> int:
    """Remove the address of one conversation or of several; how many there were."""
    names = [whose] if isinstance(whose, str) else list(whose)
    return int(connection.execute(addresses.delete().where(addresses.c.conversation.in_(names))).rowcount)


def _opens(sealed: bytes) -> bool:
    try:
        privacy.unseal(sealed)
    except privacy.KeyTrouble:
        return False
    return True


def _known(connection: sa.engine.Connection, name: str) -> bool:
    tables_with_it = (sa.select(sa.literal(1)).where(table.c[key] == name) for table, key in ((conversations, "id"), (addresses, "conversation")))
    return any(connection.execute(found.limit(1)).first() is not None for found in tables_with_it)
