"""The desk in a process of its own, with an assistant that repeats: `python -m channels.telegram.tests.alone URL`. Made to be killed."""
from __future__ import annotations

import asyncio
import sys

from channels.telegram import desk as desks
from channels.telegram.desk import Desk
from channels.telegram.fake_api import TOKEN
from channels.telegram.outgoing import Outgoing
from channels.telegram.tests.conftest import Echo


async def run(url: str) -> None:
    """Answer what was left, then ask for updates until the end."""
    desks.PER_PERSON = "10000/minute"  # what was left by many kills comes at once
    out = Outgoing(TOKEN, url)
    desk, offset = Desk(Echo(), out, first_wait=0.05), 0
    await desk.resume()
    while True:
        for update in await out.poll(offset):
            assert await desk.take(update)
            offset = update["update_id"] + 1


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1]))
