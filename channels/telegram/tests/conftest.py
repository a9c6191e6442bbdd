"""What these tests share: a database and keys of their own, a Telegram on loopback, and an assistant that only repeats."""
from __future__ import annotations

import pathlib
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import pytest

from bot import logs

logs.quiet()  # before Rasa is imported

from bot.storage import conversations, database  # noqa: E402
from channels.telegram import commands, inbox  # noqa: E402
from channels.telegram.desk import Desk  # noqa: E402
from channels.telegram.fake_api import TOKEN, FakeTelegram  # noqa: E402
from channels.telegram.outgoing import Outgoing  # noqa: E402

SECRET = "only-telegram-knows-this"
Running = Callable[..., Awaitable[Desk]]


class Echo:
    """Stands in for the trained assistant: says what it was told, and hears one sentence as danger."""

    def __init__(self) -> None:
        self.heard: list[tuple[str, str | None]] = []
        self.replies: list[dict[str, Any]] | None = None

    async def answer(self, conversation: str, text: str, payload: str | None, update: str) -> list[dict[str, Any]]:
        self.heard.append((text, payload))
        return [{"text": f"You said: {text}", "buttons": [], "sources": []}] if self.replies is None else self.replies

    async def in_danger(self, text: str) -> bool:
        return "want to die" in text

    async def payload_of(self, conversation: str, data: str) -> str:
        return data

    async def always_open(self, conversation: str) -> str:
        return "THE STRIP"

    async def delete(self, conversation: str) -> commands.Receipt:
        receipt = await inbox.written(lambda connection: conversations.delete(connection, conversation, "person"))
        return commands.Receipt(receipt.id, bool(receipt.kept), receipt.held)

    async def export(self, conversation: str) -> dict[str, Any]:
        return {"said": [{"by": "you", "text": "something"}]}

    def disclosure(self) -> str:
        return "THE DISCLOSURE"

    def title(self, payload: str) -> str:
        return payload.rsplit("/", 1)[-1]

    def sources(self, ids: Sequence[str]) -> str:
        return "\n".join(ids)


@pytest.fixture(scope="session")
def empty(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A database with its tables and nothing in them; made once, because the migrations take long."""
    path = tmp_path_factory.mktemp("empty") / "empty.sqlite3"
    database.upgrade(f"sqlite:///{path}")
    with sqlite3.connect(path) as made:
        made.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(autouse=True)
def kept(empty: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a database of this test's own; keys too."""
    address = f"sqlite:///{shutil.copy(empty, tmp_path / 'kept.sqlite3')}"
    monkeypatch.setenv("MOORING_DATABASE", address)
    monkeypatch.setenv("MOORING_KEYS", "A" * 43 + "=")
    return address


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    """A Bot API on loopback."""
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture
def echo() -> Echo:
    """An assistant that repeats."""
    return Echo()


@pytest.fixture
async def desk(telegram: FakeTelegram, echo: Echo) -> AsyncIterator[Desk]:
    """The desk, on the way to that Telegram."""
    out = Outgoing(TOKEN, telegram.url)
    made = Desk(echo, out, first_wait=0.02, tries=6)
    yield made
    await made.stop()
    await out.bot.shutdown()


@pytest.fixture
def deliver(desk: Desk) -> Callable[..., Awaitable[None]]:
    """Hand updates to the desk and wait until all are done with."""

    async def hand(*updates: Any) -> None:
        for update in updates:
            assert await desk.take(update)
        await desk.idle()

    return hand
