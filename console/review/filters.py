"""What somebody looks for in the inbox: read from the address, written back to it, and never trusted."""
from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from console.numbers import whole
from console.review.models import STATUSES

LEVELS = ("emergency", "urgent", "watch")
LENGTHS = {"one": (1, 1), "short": (2, 4), "medium": (5, 14), "long": (15, None)}
LANGUAGES = ("en", "other")  # as bot.storage.conversations guesses them
DECISIONS = ("answer", "clarify", "not_covered", "flow")
NAME = re.compile(r"[\w./ @+-]{1,80}")
CURSOR = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)~([\w.:-]{1,64})")
LONGEST_QUERY = 200


@dataclasses.dataclass(frozen=True)
class Wish:
    """The filters; an empty one filters nothing."""

    q: str = ""
    since: str = ""
    until: str = ""
    channel: str = ""
    length: str = ""
    intent: str = ""
    answer: str = ""
    decision: str = ""
    score_from: str = ""
    score_to: str = ""
    level: str = ""
    danger: str = ""
    country: str = ""
    status: str = ""
    tag: str = ""
    reviewer: str = ""
    feedback: str = ""
    language: str = ""
    unread: str = ""

    def query(self, **more: str) -> str:
        """As it stands in an address."""
        return urlencode({name: value for name, value in {**dataclasses.asdict(self), **more}.items() if value})

    def used(self) -> list[str]:
        """Which filters are set."""
        return [name for name, value in dataclasses.asdict(self).items() if value]


def wish_of(given: Mapping[str, Any]) -> Wish:
    """The filters in an address; what makes no sense is left out."""
    said = {field.name: str(given.get(field.name, "")).replace("\x00", "").strip() for field in dataclasses.fields(Wish)}
    said["q"] = said["q"][:LONGEST_QUERY]
    for name in ("channel", "intent", "answer", "danger", "country", "tag", "reviewer"):
        said[name] = said[name] if NAME.fullmatch(said[name]) else ""
    for name, allowed in (
        ("length", LENGTHS), ("decision", DECISIONS), ("status", STATUSES), ("level", (*LEVELS, "any")), ("feedback", ("up", "down")),
        ("language", LANGUAGES), ("unread", ("1",)),
    ):  # fmt: skip
        said[name] = said[name] if said[name] in allowed else ""
    for name in ("since", "until"):
        said[name] = said[name] if day(said[name]) is not None else ""
    for name in ("score_from", "score_to"):
        number = whole(said[name], most=999)
        said[name] = "" if number is None else str(min(100, number))
    return Wish(**said)


def day(text: str) -> float | None:
    """The first moment of a day such as 2026-11-24, in UTC; None if it is no day."""
    try:
        found = datetime.datetime.combine(datetime.date.fromisoformat(text), datetime.time(), datetime.timezone.utc)
    except ValueError:
        return None
    return found.timestamp()


def cursor_of(text: str) -> tuple[float, str] | None:
    """Where the page before ended; None for the first page, or a forged one."""
    found = CURSOR.fullmatch(text)
    return (float(found[1]), found[2]) if found else None
