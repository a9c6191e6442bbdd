"""The lines of one session, in their order: what was said by the person, the bot and staff, as clients are given it.

They live in memory; those of the bot and of staff are also remembered with the messages that were handled
(`bot.storage.seen`), from where a session that comes back after a restart takes them.
"""
from __future__ import annotations

import collections
import time
from collections.abc import Callable, Iterable
from typing import Any

import sqlalchemy as sa

from bot import kept
from bot.storage import database
from bot.storage.tables import seen
from channels import ledger

Line = dict[str, Any]
KEPT = 200  # lines of one session


class Session:
    """One person's session; `conversation` is their pseudonym."""

    def __init__(self, conversation: str, lines: Iterable[Line] = ()) -> None:
        """`lines` are known from before."""
        self.conversation = conversation
        self.lines: collections.deque[Line] = collections.deque(sorted(lines, key=lambda line: line["seq"]), maxlen=KEPT)
        self.last = max((line["seq"] for line in self.lines), default=0)
        self.stock_has = self.last  # the last line that a stock client was sent

    def number(self) -> int:
        """The next place. The clock keeps it growing over restarts."""
        self.last = max(self.last + 1, int(time.time() * 1000))
        return self.last

    def echo(self, id: str, text: str) -> Line | None:
        """The line of what the person wrote; None if it is there already."""
        if any(line["kind"] == "user" and line["id"] == id for line in self.lines):
            return None
        line = {"kind": "user", "seq": self.number(), "id": id, "text": text, "at": time.time()}
        self.lines.append(line)
        return line

    def dress(self, replies: list[dict[str, Any]], reply_to: str | None, by: str = "bot", name: str | None = None) -> list[Line]:
        """Replies as lines, each with its place."""
        return [
            {
                "kind": "line",
                "seq": self.number(),
                "reply_to": reply_to,
                "by": by,
                "name": name,
                "at": time.time(),
                "text": reply["text"],
                "buttons": buttons_of(reply),
                "sources": sources_of(reply.get("sources") or []),
            }
            for reply in replies
        ]

    def keep(self, lines: Iterable[Line]) -> None:
        """Put lines where clients that come back find them."""
        known = {line["seq"] for line in self.lines}
        self.lines.extend(line for line in lines if line["seq"] not in known)

    def after(self, last: int) -> list[Line]:
        """What a client that has everything up to `last` is missing."""
        return [line for line in sorted(self.lines, key=lambda line: line["seq"]) if line["seq"] > last]


class Sessions:
    """The sessions of this process."""

    def __init__(self, most: int = 5_000) -> None:
        """`most` are held; those that were quiet longest leave first, and come back from the database."""
        self._held: collections.OrderedDict[str, Session] = collections.OrderedDict()
        self._most = most

    async def get(self, conversation: str, *, fresh: bool = False, busy: Callable[[str], bool] = lambda conversation: False) -> Session:
        """The session of a conversation. `busy` ones do not leave."""
        found = self._held.get(conversation)
        if found is None:
            lines = [] if fresh else await remembered(conversation)
            found = self._held.setdefault(conversation, Session(conversation, lines))
            for old in list(self._held)[: max(0, len(self._held) - self._most)]:
                if not busy(old):
                    del self._held[old]
        self._held.move_to_end(conversation)
        return found

    def drop(self, conversation: str) -> None:
        """Forget one."""
        self._held.pop(conversation, None)


async def remembered(conversation: str) -> list[Line]:
    """The lines of a session that the database remembers; none where it is away."""

    def look() -> list[Line]:
        mine = sa.and_(seen.c.channel == "web", seen.c.conversation == conversation, seen.c.replies.isnot(None))
        with database.reading() as connection:
            rows = connection.execute(sa.select(seen.c.replies).where(mine).order_by(seen.c.at.desc()).limit(KEPT)).scalars().all()
        return [line for row in rows for line in unpack(row)]

    try:
        return await ledger.ask(look)
    except ledger.Away:
        return []


def unpack(row: str) -> list[Line]:
    """The lines of one remembered message."""
    import json

    return [line for line in json.loads(row) if isinstance(line, dict) and isinstance(line.get("seq"), int)]


def buttons_of(reply: dict[str, Any]) -> list[dict[str, str]]:
    """The buttons of a reply with nothing but what they say and do."""
    return [{"title": str(button["title"]), "payload": str(button["payload"])} for button in reply.get("buttons") or [] if button.get("payload")]


def sources_of(ids: list[Any]) -> list[dict[str, Any]]:
    """Sources as a person can read them, given by their ids."""
    known = kept.said().sources
    found = [known[id] for id in ids if isinstance(id, str) and id in known]
    return [{"title": one.title, "publisher": one.publisher, "year": one.year, "url": one.url} for one in found]


def stock(line: Line) -> dict[str, Any]:
    """A line in Rasa's own shape, with no field that rasa-webchat does not know: it would not show the message."""
    quick = [{"content_type": "text", "title": button["title"], "payload": button["payload"]} for button in line["buttons"]]
    return {"text": line["text"], "quick_replies": quick} if quick else {"text": line["text"]}
