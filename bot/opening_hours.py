"""When a helpline answers: hours as people write them, read on the clock of the place that keeps them.

Hours are `24/7`, `website` (nobody answers, it is always there), `unknown`, or a list such as `Mon-Fri 09:00-17:00`.
An end at or before its start runs past midnight. Unknown hours are never called open. Where the clocks change, the
earlier of two possible closing times counts and the later of two opening times: "open" must mean open.
"""
from __future__ import annotations

import dataclasses
import datetime
import re
import zoneinfo
from collections.abc import Iterable

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_MINUTES = 24 * 60
WEEK_MINUTES = 7 * DAY_MINUTES
MINUTE = datetime.timedelta(minutes=1)
UTC = datetime.timezone.utc
SPAN = re.compile(r"(?P<days>[A-Za-z,-]+) (?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)")
Span = tuple[int, int]  # minutes since Monday 00:00; the end may lie in the next week


class HoursError(ValueError):
    """Hours that cannot be read; the message says what is wrong and what to do."""


@dataclasses.dataclass(frozen=True)
class Hours:
    """Opening hours in one time zone. `kind` is always, times, unknown or website; `spans` are for times only."""

    zone: str
    kind: str
    spans: tuple[Span, ...] = ()


@dataclasses.dataclass(frozen=True)
class OpenState:
    """Whether it is open (None: not known), and until when, or when it opens, on the clock of the place."""

    open: bool | None
    until: datetime.datetime | None = None
    opens_at: datetime.datetime | None = None


def parse_hours(zone: str, written: object) -> Hours:
    """Read hours as written in the register."""
    try:
        zoneinfo.ZoneInfo(zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise HoursError(f"no time zone is called {zone!r}, use an IANA name such as Europe/London") from None
    if written in ("24/7", "unknown", "website"):
        return Hours(zone, "always" if written == "24/7" else str(written))
    if not isinstance(written, list) or not written:
        raise HoursError(f"hours {written!r} are not 24/7, unknown, website or a list of times")
    spans = _merge(span for line in written for span in _read_line(str(line)))
    if spans == ((0, WEEK_MINUTES),):
        return Hours(zone, "always")
    return Hours(zone, "times", spans)


def state(hours: Hours, now: datetime.datetime) -> OpenState:
    """Whether the place is open at a moment, given with its time zone."""
    if hours.kind == "always":
        return OpenState(True)
    if hours.kind != "times":
        return OpenState(None)
    zone = zoneinfo.ZoneInfo(hours.zone)
    moment = now.astimezone(UTC)
    today = now.astimezone(zone).date()
    monday = today - datetime.timedelta(days=today.weekday())
    opens = []
    for week in (-1, 0, 1):
        for start, end in hours.spans:
            if week == -1 and end <= WEEK_MINUTES:
                continue
            begins = max(_moments(monday, week * WEEK_MINUTES + start, zone))
            if begins > moment:
                opens.append(begins)
                continue
            ends = min(_moments(monday, week * WEEK_MINUTES + end, zone))
            if moment < ends:
                return OpenState(True, until=ends.astimezone(zone))
    return OpenState(False, opens_at=min(opens).astimezone(zone))


def _read_line(line: str) -> Iterable[Span]:
    match = SPAN.fullmatch(line)
    if not match:
        raise HoursError(f"{line!r} is not like 'Mon-Fri 09:00-17:00'")
    start, end = (_minute(match[side]) for side in ("start", "end"))
    for day in _days(match["days"]):
        base = day * DAY_MINUTES
        yield base + start, base + end + (DAY_MINUTES if end <= start else 0)


def _minute(clock: str) -> int:
    hour, minute = (int(part) for part in clock.split(":"))
    if minute > 59 or hour * 60 + minute > DAY_MINUTES:
        raise HoursError(f"{clock!r} is no time of day")
    return hour * 60 + minute


def _days(written: str) -> list[int]:
    days: list[int] = []
    for part in written.split(","):
        first, _, last = part.partition("-")
        if first not in DAYS or (last or first) not in DAYS:
            raise HoursError(f"{part!r} is no day, use {' '.join(DAYS)}")
        begin, finish = DAYS.index(first), DAYS.index(last or first)
        if finish < begin:
            raise HoursError(f"{part!r} runs backwards, name the days from Monday to Sunday")
        days.extend(range(begin, finish + 1))
    return days


def _merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Join spans that touch or overlap, also from Sunday night into Monday."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    while len(merged) > 1 and merged[-1][1] - WEEK_MINUTES >= merged[0][0]:
        start, end = merged.pop(0)
        merged[-1] = (merged[-1][0], max(merged[-1][1], end + WEEK_MINUTES))
    if merged[0][1] - merged[0][0] >= WEEK_MINUTES:
        return ((0, WEEK_MINUTES),)
    return tuple(merged)


def _moments(monday: datetime.date, minute: int, zone: datetime.tzinfo) -> list[datetime.datetime]:
    """The moment that a wall clock means; two where it shows the time twice, the jump where it skips the time."""
    day, minute = divmod(minute, DAY_MINUTES)
    wall = datetime.datetime.combine(monday + datetime.timedelta(days=day), datetime.time(minute // 60, minute % 60))
    first, second = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    return [_jump(second, first, zone)] if second < first else [first, second]


def _jump(before: datetime.datetime, after: datetime.datetime, zone: datetime.tzinfo) -> datetime.datetime:
    """The moment between two at which the clocks go forward."""
    old = before.astimezone(zone).utcoffset()
    while after - before > MINUTE:
        middle = before + (after - before) // 2
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == old else (before, middle)
    return after.replace(second=0, microsecond=0)
