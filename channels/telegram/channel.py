"""Telegram's channel on Rasa's server: the webhook's route, or long polling where there is no public address.

    POST webhook     from Telegram alone: whoever does not know the secret gets 401
    GET  health      {"ready": true} once Telegram has answered us
"""
from __future__ import annotations

import asyncio
import hmac
import json
import logging
import os
import re
from collections.abc import Callable
from typing import Any, Awaitable, Optional

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse
from telegram.error import Conflict, RetryAfter

from channels.telegram import commands, desk, outgoing
from channels.telegram.mind import Assistant

log = logging.getLogger(__name__)
SECRET = "x-telegram-bot-api-secret-token"
GOOD_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
LARGEST = 1024 * 1024  # bytes of an update; Telegram's own are far smaller
FIRST_WAIT, LONGEST_WAIT = 1.0, 60.0  # seconds between tries while Telegram is away


class SetUpProblem(ValueError):
    """The settings would make an unsafe or deaf channel; the message names the remedy."""


class TelegramInput(InputChannel):
    """See the module."""

    def __init__(self, token: str = "", *, url: str = "", secret: str = "", api: str = outgoing.API, limits: str = "memory://") -> None:
        """Without a `token` the channel is off. `url` is the public address of the webhook; without one, updates are asked for.

        Raises SetUpProblem.
        """
        self._token = token
        if not token:
            return
        if not re.fullmatch(r"\d+:[\w-]+", token):
            raise SetUpProblem("MOORING_TELEGRAM_TOKEN is no token: copy it from BotFather, it is a number, a colon and letters.")
        if url and not GOOD_SECRET.fullmatch(secret):
            raise SetUpProblem(
                "A webhook needs MOORING_TELEGRAM_SECRET, 16 to 256 of A-Z a-z 0-9 _ and -, or anyone could write as anyone. "
                "Make one: python -c 'import secrets; print(secrets.token_urlsafe(32))'"
            )
        self._url, self._secret, self._limits = url, secret, limits
        self._out = outgoing.Outgoing(token, api)
        self.desk: desk.Desk | None = None
        self.ready = False
        self._tasks: list[asyncio.Task[None]] = []

    @classmethod
    def name(cls) -> str:
        """Where its routes lie: /webhooks/telegram/."""
        return "telegram"

    @classmethod
    def from_credentials(cls, credentials: Optional[dict[str, Any]]) -> "TelegramInput":
        """`token`, `webhook_url`, `secret`, `api` and `limits_storage`, each else from the environment. Raises SetUpProblem."""
        given = credentials or {}

        def setting(name: str, variable: str, default: str = "") -> str:
            return str(given.get(name) or os.environ.get(variable) or default)

        return cls(
            setting("token", "MOORING_TELEGRAM_TOKEN"),
            url=setting("webhook_url", "MOORING_TELEGRAM_URL"),
            secret=setting("secret", "MOORING_TELEGRAM_SECRET"),
            api=setting("api", "MOORING_TELEGRAM_API", outgoing.API),
            limits=setting("limits_storage", "MOORING_LIMITS", "memory://"),
        )

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes, none where there is no bot. Rasa's own `on_new_message` is not used: `channels.base` guards every message first."""
        routes = Blueprint("telegram_channel")
        if not self._token:
            return routes

        @routes.listener("after_server_start")
        async def begin(app: Sanic, loop: Any) -> None:
            await self.start(app.ctx.agent)

        @routes.listener("before_server_stop")
        async def end(app: Sanic, loop: Any) -> None:
            await self.stop()

        @routes.get("/health")
        async def health(request: Request) -> HTTPResponse:
            return response.json({"ready": self.ready}, status=200 if self.ready else 503)

        @routes.post("/webhook")
        async def webhook(request: Request) -> HTTPResponse:
            return response.empty(await self.receive(request.headers.get(SECRET, ""), request.body))

        return routes

    async def start(self, agent: Any) -> None:
        """Answer what was left, and reach Telegram in the background: the server does not wait for it."""
        self.desk = desk.Desk(Assistant(agent), self._out, limits=self._limits)
        await self.desk.resume()
        self._tasks.append(asyncio.create_task(self._connect()))

    async def stop(self) -> None:
        """End the work; what is not answered is kept."""
        await desk.end(self._tasks)
        if self.desk is not None:
            await self.desk.stop()
        await self._out.bot.shutdown()

    async def receive(self, secret: str, body: bytes) -> int:
        """The HTTP status for one delivery. 503 makes Telegram keep the update and try again."""
        if not self._url or not hmac.compare_digest(secret.encode("utf-8", "replace"), self._secret.encode()):
            return 401
        if self.desk is None:
            return 503
        try:
            raw = json.loads(body) if len(body) <= LARGEST else None
        except (ValueError, RecursionError):
            raw = None
        return 200 if await self.desk.take(raw) else 503

    async def _connect(self) -> None:
        """Set Telegram up, again and again until it answers; then poll, where there is no webhook."""
        wait = FIRST_WAIT
        while True:
            try:
                await self._out.start(commands.registered(), webhook=self._url or None, secret=self._secret)
                break
            except RetryAfter as error:
                pause = error.retry_after
                await asyncio.sleep(float(pause if isinstance(pause, (int, float)) else pause.total_seconds()))
            except Exception as error:
                log.warning("Telegram could not be set up (%s); the next try is in %.0f s.", type(error).__name__, wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)
        self.ready = True
        if not self._url:
            await self._poll()

    async def _poll(self) -> None:
        """Ask for updates for ever. An update counts as received only when the next question goes beyond it."""
        offset, wait = 0, FIRST_WAIT
        while True:
            try:
                for raw in await self._out.poll(offset):
                    assert self.desk is not None
                    if not await self.desk.take(raw):
                        raise ConnectionError("the database")
                    offset = max(offset, int(raw["update_id"]) + 1)
                wait = FIRST_WAIT
            except Exception as error:
                if isinstance(error, Conflict):
                    log.error("Another program asks Telegram for this bot's updates, or a webhook is set: stop it.")
                else:
                    log.warning("Updates could not be asked for (%s); the next try is in %.0f s.", type(error).__name__, wait)
                await asyncio.sleep(wait)
                wait = min(wait * 2, LONGEST_WAIT)
