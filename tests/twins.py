"""The twins of data/: messages that the assistant has not learnt, and what should come of them."""
from __future__ import annotations

import pathlib
from collections.abc import Iterator
from typing import Any

import yaml

TESTS = pathlib.Path(__file__).parent


def read(path: pathlib.Path) -> dict[str, Any]:
    """One twin."""
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def answers() -> Iterator[tuple[str, str, str]]:
    """(id of the answer, manner, message) of every twin of an answer."""
    for path in sorted((TESTS / "answers").rglob("*.yml")):
        for manner, messages in read(path).items():
            yield from ((path.stem, manner, message) for message in messages)


def risks() -> Iterator[tuple[str, dict[str, Any]]]:
    """(danger, row) of every message that must be heard."""
    for path in sorted((TESTS / "risk").glob("*.yml")):
        yield from ((path.stem, row) for row in read(path).get("caught") or [])


def near_misses() -> Iterator[tuple[str, str]]:
    """(danger, message) of every message that must not be taken for danger."""
    for path in sorted((TESTS / "risk").glob("*.yml")):
        yield from ((path.stem, row["text"] if isinstance(row, dict) else row) for row in read(path).get("not_caught") or [])
