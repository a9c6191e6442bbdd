"""Take typed values out of a file's mapping and note everything that is wrong, instead of stopping at the first fault."""
from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

PERIOD = re.compile(r"(\d+) days")


class Reader:
    """Takes typed fields out of a mapping, notes what is wrong, and at the end what nobody asked for."""

    def __init__(self, raw: object, where: str, problems: list[str]) -> None:
        self.raw: dict[str, Any] = dict(raw) if isinstance(raw, Mapping) else {}
        self.where, self.problems = where, problems
        if not isinstance(raw, Mapping):
            self.wrong(f"{raw!r} should be a mapping of names to values")

    def wrong(self, what: str) -> None:
        """Note a problem."""
        self.problems.append(f"{self.where}: {what}")

    def text(self, key: str, *, needed: bool = False) -> str | None:
        """A string, or nothing."""
        value = self.raw.pop(key, None)
        if value is None and needed:
            self.wrong(f"`{key}` is missing, add it")
        if value is not None and (not isinstance(value, str) or not value.strip()):
            self.wrong(f"`{key}: {value!r}` should be text, put it in quotes")
            return None
        return value

    def needed(self, key: str) -> str:
        """A string that has to be there."""
        return self.text(key, needed=True) or ""

    def flag(self, key: str, default: bool = False) -> bool:
        """True or false."""
        value = self.raw.pop(key, default)
        if not isinstance(value, bool):
            self.wrong(f"`{key}: {value!r}` should be true or false")
        return value is True

    def texts(self, key: str, *, needed: bool = False) -> tuple[str, ...]:
        """A list of strings."""
        value = self.raw.pop(key, None) or []
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            self.wrong(f"`{key}: {value!r}` should be a list of texts, put numbers and yes or no in quotes")
            return ()
        if needed and not value:
            self.wrong(f"`{key}` is missing, add at least one")
        return tuple(value)

    def one_of(self, key: str, allowed: tuple[str, ...], *, needed: bool = False) -> str | None:
        """One of a few words."""
        value = self.text(key, needed=needed)
        if value is not None and value not in allowed:
            self.wrong(f"`{key}: {value}` is not one of {', '.join(allowed)}")
        return value

    def day(self, key: str, *, needed: bool = False) -> datetime.date | None:
        """A date."""
        value = self.raw.pop(key, None)
        if value is None and needed:
            self.wrong(f"`{key}` is missing, add the day as 2026-11-23")
        if value is not None and type(value) is not datetime.date:
            self.wrong(f"`{key}: {value!r}` is no date, write it as 2026-11-23")
            return None
        return value

    def part(self, key: str) -> Reader | None:
        """A mapping inside, if it is there."""
        value = self.raw.pop(key, None)
        return None if value is None else Reader(value, f"{self.where} {key}", self.problems)

    def parts(self, key: str) -> list[Reader]:
        """A list of mappings."""
        value = self.raw.pop(key, None) or []
        if not isinstance(value, list):
            self.wrong(f"`{key}` should be a list")
            return []
        return [Reader(item, f"{self.where} {key} {place + 1}", self.problems) for place, item in enumerate(value)]

    def mapping(self, key: str) -> dict[str, Any]:
        """A mapping as it is, or an empty one."""
        value = self.raw.pop(key, None) or {}
        if not isinstance(value, dict):
            self.wrong(f"`{key}` should be a mapping of names to values")
            return {}
        return value

    def days(self, key: str) -> datetime.timedelta | None:
        """A period such as `90 days`."""
        value = self.text(key)
        match = PERIOD.fullmatch(value or "")
        if value and not match:
            self.wrong(f"`{key}: {value}` is no period, write it as 90 days")
        return datetime.timedelta(days=int(match[1])) if match else None

    def done(self) -> None:
        """Complain of fields that nobody knows."""
        for key in self.raw:
            self.wrong(f"`{key}` is not a known field, remove it or correct its spelling")
