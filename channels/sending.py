"""Sending: in order within a conversation, again when it fails, never to somebody who has gone, and never for ever.

Each channel registers a sender, through which words from staff reach people too.
"""
from __future__ import annotations

import asyncio
import logging
import weakref
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

log = logging.getLogger(__name__)
Reply = dict[str, Any]
Sender = Callable[[str, Reply], Awaitable[bool]]
TRIES = 6
FIRST_WAIT, LONGEST_WAIT = 0.5, 60.0  # seconds between tries, doubled each time
MOST_PATIENCE = 600.0  # seconds that we obey "try again later" in all

_senders: dict[str, Sender] = {}
_drops: dict[str, Callable[[str], Awaitable[None]]] = {}
_turns: weakref.WeakValueDictionary[str, asyncio.Lock] = weakref.WeakValueDictionary()


class Gone(Exception):
    """The person cannot be reached any more: blocked, deleted. Nothing is tried again."""


class Later(Exception):
    """The other side asks for `seconds` of quiet before the next try."""

    def __init__(self, seconds: float) -> None:
        """`seconds` as the other side gave them."""
        super().__init__(f"try again in {seconds:.0f} s")
        self.seconds = seconds


def register(channel: str, sender: Sender) -> None:
    """Name the way to people on a channel: `await sender(conversation, reply)` is True once it has gone out, False where nobody is there now.

    It raises Gone where nobody will be.
    """
    _senders[channel] = sender


def on_delete(channel: str, drop: Callable[[str], Awaitable[None]]) -> None:
    """Name what a channel does when staff delete a conversation of its own: `await drop(conversation)`."""
    _drops[channel] = drop


async def dropped(channel: str, conversation: str) -> None:
    """Let a channel forget a conversation that staff deleted."""
    if channel in _drops:
        await _drops[channel](conversation)


async def push(channel: str, conversation: str, reply: Mapping[str, Any]) -> bool:
    """Send words that the person did not ask for, such as from staff; whether they have gone out. Raises Gone.

    Raises LookupError where the channel has no sender.
    """
    if channel not in _senders:
        raise LookupError(f"{channel} has no way to people: name it in credentials.yml")
    return await _senders[channel](conversation, dict(reply))


def turn(conversation: str) -> asyncio.Lock:
    """The lock of one conversation: whoever holds it may send. It is given in the order in which it was asked for."""
    lock = _turns.get(conversation)
    if lock is None:
        lock = _turns[conversation] = asyncio.Lock()
    return lock


async def send_all(
    send: Callable[[Reply], Awaitable[Any]], replies: Sequence[Reply], *, tries: int = TRIES, first_wait: float = FIRST_WAIT
) -> int:
    """Send replies one after the other, each again until it has gone out; how many went out. Raises Gone.

    After `tries` failures of one reply, it and what follows are given up, so that order is kept.
    """
    for place, reply in enumerate(replies):
        if not await send_one(send, reply, tries=tries, first_wait=first_wait):
            return place
    return len(replies)


async def send_one(send: Callable[[Reply], Awaitable[Any]], reply: Reply, *, tries: int, first_wait: float) -> bool:
    """Send one reply, again after each failure; whether it went out. Raises Gone."""
    failed, obeyed, wait = 0, 0.0, first_wait
    while failed < tries:
        try:
            await send(reply)
            return True
        except Gone:
            raise
        except Later as later:
            obeyed += later.seconds
            if obeyed > MOST_PATIENCE:
                break
            await asyncio.sleep(later.seconds)
        except Exception as error:
            failed += 1
            log.warning("A reply could not be sent (%s), try %s of %s.", type(error).__name__, failed, tries)
            if failed < tries:
                await asyncio.sleep(wait)
            wait = min(wait * 2, LONGEST_WAIT)
    log.error("A reply was given up after %s tries.", failed)
    return False
