"""Opening hours: how they are read, and what they say at the hours when it matters."""
from __future__ import annotations

import datetime

import pytest

from bot.opening_hours import WEEK_MINUTES, HoursError, parse_hours, state

WEEKEND = ["Mon-Thu 18:00-02:00", "Fri 18:00-24:00", "Sat-Sun 00:00-24:00", "Mon 00:00-06:00"]
NIGHT = ["Mon-Sun 22:00-02:30"]


def at(written: str) -> datetime.datetime:
    """A moment in UTC."""
    return datetime.datetime.fromisoformat(f"{written}+00:00")


@pytest.mark.parametrize(
    ("zone", "written", "now", "is_open", "changes"),
    [
        ("Europe/London", ["Mon-Fri 09:00-17:00"], "2026-11-23T09:00", True, "2026-11-23T17:00"),
        ("Europe/London", ["Mon-Fri 09:00-17:00"], "2026-11-23T17:00", False, "2026-11-24T09:00"),
        ("Europe/London", ["Mon-Fri 09:00-17:00"], "2026-11-27T17:00", False, "2026-11-30T09:00"),
        ("Europe/London", ["Mon-Fri 09:00-17:00"], "2026-06-22T08:00", True, "2026-06-22T16:00"),  # summer time
        ("Europe/London", WEEKEND, "2026-11-27T18:00", True, "2026-11-30T06:00"),  # one stretch, Friday to Monday
        ("Europe/London", WEEKEND, "2026-11-30T06:00", False, "2026-11-30T18:00"),
        ("Europe/London", WEEKEND, "2026-12-01T01:59", True, "2026-12-01T02:00"),
        ("Europe/London", ["Sun 20:00-04:00"], "2026-11-23T03:00", True, "2026-11-23T04:00"),  # Sunday night is Monday
        ("Europe/London", ["Sun 20:00-04:00"], "2026-11-23T04:00", False, "2026-11-29T20:00"),
        ("Asia/Kolkata", ["Mon-Sun 10:00-20:00"], "2026-11-23T04:30", True, "2026-11-23T14:30"),  # half an hour apart
        # The clocks go forward at 01:00 UTC and skip 02:00 to 03:00 in Paris: 02:30 is the jump itself.
        ("Europe/Paris", NIGHT, "2027-03-28T00:59", True, "2027-03-28T01:00"),
        ("Europe/Paris", NIGHT, "2027-03-28T01:00", False, "2027-03-28T20:00"),
        ("Europe/Paris", ["Sun 02:30-05:00"], "2027-03-28T00:59", False, "2027-03-28T01:00"),
        ("Europe/Paris", ["Sun 02:30-05:00"], "2027-03-28T01:00", True, "2027-03-28T03:00"),
        # They go back at 01:00 UTC and show 02:30 twice: it closes at the first and opens at the second.
        ("Europe/Paris", NIGHT, "2026-10-25T00:29", True, "2026-10-25T00:30"),
        ("Europe/Paris", NIGHT, "2026-10-25T01:15", False, "2026-10-25T21:00"),
        ("Europe/Paris", ["Sun 02:30-05:00"], "2026-10-25T00:45", False, "2026-10-25T01:30"),
        ("Australia/Adelaide", ["Mon-Sun 08:30-22:00"], "2026-10-03T22:00", True, "2026-10-04T11:30"),
        ("Australia/Adelaide", ["Mon-Sun 08:30-22:00"], "2026-10-03T21:59", False, "2026-10-03T22:00"),
    ],
)
def test_it_is_open_until_it_closes(zone: str, written: list[str], now: str, is_open: bool, changes: str) -> None:
    found = state(parse_hours(zone, written), at(now))
    moment = found.until or found.opens_at
    assert moment is not None
    assert (found.open, moment.astimezone(datetime.timezone.utc)) == (is_open, at(changes))


@pytest.mark.parametrize(("written", "is_open"), [("24/7", True), ("unknown", None), ("website", None)])
def test_hours_without_times(written: str, is_open: bool | None) -> None:
    found = state(parse_hours("Europe/London", written), at("2026-11-23T03:00"))
    assert (found.open, found.until, found.opens_at) == (is_open, None, None)


@pytest.mark.parametrize("written", [["Mon-Sun 00:00-24:00"], ["Mon-Sun 08:00-08:00"], ["Mon-Sun 06:00-18:00", "Mon-Sun 18:00-06:00"]])
def test_hours_that_never_end_are_always(written: list[str]) -> None:
    assert parse_hours("Europe/London", written).kind == "always"


def test_spans_that_touch_are_one_also_across_the_end_of_the_week() -> None:
    spans = parse_hours("Europe/London", ["Sun 20:00-24:00", "Mon 00:00-04:00"]).spans
    assert spans == ((WEEK_MINUTES - 240, WEEK_MINUTES + 240),)


@pytest.mark.parametrize(
    "written",
    ["always", None, [], ["9-5"], ["Mon 9:00-17:00"], ["Mo 09:00-17:00"], ["Mon 09:00-24:01"], ["Mon 09:60-17:00"], [900]],
)
def test_hours_that_cannot_be_read_are_refused(written: object) -> None:
    with pytest.raises(HoursError):
        parse_hours("Europe/London", written)
