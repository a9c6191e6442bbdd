"""What the tests of the helplines share: the register, today, and the people who ask."""
from __future__ import annotations

import dataclasses
import datetime
import functools
import pathlib
from typing import Any

from bot import helplines
from bot.content import DATA
from bot.helplines import Choice, Register

FOLDER = DATA / "helplines"
TWINS = pathlib.Path(__file__).parent / "helplines"
UTC = datetime.timezone.utc
TODAY = datetime.datetime(2026, 11, 24, 12, tzinfo=UTC)
REGISTER = helplines.load_register(FOLDER)
COUNTRIES = (*REGISTER.countries, *REGISTER.elsewhere, None, "XX")


@functools.lru_cache(maxsize=512)
def checked_on(day: datetime.date) -> Register:
    """The register as if everything had been checked on a day."""
    countries = {}
    for code, home in REGISTER.countries.items():
        fresh = tuple(dataclasses.replace(line, checked_on=day) for line in home.lines)
        countries[code] = dataclasses.replace(home, lines=fresh)
    by_id = {line.id: line for home in countries.values() for line in home.lines}
    return dataclasses.replace(REGISTER, countries=countries, lines=by_id)


def moment(written: str) -> datetime.datetime:
    """A time as a twin writes it."""
    return datetime.datetime.fromisoformat(written.replace("Z", "+00:00"))


def pick(register: Register, country: str | None, row: dict[str, Any]) -> list[Choice]:
    """What the person of a row is given."""
    return helplines.choose(
        register,
        country=country,
        need=row["need"],
        about=row.get("about", "self"),
        age_group=row.get("age", "adult"),
        now=moment(row["at"]),
        languages=row.get("languages", ("en",)),
        ways=row.get("ways", ()),
        region=row.get("region"),
        limit=row.get("limit", 3),
    )
