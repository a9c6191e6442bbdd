"""The website's channel over Socket.IO, in Rasa's dialect; README.md beside this tells the protocol."""
from __future__ import annotations

import asyncio
import collections
import dataclasses
import logging
from collections.abc import Mapping
from typing import Any

import socketio  # type: ignore[import-untyped]

from bot import kept
from channels import base
from channels.web import lines
from channels.web.talk import LARGEST, Json, Opened, Refused, Talk

EVENTS = (
    "connect", "disconnect", "session_request", "user_uttered", "session_delete", "session_export", "session_keeping", "contact", "feedback",
)  # fmt: skip
BACKLOG = 100  # frames that one socket may have sent and not yet seen answered


@dataclasses.dataclass
class Bound:
    """A socket that speaks in a session."""

    session: lines.Session
    stock: bool


class Sockets:
    """All sockets of this process, and which session each speaks in."""

    def __init__(self, origins: list[str]) -> None:
        """`origins` are the pages that may open a socket from a browser."""
        silent = logging.getLogger(f"{__name__}.frames")
        silent.setLevel(logging.CRITICAL + 1)  # the library writes whole frames into its log
        silent.propagate = False
        self.server = socketio.AsyncServer(
            async_mode="sanic",
            cors_allowed_origins=lambda origin, environ: origin in origins,
            # Clients of version 3 ask for it though there is no cookie; browsers block them without.
            cors_credentials=True,
            max_http_buffer_size=LARGEST,
            logger=silent,
            engineio_logger=silent,
        )
        self.talk: Talk | None = None
        self._bound: dict[str, Bound] = {}
        self._of: dict[str, list[str]] = {}  # the sockets of each conversation, so that telling one asks nothing of the others
        self._open: dict[str, int] = {}  # events of a socket that are being handled
        # A client may send its first message before its session is confirmed: who speaks in which session is settled in order.
        self._doors: collections.defaultdict[str, asyncio.Lock] = collections.defaultdict(asyncio.Lock)
        for event in EVENTS:
            self.server.on(event, getattr(self, f"on_{event}"))

    def present(self, conversation: str) -> bool:
        """Whether anybody has a session open."""
        return conversation in self._of

    async def tell(self, conversation: str, event: str, data: Json) -> None:
        """Show an event to all sockets of a session, to each in its own shape."""
        for sid in list(self._of.get(conversation, ())):
            if (bound := self._bound.get(sid)) is None:
                continue
            await self._show(sid, bound, event, data)
            if event == "session_deleted":
                self._unbind(sid)

    def _unbind(self, sid: str) -> None:
        bound = self._bound.pop(sid, None)
        if bound is None:
            return
        others = [one for one in self._of.get(bound.session.conversation, ()) if one != sid]
        if others:
            self._of[bound.session.conversation] = others
        else:
            self._of.pop(bound.session.conversation, None)

    async def _show(self, sid: str, bound: Bound, event: str, data: Json) -> None:
        if not bound.stock:
            await self.server.emit(event, data, to=sid)
        elif event == "bot_uttered":
            bound.session.stock_has = max(bound.session.stock_has, data["seq"])
            await self.server.emit(event, lines.stock(data), to=sid)

    async def on_connect(self, sid: str, environ: Mapping[str, Any], auth: Any = None) -> None:
        """Anybody may connect; nobody speaks before they have a session."""

    async def on_disconnect(self, sid: str, *reason: Any) -> None:
        """The session stays; only this way to it is gone."""
        self._unbind(sid)
        self._open.pop(sid, None)
        self._doors.pop(sid, None)

    async def on_session_request(self, sid: str, *given: Any) -> Json:
        """Open or resume a session, and send what was missed."""
        asked = given[0] if given and isinstance(given[0], dict) else {}
        stock = asked.get("mooring") != 1
        async with self._doors[sid]:
            try:
                opened = await self._talk().open(asked.get("token") or asked.get("session_id"), self._address(sid))
            except Refused as refused:
                return await self._refuse(sid, refused, stock)
            return await self._bind(sid, opened, stock, asked.get("last"))

    async def _bind(self, sid: str, opened: Opened, stock: bool, last: Any) -> Json:
        session = opened.session
        confirmation = await self._talk().confirmation(opened)
        await self.server.emit("session_confirm", opened.token if stock else confirmation, to=sid)
        # From here to the end of the missed lines nothing else may come between, so they are taken before anything is awaited.
        missed = session.after(session.stock_has if stock else last if isinstance(last, int) else 0)
        self._unbind(sid)
        bound = self._bound[sid] = Bound(session, stock)
        self._of.setdefault(session.conversation, []).append(sid)
        for line in missed if opened.resumed else []:
            await self._show(sid, bound, "user_echo" if line["kind"] == "user" else "bot_uttered", line)
        return confirmation

    async def on_user_uttered(self, sid: str, *given: Any) -> Json:
        """Handle one message of the person."""
        asked = given[0] if given and isinstance(given[0], dict) else None
        async with self._doors[sid]:
            bound = self._bound.get(sid)
            stock = bound.stock if bound else asked is not None and "mooring" not in asked and "id" not in asked
            if bound is None and stock and asked is not None:
                # Rasa's own channel answers a client that asked for no session.
                try:
                    await self._bind(sid, await self._talk().open(asked.get("session_id"), self._address(sid)), True, None)
                except Refused as refused:
                    return await self._refuse(sid, refused, stock)
                bound = self._bound[sid]
        self._open[sid] = self._open.get(sid, 0) + 1
        try:
            if asked is None:
                raise Refused("bad")
            if self._open[sid] > BACKLOG:
                raise Refused("limit", 5)
            if bound is None:
                raise Refused("session")
            if stock and not asked.get("message"):
                # rasa-webchat begins with what its page told it to say first; where that is nothing, it is told who answers.
                self._talk().count(bound.session)
                await self.server.emit("bot_uttered", {"text": kept.said().words["disclosure"]}, to=sid)
                return {"ok": True}
            again = await self._talk().said(bound.session, asked, stock=stock)
        except Refused as refused:
            return await self._refuse(sid, refused, stock)
        finally:
            if sid in self._open:
                self._open[sid] -= 1
        for line in again if self._bound.get(sid) is bound else []:
            await self._show(sid, bound, "bot_uttered", line)
        return {"ok": True, "id": asked["id"] if not stock else None, "last": bound.session.last}

    async def on_session_delete(self, sid: str, *given: Any) -> Json:
        """Delete the session and all that was said in it."""
        return await self._do(sid, "receipt", lambda session: self._talk().delete(session))

    async def on_session_export(self, sid: str, *given: Any) -> Json:
        """Give the person all that is kept of them."""
        return await self._do(sid, "export", lambda session: self._talk().export(session))

    async def on_session_keeping(self, sid: str, *given: Any) -> Json:
        """What holds for keeping words, or a yes or no to it."""
        asked = given[0] if given and isinstance(given[0], dict) else {}
        answer = await self._do(sid, "found", lambda session: self._talk().keeping(session, asked, str(asked.get("token") or "")))
        return {**answer, **answer.pop("found", {})}

    async def on_contact(self, sid: str, *given: Any) -> Json:
        """A way to call back, for the open case alone."""
        asked = given[0] if given and isinstance(given[0], dict) else {}
        return await self._do(sid, None, lambda session: self._talk().contact(session, asked))

    async def on_feedback(self, sid: str, *given: Any) -> Json:
        """A thumb up or down."""
        asked = given[0] if given and isinstance(given[0], dict) else {}
        return await self._do(sid, None, lambda session: self._talk().feedback(session, asked))

    async def _do(self, sid: str, name: str | None, act: Any) -> Json:
        async with self._doors[sid]:
            bound = self._bound.get(sid)
        try:
            if bound is None:
                raise Refused("session")
            self._talk().count(bound.session)
            found = await act(bound.session)
        except Refused as refused:
            return refused.answer()
        return {"ok": True, **({name: found} if name else {})}

    async def _refuse(self, sid: str, refused: Refused, stock: bool) -> Json:
        answer = refused.answer()
        if stock:
            await self.server.emit("bot_uttered", {"text": base.trouble(in_danger=True)["text"]}, to=sid)
        return answer

    def _talk(self) -> Talk:
        if self.talk is None:
            raise RuntimeError("the channel has not been registered with Rasa's server yet")
        return self.talk

    def _address(self, sid: str) -> str:
        try:
            return address_of(self.server.get_environ(sid)["sanic.request"])
        except (KeyError, TypeError):
            return ""


def address_of(request: Any) -> str:
    """Where a request comes from; behind as many proxies as MOORING_PROXIES says, what they say."""
    return str(request.remote_addr or request.ip)
