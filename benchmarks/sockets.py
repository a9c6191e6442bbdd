"""Many people chat over sockets at once, on a server of its own: is anything lost or doubled, and how long do they wait?

    python -m benchmarks.sockets [--people 200] [--messages 3]

Each person writes, waits for the answer, thinks for a moment, and writes again. Needs the trained model.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import random
import statistics
import sys
import time

from bot.settings import ROOT

sys.path.insert(0, str(ROOT / "tests"))

from served import Served, Tab  # type: ignore[import-not-found]  # noqa: E402

WORDS = ("how long does ket withdrawal last?", "thanks", "what helps with cravings?", "is it my fault?", "my son uses ketamine", "I cannot sleep")
THINKING = (0.5, 4.0)  # seconds between an answer and the next message
PATIENCE = 120  # seconds for one answer


async def chat(served: Served, messages: int, waits: list[float]) -> dict[str, int]:
    """One person's conversation: how many replies were lost, doubled and out of order."""
    tab = Tab(served)
    await asyncio.sleep(random.uniform(0, THINKING[1]))
    await connect(tab)
    for number in range(messages):
        began = time.monotonic()
        told = await asyncio.wait_for(tab.say(str(number), random.choice(WORDS)), PATIENCE)
        waits.append(time.monotonic() - began)
        if not told["ok"]:
            raise SystemExit(f"a message was refused: {told['error']}")
        await asyncio.sleep(random.uniform(*THINKING))
    answered, seqs = [line["reply_to"] for line in tab.lines()], [line["seq"] for line in tab.lines()]
    await tab.drop()
    lost = sum(str(number) not in answered for number in range(messages))
    doubled = len(seqs) - len(set(seqs)) + sum(answered.count(str(number)) > 1 for number in range(messages))
    return {"lost": lost, "doubled": doubled, "disordered": int(seqs != sorted(seqs))}


async def connect(tab: Tab) -> None:
    """Open a session; a connection that fails is tried again, as every client does."""
    for wait in (1, 2, 4, 8, None):
        try:
            await tab.open()
            return
        except Exception:
            if wait is None:
                raise
            await tab.drop()
            await asyncio.sleep(wait)


async def measure(served: Served, people: int, messages: int) -> dict[str, object]:
    """All of them at once."""
    waits: list[float] = []
    began = time.monotonic()
    found = await asyncio.gather(*(chat(served, messages, waits) for _ in range(people)))
    took = time.monotonic() - began
    totals = {key: sum(each[key] for each in found) for key in ("lost", "doubled", "disordered")}
    pace = {"seconds": round(took, 1), "messages_a_second": round(len(waits) / took, 1)}
    wait = {"p50": round(statistics.median(waits), 3), "p95": round(statistics.quantiles(waits, n=20)[-1], 3), "worst": round(max(waits), 3)}
    return {"people": people, "messages": len(waits), **totals, **pace, **wait}


def main() -> int:
    """Print one JSON line; 1 where something was lost, doubled or out of order."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--messages", type=int, default=3)
    options = parser.parse_args()
    served = Served()
    try:
        served.start()
        found = asyncio.run(measure(served, options.people, options.messages))
    finally:
        served.stop()
    print(json.dumps(found))
    return int(bool(found["lost"] or found["doubled"] or found["disordered"]))


if __name__ == "__main__":
    sys.exit(main())
