"""Broken updates: real shapes in which something was swapped, dropped, repeated or blown up.

`python -m channels.telegram.fuzz 10000` puts them to the channel, with a Telegram on loopback and an assistant that only
repeats, and says what came of it.
"""
from __future__ import annotations

import argparse
import asyncio
import copy
import json
import os
import pathlib
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from typing import Any

FOLDER = pathlib.Path(__file__).parent / "payloads"
FIELDS = ("text", "caption", "from", "chat", "message", "reply_markup", "unknown", "media_group_id")
ODD: tuple[Any, ...] = (
    *(None, True, 0, -1, 2**63, -(2**63), 10**40, 0.5, "", " ", "x" * 5_000, "\ud800", "\u202eabc", "a\x00b", "💊" * 2_000, [], {}, [[]], {"id": {}}),
    *("/start", "/delete@other_bot x", "!delete/all/0", "!", "#", "/flow/talk_to_human", "-1", [1, "a", None], {"type": "private"}, "private"),
    "group",
)


def updates(payloads: Mapping[str, Any], count: int, *, seed: int) -> Iterator[Any]:
    """So many broken updates; the same for the same seed."""
    dice = random.Random(seed)
    names = sorted(payloads)
    for number in range(count):
        update = copy.deepcopy(payloads[dice.choice(names)])
        for _ in range(dice.randint(1, 4)):
            update = spoil(update, payloads[dice.choice(names)], dice)
        if isinstance(update, dict) and dice.random() < 0.9:
            update["update_id"] = 100_000 + number
        yield update


def spoil(value: Any, other: Any, dice: random.Random) -> Any:
    """The value with one thing in it changed."""
    places = list(places_of(value))
    if not places:
        return dice.choice(ODD)
    holder, key = dice.choice(places)
    what = dice.random()
    if what < 0.45:
        holder[key] = copy.deepcopy(dice.choice(ODD))
    elif what < 0.6:
        del holder[key]
    elif what < 0.75:
        elsewhere = list(places_of(other))
        source, name = dice.choice(elsewhere)
        holder[key] = copy.deepcopy(source[name])
    elif what < 0.9 and isinstance(holder, dict):
        holder[dice.choice(FIELDS)] = copy.deepcopy(dice.choice(ODD))
    else:
        holder[key] = [copy.deepcopy(holder[key])] * dice.randint(1, 50)
    return value


def places_of(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in nested JSON, as what holds it and its key."""
    keys: Any = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in list(keys):
        yield value, key
        yield from places_of(value[key])


async def run(count: int, seed: int) -> int:
    """Put them to the channel; how many were refused or got more than one reply."""
    from bot.storage import database
    from channels.telegram.desk import Desk
    from channels.telegram.fake_api import TOKEN, FakeTelegram
    from channels.telegram.outgoing import Outgoing
    from channels.telegram.tests.conftest import Echo

    database.upgrade()
    payloads = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
    wrong = replies = 0
    began = time.monotonic()
    async with FakeTelegram() as telegram:
        desk = Desk(Echo(), Outgoing(TOKEN, telegram.url), first_wait=0.01, tries=2)
        for update in updates(payloads, count, seed=seed):
            before = len(telegram.calls)
            taken = await desk.take(update)
            await desk.idle()
            new = sum(name in ("sendMessage", "sendDocument") for name, _ in telegram.calls[before:])
            replies += new
            if not taken or new > 1:
                wrong += 1
                sys.stderr.write(f"wrong: {json.dumps(update)[:300]}\n")
    sys.stdout.write(f"{count} broken updates (seed {seed}) in {time.monotonic() - began:.0f} s: {replies} replies, {wrong} wrong.\n")
    return wrong


def main() -> int:
    """The command; 1 when anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"MOORING_DATABASE": f"sqlite:///{folder}/fuzz.sqlite3", "MOORING_KEYS": "A" * 43 + "="}
        return 1 if asyncio.run(run(options.count, options.seed)) else 0


if __name__ == "__main__":
    sys.exit(main())
