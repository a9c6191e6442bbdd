"""kill -9 at any moment: each message is answered, once, and in order."""
from __future__ import annotations

import asyncio
import os
import random
import subprocess
import sys

import pytest

from bot.settings import ROOT
from channels.telegram.fake_api import FakeTelegram

CHATS = (7001, 7002, 7003)
KILLS = int(os.environ.get("MOORING_KILLS", "4"))


async def wait_for_all(telegram: FakeTelegram, asked: int) -> None:
    """Wait until each chat has its replies, and a moment more, in which one too many would come."""
    await telegram.wait_for(lambda: all(len(telegram.said(chat)) >= asked for chat in CHATS), seconds=300)
    await telegram.wait_until_delivered()
    await asyncio.sleep(0.5)


@pytest.mark.timeout(3000)
async def test_killed_at_any_moment_it_answers_every_message_once_and_in_order(telegram: FakeTelegram) -> None:
    dice, asked = random.Random(KILLS), 0
    telegram.slow = 0.02  # so that many a kill falls between Telegram's taking a message and its saying so
    for kill in range(KILLS + 1):
        telegram.calls.clear()
        process = subprocess.Popen([sys.executable, "-m", "channels.telegram.tests.alone", telegram.url], cwd=ROOT)
        try:
            await telegram.wait_for(telegram.calls.__len__, seconds=300)
            for _ in range(6):
                asked += 1
                for chat in CHATS:
                    telegram.say(chat, str(asked))
                await asyncio.sleep(0.01)
            if kill == KILLS:
                await wait_for_all(telegram, asked)
            else:
                await telegram.wait_for(lambda: any(name == "sendMessage" for name, _ in telegram.calls), seconds=300)
                await asyncio.sleep(dice.random() * 0.4)
        finally:
            process.kill()
            process.wait(20)
            await asyncio.sleep(0.3)  # what the killed process had still sent is read
    for chat in CHATS:
        assert [shown["text"].split("\n")[0] for shown in telegram.said(chat)] == [f"You said: {number}" for number in range(1, asked + 1)]
