"""Paths and the clock: the few things that every process of the project shares."""
from __future__ import annotations

import contextlib
import contextvars
import datetime
import pathlib
from collections.abc import Iterator

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
MODELS = ROOT / "models"
LANGUAGE_DATA = DATA / "language"
LANGUAGE_BUILT = MODELS / "language"

_fixed: contextvars.ContextVar[datetime.datetime | None] = contextvars.ContextVar("fixed_clock", default=None)


def now() -> datetime.datetime:
    """The present moment in UTC, or the one that `at` fixed."""
    return _fixed.get() or datetime.datetime.now(datetime.timezone.utc)


@contextlib.contextmanager
def at(moment: datetime.datetime | None) -> Iterator[None]:
    """Fix the clock for tests and for `make ask --at`; None leaves it running."""
    token = _fixed.set(moment)
    try:
        yield
    finally:
        _fixed.reset(token)


def parse_moment(text: str) -> datetime.datetime:
    """An ISO moment such as 2026-11-23T21:00:00Z. Raises ValueError naming the form that is wanted."""
    try:
        moment = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise ValueError(f"{text!r} is not a moment such as 2026-11-23T21:00:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.timezone.utc)
