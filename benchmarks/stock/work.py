"""What runs in a process of its own: train one pipeline, or put messages to what was trained. Started by stock_pipeline.py.

    python -m benchmarks.stock.work train CONFIG FOLDER    writes the model into FOLDER and the figures to standard output
    python -m benchmarks.stock.work ask MODEL < MESSAGES   messages as a JSON list; what was told of each and the figures come out
"""
from __future__ import annotations

import asyncio
import contextlib
import functools
import json
import os
import pathlib
import sys
import time
from collections.abc import Sequence
from typing import Any

from bot import logs

os.environ["RASA_MAX_CACHE_SIZE"] = "0"  # a part that Rasa remembers from an earlier training would cost no time
logs.quiet()

WARM = "how long does this last?"


def main(arguments: Sequence[str]) -> int:
    """The command."""
    kind, *rest = arguments
    with contextlib.redirect_stdout(sys.stderr):  # Rasa prints what it does
        found = train(*map(pathlib.Path, rest)) if kind == "train" else asyncio.run(ask(pathlib.Path(rest[0]), json.load(sys.stdin)))
    json.dump(found, sys.stdout)
    return 0


def train(config: pathlib.Path, folder: pathlib.Path) -> dict[str, Any]:
    """Train what `config` says, from nothing."""
    os.nice(19)
    import rasa.model_training

    from bot.rasa_parts import selector, vectors

    # In place of the vectors that our own trainings keep: none are known at the start of this one.
    selector.vectors_of = functools.partial(vectors.vectors_of, kept=folder / "vectors.npz")  # type: ignore[attr-defined]
    begun, spent = time.monotonic(), time.process_time()
    model = rasa.model_training.train_nlu(str(config), str(config), str(folder))
    return {"seconds": time.monotonic() - begun, "processor_seconds": time.process_time() - spent, "model": pathlib.Path(model).name}


async def ask(model: pathlib.Path, texts: list[str]) -> dict[str, Any]:
    """What the model tells of each message, how long each took, and the memory of this process at the end."""
    import psutil
    from rasa.core.agent import Agent

    agent = Agent.load(str(model))
    await agent.parse_message(WARM)
    told, seconds = [], []
    for text in texts:
        begun = time.perf_counter()
        told.append(await agent.parse_message(text))
        seconds.append(time.perf_counter() - begun)
    memory = psutil.Process().memory_info().rss
    return {"told": [kept(one) for one in told], "seconds": seconds, "memory": memory}


def kept(told: dict[str, Any]) -> dict[str, Any]:
    """Of all that Rasa tells of a message, what the comparison reads."""
    ranking = told.get("response_selector", {}).get("default", {}).get("ranking", [])
    return {
        "intent": told["intent"]["name"],
        "ranking": [[one["intent_response_key"], one["confidence"]] for one in ranking],
        "understanding": told.get("understanding"),
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
