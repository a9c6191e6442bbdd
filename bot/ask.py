"""Put messages to the real assistant and print what it does, one JSON line each: how writers try content.

Reads JSON lines `{"text": ...}` or `{"turns": [...]}` with optional "country", "voice" and "at", or plain lines of
text; each line is a fresh conversation. A turn that starts with "/" and is a button offered before is pressed.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import sys
from typing import Any, TextIO

from bot import logs, settings

logs.quiet()  # before Rasa is imported: standard output holds JSON only

from rasa.core.agent import Agent  # noqa: E402

from bot.rasa_parts import assistant  # noqa: E402
from channels import base  # noqa: E402


def main(arguments: list[str] | None = None) -> int:
    """The command: see `--help`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--at", type=settings.parse_moment, help="fix the clock, such as 2026-11-23T21:00:00Z")
    options = parser.parse_args(arguments)
    try:
        agent = assistant.load()
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    return asyncio.run(ask_all(agent, sys.stdin, sys.stdout, options.at))


async def ask_all(agent: Agent, lines: TextIO, out: TextIO, at: Any = None) -> int:
    """Ask every line; the exit status is 1 when a line could not be read."""
    status = 0
    for number, line in enumerate(lines):
        if not line.strip():
            continue
        try:
            asked = read_line(line)
            moment = settings.parse_moment(asked["at"]) if asked.get("at") else at
        except ValueError as error:
            print(json.dumps({"error": f"line {number + 1}: {error}"}), file=out, flush=True)
            status = 1
            continue
        with settings.at(moment):
            print(json.dumps(await ask(agent, f"ask-{number}", asked), ensure_ascii=False), file=out, flush=True)
    return status


def read_line(line: str) -> dict[str, Any]:
    """One line as {"turns": [...]} with what else it holds. Raises ValueError saying what is wanted."""
    if not line.lstrip().startswith("{"):
        return {"turns": [line.strip()]}
    try:
        asked = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON ({error}), write {{\"text\": ...}} or plain text") from error
    turns = asked.get("turns", [asked.get("text")])
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) for turn in turns):
        raise ValueError('"text" must be a text, or "turns" a list of texts')
    return {**asked, "turns": turns}


async def ask(agent: Agent, sender: str, asked: dict[str, Any]) -> dict[str, Any]:
    """One conversation from its first turn to its last."""
    known = {slot: asked[slot] for slot in ("country", "voice") if asked.get(slot)}
    if known:
        await base.set_slots(agent, sender, known)
    turns = []
    for text in asked["turns"]:
        payload = text if text.startswith("/") else None
        replies = await base.answer(agent, base.Incoming(sender, text, payload, "ask"))
        turns.append(await report(agent, sender, text, replies))
    return {"turns": turns}


async def report(agent: Agent, sender: str, text: str, replies: list[dict[str, Any]]) -> dict[str, Any]:
    """What one turn did, in the shape of the issue tracker's `make ask`."""
    tracker = await agent.tracker_store.retrieve(sender)
    data: Any = base.last_understanding(tracker) if tracker else {}
    understood = data.get("understanding") or {}
    risk = [{**{key: found[key] for key in ("danger", "level", "about")}, "why": found["rule"]} for found in data.get("risk") or []]
    acted = [event.action_name for event in tracker.events if hasattr(event, "action_name")] if tracker else []
    cared = "utter_care" in acted[-2:]
    chosen = understood.get("chosen") or []
    return {
        "text": text,
        "risk": risk,
        "intent": chosen[0] if chosen and "/" in chosen[0] else (data.get("intent") or {}).get("name"),
        "answers": [{"id": one["label"], "score": one["score"], "why": one["why"]} for one in understood.get("answers") or []],
        "decision": "risk" if cared else understood.get("decision", "not_covered"),
        "replies": replies,
    }


if __name__ == "__main__":
    sys.exit(main())
