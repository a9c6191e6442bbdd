"""Every helpline by country, to find a wrong number quickly and take it out of use."""
from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from bot import kept, settings
from bot.helpline_types import Country, Helpline
from bot.storage import database
from console.care import withdrawn as store
from console.people.doors import needs

LONGEST_QUERY = 80
FEWEST_DIGITS = 3  # of a number that is searched for


@dataclasses.dataclass(frozen=True)
class Row:
    """One line as the page shows it. `out` is its row of `withdrawn`; `state` is fine, due, old (withheld) or unsure (never shown)."""

    line: Helpline
    ways: tuple[str, ...]
    out: Mapping[str, Any] | None
    state: str


@require_safe
@needs("withdraw", "correct")
def lines(request: HttpRequest) -> HttpResponse:
    """The lines that fit `?q=`, by country; `?show=out` leaves those that are out of use."""
    asked = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST_QUERY]
    only_out = request.GET.get("show") == "out"
    with database.reading() as connection:
        out = {row["id"]: row for row in store.listed(connection) if row["kind"] == "helpline"}
    today = settings.now().date()
    places, found = [], 0
    _, whole = kept.both()  # with what is withdrawn
    for country in sorted(whole.countries.values(), key=lambda one: one.name):
        rows = [
            Row(line, tuple(ways_of(line)), out.get(line.id), state_of(line, today))
            for line in country.lines
            if fits(line, country, asked) and (line.id in out or not only_out)
        ]
        found += len(rows)
        if rows:
            places.append((country, rows))
    shown = {"places": places, "q": asked, "only_out": only_out, "found": found, "out": len(out), "open": bool(asked) or only_out}
    return render(request, "staff/care/lines.html", shown)


def ways_of(line: Helpline) -> Iterator[str]:
    """Each way to reach it, as it would be said."""
    for number in (line.call, *line.more_numbers, line.relay):
        if number is not None:
            yield " ".join(part for part in (number.label, number.number, number.then) if part)
    if line.text is not None:
        yield " ".join(part for part in ("text", line.text.word, line.text.number) if part)
    yield from (way for way in (line.whatsapp, line.chat, line.email, line.website) if way)


def state_of(line: Helpline, today: datetime.date) -> str:
    """Whether the assistant would say it, if it is not withdrawn."""
    if line.confidence == "low":
        return "unsure"
    if line.expired(today):
        return "old"
    return "due" if line.check_due() < today else "fine"


def fits(line: Helpline, country: Country, asked: str) -> bool:
    """Whether each word asked for is in its name, its country, its needs or its ways; digits are compared without what stands between."""
    ways = " ".join(ways_of(line))
    held = " ".join((line.id, line.name, line.what or "", country.name, country.code, *line.needs, ways)).casefold()
    digits = "".join(sign for sign in asked if sign.isdigit())
    if len(digits) >= FEWEST_DIGITS and not any(sign.isalpha() for sign in asked):
        return any(digits in "".join(sign for sign in way if sign.isdigit()) for way in ways_of(line))
    return all(word in held for word in asked.casefold().split())
