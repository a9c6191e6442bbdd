"""Measure training, start, memory and speed of what is in the tree, on this machine."""
from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from typing import Any

from bot import logs

logs.quiet()

import numpy as np  # noqa: E402

from benchmarks import twins  # noqa: E402
from bot import helplines, kept, risk, settings  # noqa: E402
from bot.content import NEEDS  # noqa: E402
from bot.settings import DATA, ROOT  # noqa: E402

LONGEST = 180.0  # seconds to wait for a first answer
MESSAGES = 60
LOOP = 2_000  # choices of a helpline


def main(arguments: list[str] | None = None) -> int:
    """The command: see `--help`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-train", action="store_true", help="leave training out")
    parser.add_argument("--json", type=pathlib.Path, help="write the numbers to this file too")
    options = parser.parse_args(arguments)
    found: dict[str, float] = {}
    for measure in (*(() if options.no_train else (training,)), server, in_process, danger, choices):
        new = measure()
        for name, value in new.items():
            print(f"{name.ljust(52)} {value:10.2f}", flush=True)
        found |= new
    if options.json:
        options.json.write_text(json.dumps(found, indent=1), encoding="utf-8")
    return 0


def quantiles(seconds: Sequence[float], what: str) -> dict[str, float]:
    """Median and 95th percentile in milliseconds."""
    return {f"{what}, p{part}, ms": 1000 * float(np.percentile(seconds, part)) for part in (50, 95)}


def messages(count: int = MESSAGES) -> list[str]:
    """Held-out messages of every style, the same at each run."""
    texts = [one.text for one in twins.asked()]
    return texts[:: max(1, len(texts) // count)][:count]


def training() -> dict[str, float]:
    """Seconds of a whole training into a folder that is thrown away; vectors of known texts are kept, as they always are."""
    with tempfile.TemporaryDirectory(prefix="mooring-") as folder:
        command = (
            "from bot import logs; logs.quiet(); import rasa.model_training as t; "
            f"t.train(domain='domain.yml', config='config.yml', training_files=['{DATA}'], output={folder!r}, force_training=True)"
        )
        started = time.monotonic()
        subprocess.run([sys.executable, "-c", command], cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return {"training, s": time.monotonic() - started}


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def served(port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The server alone, ended afterwards."""
    env = {**os.environ, "RASA_PORT": str(port), "ACTION_URL": "http://127.0.0.1:9/webhook", "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-m", "scripts.serve"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


def post(url: str, body: dict[str, str]) -> dict[str, Any]:
    """The JSON that a route answers."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
    return found


def say(chat: str, token: str, id: str, text: str) -> list[Any]:
    """The replies to one message."""
    replies: list[Any] = post(f"{chat}/message", {"token": token, "id": id, "text": text})["replies"]
    return replies


def server() -> dict[str, float]:
    """Start to first answer, memory after some messages, and what one user waits for over HTTP."""
    import psutil

    port = free_port()
    chat = f"http://127.0.0.1:{port}/webhooks/web"
    started = time.monotonic()
    with served(port) as process:
        first_answer(chat, process, started)
        ready = time.monotonic() - started
        waits = []
        for place, text in enumerate(messages()):
            # A session for each message: one session may not send more than the channel's limit.
            token = str(post(f"{chat}/session", {})["token"])
            asked = time.monotonic()
            say(chat, token, str(place), text)
            waits.append(time.monotonic() - asked)
        memory = psutil.Process(process.pid).memory_info().rss
    return {"server start to first answer, s": ready, "server memory, MB": memory / 1e6, **quantiles(waits, "one message over HTTP")}


def first_answer(chat: str, process: subprocess.Popen[bytes], started: float) -> None:
    """Wait until a message is answered. Raises RuntimeError when that takes too long or the server ends."""
    while time.monotonic() - started < LONGEST and process.poll() is None:
        time.sleep(0.2)
        try:
            with urllib.request.urlopen(f"{chat}/health", timeout=2):
                pass
            if say(chat, str(post(f"{chat}/session", {})["token"]), "ready", "how long does ket withdrawal last?"):
                return
        except OSError:
            continue
    raise RuntimeError(f"the server did not answer within {LONGEST:.0f} s: run `python -m scripts.serve` to see why")


def in_process() -> dict[str, float]:
    """Lines a second on the path of `make ask`, after its start."""
    from bot import ask
    from bot.rasa_parts import assistant

    started = time.monotonic()
    agent = assistant.load()
    loaded = time.monotonic() - started

    async def put() -> float:
        asked = messages()
        await ask.ask(agent, "warm", {"turns": asked[:1]})
        begun = time.monotonic()
        for place, text in enumerate(asked):
            await ask.ask(agent, f"line-{place}", {"turns": [text]})
        return len(asked) / (time.monotonic() - begun)

    return {"make ask, start, s": loaded, "make ask, lines a second": asyncio.run(put())}


def danger() -> dict[str, float]:
    """What the danger check adds to a message that was read already, and what reading costs."""
    from benchmarks import trained

    parts = trained.load()
    texts = messages(200) + [one.text for one in twins.caught()[::10]]
    reads, checks = [], []
    for text in texts:
        begun = time.perf_counter()
        reading = parts.reader.read(text)
        reads.append(time.perf_counter() - begun)
        risk.check(reading, parts.ears)  # the first time fills caches
        begun = time.perf_counter()
        risk.check(reading, parts.ears)
        checks.append(time.perf_counter() - begun)
    return {**quantiles(reads, "reading a message"), **quantiles(checks, "danger check on a message that was read")}


def choices() -> dict[str, float]:
    """The choice of helplines, over all countries and needs."""
    register, now = kept.register(), settings.now()
    pairs = [(code, need) for code in register.countries for need in NEEDS]
    took = []
    for place in range(LOOP):
        code, need = pairs[place % len(pairs)]
        begun = time.perf_counter()
        helplines.choose(register, country=code, need=need, now=now)
        took.append(time.perf_counter() - begun)
    return quantiles(took, "choice of helplines")


if __name__ == "__main__":
    sys.exit(main())
