"""What the commands do. A command is only a way of asking: whoever adds words to it, or is in danger, is read as anybody else."""
from __future__ import annotations

import dataclasses
import datetime
import functools
import json
import logging
import re
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import yaml

from bot import keeping
from bot.settings import ROOT
from channels.telegram import inbox, parts
from channels.telegram.parts import Part
from channels.telegram.updates import Note

if TYPE_CHECKING:
    from channels.telegram.desk import Mind

log = logging.getLogger(__name__)
OWN = "!"  # begins what our own buttons carry
KEEP = f"{OWN}keep/"
COMMAND = re.compile(r"/([a-z]+)(?:@\w+)?(?:\s+(.*))?", re.IGNORECASE | re.DOTALL)
ASK_LIFE = 3600.0  # seconds in which a question about deleting may be answered
# Commands that ask what a button asks, and so are answered by the assistant like that button.
ASKING = {"human": "/flow/talk_to_human", "country": "/flow/change_country", "plan": "/flow/safety_plan"}
WORDY = 3  # words after a command from which it is a message


@dataclasses.dataclass(frozen=True)
class Outcome:
    """The reply to an update and what goes with it: messages to delete, a file to send, nothing to be kept.

    `spoken` says that these are the assistant's words, which are not sent once staff speak; `only_if_done` that they hold
    only if the messages could be deleted.
    """

    parts: Sequence[Part] = ()
    take_back: Sequence[int] = ()
    file: bytes = b""
    forget: bool = False
    spoken: bool = False
    only_if_done: bool = False


@dataclasses.dataclass(frozen=True)
class Receipt:
    """What a deletion did: its name, whether an open danger stays without its pseudonym, and whether the law forbade it."""

    id: str
    kept: bool
    held: bool = False


@functools.lru_cache(maxsize=1)
def words() -> Mapping[str, Any]:
    """What only Telegram says."""
    found: Mapping[str, Any] = yaml.safe_load((ROOT / "channels" / "telegram" / "words.yml").read_text(encoding="utf-8"))
    return found


def registered() -> list[tuple[str, str]]:
    """The commands and their descriptions, as Telegram shows them."""
    return list(words()["commands"].items())


def of(text: str) -> str | None:
    """The command that a message is, or None where it is a message like any other."""
    match = COMMAND.fullmatch(text.strip())
    name = match[1].lower() if match else ""
    if not match or name not in words()["commands"]:
        return None
    rest = match[2] or ""
    takes_words = name == "country" and bool(rest.strip())
    return None if takes_words or len(rest.split()) >= WORDY else name


def rest_of(text: str) -> str:
    """A message without the command before it."""
    match = COMMAND.fullmatch(text.strip())
    return match[2] if match and match[2] and match[1].lower() in words()["commands"] else text


async def run(name: str, note: Note, conversation: str, mind: Mind, now: float) -> Outcome:
    """Do what a command says. Never raises: where something is away, the person is told."""
    say = words()
    try:
        if name == "start":
            return Outcome(parts.parts_of(f"{mind.disclosure()}\n\n{say['start']}", buttons(mind, "/flow/find_helpline", *ASKING.values())))
        if name == "help":
            listed = "\n".join(f"/{command}: {what}" for command, what in registered())
            return Outcome(parts.parts_of(f"{say['help']}\n\n{listed}", buttons(mind, "/flow/find_helpline", *ASKING.values())))
        if name == "privacy":
            return Outcome(await _privacy(conversation, now))
        if name == "delete":
            answers = [(say[f"delete_{what}"], what) for what in ("data", "all", "no")]
            return Outcome(parts.parts_of(say["delete_ask"], [{"title": t, "payload": f"{OWN}delete/{w}/{int(now)}"} for t, w in answers]))
        if name == "export":
            found = await mind.export(conversation)
            if not found:
                return Outcome(parts.parts_of(say["export_nothing"]))
            return Outcome(file=json.dumps(found, ensure_ascii=False, indent=1).encode("utf-8", "replace"))
        if name == "exit":
            mine = await _take_back(conversation)
            return Outcome(parts.parts_of(say["exit"]), take_back=[*mine, note.message], only_if_done=True)
        replies = await mind.answer(conversation, mind.title(ASKING[name]), ASKING[name], str(note.update))
        said = [part for reply in replies for part in parts.parts_of(reply["text"], reply["buttons"], mind.sources(reply["sources"]))]
        return Outcome(said, spoken=True)
    except Exception as error:
        return Outcome(_not_now(name, error))


async def pressed(note: Note, conversation: str, mind: Mind, now: float) -> Outcome:
    """A button of our own: the answer to the question about deleting, or about keeping. Never raises."""
    say = words()
    if note.data.startswith(KEEP):
        return Outcome(await _keep(note.data == f"{KEEP}yes", conversation, now))
    _, _, rest = note.data.partition("/")
    what, _, asked_at = rest.partition("/")
    if not re.fullmatch("[0-9]{1,12}", asked_at) or now - int(asked_at) > ASK_LIFE:
        return Outcome(parts.parts_of(say["delete_old"]))
    if what not in ("data", "all"):
        return Outcome(parts.parts_of(say["kept_it"]))
    try:
        mine = await _take_back(conversation) if what == "all" else []
        receipt = await mind.delete(conversation)
    except Exception as error:
        return Outcome(_not_now("delete", error))
    if receipt.held:
        return Outcome(parts.parts_of(say["deleted_held"]), take_back=mine)
    told = [say["deleted"], say["deleted_kept"] if receipt.kept else "", say["deleted_receipt"].format(receipt=receipt.id), say["deleted_chat"]]
    return Outcome(parts.parts_of("\n\n".join(one for one in told if one)), take_back=mine, forget=True)


async def _privacy(conversation: str, now: float) -> list[Part]:
    """What is kept and for how long, with the buttons to agree to more or to take that back, for whom they are."""
    found = await inbox.written(lambda connection: keeping.of(connection, conversation))
    say = words()
    if found is None or not (found.may_agree or found.consent == "keep"):
        return parts.parts_of(f"{say['privacy']}\n\n{say['keep_day']}")
    held = {"days": f"{found.days:g}", "age": found.age}
    if found.consent == "keep":
        return parts.parts_of(f"{say['privacy']}\n\n{say['keep_agreed'].format(**held)}", [{"title": say["keep_back"], "payload": f"{KEEP}no"}])
    yes = say["keep_yes_age" if found.age else "keep_yes"].format(**held)
    asked = say["keep_day"] if found.consent == "refused" else f"{say['keep_day']} {say['keep_ask'].format(**held)}"
    choices = [{"title": yes, "payload": f"{KEEP}yes"}] + ([] if found.consent == "refused" else [{"title": say["keep_no"], "payload": f"{KEEP}no"}])
    return parts.parts_of(f"{say['privacy']}\n\n{asked}", choices)


async def _keep(yes: bool, conversation: str, now: float) -> list[Part]:
    """Note a yes or a no to keeping, and say so. The button for a yes says the age."""
    say = words()
    try:
        before = await inbox.written(lambda connection: keeping.of(connection, conversation))
        noted = await inbox.written(lambda connection: keeping.decide(connection, conversation, yes, of_age=True, now=now))
    except Exception as error:
        return _not_now("keep", error)
    if not noted or before is None:
        return parts.parts_of(say["keep_day"])
    told = "keep_receipt" if yes else "keep_taken_back" if before.consent == "keep" else "keep_refused"
    moment = datetime.datetime.fromtimestamp(now, datetime.timezone.utc)
    return parts.parts_of(say[told].format(days=f"{before.days:g}", moment=f"{moment:%d %B %Y, %H:%M} UTC"))


async def _take_back(conversation: str) -> list[int]:
    return await inbox.written(lambda connection: inbox.to_take_back(connection, conversation, time.time()))


def _not_now(name: str, error: Exception) -> list[Part]:
    log.error("/%s could not be done (%s).", name, type(error).__name__)
    return parts.parts_of(words()["not_now"])


def buttons(mind: Mind, *payloads: str) -> list[dict[str, str]]:
    """Buttons for payloads, in the words that they have everywhere."""
    return [{"title": mind.title(payload), "payload": payload} for payload in payloads]
