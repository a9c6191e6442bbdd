"""Filters for staff pages: moments and spans in a reader's words."""
from __future__ import annotations

import datetime
from typing import Any

from django import template
from django.urls import NoReverseMatch, reverse

from bot import settings
from console.people.doors import may

register = template.Library()
MINUTE, HOUR, DAY = 60, 3_600, 86_400


@register.filter
def moment(seconds: float | None) -> str:
    """24 Nov 2026, 14:05 (UTC); a dash for none."""
    when = as_date(seconds)
    return f"{when.day} {when:%b %Y, %H:%M}" if when else "\u2013"


@register.filter
def machine(seconds: float | None) -> str:
    """The same for `<time datetime>`."""
    when = as_date(seconds)
    return when.isoformat(timespec="seconds") if when else ""


@register.filter
def clock(seconds: float | None) -> str:
    """14:05:09 (UTC)."""
    when = as_date(seconds)
    return f"{when:%H:%M:%S}" if when else "\u2013"


@register.filter
def age(seconds: float | None) -> str:
    """How long ago, in one unit: 5 min, 3 h, 2 d. A moment that is still to come counts as now."""
    return span(max(0.0, settings.now().timestamp() - seconds)) if as_date(seconds) and seconds is not None else "\u2013"


@register.filter
def span(seconds: float | None) -> str:
    """A length of time in one unit."""
    if seconds is None:
        return "\u2013"
    for unit, name in ((DAY, "d"), (HOUR, "h"), (MINUTE, "min")):
        if seconds >= unit:
            return f"{int(seconds // unit)} {name}"
    return f"{int(seconds)} s"


@register.filter
def plain(name: str | None) -> str:
    """`not_covered` as "not covered"."""
    return (name or "").replace("_", " ").replace("/", ": ")


@register.filter
def can(user: Any, duty: str) -> bool:
    """Whether a member of staff has a duty: `{% if user|can:"read_all" %}`."""
    return may(user, duty)


@register.simple_tag
def page(name: str, *args: Any) -> str:
    """A page's address, or nothing where this installation has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def as_date(seconds: float | None) -> datetime.datetime | None:
    """Seconds since 1970 as a moment in UTC; None for what no calendar holds."""
    try:
        return datetime.datetime.fromtimestamp(float(seconds), datetime.timezone.utc) if seconds is not None else None
    except (ValueError, OverflowError, OSError):
        return None
