"""A Bot API on loopback that behaves as Telegram's does, for tests and benchmarks: methods, errors, limits, webhooks, long polling.

    async with FakeTelegram() as telegram:
        telegram.say(chat=7, text="hello")          # to the webhook where one is set, else to getUpdates
        await telegram.said(chat=7)                  # what the bot sent there

What Telegram answers was written down from its documentation; it is not Telegram. A test sets `away`, `flooded`, `blocked`.
"""
from __future__ import annotations

import asyncio
import collections
import contextlib
import itertools
import json
import re
import time
from typing import Any, TypeVar

import aiohttp
from aiohttp import web

from channels.telegram.parts import LONGEST, LONGEST_DATA, units

TOKEN = "7:fake-token"
Made = TypeVar("Made", bound="FakeTelegram")
USERNAME = "mooring_test_bot"
TEXTS = frozenset({"text", "caption", "url", "secret_token", "callback_query_id"})
OLDEST = 48 * 3600  # seconds after which a bot can no longer delete a message
SECRET = "X-Telegram-Bot-Api-Secret-Token"


class Refused(Exception):
    """An error that Telegram would answer."""

    def __init__(self, code: int, description: str, **parameters: int) -> None:
        """`parameters` are such as retry_after."""
        super().__init__(description)
        self.body: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.body["parameters"] = parameters


class FakeTelegram:
    """One bot's Bot API. `calls` holds every request as (method, parameters), `chats` the messages by chat and number."""

    def __init__(self, *, token: str = TOKEN, retry: float = 0.05, port: int = 0) -> None:
        """`retry` is how soon an update is offered again to a webhook that failed."""
        self.token, self.retry, self.port = token, retry, port
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.chats: dict[int, dict[int, dict[str, Any]]] = collections.defaultdict(dict)
        self.commands: list[dict[str, str]] = []
        self.webhook: dict[str, Any] = {}
        self.statuses: list[tuple[int, int]] = []  # (update, HTTP status) of each delivery
        self.away = False
        self.flooded: dict[int, tuple[int, int]] = {}  # chat -> how many more are refused, and retry_after
        self.blocked: dict[int, str] = {}  # chat -> description of the 403
        self.migrated: dict[int, int] = {}
        self.unheard: dict[int, int] = {}  # chat -> how many more messages are taken without an answer to the bot
        self.slow = 0.0  # seconds between taking a message and saying so
        self.open_queries: set[str] = set()
        self.updates: list[dict[str, Any]] = []
        self._ids, self._messages = itertools.count(1_000), itertools.count(1)
        self._poller = 0
        self._tasks: list[asyncio.Task[None]] = []
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self: Made) -> Made:
        """Listen on loopback, on any free port unless one was named."""
        app = web.Application(client_max_size=8 * 1024 * 1024)
        app.router.add_route("*", "/bot{token}/{method}", self._handle)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        server: Any = site._server
        self.port = server.sockets[0].getsockname()[1]
        self._session = aiohttp.ClientSession()
        self._tasks.append(asyncio.create_task(self._deliver()))
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening."""
        self._poller += 1  # ends a poll that is waiting
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session:
            await self._session.close()
        await self._runner.cleanup()

    @property
    def url(self) -> str:
        """What MOORING_TELEGRAM_API is set to."""
        return f"http://127.0.0.1:{self.port}/bot"

    # What people do

    def push(self, update: dict[str, Any]) -> int:
        """Offer an update to the bot, numbered unless it is already."""
        update = {**update, "update_id": update.get("update_id") or next(self._ids)}
        query = update.get("callback_query")
        if isinstance(query, dict) and "id" in query:
            self.open_queries.add(str(query["id"]))
        self.updates.append(update)
        return int(update["update_id"])

    def say(self, chat: int, text: str, **more: Any) -> int:
        """A person writes to the bot; the update's number."""
        return self.push({"message": self.message(chat, text=text, **more)})

    def press(self, chat: int, message: int, data: str) -> int:
        """A person presses a button; the update's number."""
        query = {"id": str(next(self._ids)), "from": person(chat), "chat_instance": "1", "data": data}
        shown = self.chats[chat].get(message) or {"message_id": message, "date": 0, "chat": private(chat)}
        return self.push({"callback_query": {**query, "message": shown}})

    def message(self, chat: int, **fields: Any) -> dict[str, Any]:
        """A message of a person, with a number of its own."""
        made = {"message_id": next(self._messages), "date": int(time.time()), "chat": private(chat), "from": person(chat), **fields}
        self.chats[chat][made["message_id"]] = made
        return made

    # What tests look at

    def said(self, chat: int) -> list[dict[str, Any]]:
        """What the bot sent to a chat and has not deleted, in order."""
        return [message for message in self.chats[chat].values() if message["from"]["is_bot"]]

    async def wait_for(self, ready: Any, *, seconds: float = 10) -> None:
        """Wait until `ready()` holds. Raises TimeoutError."""
        until = time.monotonic() + seconds
        while not ready():
            if time.monotonic() > until:
                raise TimeoutError(f"Not within {seconds} seconds; the last calls: {[name for name, _ in self.calls[-8:]]}")
            await asyncio.sleep(0.01)

    async def wait_for_replies(self, chat: int, count: int, *, seconds: float = 10) -> list[dict[str, Any]]:
        """Wait until the bot has sent so many messages to a chat. Raises TimeoutError."""
        await self.wait_for(lambda: len(self.said(chat)) >= count, seconds=seconds)
        return self.said(chat)

    async def wait_until_delivered(self, *, seconds: float = 30) -> None:
        """Wait until the bot has taken every update. Raises TimeoutError."""
        await self.wait_for(lambda: not self.updates, seconds=seconds)

    # The API

    async def _handle(self, request: web.Request) -> web.Response:
        if self.away:
            if request.transport:
                request.transport.abort()
            raise web.HTTPBadGateway
        name = request.match_info["method"]
        given: dict[str, Any] = {key: value if key in TEXTS else plain(value) for key, value in {**request.query, **await request.post()}.items()}
        self.calls.append((name, given))
        try:
            if request.match_info["token"] != self.token:
                raise Refused(401, "Unauthorized")
            method = METHODS.get(name.lower())
            if method is None:
                raise Refused(404, "Not Found")
            result = getattr(self, f"_{method}")(given)
            result = await result if asyncio.iscoroutine(result) else result
            if name.startswith("send") and (self.slow or self.unheard):
                await self._keep_waiting(request, given)
            return web.json_response({"ok": True, "result": result})
        except Refused as refused:
            return web.json_response(refused.body, status=refused.body["error_code"])

    async def _keep_waiting(self, request: web.Request, given: dict[str, Any]) -> None:
        """Be slow to answer, or never do."""
        chat = self._chat(given)
        await asyncio.sleep(self.slow)
        if self.unheard.get(chat, 0) > 0:
            self.unheard[chat] -= 1
            if request.transport:
                request.transport.abort()

    def _get_me(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"id": int(self.token.split(":")[0]), "is_bot": True, "first_name": "Mooring", "username": USERNAME}

    def _set_webhook(self, given: dict[str, Any]) -> bool:
        secret = str(given.get("secret_token", ""))
        if not str(given.get("url", "")).startswith(("https://", "http://127.0.0.1")):
            raise Refused(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if secret and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret):
            raise Refused(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = dict(given)
        if given.get("drop_pending_updates"):
            self.updates.clear()
        return True

    def _delete_webhook(self, given: dict[str, Any]) -> bool:
        self.webhook = {}
        if given.get("drop_pending_updates"):
            self.updates.clear()
        return True

    def _get_webhook_info(self, given: dict[str, Any]) -> dict[str, Any]:
        return {"url": self.webhook.get("url", ""), "has_custom_certificate": False, "pending_update_count": len(self.updates)}

    async def _get_updates(self, given: dict[str, Any]) -> list[dict[str, Any]]:
        if self.webhook:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
        self._poller += 1
        mine, until = self._poller, time.monotonic() + float(given.get("timeout", 0))
        offset = int(given.get("offset", 0))
        if offset < 0:
            self.updates = self.updates[offset:]
        elif offset:
            self.updates = [update for update in self.updates if update["update_id"] >= offset]
        while not self.updates and time.monotonic() < until and mine == self._poller:
            await asyncio.sleep(0.01)
        if mine != self._poller:
            raise Refused(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running")
        return self.updates[: int(given.get("limit", 100))]

    def _send_message(self, given: dict[str, Any]) -> dict[str, Any]:
        text = str(given.get("text", ""))
        if not text.strip():
            raise Refused(400, "Bad Request: message text is empty")
        if units(text) > LONGEST:
            raise Refused(400, "Bad Request: message is too long")
        if given.get("parse_mode"):
            raise Refused(400, "Bad Request: can't parse entities: this bot is to send plain text only")
        for entity in given.get("entities") or []:
            if not 0 <= entity["offset"] <= entity["offset"] + entity["length"] <= units(text):
                raise Refused(400, "Bad Request: can't parse entities: an entity lies outside of the text")
        return self._sent(given, text=text)

    def _send_document(self, given: dict[str, Any]) -> dict[str, Any]:
        if "document" not in given:
            raise Refused(400, "Bad Request: there is no document in the request")
        return self._sent(given, document={"file_id": "1", "file_unique_id": "1"}, content=given["document"], caption=given.get("caption", ""))

    def _sent(self, given: dict[str, Any], **fields: Any) -> dict[str, Any]:
        chat = self._chat(given)
        left, wait = self.flooded.get(chat, (0, 0))
        if left > 0:
            self.flooded[chat] = (left - 1, wait)
            raise Refused(429, f"Too Many Requests: retry after {wait}", retry_after=wait)
        keyboard = (given.get("reply_markup") or {}).get("inline_keyboard", [])
        check_keyboard(keyboard)
        bot = self._get_me({})
        made: dict[str, Any] = {"message_id": next(self._messages), "date": int(time.time()), "chat": private(chat), "from": bot, **fields}
        if keyboard:
            made["reply_markup"] = {"inline_keyboard": keyboard}
        self.chats[chat][made["message_id"]] = made
        return {key: value for key, value in made.items() if key != "content"}

    def _chat(self, given: dict[str, Any]) -> int:
        chat = given.get("chat_id")
        if not isinstance(chat, int):
            raise Refused(400, "Bad Request: chat not found")
        if chat in self.blocked:
            description = self.blocked[chat]
            raise Refused(400 if description.startswith("Bad Request") else 403, description)
        if chat in self.migrated:
            raise Refused(400, "Bad Request: group chat was upgraded to a supergroup chat", migrate_to_chat_id=self.migrated[chat])
        return chat

    def _edit_message_reply_markup(self, given: dict[str, Any]) -> dict[str, Any]:
        message = self.chats[self._chat(given)].get(int(given.get("message_id", 0)))
        if message is None:
            raise Refused(400, "Bad Request: message to edit not found")
        if not message["from"]["is_bot"]:
            raise Refused(400, "Bad Request: message can't be edited")
        keyboard = (given.get("reply_markup") or {}).get("inline_keyboard", [])
        if keyboard == message.get("reply_markup", {}).get("inline_keyboard", []):
            raise Refused(400, "Bad Request: message is not modified")
        message.pop("reply_markup", None)
        if keyboard:
            message["reply_markup"] = {"inline_keyboard": keyboard}
        return message

    def _answer_callback_query(self, given: dict[str, Any]) -> bool:
        if str(given.get("callback_query_id")) not in self.open_queries:
            raise Refused(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        return True

    def _delete_messages(self, given: dict[str, Any]) -> bool:
        numbers = given.get("message_ids")
        if not isinstance(numbers, list) or not 1 <= len(numbers) <= 100:
            raise Refused(400, "Bad Request: there must be 1-100 messages to delete")
        chat = self.chats[self._chat(given)]
        for number in numbers:
            if number in chat and time.time() - chat[number]["date"] < OLDEST:
                del chat[number]
        return True

    def _delete_message(self, given: dict[str, Any]) -> bool:
        chat, number = self.chats[self._chat(given)], int(given.get("message_id", 0))
        if number not in chat:
            raise Refused(400, "Bad Request: message to delete not found")
        if time.time() - chat[number]["date"] >= OLDEST:
            raise Refused(400, "Bad Request: message can't be deleted for everyone")
        del chat[number]
        return True

    def _set_my_commands(self, given: dict[str, Any]) -> bool:
        commands = given.get("commands") or []
        if len(commands) > 100 or any(not re.fullmatch(r"[a-z0-9_]{1,32}", one["command"]) for one in commands):
            raise Refused(400, "Bad Request: BOT_COMMAND_INVALID")
        if any(not 1 <= len(one["description"]) <= 256 for one in commands):
            raise Refused(400, "Bad Request: BOT_COMMAND_DESCRIPTION_INVALID")
        self.commands = commands
        return True

    def _send_chat_action(self, given: dict[str, Any]) -> bool:
        return bool(self._chat(given))

    def _leave_chat(self, given: dict[str, Any]) -> bool:
        return bool(self._chat(given))

    # Webhooks

    async def _deliver(self) -> None:
        """Offer updates to the webhook one after the other, again and again until each is taken, as Telegram does."""
        while True:
            if not (self.webhook and self.updates) or self.away:
                await asyncio.sleep(0.005)
                continue
            update = self.updates[0]
            status = await self.post(update)
            self.statuses.append((update["update_id"], status))
            if 200 <= status < 300:
                self.updates.remove(update)
            else:
                await asyncio.sleep(self.retry)

    async def post(self, update: Any, *, secret: str | None = None) -> int:
        """Put one update to the webhook and return the HTTP status; 0 where nobody answers."""
        headers = {SECRET: self.webhook.get("secret_token", "") if secret is None else secret}
        assert self._session is not None
        try:
            async with self._session.post(self.webhook["url"], json=update, headers=headers, timeout=aiohttp.ClientTimeout(10)) as answer:
                return answer.status
        except (aiohttp.ClientError, asyncio.TimeoutError):
            return 0


METHODS = {
    name.replace("_", ""): name
    for name in (
        "get_me set_webhook delete_webhook get_webhook_info get_updates send_message send_document edit_message_reply_markup answer_callback_query "
        "delete_message delete_messages set_my_commands send_chat_action leave_chat"
    ).split()
}


def check_keyboard(keyboard: Any) -> None:
    """Refuse buttons that Telegram refuses."""
    for button in (button for row in keyboard for button in row):
        if not button.get("text"):
            raise Refused(400, "Bad Request: can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard")
        if "url" not in button and not 1 <= len(button.get("callback_data", "").encode()) <= LONGEST_DATA:
            raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")


def private(chat: int) -> dict[str, Any]:
    """A private chat."""
    return {"id": chat, "type": "private", "first_name": "Sam"}


def person(chat: int) -> dict[str, Any]:
    """Whoever writes there."""
    return {"id": chat, "is_bot": False, "first_name": "Sam"}


def plain(value: Any) -> Any:
    """A form's value as JSON where it is some."""
    if isinstance(value, web.FileField):
        return value.file.read().decode()
    with contextlib.suppress(ValueError, TypeError):
        found = json.loads(value)
        return found if isinstance(found, (int, float, bool, list, dict)) else value
    return value
