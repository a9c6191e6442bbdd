"""How staff's doings in the console reach Rasa's side: keyed routes on loopback, and nowhere else.

    POST /webhooks/staff/say     {conversation, staff, text, id}   -> {ok, delivered, gone, busy?}: once for each `id`
    POST /webhooks/staff/pause   {conversation, staff, name}       -> {ok}: `staff` speaks, under `name`, and the bot is silent
    POST /webhooks/staff/resume  {conversation, staff, words?}     -> {ok}: the bot speaks again, and says `words`
    POST /webhooks/staff/delete  {conversation, staff}             -> {ok, receipt}

All with `Authorization: Bearer` and `channels.staff_key.key()`. Once `pause` has answered, no word of the bot's is sent.
Refused: 401 without the key, 403 from elsewhere or through a proxy, 400 for what is no such request, 404 for a conversation
that is not known, 409 where a colleague speaks (or, for `say`, where `staff` does not), 503 where the database is away.
"""
from __future__ import annotations

import asyncio
import dataclasses
import ipaddress
import logging
import time
from collections.abc import Callable, Coroutine
from typing import Any, Awaitable, Optional

import sqlalchemy as sa
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import logs
from bot.privacy import KeyTrouble
from bot.storage import conversations, database, seen, tables, takeovers
from channels import base, ledger, sending, staff_key

log = logging.getLogger(__name__)
CHANNEL = "staff"
LONGEST = {"conversation": 64, "staff": 150, "name": 80, "id": 80, "text": 4_000, "words": 4_000}
WANTED = {"say": ("conversation", "staff", "text", "id"), "pause": ("conversation", "staff", "name")}
PROXIED = ("x-forwarded-for", "forwarded", "x-real-ip")
Json = dict[str, Any]

_working: set[asyncio.Future[Json]] = set()


class Refused(Exception):
    """What was asked is not done; `status` says why."""

    def __init__(self, status: int) -> None:
        """`status` of HTTP, as the module tells."""
        super().__init__(str(status))
        self.status = status


class StaffInput(InputChannel):
    """See the module."""

    @classmethod
    def name(cls) -> str:
        """Where its routes lie: /webhooks/staff/."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: Optional[Json]) -> "StaffInput":
        """It takes nothing from credentials.yml."""
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes."""
        routes = Blueprint("staff_channel")
        for name, do in (("say", say), ("pause", pause), ("resume", resume), ("delete", delete)):
            routes.add_route(guarded(name, do), f"/{name}", methods=["POST"], name=name)
        return routes


def guarded(name: str, do: Callable[[Json, str], Awaitable[Json]]) -> Callable[[Request], Coroutine[Any, Any, HTTPResponse]]:
    """A route that only the console on this machine can use."""

    async def handle(request: Request) -> HTTPResponse:
        try:
            if not ipaddress.ip_address(request.ip).is_loopback or any(header in request.headers for header in PROXIED):
                raise Refused(403)
            if not staff_key.fits(request.headers.get("authorization", "")):
                raise Refused(401)
            asked = read(request, WANTED.get(name, ("conversation", "staff")))
            channel = await channel_of(asked["conversation"])
            with logs.following(asked["conversation"]):
                return response.json({"ok": True, **await finished(do(asked, channel))})
        except Refused as refused:
            return response.json({"ok": False, "error": refused.status}, status=refused.status)
        except (ledger.Away, KeyTrouble) as trouble:
            log.error("Staff could not be served (%s).", type(trouble).__name__)
            return response.json({"ok": False, "error": 503}, status=503)

    return handle


async def finished(doing: Awaitable[Json]) -> Json:
    """Do something to its end, also where the console has stopped waiting: what was done by half would be done again."""
    work = asyncio.ensure_future(doing)
    _working.add(work)
    work.add_done_callback(_working.discard)
    return await asyncio.shield(work)


def read(request: Request, wanted: tuple[str, ...]) -> dict[str, str]:
    """The fields that a route needs, as texts. Raises Refused."""
    try:
        asked = request.json
    except Exception:
        raise Refused(400) from None
    if not isinstance(asked, dict):
        raise Refused(400)
    found = {field: base.plain_text(asked[field]) for field in (*wanted, "words") if isinstance(asked.get(field), str) and asked[field].strip()}
    if not set(wanted) <= set(found) or any(len(found[field]) > LONGEST[field] for field in found):
        raise Refused(400)
    return found


async def channel_of(conversation: str) -> str:
    """The channel of a conversation. Raises Refused and Away."""

    def look() -> str | None:
        with database.reading() as connection:
            found: str | None = connection.execute(sa.select(tables.conversations.c.channel).filter_by(id=conversation)).scalar()
            return found

    channel = await ledger.ask(look, always=True)
    if channel is None:
        raise Refused(404)
    return channel


async def pause(asked: dict[str, str], channel: str) -> Json:
    """Let staff speak in the bot's place."""
    conversation, now = asked["conversation"], time.time()

    def write() -> bool:
        with database.writing() as connection:
            return takeovers.begin(connection, conversation, asked["staff"], asked["name"], now)

    if not await ledger.ask(write, always=True):
        raise Refused(409)
    # What the bot is sending at this moment goes out before staff are told that it is silent; what it has not begun to send, does not.
    async with sending.turn(conversation):
        pass
    await announce(channel, conversation, True, asked["name"])
    return {}


async def resume(asked: dict[str, str], channel: str) -> Json:
    """Let the bot speak again."""
    conversation = asked["conversation"]

    def write() -> bool:
        with database.writing() as connection:
            return takeovers.end(connection, conversation)

    if await ledger.ask(write, always=True):
        await announce(channel, conversation, False, None)
        if "words" in asked:
            reply: Json = {"text": asked["words"], "buttons": [], "sources": []}
            async with sending.turn(conversation):
                await ledger.record(channel, conversation, [base.bot_event(reply)])
                await deliver(channel, conversation, reply)
    return {}


async def say(asked: dict[str, str], channel: str) -> Json:
    """Send the person what staff wrote, once for each id, and store it in the conversation. Whoever asks again is told what became of it."""
    conversation = asked["conversation"]
    key = (CHANNEL, conversation, asked["id"])

    def touch() -> takeovers.Takeover | None:
        now = time.time()
        with database.writing() as connection:
            if takeovers.touch(connection, conversation, asked["staff"], now):
                return takeovers.current(connection, conversation, now)
            seen.release(connection, *key)
        return None

    async with sending.turn(conversation):
        known = await ledger.begin(*key)
        if known.away:
            raise ledger.Away("the words could not be claimed")
        if known.replies:
            return known.replies[0]
        if known.busy:
            return {"delivered": False, "gone": False, "busy": True}
        speaking = await ledger.ask(touch, always=True)
        if speaking is None:
            raise Refused(409)
        reply = {"text": asked["text"], "buttons": [], "sources": [], "by": "staff", "name": speaking.name}
        await ledger.record(channel, conversation, [base.bot_event(reply, by="staff", staff=asked["staff"], name=speaking.name)])
        result = await deliver(channel, conversation, reply)
        await ledger.remember(*key, [result])
    return result


async def deliver(channel: str, conversation: str, reply: Json) -> Json:
    """Send words to a person: whether they went out, and whether the person has gone."""
    try:
        return {"delivered": await sending.push(channel, conversation, reply), "gone": False}
    except sending.Gone:
        return {"delivered": False, "gone": True}
    except Exception as error:
        log.error("Words from staff could not be sent over %s (%s).", channel, type(error).__name__)
        return {"delivered": False, "gone": False}


async def announce(channel: str, conversation: str, present: bool, name: str | None) -> None:
    """Let the person's channel show whether somebody of the staff is there. It must not wait for a slow platform."""
    try:
        await asyncio.wait_for(deliver(channel, conversation, {"present": present, "name": name}), 5)
    except asyncio.TimeoutError:
        log.warning("A person could not be told over %s whether staff are there.", channel)


async def delete(asked: dict[str, str], channel: str) -> Json:
    """Delete a conversation for staff, and let its channel forget it."""
    conversation = asked["conversation"]

    def write() -> Any:
        with database.writing() as connection:
            return conversations.delete(connection, conversation, "staff")

    async with sending.turn(conversation):
        receipt = await ledger.ask(write, always=True)
        if not receipt.held:
            base.forget(conversation)
    if not receipt.held:
        await sending.dropped(channel, conversation)
    return {"receipt": dataclasses.asdict(receipt)}
