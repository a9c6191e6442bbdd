"""Many writers, two processes, kill -9 at random: afterwards no message may be lost, doubled or out of order.

`python -m benchmarks.soak` writes 50,000 messages of 16 writers to a new SQLite file; `--database` names another, empty one.
Nine of ten messages go to the writer's own conversation, the tenth to one that all share, without any lock but the database's.
"""
from __future__ import annotations

import argparse
import asyncio
import collections
import dataclasses
import multiprocessing
import os
import pathlib
import random
import signal
import sys
import tempfile
import time
from typing import Any

from bot import logs

logs.quiet()

import sqlalchemy as sa  # noqa: E402
from rasa.shared.core.domain import Domain  # noqa: E402
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered  # noqa: E402

from bot import privacy  # noqa: E402
from bot.rasa_parts.store import Store  # noqa: E402
from bot.storage import check, database, journal, tables  # noqa: E402

SHARED = "shared"
ONE_IN = 10
DOMAIN = 'version: "3.1"\nslots: {told: {type: any, mappings: [{type: custom}]}}\n'
fork = multiprocessing.get_context("fork")  # importing Rasa again would take longer than the writing


@dataclasses.dataclass(frozen=True)
class Plan:
    """How much to write, by how many, and how often a process is killed."""

    messages: int = 50_000
    writers: int = 16
    processes: int = 2
    kills: int = 20
    seed: int = 1


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What happened; `wrong` is empty if all is well."""

    written: int
    killed: int
    seconds: float
    wrong: tuple[str, ...]


def main(arguments: list[str] | None = None) -> int:
    """The command: see `--help`."""
    parser = argparse.ArgumentParser(description=__doc__)
    for field in dataclasses.fields(Plan):
        parser.add_argument(f"--{field.name}", type=int, default=field.default)
    parser.add_argument("--database", help="an address such as postgresql://user@host/name; it must be empty")
    given = vars(parser.parse_args(arguments))
    address = given.pop("database")
    with tempfile.TemporaryDirectory(prefix="mooring-") as folder:
        outcome = soak(Plan(**given), address or f"sqlite:///{folder}/soak.sqlite3", pathlib.Path(folder))
    print(f"{outcome.written} messages in {outcome.seconds:.0f} s, {outcome.killed} processes killed")
    print("\n".join(outcome.wrong) or "None lost, none doubled, none out of order.")
    return 1 if outcome.wrong else 0


def soak(plan: Plan, address: str, folder: pathlib.Path) -> Outcome:
    """Write, kill, start again, and look."""
    os.environ["MOORING_JOURNAL"] = str(folder / "journal")
    os.environ.setdefault("MOORING_KEYS", privacy.new_key())
    database.upgrade(address)
    database.engine(address).dispose()  # connections must not be shared with the processes to come
    began, dice = time.monotonic(), random.Random(plan.seed)
    notes = [folder / f"said-{place}" for place in range(plan.processes)]
    running = {place: start(plan, address, place, notes[place]) for place in range(plan.processes)}
    killed, every = 0, plan.messages / (plan.kills + 1)
    while running:
        time.sleep(0.02)
        for place, process in list(running.items()):
            if process.exitcode == 0:
                del running[place]
            elif process.exitcode is not None:
                running[place] = start(plan, address, place, notes[place])
        if running and killed < plan.kills and sum(map(lines, notes)) > (killed + dice.random()) * every:
            os.kill(running[dice.choice(list(running))].pid or 0, signal.SIGKILL)
            killed += 1
    seconds = time.monotonic() - began
    return Outcome(plan.messages, killed, seconds, tuple(look(plan, address, notes)))


def start(plan: Plan, address: str, place: int, note: pathlib.Path) -> Any:
    """A process with its share of the writers."""
    process = fork.Process(target=write, args=(plan, address, place, note), daemon=True)
    process.start()
    return process


def lines(path: pathlib.Path) -> int:
    """How many messages a process has reported as saved."""
    return path.read_bytes().count(b"\n") if path.exists() else 0


def share(plan: Plan, writer: int) -> int:
    """How many messages a writer has to write."""
    return plan.messages // plan.writers + (writer < plan.messages % plan.writers)


def home(writer: int, number: int) -> str:
    """Where a message goes."""
    return SHARED if number % ONE_IN == ONE_IN - 1 else f"writer-{writer}"


def write(plan: Plan, address: str, place: int, note: pathlib.Path) -> None:
    """The process: all its writers at once, each going on after what is already stored."""
    store = Store(Domain.from_yaml(DOMAIN), host=address)
    journal.replay(store.engine)  # as the server does when it starts: what a busy database did not take in time waits there
    with store.engine.connect() as connection:
        stored = collections.Counter(text.split()[0] for text in connection.execute(said()).scalars())

    async def run() -> None:
        with note.open("ab", buffering=0) as file:
            await asyncio.gather(*(speak(store, writer, stored[str(writer)], share(plan, writer), file) for writer in mine))

    mine = range(place, plan.writers, plan.processes)
    asyncio.run(run())
    os._exit(0)


async def speak(store: Store, writer: int, first: int, last: int, file: Any) -> None:
    """One writer: a turn after the other, as Rasa does it, each reported once it is saved."""
    for number in range(first, last):
        tracker = await store.get_or_create_tracker(home(writer, number), append_action_listen=False)
        text = f"{writer} {number}"
        tracker.update(UserUttered(text, {"name": "ask"}, parse_data={"intent": {"name": "ask"}, "text": text}, input_channel="web"))
        for event in (SlotSet("told", {"n": number}), ActionExecuted("utter_a"), BotUttered(f"re {text}"), ActionExecuted("action_listen")):
            tracker.update(event)
        await store.save(tracker)
        file.write(f"{text}\n".encode())


def said() -> sa.sql.Select:
    """What all writers have said, in the order in which it is kept."""
    return sa.select(tables.events.c.text).where(tables.events.c.kind == "user").order_by(tables.events.c.conversation, tables.events.c.seq)


def look(plan: Plan, address: str, notes: list[pathlib.Path]) -> list[str]:
    """What is wrong with what was kept."""
    made, wrong = database.engine(address), []
    kept = collections.defaultdict(list)
    with made.connect() as connection:
        query = sa.select(tables.events.c.conversation, tables.events.c.text).where(tables.events.c.kind == "user")
        for conversation, text in connection.execute(query.order_by(tables.events.c.conversation, tables.events.c.seq)):
            writer, number = map(int, text.split())
            kept[conversation, writer].append(number)
        total = connection.execute(sa.select(sa.func.count()).select_from(tables.events)).scalar()
    for writer in range(plan.writers):
        for conversation in (SHARED, f"writer-{writer}"):
            expected = [number for number in range(share(plan, writer)) if home(writer, number) == conversation]
            found = kept[conversation, writer]
            if found != expected:
                lost, doubled = len(set(expected) - set(found)), len(found) - len(set(found))
                wrong.append(f"{conversation}: of writer {writer} {lost} lost, {doubled} doubled, {len(found)} kept of {len(expected)}")
    if total != 5 * plan.messages:
        wrong.append(f"{total} events are kept of {5 * plan.messages}: a turn was kept in part")
    for text in {line for path in notes for line in path.read_text().splitlines()}:
        writer, number = map(int, text.split())
        if number not in kept[home(writer, number), writer]:
            wrong.append(f"message {text} was reported as saved and is not there")
    return [*wrong, *check.problems(made, time.time())]


if __name__ == "__main__":
    sys.exit(main())
