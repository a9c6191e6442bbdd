"""What must hold for every country, need, person and minute of a leap year."""
from __future__ import annotations

import datetime
import zoneinfo
from typing import Any

from helpline_people import COUNTRIES, REGISTER, TODAY, UTC, checked_on
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import helplines, opening_hours
from bot.content import NEEDS
from bot.helplines import Choice, Register

LEAP_YEAR = st.integers(0, 366 * 24 * 60 - 1).map(
    lambda minute: datetime.datetime(2028, 1, 1, tzinfo=UTC) + datetime.timedelta(minutes=minute)
)
PEOPLE = {
    "country": st.sampled_from(COUNTRIES),
    "need": st.sampled_from(NEEDS),
    "about": st.sampled_from(["self", "other"]),
    "age_group": st.sampled_from(["adult", "young"]),
    "region": st.sampled_from([None, *sorted({region for home in REGISTER.countries.values() for region in home.regions})]),
    "ways": st.sampled_from([(), ("call",), ("text", "chat", "whatsapp")]),
    "limit": st.integers(1, 5),
}


@settings(max_examples=400, deadline=None)
@given(now=LEAP_YEAR, **PEOPLE)
def test_everyone_gets_a_line_that_may_be_given_at_every_minute(now: datetime.datetime, **person: Any) -> None:
    register = checked_on(now.date().replace(day=1))
    chosen = helplines.choose(register, now=now, **person)
    assert 1 <= len(chosen) <= person["limit"]
    assert len({choice.helpline.id for choice in chosen}) == len(chosen)
    for choice in chosen:
        is_allowed(choice, register, person, now)
    by_hour = [choice.open_now is True for choice in chosen if choice.reason != "cannot_wait"]
    assert person["ways"] or by_hour == sorted(by_hour, reverse=True)


def is_allowed(choice: Choice, register: Register, person: dict[str, Any], now: datetime.datetime) -> None:
    """Fails where a line is of another country, of low confidence, too old, banned, or not open when said to be."""
    line, country = choice.helpline, person["country"]
    outside = country not in REGISTER.countries or country == "EU"
    eu = country == "EU" or (country in REGISTER.elsewhere and REGISTER.elsewhere[country].eu)
    assert line.country in ({country, "ZZ"} if not outside else {"ZZ", "EU"} if eu else {"ZZ"})
    assert line.confidence != "low"
    assert not line.expired(now.date())
    assert not helplines.banned_numbers(register, "\n".join(helplines.describe(choice, register.words)), line.country)
    home = REGISTER.countries[line.country]
    region = person["region"] if person["region"] in home.regions else None
    if region:
        assert not line.subdivisions or region in line.subdivisions
        assert region not in line.not_in
    if choice.open_now:
        hours = line.hours_of(next(iter(line.ways()), None), region)
        assert hours.kind == "always" or wall_clock_is_in(hours, now)
        assert choice.until is None or choice.until > now
    elif choice.open_now is False:
        assert choice.opens_at is not None and choice.opens_at > now


def wall_clock_is_in(hours: opening_hours.Hours, now: datetime.datetime) -> bool:
    """Whether the clock on the wall shows a minute of the opening hours; a second way to reckon them."""
    wall = now.astimezone(zoneinfo.ZoneInfo(hours.zone))
    minute = wall.weekday() * 1440 + wall.hour * 60 + wall.minute
    return any(start <= minute + week < end for start, end in hours.spans for week in (0, 7 * 1440))


@settings(max_examples=300, deadline=None)
@given(now=LEAP_YEAR, line=st.sampled_from([one for one in REGISTER.lines.values() if one.hours.kind == "times"]))
def test_open_and_closed_follow_the_clock_on_the_wall(now: datetime.datetime, line: helplines.Helpline) -> None:
    found = opening_hours.state(line.hours, now)
    day = datetime.timedelta(hours=26)
    zone = zoneinfo.ZoneInfo(line.hours.zone)
    steady = (now - day).astimezone(zone).utcoffset() == (now + day).astimezone(zone).utcoffset()
    if found.open or steady:
        assert found.open is wall_clock_is_in(line.hours, now)


@settings(max_examples=200, deadline=None)
@given(days=st.integers(0, 1500), **PEOPLE)
def test_nothing_too_old_is_given_and_nobody_is_left_without(days: int, **person: Any) -> None:
    now = TODAY + datetime.timedelta(days=days)
    chosen = helplines.choose(REGISTER, now=now, **person)
    assert chosen
    for choice in chosen:
        is_allowed(choice, REGISTER, person, now)
