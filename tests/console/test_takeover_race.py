"""Once a takeover has been confirmed, not one word of the bot's is sent: 500 tries, with the message at every point of its way."""
from __future__ import annotations

import asyncio
import pathlib
import random
import time
from typing import Any

import pytest

from bot.storage import database, takeovers
from channels import base, sending, staff


class SlowBot:
    """An assistant that takes a while, and then says one thing."""

    processor = None

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def is_ready(self) -> bool:
        return True

    async def handle_message(self, message: Any) -> None:
        await asyncio.sleep(self._rng.uniform(0, 0.012))
        await message.output_channel.send_response(message.sender_id, {"text": "words of the bot"})


@pytest.fixture
def engine(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    address = f"sqlite:///{tmp_path / 'race.sqlite3'}"
    monkeypatch.setenv("MOORING_DATABASE", address)
    monkeypatch.setenv("MOORING_KEYS", "k" * 42 + "A=")
    monkeypatch.setattr(base, "hear", lambda text: ())
    monkeypatch.setattr(base, "redact", lambda incoming, text: text)
    monkeypatch.setattr(base, "read", lambda text: None)
    monkeypatch.setattr(base, "offered", nothing_offered)
    monkeypatch.setitem(sending._senders, "web", shown)
    database.upgrade(address)
    yield database.engine(address)
    database.engine(address).dispose()


async def shown(*args: Any) -> bool:
    """The person's page shows who is there."""
    return True


async def nothing_offered(*args: Any) -> None:
    """The message is typed."""


async def take_over(conversation: str) -> float:
    """Take over by the route that the console asks; the moment at which staff are told that the bot is silent."""
    assert await staff.pause({"conversation": conversation, "staff": "mo", "name": "Mo"}, "web") == {}
    return time.monotonic()


async def try_once(number: int, rng: random.Random) -> tuple[int, str]:
    """How many words of the bot's were begun after the takeover, and what became of a message that came after it."""
    conversation, sent = f"race-{number}", []

    async def send(replies: list[dict[str, Any]]) -> None:
        await asyncio.sleep(rng.uniform(0, 0.002))
        sent.append(time.monotonic())

    bot: Any = SlowBot(rng)
    incoming = [base.Incoming(conversation, "hello", message=f"m{place}") for place in range(3)]
    talking = [asyncio.create_task(base.converse(bot, one, send)) for one in incoming]
    await asyncio.sleep(rng.uniform(0, 0.04))
    silent_from = await take_over(conversation)
    later = await base.converse(bot, base.Incoming(conversation, "are you there", message="later"), send)
    await asyncio.gather(*talking)
    return sum(1 for moment in sent if moment > silent_from), later.kind


@pytest.mark.timeout(1_200)
async def test_the_bot_says_nothing_after_a_takeover_in_500_tries(engine: Any) -> None:
    rng = random.Random(11)
    spoke = 0
    for number in range(500):
        words, kind = await try_once(number, rng)
        spoke += words
        assert kind == "staff"
    print(f"{spoke} words of the bot's after 500 takeovers")
    assert spoke == 0


async def test_one_of_two_who_take_over_at_once_speaks(engine: Any) -> None:
    def begin(conversation: str, who: str) -> bool:
        with database.writing() as connection:
            return takeovers.begin(connection, conversation, who, who, time.time())

    for number in range(50):
        won = await asyncio.gather(*(asyncio.to_thread(begin, f"both-{number}", who) for who in ("mo", "jo", "al")))
        assert won.count(True) == 1
