"""The website's channel as Rasa's server loads it: Socket.IO and plain HTTP over the same sessions.

README.md beside this tells the protocol. The server names each session and signs its token, so nobody can speak or read
in another's. A message sent again is handled once. Whoever is refused is told where to turn all the same.
"""
from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Awaitable, Optional

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from channels import base, sending
from channels.limiting import Limiter
from channels.web import lines
from channels.web.sockets import Sockets, address_of
from channels.web.talk import CHANNEL, LARGEST, Json, Refused, Talk

STATUS = {"bad": 400, "session": 401, "size": 413, "limit": 429, "away": 503, "closed": 410}
LARGEST_REQUEST = 2 * 1024 * 1024  # bytes that the server takes in at all, for any channel
POSTS = ("session", "message", "poll", "delete", "export", "feedback", "keeping", "contact")


class SocketRoutes(Blueprint):
    """The channel's routes, and beside them the sockets."""

    def __init__(self, channel: "WebInput") -> None:
        """`channel` is whose they are."""
        super().__init__("web_channel")
        self.ctx.channel = channel

    def register(self, app: Sanic, options: dict[str, Any]) -> None:
        """Called by Rasa once its server exists."""
        app.config.REQUEST_MAX_SIZE = LARGEST_REQUEST
        app.config.WEBSOCKET_MAX_SIZE = LARGEST
        app.config.PROXIES_COUNT = int(os.environ.get("MOORING_PROXIES", "") or 0) or None
        self.ctx.channel.attach(app)
        app.register_listener(warm, "after_server_start")
        super().register(app, options)


async def warm(app: Sanic, loop: Any) -> None:
    """Answer one message before anybody writes: the first takes a second longer than all others, and may be a cry for help."""
    await base.answer(base.without_database(app.ctx.agent), base.Incoming("nobody", "hello", channel="none"))


class WebInput(InputChannel):
    """See the module."""

    def __init__(self, origins: list[str], storage: str = "memory://", path: str = "/socket.io") -> None:
        """`origins` may call from a browser; `storage` is where the limits count; `path` is the sockets'."""
        self._origins, self._path = origins, path
        self._limiter = Limiter(storage)
        self._sockets = Sockets(origins)

    @classmethod
    def name(cls) -> str:
        """Where its routes lie: /webhooks/web/."""
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: Optional[dict[str, Any]]) -> "WebInput":
        """`origins`, `limits_storage` and `socketio_path` of credentials.yml; the environment fills in what is left out."""
        given = credentials or {}
        origins = str(given.get("origins") or os.environ.get("MOORING_ORIGINS", "")).split()
        storage = str(given.get("limits_storage") or os.environ.get("MOORING_LIMITS", "") or "memory://")
        return cls(origins, storage, str(given.get("socketio_path") or "/socket.io"))

    def attach(self, app: Sanic) -> None:
        """Put the sockets on the server, and let staff reach the people on them."""
        self._talk = Talk(self._limiter, lambda: app.ctx.agent, self._sockets.tell, self._sockets.present)
        self._sockets.talk = self._talk
        self._sockets.server.attach(app, self._path)
        sending.register(CHANNEL, self._talk.staff_says)
        sending.on_delete(CHANNEL, self._talk.dropped)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes. Rasa's own `on_new_message` is not used: `channels.base` guards every message first."""
        routes = SocketRoutes(self)

        @routes.middleware("response")
        async def allow(request: Request, answer: HTTPResponse) -> None:
            origin = request.headers.get("origin", "")
            if origin in self._origins:
                answer.headers["Access-Control-Allow-Origin"] = origin
                answer.headers["Access-Control-Allow-Headers"] = "content-type"
                answer.headers["Vary"] = "Origin"
            answer.headers["Cache-Control"] = "no-store"

        @routes.get("/health")
        async def health(request: Request) -> HTTPResponse:
            ready = bool(request.app.ctx.agent and request.app.ctx.agent.is_ready())
            return response.json({"ready": ready}, status=200 if ready else 503)

        for name in POSTS:
            routes.add_route(self._route(name), f"/{name}", methods=["POST", "OPTIONS"], name=name)
        return routes

    def _route(self, name: str) -> Callable[[Request], Awaitable[HTTPResponse]]:
        do = getattr(self, f"_{name}")

        async def handle(request: Request) -> HTTPResponse:
            origin = request.headers.get("origin")
            if origin is not None and origin not in self._origins:
                return refuse(Refused("origin"), 403)
            if request.method == "OPTIONS":
                return response.empty()
            try:
                return response.json(await do(request, body_of(request)))
            except Refused as refused:
                return refuse(refused, STATUS[refused.error])

        return handle

    async def _session(self, request: Request, asked: Json) -> Json:
        opened = await self._talk.open(asked.get("token"), address_of(request))
        missed = opened.session.after(last_of(asked)) if opened.resumed else []
        return {"ok": True, **await self._talk.confirmation(opened), "lines": missed}

    async def _message(self, request: Request, asked: Json) -> Json:
        session = await self._speaking(asked)
        await self._talk.said(session, asked)
        found = [line for line in session.after(0) if line.get("reply_to") == asked["id"]]
        others = {"lines": [line for line in session.after(last_of(asked)) if line not in found]} if "last" in asked else {}
        return {"ok": True, "id": asked["id"], "last": session.last, "replies": found, **others}

    async def _poll(self, request: Request, asked: Json) -> Json:
        session = await self._speaking(asked)
        staff = await self._talk.staff(session)
        return {"ok": True, "lines": session.after(last_of(asked)), "last": session.last, "staff": staff}

    async def _delete(self, request: Request, asked: Json) -> Json:
        return {"ok": True, "receipt": await self._talk.delete(await self._speaking(asked))}

    async def _export(self, request: Request, asked: Json) -> Json:
        session = await self._speaking(asked)
        self._talk.count(session)
        return {"ok": True, "export": await self._talk.export(session)}

    async def _feedback(self, request: Request, asked: Json) -> Json:
        session = await self._speaking(asked)
        self._talk.count(session)
        await self._talk.feedback(session, asked)
        return {"ok": True}

    async def _keeping(self, request: Request, asked: Json) -> Json:
        session = await self._speaking(asked)
        self._talk.count(session)
        return {"ok": True, **await self._talk.keeping(session, asked, asked["token"])}

    async def _contact(self, request: Request, asked: Json) -> Json:
        await self._talk.contact(await self._speaking(asked), asked)
        return {"ok": True}

    async def _speaking(self, asked: Json) -> lines.Session:
        session = await self._talk.known(asked.get("token"))
        if session is None:
            raise Refused("session")
        return session


def body_of(request: Request) -> Json:
    """The request's JSON object. Raises Refused where it is anything else, or too large."""
    if len(request.body) > LARGEST:
        raise Refused("size")
    try:
        asked = request.json
    except Exception:
        # Sanic raises its own errors for what is no JSON, and others for broken Unicode.
        raise Refused("bad") from None
    if not isinstance(asked, dict):
        raise Refused("bad")
    return asked


def last_of(asked: Json) -> int:
    """The last line that a client has; 0 where it does not say."""
    last = asked.get("last")
    return last if isinstance(last, int) else 0


def refuse(refused: Refused, status: int) -> HTTPResponse:
    """A refusal that still helps."""
    return response.json(refused.answer(), status=status)
