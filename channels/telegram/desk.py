"""Takes updates once, keeps them until they are answered, answers those of one chat in their order, and sends the replies.

Telegram is told that we have an update only when it is in the database, or, where that is away, when it is answered.
So whatever happens in between, the update is either ours or still Telegram's.
"""
from __future__ import annotations

import asyncio
import collections
import contextlib
import dataclasses
import functools
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from bot import logs, privacy
from bot.storage import addresses
from channels import ledger, sending
from channels.limiting import Limiter
from channels.telegram import commands, inbox, parts, updates
from channels.telegram.commands import Outcome
from channels.telegram.inbox import CHANNEL, Waiting
from channels.telegram.outgoing import Outgoing, may_have_arrived
from channels.telegram.parts import Part
from channels.telegram.updates import Note

log = logging.getLogger(__name__)
Reply = Mapping[str, Any]
TRIES = 24  # of one message while Telegram is away: about a quarter of an hour
FIRST_WAIT = 0.5
PUSH_TRIES = 3  # staff wait for these
PER_PERSON, PER_REFUSAL = "40/minute", "1/minute"
REMEMBERED = 10_000  # updates that were answered while the database was away
GRACE = 5.0  # seconds in which the server, when it stops, finishes what is on its way
SLOW = 1.0  # seconds after which the person sees that an answer is on its way


class Mind(Protocol):
    """What the desk asks of the assistant; `channels.telegram.mind` is the real one."""

    async def answer(self, conversation: str, text: str, payload: str | None, update: str) -> list[dict[str, Any]]:
        """The replies to a message or a pressed button; empty only while staff speak. Never raises."""

    async def in_danger(self, text: str) -> bool:
        """Whether the words say that someone is in danger. Never raises."""

    async def payload_of(self, conversation: str, data: str) -> str:
        """The payload behind a button's data. Never raises."""

    async def always_open(self, conversation: str) -> str:
        """The lines that are always open, for the person's country. Never raises."""

    async def delete(self, conversation: str) -> commands.Receipt:
        """Delete everything of a conversation. Raises an error where that failed."""

    async def export(self, conversation: str) -> dict[str, Any]:
        """Everything that is kept of a conversation. Raises an error where that failed."""

    def disclosure(self) -> str:
        """That this is a machine, in the words of every channel."""

    def title(self, payload: str) -> str:
        """The words on a button."""

    def sources(self, ids: Sequence[str]) -> str:
        """Sources as lines of text."""


class Desk:
    """See the module."""

    def __init__(self, mind: Mind, out: Outgoing, *, limits: str = "memory://", first_wait: float = FIRST_WAIT, tries: int = TRIES) -> None:
        """`limits` is where messages are counted; the rest says how patiently a reply is sent again."""
        self._mind, self._out, self._first_wait, self._tries = mind, out, first_wait, tries
        self._words = commands.words()
        self._limiter = Limiter(limits)
        self._queues: dict[str, collections.deque[tuple[Waiting, bool, asyncio.Future[None]]]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._without_database: collections.OrderedDict[int, None] = collections.OrderedDict()
        self._taken, self._stopping = asyncio.Lock(), False
        sending.register(CHANNEL, self.push)

    async def take(self, raw: Any) -> bool:
        """Take one update; whether Telegram may forget it."""
        note = updates.read(raw)
        if note is None:
            return True
        # One at a time, so that what came first is asked first, whichever thread is quicker.
        async with self._taken:
            try:
                waiting = await inbox.written(lambda connection: inbox.take(connection, note, time.time()))
            except Exception as error:
                log.error("An update could not be kept (%s); it is answered before Telegram forgets it.", type(error).__name__)
                return await self._without(note)
            if waiting is not None:
                self._put(waiting, kept=note.kind != "group")
        return True

    async def _without(self, note: Note) -> bool:
        """Answer while the database is away: Telegram keeps the update until we have."""
        if note.update in self._without_database:
            return True
        self._without_database[note.update] = None
        while len(self._without_database) > REMEMBERED:
            self._without_database.popitem(last=False)
        with contextlib.suppress(Exception):
            await self._put(Waiting(privacy.pseudonym(CHANNEL, str(note.chat)), note), kept=False)
            return True
        del self._without_database[note.update]
        return False

    async def resume(self) -> None:
        """Go on with what was taken and not answered before this process began. Never raises."""
        try:
            for waiting in await inbox.written(inbox.unanswered):
                self._put(waiting, kept=True)
        except Exception as error:
            log.error("What was left unanswered could not be read (%s): see that the database and its keys are there.", type(error).__name__)

    async def stop(self, *, grace: float = GRACE) -> None:
        """End the work: what is on its way may go out within `grace` seconds, what is not answered stays in the inbox."""
        self._stopping = True
        if self._workers:
            await asyncio.wait(self._workers, timeout=grace)
        await end(self._workers)

    async def idle(self) -> None:
        """Wait until everything that was taken is done with."""
        while self._workers:
            await asyncio.gather(*self._workers, return_exceptions=True)

    def _put(self, waiting: Waiting, *, kept: bool) -> asyncio.Future[None]:
        """Stand in the line of one's chat."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # Groups have no conversation of their own, and must not wait for each other.
        whose = waiting.conversation if waiting.note.kind != "group" else f"group {waiting.note.chat}"
        line = self._queues.get(whose)
        if line is None:
            line = self._queues[whose] = collections.deque()
            worker = asyncio.create_task(self._work(whose, line))
            self._workers.add(worker)
            worker.add_done_callback(self._workers.discard)
        line.append((waiting, kept, done))
        return done

    async def _work(self, whose: str, line: collections.deque[tuple[Waiting, bool, asyncio.Future[None]]]) -> None:
        while line and not self._stopping:
            waiting, kept, done = line.popleft()
            try:
                with logs.following(waiting.conversation):
                    await self._finish(waiting, kept)
            except Exception as error:
                log.error("An update was not answered (%s).", type(error).__name__)
            if not done.done():
                done.set_result(None)
        del self._queues[whose]

    async def _finish(self, waiting: Waiting, kept: bool) -> None:
        """Find the reply, send it, and be done with the update."""
        note, chat, began, spoken = waiting.note, waiting.note.chat, time.time(), waiting.parts is not None
        done_with = False
        if note.query:
            await self._out.acknowledge(note.query)
        try:
            if waiting.parts is None:
                outcome = await self._slowly(self._outcome_or_words(waiting), chat)
                beside = await self._beside(waiting, outcome)
                said = () if beside and outcome.only_if_done else outcome.parts
                waiting, spoken = dataclasses.replace(waiting, parts=(*said, *beside)), outcome.spoken
                kept = kept and not outcome.forget
            async with sending.turn(waiting.conversation):
                if spoken and waiting.parts and await ledger.staff_speaking(waiting.conversation):
                    await ledger.mark_unsent(waiting.conversation, began)
                else:
                    done_with = await self._send(waiting, kept)
        except sending.Gone:
            await self._try(lambda connection: addresses.gone(connection, waiting.conversation, now=time.time()))
        if note.kind == "group":
            await self._out.leave(chat)
        if kept and not done_with and not self._stopping:
            await self._try(lambda connection: inbox.remove(connection, waiting))

    async def _slowly(self, asked: Any, chat: int) -> Outcome:
        """Wait for the outcome; where that takes long, show that it is coming."""
        task: asyncio.Task[Outcome] = asyncio.ensure_future(asked)
        finished, _ = await asyncio.wait({task}, timeout=SLOW)
        if not finished:
            await self._out.typing(chat)
        return await task

    async def _beside(self, waiting: Waiting, outcome: Outcome) -> list[Part]:
        """What an update does in the chat beside its reply; what is to be said where that failed. Raises Gone."""
        note, conversation, failed = waiting.note, waiting.conversation, list[Part]()
        if note.kind == "press":
            await self._out.remove_buttons(note.chat, note.message)

        async def delete(_: dict[str, Any]) -> None:
            await self._out.delete(note.chat, outcome.take_back)

        async def send_file(_: dict[str, Any]) -> None:
            numbers.append(await self._out.send_file(note.chat, outcome.file, self._words["export_file"], self._words["export"]))

        numbers: list[int] = []
        if outcome.take_back:
            if await sending.send_one(delete, {}, tries=self._tries, first_wait=self._first_wait):
                await self._try(lambda connection: inbox.taken_back(connection, conversation, outcome.take_back))
            else:
                failed += parts.parts_of(self._words["exit_failed"])
        if outcome.file:
            if await sending.send_one(send_file, {}, tries=self._tries, first_wait=self._first_wait):
                await self._try(lambda connection: inbox.note_sent(connection, conversation, [*numbers, note.message], time.time()))
            else:
                failed += parts.parts_of(self._words["not_now"])
        return failed

    async def _send(self, waiting: Waiting, kept: bool) -> bool:
        """Send the parts that have not gone out; whether all have, and the update was removed with the last. Raises Gone."""
        done_with = False
        todo, doubtful = list(waiting.parts or ())[waiting.done :], waiting.doubtful
        for place, part in enumerate(todo, waiting.done + 1):
            if self._stopping:
                return False
            numbers: list[int] = []

            async def send(_: dict[str, Any], part: Part = part, numbers: list[int] = numbers) -> None:
                nonlocal doubtful
                number = await self._taken_before(waiting, part) if doubtful else 0
                try:
                    numbers.append(number or await self._out.send(waiting.note.chat, part))
                    doubtful = False
                except Exception as error:
                    doubtful = may_have_arrived(error)
                    raise

            if not await sending.send_one(send, {}, tries=self._tries, first_wait=self._first_wait):
                return False
            if kept:
                mine = [number for number in (*numbers, waiting.note.message) if number]
                after, last = dataclasses.replace(waiting, done=place), place == len(waiting.parts or ())
                done_with = await self._try(functools.partial(after_sending, waiting=after, messages=mine, last=last)) and last
        return done_with

    async def _taken_before(self, waiting: Waiting, part: Part) -> int:
        """The number of a part that Telegram has taken without our knowing it; 0 where it has not, or where that cannot be known.

        Whoever is in danger gets the words rather twice than not at all, so there nothing is asked. Raises Gone, TelegramError.
        """
        note = waiting.note
        if note.text and await self._mind.in_danger(note.text):
            return 0
        try:
            numbers = await inbox.written(lambda connection: inbox.unknown_numbers(connection, waiting, time.time()))
        except Exception as error:
            log.error("What Telegram may have taken could not be looked up (%s); the reply is sent, perhaps again.", type(error).__name__)
            return 0
        return await self._out.find(note.chat, part, numbers)

    async def push(self, conversation: str, reply: dict[str, Any]) -> bool:
        """Send what nobody asked for just now: words from staff, or that they came or left; whether it went out. Raises Gone."""
        chat = await inbox.written(lambda connection: addresses.find(connection, conversation))
        if chat is None:
            raise sending.Gone("no address")
        if "present" in reply:
            said = self._words["staff_here" if reply["present"] else "staff_left"]
            reply = {"text": said.format(name=reply.get("name") or self._words["someone"])}
        numbers: list[int] = []

        async def send(part: dict[str, Any]) -> None:
            numbers.append(await self._out.send(int(chat), part["part"]))

        try:
            all_out = await sending.send_all(send, [{"part": part} for part in self._parts([reply])], tries=PUSH_TRIES, first_wait=self._first_wait)
        except sending.Gone:
            await self._try(lambda connection: addresses.gone(connection, conversation, now=time.time()))
            raise
        await self._try(lambda connection: inbox.note_sent(connection, conversation, [one for one in numbers if one], time.time()))
        return all_out > 0

    # What to reply

    async def _outcome_or_words(self, waiting: Waiting) -> Outcome:
        """The reply, or that something is wrong. Never raises."""
        try:
            return await self._outcome(waiting)
        except Exception as error:
            log.error("There was no reply to an update (%s); the person is told.", type(error).__name__)
            return Outcome(parts.parts_of(self._words["not_now"]))

    async def _outcome(self, waiting: Waiting) -> Outcome:
        """The reply to one update, and what is to be done beside it."""
        note, conversation = waiting.note, waiting.conversation
        if note.kind == "left":
            await self._try(lambda connection: addresses.gone(connection, conversation, now=time.time()))
            return Outcome()
        if note.kind == "back":
            return Outcome()
        if note.kind == "group":
            link = self._words["group_link"].format(link=f"https://t.me/{self._out.username}") if self._out.username else ""
            return Outcome(parts.parts_of(f"{self._words['group']}\n\n{link}"))
        if note.kind == "edit":
            return Outcome(await self._answer(waiting), spoken=True) if await self._mind.in_danger(note.text) else Outcome()
        if not self._limiter.allows(PER_PERSON, conversation) and not await self._mind.in_danger(note.text or "..."):
            return Outcome(await self._refuse(conversation))
        if note.kind == "media":
            return Outcome(parts.parts_of(f"{self._words['only_text']}\n\n{await self._mind.always_open(conversation)}"))
        if note.kind == "press" and note.data.startswith(commands.OWN):
            return await commands.pressed(note, conversation, self._mind, time.time())
        command = commands.of(note.text) if note.kind == "text" else None
        if command and not await self._mind.in_danger(note.text):
            return await commands.run(command, note, conversation, self._mind, time.time())
        return Outcome(await self._answer(waiting), spoken=True)

    async def _answer(self, waiting: Waiting) -> list[Part]:
        """The assistant's reply as parts."""
        note = waiting.note
        text = commands.rest_of(note.text) if note.kind == "text" else note.text
        payload = await self._mind.payload_of(waiting.conversation, note.data) if note.kind == "press" else None
        replies = await self._mind.answer(waiting.conversation, text, payload, str(note.update))
        notes = [self._words["caption_note"]] * (note.kind == "caption") + [self._mind.disclosure()] * waiting.first
        if replies and notes:
            replies = [*replies[:-1], {**replies[-1], "text": "\n\n".join([replies[-1]["text"], *notes])}]
        return self._parts(replies)

    def _parts(self, replies: Sequence[Reply]) -> list[Part]:
        """Replies as parts; buttons that stand under an earlier reply stay there."""
        found: list[Part] = []
        for reply in replies:
            named = f"{self._words['staff'].format(name=reply['name'])}\n\n" if reply.get("name") else ""
            found += parts.parts_of(named + reply["text"], reply.get("buttons") or (), self._mind.sources(reply.get("sources") or ()))
        return found

    async def _refuse(self, conversation: str) -> list[Part]:
        """The reply to too many messages, once a minute."""
        if not self._limiter.allows(PER_REFUSAL, conversation):
            return []
        return parts.parts_of(f"{self._words['slow_down']}\n\n{await self._mind.always_open(conversation)}")

    async def _try(self, question: Callable[[Any], Any]) -> bool:
        """Write something down, whether that worked; where it fails, people are served all the same."""
        try:
            await inbox.written(question)
            return True
        except Exception as error:
            log.error("Something could not be written down (%s).", type(error).__name__)
            return False


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks and wait until they are over."""
    for task in list(tasks):
        while not task.done():
            # The HTTP client swallows a cancellation that comes at a bad moment, so it is asked again.
            task.cancel()
            await asyncio.wait({task}, timeout=0.2)


def after_sending(connection: Any, *, waiting: Waiting, messages: Sequence[int], last: bool) -> None:
    """Write down that a part has gone out."""
    inbox.note_sent(connection, waiting.conversation, messages, time.time())
    if last:
        inbox.remove(connection, waiting)
    else:
        inbox.keep(connection, waiting)
