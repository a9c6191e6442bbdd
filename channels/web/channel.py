"""The website's channel over plain HTTP: sessions, messages, and whether the assistant answers.

    POST session            -> {"token"}
    POST message            {"token", "id", "text", "payload"?, "country"?} -> {"id", "replies": [{text, buttons, sources}]}
    GET  health             -> {"ready": true} once a message would be answered

The server names the session, so nobody can speak in another's. A repeated `id` gets the same replies and is handled once.
"""
from __future__ import annotations

import collections
import logging
import os
from collections.abc import Callable
from typing import Any, Awaitable, Optional

from limits import parse as parse_limit
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import kept, render, settings
from channels import base
from channels.web import tokens

log = logging.getLogger(__name__)
LARGEST = 64 * 1024  # bytes of one request
REMEMBERED = 5_000  # message ids
PER_SESSION, PER_ADDRESS = "40/minute", "240/minute"


class WebInput(InputChannel):
    """See the module."""

    def __init__(self, origins: list[str], storage: str = "memory://") -> None:
        """`origins` may call from a browser; `storage` is where the limits count (a Redis URL beyond one process)."""
        self._origins = origins
        self._storage = storage_from_string(storage)  # the limiter itself holds it only weakly
        self._limiter = MovingWindowRateLimiter(self._storage)
        self._done: collections.OrderedDict[tuple[str, str], list[dict[str, Any]]] = collections.OrderedDict()

    @classmethod
    def name(cls) -> str:
        """Where its routes lie: /webhooks/web/."""
        return "web"

    @classmethod
    def from_credentials(cls, credentials: Optional[dict[str, Any]]) -> "WebInput":
        """`origins` and `limits_storage` of credentials.yml."""
        given = credentials or {}
        origins = str(given.get("origins") or os.environ.get("MOORING_ORIGINS", "")).split()
        return cls(origins, str(given.get("limits_storage") or "memory://"))

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes. Rasa's own `on_new_message` is not used: `channels.base` guards every message first."""
        routes = Blueprint("web_channel")

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

        @routes.options("/session", name="session_options")
        @routes.options("/message", name="message_options")
        async def preflight(request: Request) -> HTTPResponse:
            return response.empty()

        @routes.post("/session")
        async def session(request: Request) -> HTTPResponse:
            if self._refused(request) or not self._within(PER_ADDRESS, request.ip):
                return refuse(403 if self._refused(request) else 429)
            words = kept.said().words
            return response.json({"token": tokens.issue(), "disclosure": words["disclosure"]})

        @routes.post("/message")
        async def message(request: Request) -> HTTPResponse:
            if self._refused(request):
                return refuse(403)
            if len(request.body) > LARGEST:
                return refuse(413)
            asked = body_of(request)
            sender = tokens.session(asked.get("token", "")) if asked else None
            if asked is None or sender is None:
                return refuse(400 if asked is None else 401)
            if not self._within(PER_SESSION, sender):
                return refuse(429)
            replies = await self._once(request.app, sender, asked)
            return response.json({"id": asked.get("id"), "replies": replies}, ensure_ascii=False)

        return routes

    async def _once(self, app: Sanic, sender: str, asked: dict[str, str]) -> list[dict[str, Any]]:
        """The replies to a message, handled once however often it is sent."""
        known = (sender, asked.get("id", ""))
        if known[1] and known in self._done:
            return self._done[known]
        agent = app.ctx.agent
        country = asked.get("country", "")
        if country and country.split("-")[0] in kept.register().countries:
            await base.set_slots_once(agent, sender, {"country": country})
        incoming = base.Incoming(sender, asked.get("text", ""), asked.get("payload") or None, self.name())
        replies = await base.answer(agent, incoming)
        replies = [{**reply, "sources": sources_of(reply["sources"])} for reply in replies]
        self._done[known] = replies
        while len(self._done) > REMEMBERED:
            self._done.popitem(last=False)
        return replies

    def _refused(self, request: Request) -> bool:
        """Whether a browser calls from a page that is not on the list."""
        origin = request.headers.get("origin")
        return origin is not None and origin not in self._origins

    def _within(self, limit: str, who: str) -> bool:
        return bool(self._limiter.hit(parse_limit(limit), limit, who))


def body_of(request: Request) -> dict[str, str] | None:
    """The request's JSON as texts, or None where it is anything else."""
    try:
        asked = request.json
    except Exception:
        # Sanic raises its own errors for what is no JSON, and others for broken Unicode.
        return None
    if not isinstance(asked, dict):
        return None
    return {key: value for key, value in asked.items() if isinstance(key, str) and isinstance(value, str)}


def sources_of(ids: list[str]) -> list[dict[str, Any]]:
    """Sources as a person can read them."""
    known = kept.said().sources
    return [{"title": known[id].title, "publisher": known[id].publisher, "year": known[id].year, "url": known[id].url} for id in ids if id in known]


def refuse(status: int) -> HTTPResponse:
    """A refusal that still helps: whoever is refused may be in danger."""
    scene = render.Scene(kept.said(), kept.register(), settings.now())
    reply = {"text": render.fill(kept.said().words["static_crisis"], scene), "buttons": [], "sources": []}
    return response.json({"error": status, "replies": [reply]}, status=status)
