"""Updates a second that Telegram's channel holds: the real server with its model and database, and a Telegram on loopback.

    python -m benchmarks.telegram            50 updates a second for 15 seconds, from 300 people, then the percentiles

`taken` is the time until Telegram hears 200, `answered` the time until the reply arrives there. Start-up is not counted.
`cost` is the server's own time on a processor for one update, which does not depend on what else the machine does. The last line says whether the rate was held: all replies there, and the last not much later than the last update.
"""
from __future__ import annotations

import argparse
import asyncio
import os
import pathlib
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import Any

import psutil

from benchmarks import twins
from bot.settings import ROOT
from channels.telegram.fake_api import TOKEN, FakeTelegram, person, private

SECRET = "only-telegram-knows-this"
START = 400.0  # seconds that a start may take
GRACE = 2.0  # seconds after the last update in which the last reply must be there
AT_ONCE = 40  # connections, as the channel tells Telegram


class Watched(FakeTelegram):
    """Notes when a reply came for each chat."""

    def __init__(self) -> None:
        """Like its parent, with nothing noted yet."""
        super().__init__()
        self.came: dict[int, list[float]] = {}

    def _sent(self, given: dict[str, Any], **fields: Any) -> dict[str, Any]:
        self.came.setdefault(given["chat_id"], []).append(time.perf_counter())
        return super()._sent(given, **fields)


def percentiles(seconds: Sequence[float]) -> str:
    """p50 and p95 in milliseconds."""
    cut = statistics.quantiles(seconds, n=20)
    return f"p50 {statistics.median(seconds) * 1000:.0f} ms, p95 {cut[18] * 1000:.0f} ms, longest {max(seconds) * 1000:.0f} ms"


def worked(server: int) -> float:
    """Seconds that a process, by its id, has spent on a processor."""
    times = psutil.Process(server).cpu_times()
    return float(times.user + times.system)


async def measure(telegram: Watched, server: int, questions: Sequence[str], rate: float, seconds: float, people: int) -> bool:
    """Put the updates, wait for the replies, print; whether the rate was held."""
    before = worked(server)
    gate, failed = asyncio.Semaphore(AT_ONCE), 0
    taken: list[float] = []
    asked: dict[int, list[float]] = {}
    chats = [100_000 + number for number in range(people)]

    async def put(number: int) -> None:
        nonlocal failed
        chat = chats[number % people]
        message = {"message_id": number + 1, "date": 0, "chat": private(chat), "from": person(chat), "text": questions[number % len(questions)]}
        asked.setdefault(chat, []).append(time.perf_counter())
        async with gate:
            began = time.perf_counter()
            failed += await telegram.post({"update_id": 10_000 + number, "message": message}) != 200
            taken.append(time.perf_counter() - began)

    began, count = time.perf_counter(), int(rate * seconds)
    tasks = []
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(put(number)))
    await asyncio.gather(*tasks)
    ended = time.perf_counter()
    while sum(map(len, telegram.came.values())) < count and time.perf_counter() - ended < 30:
        await asyncio.sleep(0.05)
    replies = sum(map(len, telegram.came.values()))
    late = max((one for times in telegram.came.values() for one in times), default=ended) - ended
    waited = [came - at for chat, times in asked.items() for at, came in zip(times, telegram.came.get(chat, []))]
    cost = (worked(server) - before) / count
    held = failed == 0 and replies >= count and late <= GRACE
    load = os.getloadavg()[0]
    say = sys.stdout.write
    say(f"{count} updates at {rate:g} a second from {people} people on {os.cpu_count()} cores (load before and beside: {load:.1f})\n")
    say(f"taken:    {percentiles(taken)}; {failed} refused\n")
    say(f"answered: {percentiles(waited)}; {replies} replies, the last {max(0.0, late):.1f} s after the last update\n" if len(waited) > 1 else "answered: none\n")
    say(f"cost:     {cost * 1000:.1f} ms of a processor for one update: one core holds {1 / cost:.0f} updates a second\n")
    say("The rate was held.\n" if held else "The rate was NOT held.\n")
    return held


async def run(rate: float, seconds: float, people: int) -> bool:
    """Start the server, measure, and end it by its own id."""
    questions = [one.text for one in twins.asked()]
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as folder:
        async with Watched() as telegram:
            env = {**os.environ, "RASA_PORT": str(port), "PYTHONPATH": str(ROOT), "ACTION_URL": "http://127.0.0.1:9/webhook"}
            env |= {"MOORING_DATABASE": f"sqlite:///{folder}/kept.sqlite3", "MOORING_KEYS": "A" * 43 + "=", "MOORING_OUTBOX": f"{folder}/outbox"}
            env |= {"MOORING_TELEGRAM_TOKEN": TOKEN, "MOORING_TELEGRAM_API": telegram.url, "MOORING_TELEGRAM_SECRET": SECRET}
            env |= {"MOORING_TELEGRAM_URL": f"http://127.0.0.1:{port}/webhooks/telegram/webhook"}
            with open(pathlib.Path(folder) / "log", "wb") as log:
                server = subprocess.Popen([sys.executable, "-m", "scripts.serve"], cwd=ROOT, env=env, stdout=log, stderr=log)
            try:
                await telegram.wait_for(lambda: telegram.webhook or server.poll() is not None, seconds=START)
                if server.poll() is not None:
                    sys.stderr.write((pathlib.Path(folder) / "log").read_text()[-2_000:])
                    return False
                for chat in range(5):  # what the first messages load is not what is measured
                    await telegram.post({"update_id": 1 + chat, "message": {"message_id": 1, "date": 0, "chat": private(9), "from": person(9), "text": "hello"}})
                await telegram.wait_for_replies(9, 5, seconds=60)
                telegram.came.clear()
                return await measure(telegram, server.pid, questions, rate, seconds, people)
            finally:
                if server.poll() is None:
                    server.send_signal(signal.SIGTERM)
                    server.wait(30)


def main() -> int:
    """The command; 1 when the rate was not held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=50)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--people", type=int, default=300)
    options = parser.parse_args()
    return 0 if asyncio.run(run(options.rate, options.seconds, options.people)) else 1


if __name__ == "__main__":
    sys.exit(main())
