"""The held-out messages under tests/, in the shapes that measuring needs."""
from __future__ import annotations

import dataclasses
import pathlib
from typing import Any

import yaml

from bot.settings import ROOT

TESTS = ROOT / "tests"


@dataclasses.dataclass(frozen=True)
class Asked:
    """A message and the label that it asks for; `style` is plain, texting, typos, indirect, long, or talk."""

    text: str
    label: str
    style: str


@dataclasses.dataclass(frozen=True)
class Caught:
    """A message in which a danger must be heard."""

    text: str
    danger: str
    level: str
    about: str
    wording: str  # explicit | veiled


def read(path: pathlib.Path) -> Any:
    """A YAML file."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def asked() -> list[Asked]:
    """Other ways of asking for each answer."""
    return [
        Asked(str(text), path.stem, str(style))
        for path in sorted((TESTS / "answers").glob("*/*.yml"))
        for style, texts in read(path).items()
        for text in texts
    ]


def topics() -> dict[str, str]:
    """The topic of each answer."""
    return {path.stem: path.parent.name for path in (TESTS / "answers").glob("*/*.yml")}


def talked() -> list[Asked]:
    """Other ways of saying each turn of talk and each wish."""
    path = TESTS / "dialogue" / "talk_examples.yml"
    return [Asked(str(text), str(label), "talk") for label, texts in read(path).items() for text in texts] if path.exists() else []


def unrelated() -> list[str]:
    """Messages that nothing here fits."""
    return [str(text) for text in read(TESTS / "dialogue" / "unrelated.yml")["unrelated"]]


def caught() -> list[Caught]:
    """What must be heard, of every danger."""
    return [
        Caught(str(one["text"]), path.stem, str(one["level"]), str(one.get("about", "unclear")), str(one.get("wording", "explicit")))
        for path in sorted((TESTS / "risk").glob("*.yml"))
        for one in read(path).get("caught") or []
    ]


def not_caught() -> list[tuple[str, str]]:
    """(danger, message) of near misses that must not be heard as that danger, nor as any other urgent one."""
    return [
        (path.stem, str(one["text"] if isinstance(one, dict) else one))
        for path in sorted((TESTS / "risk").glob("*.yml"))
        for one in read(path).get("not_caught") or []
    ]
