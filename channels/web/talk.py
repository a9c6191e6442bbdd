"""What the website's channel does, whether asked over Socket.IO or HTTP. `tell` shows a session's events to its sockets."""
from __future__ import annotations

import asyncio
import dataclasses
import hashlib
import logging
import os
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from bot import keeping, kept
from bot.storage import cases, conversations, database, outbox, seen
from channels import base, ledger, sending
from channels.limiting import Limiter
from channels.web import lines, tokens

log = logging.getLogger(__name__)
CHANNEL = "web"
LARGEST = 64 * 1024  # bytes of one request or frame
ID = re.compile(r"[A-Za-z0-9._:-]{1,80}")
PER_SESSION = os.environ.get("MOORING_LIMIT_SESSION", "") or "40/minute"
PER_ADDRESS = os.environ.get("MOORING_LIMIT_ADDRESS", "") or "120/minute"
CONTACTS = "6/hour"  # ways to call back that one session may leave
LONGEST_CONTACT = 250  # characters of each of its two parts
PAUSE = 0.25  # seconds between looks at a message that another process answers
ENDED = "ended"  # under this name the database keeps hashes of ended sessions, until their tokens have run out
Json = dict[str, Any]
Tell = Callable[[str, str, Json], Awaitable[None]]  # (conversation, event, data)


class Refused(Exception):
    """What a client asked for is not done."""

    def __init__(self, error: str, retry_after: int | None = None) -> None:
        """`error` as the protocol names it: bad, size, limit, session, away, closed."""
        super().__init__(error)
        self.error, self.retry_after = error, retry_after

    def answer(self) -> Json:
        """What the client is told, with the words for whoever may be in danger."""
        wait = {} if self.retry_after is None else {"retry_after": self.retry_after}
        return {"ok": False, "error": self.error, **wait, "replies": [base.trouble(in_danger=True)]}


@dataclasses.dataclass(frozen=True)
class Opened:
    """A session that a client may speak in."""

    token: str
    session: lines.Session
    resumed: bool


class Talk:
    """The channel's doings over all its sessions."""

    def __init__(self, limiter: Limiter, agent: Callable[[], Any], tell: Tell, present: Callable[[str], bool]) -> None:
        """`agent` gives the assistant, `tell` emits to a session's sockets, `present` says whether it has any."""
        self._limiter, self._agent, self._tell, self._present = limiter, agent, tell, present
        self._sessions = lines.Sessions()
        self._ended: set[str] = set()
        self._deleting: set[asyncio.Task[None]] = set()

    async def open(self, token: object, address: str) -> Opened:
        """The session of a token, or a new one. Raises Refused."""
        known = await self.known(token)
        if known is not None:
            return Opened(str(token), known, True)
        if not self._limiter.allows(PER_ADDRESS, f"open-{address}"):
            raise Refused("limit", self._limiter.wait(PER_ADDRESS, f"open-{address}"))
        fresh = tokens.issue()
        return Opened(fresh, await self._sessions.get(str(tokens.session(fresh)), fresh=True, busy=self._present), False)

    async def known(self, token: object) -> lines.Session | None:
        """The session of a token, or None where it opens none."""
        conversation = tokens.session(token)
        if conversation is None or await self._has_ended(conversation):
            return None
        return await self._sessions.get(conversation, busy=self._present)

    async def staff(self, session: lines.Session) -> Json | None:
        """Who of the staff speaks in a session, as the person may know it."""
        speaking = await ledger.staff_speaking(session.conversation)
        return {"name": speaking.name} if speaking else None

    async def confirmation(self, opened: Opened) -> Json:
        """What the client is told of its session."""
        return {
            "token": opened.token,
            "session_id": opened.token,
            "resumed": opened.resumed,
            "last": opened.session.last,
            "disclosure": kept.said().words["disclosure"],
            "staff": await self.staff(opened.session),
        }

    def count(self, session: lines.Session) -> None:
        """Count one thing that is asked of a session. Raises Refused where there were too many."""
        if not self._limiter.allows(PER_SESSION, session.conversation):
            raise Refused("limit", self._limiter.wait(PER_SESSION, session.conversation))

    async def said(self, session: lines.Session, asked: Mapping[str, Any], *, stock: bool = False) -> list[lines.Line]:
        """Handle one message of the person. What answers it is told to all sockets; given back is what had been told before.

        Raises Refused.
        """
        id, text, payload = read(asked, stock)
        self.count(session)
        echo = session.echo(id, text)
        if echo is not None:
            await self._tell(session.conversation, "user_echo", echo)
        country = asked.get("country")
        known = isinstance(country, str) and country.split("-")[0] in kept.register().countries and len(country) <= 8
        incoming = base.Incoming(session.conversation, text, payload, CHANNEL, message=id, country=str(country) if known else "")

        async def send(found: list[lines.Line]) -> None:
            session.keep(found)
            for line in found:
                await self._tell(session.conversation, "bot_uttered", line)

        began = time.monotonic()
        while True:
            outcome = await base.converse(self._agent(), incoming, send, dress=lambda found: session.dress(found, id))
            if outcome.kind != "busy" or time.monotonic() - began > base.CALM_PATIENCE:
                break
            await asyncio.sleep(PAUSE)
        if outcome.kind == "busy":
            raise Refused("limit", 3)
        if outcome.kind != "repeat":
            return []
        session.keep(outcome.replies)
        return outcome.replies

    async def staff_says(self, conversation: str, reply: Json) -> bool:
        """Show words from staff; whether anybody is there to read them now. They wait for whoever comes back."""
        session = await self._sessions.get(conversation, busy=self._present)
        if "present" in reply:
            await self._tell(conversation, "staff", {"present": reply["present"], "name": reply["name"]})
            return self._present(conversation)
        found = session.dress([reply], None, "staff" if reply.get("name") else "bot", reply.get("name"))
        session.keep(found)
        await ledger.remember_own(CHANNEL, conversation, f"staff:{secrets.token_hex(8)}", found)
        await self._tell(conversation, "bot_uttered", found[0])
        return self._present(conversation)

    async def delete(self, session: lines.Session) -> Json:
        """Delete everything that was said in a session, and end it. Raises Refused where the database is away; it is then done later."""
        conversation = session.conversation
        self._ended.add(conversation)
        self._sessions.drop(conversation)
        await self._tell(conversation, "session_deleted", {})
        try:
            async with sending.turn(conversation):
                base.forget(conversation)
                return await ledger.ask(lambda: _delete(conversation), always=True)
        except ledger.Away:
            task = asyncio.create_task(_delete_later(conversation))
            self._deleting.add(task)
            task.add_done_callback(self._deleting.discard)
            raise Refused("away") from None

    async def dropped(self, conversation: str) -> None:
        """Staff deleted the conversation: its clients show nothing of it any more."""
        self._ended.add(conversation)
        self._sessions.drop(conversation)
        base.forget(conversation)
        await self._tell(conversation, "session_deleted", {})

    async def export(self, session: lines.Session) -> Json:
        """All that is kept of a session, for the person. Raises Refused."""

        def look() -> Json:
            with database.reading() as connection:
                return dict(conversations.export(connection, session.conversation))

        try:
            return await ledger.ask(look)
        except ledger.Away:
            raise Refused("away") from None

    async def keeping(self, session: lines.Session, asked: Mapping[str, Any], token: str) -> Json:
        """What holds for keeping, after noting the yes or no in `asked`. A yes comes with a token that lives as long as the words.

        Raises Refused.
        """
        keep, conversation, now = asked.get("keep"), session.conversation, time.time()

        def note() -> keeping.Keeping | None:
            if keep is None:
                with database.reading() as connection:
                    return keeping.of(connection, conversation)
            with database.writing() as connection:
                noted = keeping.decide(connection, conversation, bool(keep), of_age=asked.get("of_age") is True, now=now)
                return keeping.of(connection, conversation) if noted else None

        if not isinstance(keep, (bool, type(None))):
            raise Refused("bad")
        try:
            async with sending.turn(conversation):
                found = await ledger.ask(note)
        except ledger.Away:
            raise Refused("away") from None
        if found is None and keep is not None:
            raise Refused("bad")
        mine = tokens.session(token) == conversation
        longer = {"token": tokens.prolong(token, found.days * tokens.LIFE)} if found and keep and mine else {}
        return {"keeping": dataclasses.asdict(found) if found else None, **longer}

    async def contact(self, session: lines.Session, asked: Mapping[str, Any]) -> None:
        """Seal a way to call back with the open case for it. What was written is held by nothing else. Raises Refused."""
        contact, when = asked.get("contact"), asked.get("when", "")
        if not isinstance(contact, str) or not isinstance(when, str) or asked.get("agree") is not True or not contact.strip():
            raise Refused("bad")
        if len(contact) > LONGEST_CONTACT or len(when) > LONGEST_CONTACT:
            raise Refused("size")
        if not self._limiter.allows(CONTACTS, f"contact-{session.conversation}"):
            raise Refused("limit", self._limiter.wait(CONTACTS, f"contact-{session.conversation}"))
        wish = cases.Case("", session.conversation, CHANNEL, "none", None, "call_back", None, 0.0)

        def keep() -> bool:
            outbox.send()
            with database.writing() as connection:
                id = cases.open_id(connection, wish)
                return id is not None and cases.leave_contact(connection, id, f"{contact.strip()}\n{when}", now=time.time())

        try:
            kept_it = await ledger.ask(keep)
        except ledger.Away:
            raise Refused("away") from None
        if not kept_it:
            raise Refused("closed")

    async def feedback(self, session: lines.Session, asked: Mapping[str, Any]) -> None:
        """Keep a thumb on one line of the bot's. Raises Refused."""
        seq, good = asked.get("seq"), asked.get("good")
        line = next((line for line in session.lines if line["seq"] == seq and line["kind"] == "line" and line["by"] == "bot"), None)
        if line is None or not isinstance(good, bool):
            raise Refused("bad")
        try:
            kept_it = await ledger.feedback(session.conversation, line["text"], good)
        except ledger.Away:
            raise Refused("away") from None
        if not kept_it:
            raise Refused("bad")

    async def _has_ended(self, conversation: str) -> bool:
        if conversation in self._ended:
            return True

        def look() -> bool:
            with database.reading() as connection:
                row = database_row(conversation)
                return connection.execute(row).first() is not None

        try:
            return await ledger.ask(look)
        except ledger.Away:
            return False


def database_row(conversation: str) -> Any:
    """The query for the note that a session has ended."""
    import sqlalchemy as sa

    from bot.storage import tables

    return sa.select(tables.seen.c.at).filter_by(channel=CHANNEL, conversation=ENDED, message=ended_name(conversation))


def ended_name(conversation: str) -> str:
    """How the database calls a session that has ended: nothing leads from here to what it was."""
    return hashlib.sha256(f"ended {conversation}".encode()).hexdigest()


def _delete(conversation: str) -> Json:
    now = time.time()
    with database.writing() as connection:
        receipt = conversations.delete(connection, conversation, "person")
        seen.claim(connection, CHANNEL, ENDED, ended_name(conversation), now)
        seen.remember(connection, CHANNEL, ENDED, ended_name(conversation), [], now)
    return dataclasses.asdict(receipt)


async def _delete_later(conversation: str) -> None:
    while True:
        await asyncio.sleep(10)
        try:
            await ledger.ask(lambda: _delete(conversation), always=True)
            return
        except ledger.Away:
            continue


def read(asked: Mapping[str, Any], stock: bool) -> tuple[str, str, str | None]:
    """The id, the text and the payload of a message. Raises Refused."""
    text = asked.get("message", asked.get("text"))
    id, payload = asked.get("id"), asked.get("payload")
    if stock:
        # Stock clients send a button's payload as if it had been typed, and give no id.
        id = id or secrets.token_hex(12)
        payload = text if isinstance(text, str) and text.startswith("/") else None
    if not isinstance(text, str) or not isinstance(id, str) or not ID.fullmatch(id) or not isinstance(payload, (str, type(None))):
        raise Refused("bad")
    if len(text) > base.LONGEST or len(payload or "") > base.LONGEST:
        raise Refused("size")
    return id, text, payload or None
