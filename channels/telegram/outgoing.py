"""Everything that goes to Telegram, and what its refusals mean. Neither the token nor a chat id ever reaches a log."""
from __future__ import annotations

import importlib.util
import logging
import sys
from collections.abc import Iterable, Sequence
from typing import Any, Awaitable, Callable

import httpx
from telegram import Bot, BotCommand, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, MessageEntity
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import HTTPXRequest

from channels import sending
from channels.telegram import updates
from channels.telegram.parts import Part, units

log = logging.getLogger(__name__)
API = "https://api.telegram.org/bot"
CONNECTIONS, IDLE = 64, 8  # at most; each that is kept idle is looked at again with every request
POLL = 25  # seconds that one long poll lasts
AT_ONCE = 100  # messages that one request may delete
NOT_THERE = ("chat not found", "user not found", "peer_id_invalid", "bot can't initiate", "user is deactivated", "have no rights to send")


def quiet() -> None:
    """Keep the token and chats out of the logs: httpx writes each address at INFO, and the library whole messages at DEBUG."""
    for noisy in ("httpx", "httpcore", "telegram", "telegram.ext"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # This one writes what it could not read together with its text.
    logging.getLogger("telegram.request").setLevel(logging.CRITICAL)
    if importlib.util.find_spec("sniffio") is None:
        # httpcore looks for it several times in every request; to search the whole path in vain took a twentieth of each answer.
        sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]


class Outgoing:
    """One bot's way to Telegram. It needs no answer from Telegram to be made."""

    def __init__(self, token: str, api: str = API) -> None:
        """`api` is where the Bot API listens. Raises InvalidToken for an empty token."""
        quiet()
        limits = httpx.Limits(max_connections=CONNECTIONS, max_keepalive_connections=IDLE)
        own: dict[str, Any] = {"connect_timeout": 5.0, "pool_timeout": 30.0, "httpx_kwargs": {"trust_env": api == API, "limits": limits}}
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
        quoted = [] if part.sources_at is None else [quote(part)]
        try:
            return await self._send(chat, part.text, keyboard(part), quoted)
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

    async def find(self, chat: int, part: Part, numbers: Iterable[int]) -> int:
        """Which of these numbers is a message of ours in the chat; 0 where none is, or Telegram asks for quiet. Raises Gone, TelegramError.

        There is no asking what a chat holds. But whoever gives a message the buttons that it has is told that nothing changes,
        and for one that is not there, or is the person's, something else.
        """
        for number in numbers:

            async def ask(number: int = number) -> int:
                await self.bot.edit_message_reply_markup(chat, number, reply_markup=keyboard(part))
                return number

            try:
                return await understood(ask)
            except sending.Later:
                return 0
            except BadRequest as refused:
                if "not modified" in refused.message.lower():
                    return number
        return 0

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


def may_have_arrived(error: Exception) -> bool:
    """Whether a request that failed may have been carried out: its answer was lost, or did not come in time."""
    not_sent = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
    return isinstance(error, NetworkError) and not isinstance(error, BadRequest) and not isinstance(error.__cause__, not_sent)


def keyboard(part: Part) -> InlineKeyboardMarkup | None:
    """A part's buttons, one a row."""
    rows = [[InlineKeyboardButton(title, callback_data=data)] for title, data in part.buttons]
    return InlineKeyboardMarkup(rows) if rows else None


def quote(part: Part) -> MessageEntity:
    """The sources of a part as a quotation that opens on a tap."""
    start = part.sources_at or 0
    return MessageEntity(MessageEntity.EXPANDABLE_BLOCKQUOTE, start, units(part.text) - start)


def without_digits(text: str) -> str:
    """A refusal as a log may hold it."""
    return "".join("#" if letter.isdigit() else letter for letter in text)[:120]
