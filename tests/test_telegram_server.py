"""Telegram's channel on the real server: a conversation, a kill in the middle of it, and the start after that."""
from __future__ import annotations

import asyncio
import os
import pathlib
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from typing import Any

import pytest
import sqlalchemy as sa

from bot.settings import ROOT
from bot.storage import database, tables
from channels.telegram.fake_api import TOKEN, FakeTelegram

SECRET = "only-telegram-knows-this"
SAM, KIM = 7001, 7002
START = 400  # seconds that a start may take on a machine that is busy with other things


class Server:
    """Rasa's server with Telegram's channel, as `scripts.serve` starts it."""

    def __init__(self, telegram: FakeTelegram, folder: pathlib.Path, *, webhook: bool) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.database = f"sqlite:///{folder / 'kept.sqlite3'}"
        self.env = {**os.environ, "RASA_PORT": str(self.port), "PYTHONPATH": str(ROOT), "ACTION_URL": "http://127.0.0.1:9/webhook"}
        self.env |= {"MOORING_DATABASE": self.database, "MOORING_KEYS": "A" * 43 + "=", "MOORING_OUTBOX": str(folder / "outbox")}
        self.env |= {"MOORING_TELEGRAM_TOKEN": TOKEN, "MOORING_TELEGRAM_API": telegram.url, "RASA_TELEMETRY_ENABLED": "false"}
        if webhook:
            self.env |= {"MOORING_TELEGRAM_URL": f"{self.url}/webhook", "MOORING_TELEGRAM_SECRET": SECRET}
        self.log = folder / "log"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/webhooks/telegram"

    async def start(self, telegram: FakeTelegram) -> None:
        """Start, and wait until Telegram was reached."""
        before = len(telegram.calls)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "scripts.serve"], cwd=ROOT, env=self.env, stdout=log, stderr=log)

        def ready() -> bool:
            assert self.process and self.process.poll() is None, self.log.read_text()[-800:]
            return any(name in ("setWebhook", "getUpdates") for name, _ in telegram.calls[before:])

        await telegram.wait_for(ready, seconds=START)

    def kill(self) -> None:
        """kill -9, by its own id."""
        if self.process and self.process.poll() is None:
            os.kill(self.process.pid, signal.SIGKILL)
            self.process.wait(20)

    def unanswered(self) -> int:
        """How many updates wait in the inbox."""
        with database.reading(database.engine(self.database)) as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(tables.inbox)).scalar() or 0)

    def written(self) -> list[str]:
        """What people wrote, as it is kept."""
        with database.reading(database.engine(self.database)) as connection:
            rows = connection.execute(sa.select(tables.events.c.text).where(tables.events.c.kind == "user").order_by(tables.events.c.id))
            return [str(text) for text in rows.scalars()]


@pytest.fixture
async def telegram() -> AsyncIterator[FakeTelegram]:
    async with FakeTelegram() as fake:
        yield fake


@pytest.fixture(params=["webhook", "polling"])
async def server(request: pytest.FixtureRequest, telegram: FakeTelegram, tmp_path: pathlib.Path) -> AsyncIterator[Server]:
    made = Server(telegram, tmp_path, webhook=request.param == "webhook")
    yield made
    made.kill()


def texts(telegram: FakeTelegram, chat: int) -> list[str]:
    return [message["text"] for message in telegram.said(chat)]


def status(url: str, body: bytes | None = None, **headers: str) -> int:
    """The HTTP status of a request."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.timeout(1200)
@pytest.mark.xfail(reason="not seen to pass twenty times since a restart looks for what Telegram may have taken: decision 0012", strict=False)
async def test_a_kill_in_mid_conversation_loses_nothing_and_doubles_nothing(server: Server, telegram: FakeTelegram) -> None:
    await server.start(telegram)
    telegram.say(SAM, "/start")
    telegram.say(SAM, "how long does ket withdrawal last?")
    telegram.say(KIM, "I am going to kill myself tonight")
    await telegram.wait_for_replies(SAM, 2, seconds=60)
    await telegram.wait_for_replies(KIM, 1, seconds=60)
    await telegram.wait_until_delivered()
    assert "automated" in texts(telegram, SAM)[0] and "emergency number" in texts(telegram, KIM)[0]
    assert texts(telegram, KIM)[0].endswith("addresses.")  # the disclosure, as the last line of what a person in danger reads first

    if server.env.get("MOORING_TELEGRAM_URL"):
        assert status(f"{server.url}/webhook", b"{}") == 401
        assert status(f"{server.url}/webhook", b"{}", **{"X-Telegram-Bot-Api-Secret-Token": SECRET}) == 200

    # Telegram goes away; what was taken meanwhile waits; the server is killed with the replies unsent.
    telegram.flooded[SAM] = (10_000, 1)
    telegram.flooded[KIM] = (10_000, 1)
    telegram.say(SAM, "will I feel sick")
    telegram.say(KIM, "hello")
    telegram.say(SAM, "thanks")
    await telegram.wait_until_delivered()
    await telegram.wait_for(lambda: server.unanswered() == 3, seconds=30)
    server.kill()
    await asyncio.sleep(1)  # what the killed process had still sent is read, and refused like the rest
    assert len(telegram.said(SAM)) == 2 and len(telegram.said(KIM)) == 1
    telegram.flooded.clear()
    telegram.say(SAM, "/help")  # sent while nobody was there
    await server.start(telegram)
    await telegram.wait_for_replies(SAM, 5, seconds=60)
    await telegram.wait_for_replies(KIM, 2, seconds=60)
    await telegram.wait_until_delivered()
    await telegram.wait_for(lambda: server.unanswered() == 0, seconds=30)

    assert len(telegram.said(SAM)) == 5 and len(telegram.said(KIM)) == 2, texts(telegram, SAM)
    assert "/help" in texts(telegram, SAM)[4]
    written = server.written()
    assert [written.count(text) for text in ("will I feel sick", "thanks", "hello")] == [1, 1, 1]

    kept: list[Any] = []
    with database.reading(database.engine(server.database)) as connection:
        for table in tables.metadata.sorted_tables:
            kept += [repr(tuple(row)) for row in connection.execute(sa.select(table))]
    log = server.log.read_text()
    for secret in (str(SAM), TOKEN, "kill myself"):
        assert secret not in log
    assert str(SAM) not in "\n".join(kept) and TOKEN not in "\n".join(kept)
    assert "Traceback" not in log
