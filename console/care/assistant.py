"""Ask the assistant's own server to say something, to be silent, or to speak again: the keyed loopback routes of channels/staff.py."""
from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
from typing import Any

from bot.privacy import KeyTrouble
from channels import staff_key

PATIENCE = 8.0  # seconds


class Away(Exception):
    """The server did not answer, or refused the key; nothing is known to have been done."""


def base() -> str:
    """Where the routes are: MOORING_STAFF_URL, else this machine's server."""
    return os.environ.get("MOORING_STAFF_URL") or f"http://127.0.0.1:{os.environ.get('RASA_PORT', '5005')}/webhooks/staff"


def post(act: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """The status and the JSON that a route answered. Raises Away."""
    try:
        headers = {"content-type": "application/json", "authorization": f"Bearer {staff_key.key()}"}
    except KeyTrouble:
        raise Away(f"{act}: the keys cannot be read") from None
    asked = urllib.request.Request(f"{base()}/{act}", json.dumps(body).encode(), headers)
    try:
        with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        if error.code == 409:
            return 409, {}
        raise Away(f"{act}: {error.code}") from None
    except (OSError, ValueError) as error:
        raise Away(f"{act}: {type(error).__name__}") from None


def pause(conversation: str, *, staff: str, name: str) -> bool:
    """Silence the assistant, so that `staff` speaks as `name`; False where a colleague does. Raises Away."""
    return post("pause", {"conversation": conversation, "staff": staff, "name": name})[0] != 409


def say(conversation: str, *, staff: str, text: str, id: str) -> str:
    """Say something once for each `id`: said, gone (the person has left), unsent, on_its_way, or not_speaking.

    Raises Away; then it may have been said all the same, and the same `id` may be tried again.
    """
    status, done = post("say", {"conversation": conversation, "staff": staff, "text": text, "id": id})
    if status == 409:
        return "not_speaking"
    return "said" if done.get("delivered") else "gone" if done.get("gone") else "on_its_way" if done.get("busy") else "unsent"


def resume(conversation: str, *, staff: str, words: str) -> None:
    """Let the assistant speak again, with these words first. Raises Away."""
    post("resume", {"conversation": conversation, "staff": staff, "words": words})


def delete(conversation: str, *, staff: str) -> dict[str, Any]:
    """Delete a conversation, with what the server holds of it in memory; the receipt (`bot.storage.conversations.Receipt`). Raises Away."""
    status, done = post("delete", {"conversation": conversation, "staff": staff})
    receipt = done.get("receipt")
    if status != 200 or not isinstance(receipt, dict):
        raise Away("delete: no receipt")
    return receipt
