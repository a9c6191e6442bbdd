"""What a message costs at turns 5, 50 and 200 of one conversation: with Rasa's own SQL store, and with ours, in one run.

Counted are the store and the processing, without reading the message: the messages are parsed beforehand.
`python -m benchmarks.store` takes about a minute. Each turn is taken with one store and then with the other, so that other work on the machine
moves both alike; compare numbers of one run only.
"""
from __future__ import annotations

import argparse
import asyncio
import copy
import os
import pathlib
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from typing import Any

from bot import logs

logs.quiet()

from rasa.core.agent import Agent  # noqa: E402
from rasa.core.channels.channel import UserMessage  # noqa: E402
from rasa.core.lock_store import InMemoryLockStore  # noqa: E402
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore  # noqa: E402

from benchmarks import twins  # noqa: E402
from bot import privacy  # noqa: E402
from bot.rasa_parts import assistant  # noqa: E402
from bot.rasa_parts.store import Store  # noqa: E402
from channels.base import Replies  # noqa: E402

PLACES = (5, 50, 200)
MESSAGES = 40
SHORT = 12  # conversations that end after the first place: there are few turns around it in each
AROUND = 4  # turns on each side of a place, of which the median is taken
Clock = dict[str, float]
WATCH: dict[str, Callable[[], float]] = {"wall": time.perf_counter, "cpu": time.process_time}


def main(arguments: list[str] | None = None) -> int:
    """The command: see `--help`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=1, help="how many to measure with each store")
    parser.add_argument("--watch", choices=WATCH, default="wall", help="cpu leaves out waiting, for the disk too: for a machine that does other work")
    options = parser.parse_args(arguments)
    os.environ.setdefault("MOORING_KEYS", privacy.new_key())
    agent = assistant.load()
    with tempfile.TemporaryDirectory(prefix="mooring-") as folder:
        found = asyncio.run(measure(agent, pathlib.Path(folder), options.conversations, WATCH[options.watch]))
    print("\n".join(table(found)))
    return 0


async def measure(agent: Agent, folder: pathlib.Path, times: int, now: Callable[[], float]) -> dict[str, dict[int, Clock]]:
    """Milliseconds by store, place and part (`all`, `store`)."""
    makers: dict[str, Callable[[], TrackerStore]] = {
        "ours": lambda: Store(agent.domain, host=f"sqlite:///{folder / 'ours.sqlite3'}"),
        "Rasa's SQL": lambda: SQLTrackerStore(agent.domain, db=str(folder / "rasa.sqlite3")),
    }
    clock: Clock = {"store": 0.0}
    texts = [one.text for one in twins.asked()]
    asked = [await parsed(agent, text) for text in texts[:: len(texts) // MESSAGES][:MESSAGES]]
    stores = {name: make() for name, make in makers.items()}
    for store in stores.values():
        for method in ("retrieve", "save"):
            count_time(store, method, clock, "store", now)
    await converse(agent, "warm-up", stores, 12, asked, clock, now)
    turns: dict[str, list[Clock]] = {name: [] for name in stores}
    for sender, length in [*((f"s{number}", min(PLACES) + AROUND) for number in range(SHORT)), *((f"c{number}", max(PLACES) + AROUND) for number in range(times))]:
        for name, some in (await converse(agent, sender, stores, length, asked, clock, now)).items():
            turns[name] += some
    return {name: {place: middle([one for one in some if abs(one["turn"] - place) <= AROUND]) for place in PLACES} for name, some in turns.items()}


def use(agent: Agent, store: TrackerStore) -> None:
    """Let the agent keep its conversations there."""
    agent.tracker_store = agent.processor.tracker_store = store  # type: ignore[union-attr]
    agent.lock_store = agent.processor.lock_store = InMemoryLockStore()  # type: ignore[union-attr]


def count_time(thing: Any, method: str, clock: Clock, part: str, now: Callable[[], float]) -> None:
    """Add what a coroutine method takes to a part of the clock."""
    honest: Callable[..., Awaitable[Any]] = getattr(thing, method)

    async def counted(*given: Any, **more: Any) -> Any:
        began = now()
        try:
            return await honest(*given, **more)
        finally:
            clock[part] += now() - began

    setattr(thing, method, counted)


async def parsed(agent: Agent, text: str) -> tuple[str, Any]:
    """A message and what Rasa reads in it."""
    return text, await agent.processor.parse_message(UserMessage(text))  # type: ignore[union-attr]


async def converse(
    agent: Agent, sender: str, stores: dict[str, TrackerStore], turns: int, asked: list[tuple[str, Any]], clock: Clock, now: Callable[[], float]
) -> dict[str, list[Clock]]:
    """One conversation with each store; by store, for each turn its number, and the milliseconds of `all` and of the `store`."""
    found: dict[str, list[Clock]] = {name: [] for name in stores}
    for turn in range(1, turns + 1):
        for name, store in stores.items():
            use(agent, store)
            text, data = asked[turn % len(asked)]
            message = UserMessage(text, Replies("web"), sender, input_channel="web", parse_data=copy.deepcopy(data))
            clock["store"], began = 0.0, now()
            await agent.handle_message(message)
            found[name].append({"turn": turn, "all": 1000 * (now() - began), "store": 1000 * clock["store"]})
    return found


def middle(turns: list[Clock]) -> Clock:
    """The median of each part."""
    return {part: statistics.median(turn[part] for turn in turns) for part in ("all", "store")}


def table(found: dict[str, dict[int, Clock]]) -> list[str]:
    """The numbers, as they are printed."""
    lines = ["milliseconds a message, without reading it".ljust(46) + "".join(f"turn {place}".rjust(10) for place in PLACES) + "   200 / 5"]
    for part, words in (("all", "store and processing"), ("store", "of these, the store")):
        for name, places in found.items():
            growth = places[PLACES[-1]][part] / places[PLACES[0]][part]
            lines.append(f"{name}: {words}".ljust(46) + "".join(f"{places[place][part]:10.1f}" for place in PLACES) + f"{growth:10.2f}")
    ours, theirs = found["ours"], found["Rasa's SQL"]
    for part in ("all", "store"):
        share = "".join(f"{ours[place][part] / theirs[place][part]:10.2f}" for place in PLACES)
        lines.append(f"ours as a share of Rasa's ({part})".ljust(46) + share)
    return lines


if __name__ == "__main__":
    sys.exit(main())
