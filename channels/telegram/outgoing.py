"""Everything that goes to Telegram, and what its refusals mean. Neither the token nor a chat id ever reaches a log."""
from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, Awaitable, Callable

from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from channels import sending
from channels.telegram import updates
from channels.telegram.parts import Part, units

log = logging.getLogger(__name__)
API = "https://api.telegram.org/bot"
CONNECTIONS = 64
POLL = 25  # seconds that one long poll lasts
AT_ONCE = 100  # messages that one request may delete
NOT_THERE = ("chat not found", "user not found", "peer_id_invalid", "bot can't initiate", "user is deactivated", "have no rights to send")


def quiet() -> None:
    """Keep the token and chats out of the logs: httpx writes each address at INFO, and the library whole messages at DEBUG."""
    for noisy in ("httpx", "httpcore", "telegram", "telegram.ext"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # This one writes what it could not read together with its text.
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)


class Outgoing:
    """One bot's way to Telegram. It needs no answer from Telegram to be made."""

    def __init__(self, token: str, api: str = API) -> None:
        """`api` is where the Bot API listens. Raises InvalidToken for an empty token."""
        quiet()
        own: dict[str, Any] = {"connect_timeout": 5.0, "pool_timeout": 30.0, "httpx_kwargs": {"trust_env": api == API}}
        calls, poll = HTTPXRequest(CONNECTIONS, read_timeout=10.0, **own), HTTPXRequest(2, read_timeout=POLL + 10.0, **own)
        self.bot = Bot(token, base_url=api, request=calls, get_updates_request=poll)
        self.username = ""

    async def start(self, commands: Sequence[tuple[str, str]], *, webhook: str | None, secret: str) -> None:
        """Learn our own name, register commands, and set the webhook, or take it away where it is None. Raises TelegramError."""
        self.username = (await self.bot.get_me()).username or ""
        await self.bot.set_my_commands([BotCommand(name, description) for name, description in commands])
        if webhook is None:
            await self.bot.delete_webhook()
        else:
            await self.bot.set_webhook(webhook, secret_token=secret, allowed_updates=updates.WANTED, max_connections=40)

    async def poll(self, offset: int) -> list[Any]:
        """The next updates as Telegram wrote them; waits for some. Raises TelegramError."""
        wanted = {"offset": offset, "timeout": POLL, "allowed_updates": updates.WANTED}
        # `get_updates` parses all that came at once, so an update that it stumbles on would hold up every other for ever.
        found: Any = await self.bot._post("getUpdates", wanted, read_timeout=POLL + 10)
        return list(found)

    async def send(self, chat: int, part: Part) -> int:
        """Send one part; the message's number, or 0 where Telegram will never take it. Raises Gone, Later, TelegramError."""
        rows = [[InlineKeyboardButton(title, callback_data=data)] for title, data in part.buttons]
        quoted = [] if part.sources_at is None else [quote(part)]
        try:
            return await self._send(chat, part.text, InlineKeyboardMarkup(rows) if rows else None, quoted)
        except BadRequest as refused:
            log.error("Telegram refused a message (%s); it is sent without buttons.", without_digits(refused.message))
        try:
            return await self._send(chat, part.text, None, [])
        except BadRequest:
            return 0

    async def _send(self, chat: int, text: str, markup: InlineKeyboardMarkup | None, entities: list[MessageEntity]) -> int:
        no_preview = LinkPreviewOptions(is_disabled=True)

        async def ask() -> int:
            message = await self.bot.send_message(chat, text, reply_markup=markup, entities=entities or None, link_preview_options=no_preview)
            return message.message_id

        return await understood(ask)

    async def send_file(self, chat: int, content: bytes, name: str, caption: str) -> int:
        """Send a file; the message's number. Raises Gone, Later, TelegramError."""

        async def ask() -> int:
            return (await self.bot.send_document(chat, content, caption=caption, filename=name)).message_id

        return await understood(ask)

    async def acknowledge(self, query: str) -> None:
        """Stop the button's waiting sign. Never raises: an old press can no longer be acknowledged, and that is no matter."""
        await self._try("acknowledged", self.bot.answer_callback_query(query))

    async def remove_buttons(self, chat: int, message: int) -> None:
        """Take the buttons away from a message. Never raises."""
        await self._try("relieved of its buttons", self.bot.edit_message_reply_markup(chat, message, reply_markup=None))

    async def delete(self, chat: int, messages: Sequence[int]) -> None:
        """Delete what Telegram lets us delete. Raises Gone, Later, TelegramError."""
        for start in range(0, len(messages), AT_ONCE):
            some = list(messages[start : start + AT_ONCE])

            async def ask(some: list[int] = some) -> int:
                return int(await self.bot.delete_messages(chat, some))

            await understood(ask)

    async def typing(self, chat: int) -> None:
        """Show that an answer is on its way. Never raises."""
        await self._try("shown as typing", self.bot.send_chat_action(chat, "typing"))

    async def leave(self, chat: int) -> None:
        """Leave a group. Never raises."""
        await self._try("left", self.bot.leave_chat(chat))

    async def _try(self, what: str, asked: Awaitable[Any]) -> None:
        try:
            await asked
        except TelegramError as error:
            log.info("Something could not be %s (%s).", what, type(error).__name__)


async def understood(ask: Callable[[], Awaitable[int]]) -> int:
    """Ask, and name what Telegram's refusal means. Raises Gone, Later, TelegramError."""
    try:
        return await ask()
    except RetryAfter as error:
        wait = error.retry_after
        raise sending.Later(float(wait if isinstance(wait, (int, float)) else wait.total_seconds())) from None
    except (Forbidden, ChatMigrated) as error:
        raise sending.Gone(type(error).__name__) from None
    except InvalidToken:
        # Its message holds the token.
        raise TelegramError("Telegram does not know the token: see MOORING_TELEGRAM_TOKEN") from None
    except BadRequest as error:
        if any(words in error.message.lower() for words in NOT_THERE):
            raise sending.Gone("chat not found") from None
        raise


def quote(part: Part) -> MessageEntity:
    """The sources of a part as a quotation that opens on a tap."""
    start = part.sources_at or 0
    return MessageEntity(MessageEntity.EXPANDABLE_BLOCKQUOTE, start, units(part.text) - start)


def without_digits(text: str) -> str:
    """A refusal as a log may hold it."""
    return "".join("#" if letter.isdigit() else letter for letter in text)[:120]
