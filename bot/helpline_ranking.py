"""Which lines of one country fit a person and a need, and in what order; and which need is nearest to which."""
from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping

from bot.helpline_types import WRITTEN, Country, Helpline
from bot.opening_hours import OpenState, state

OPEN, WEBSITE, NOT_KNOWN, CLOSED = range(4)
ANY_AGE = ("youth", "child_protection")  # an adult may ask these for a child
ANYONE = ("overdose_prevention",)  # a relative may ask for someone who uses

# The nearest right needs, in order, where a country has no line for one.
NEAREST: Mapping[str, tuple[str, ...]] = {
    "emergency": (),
    "crisis": (),
    "drugs": ("treatment_finder", "crisis"),
    "family": ("drugs", "crisis"),
    "poison": ("medical", "emergency"),
    "medical": ("emergency",),
    "domestic_violence": ("emergency", "crisis"),
    "sexual_assault": ("domestic_violence", "crisis", "medical"),
    "child_protection": ("emergency", "youth"),
    "youth": ("crisis",),
    "treatment_finder": ("drugs",),
    "overdose_prevention": ("drugs", "crisis"),
    "peer": (),
}
LISTENING = ("crisis", "drugs", "family", "youth", "domestic_violence", "sexual_assault", "child_protection")
POLICE = ("domestic_violence", "sexual_assault", "child_protection")  # their emergency number is that of the police
BODY = ("medical", "poison")
# Where the right line is closed, or takes calls only, one for these needs may stand in.
STAND_INS: Mapping[str, tuple[str, ...]] = {
    **{need: ("crisis",) for need in LISTENING if need not in ("crisis", "child_protection")},
    "overdose_prevention": ("drugs", "crisis"),
}
ANY_HOUR = ("emergency", "treatment_finder", "peer")  # where a website is as good as an open line


@dataclasses.dataclass(frozen=True)
class Person:
    """Who asks, where and when. `ways` are those the person can use; empty means any."""

    about: str  # self | other
    age: str  # adult | young
    region: str | None
    languages: frozenset[str]
    ways: tuple[str, ...]
    now: datetime.datetime


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A line that fits, what it is offered for, and why; a lower rank is better."""

    line: Helpline
    country: Country
    need: str
    state: OpenState
    openness: int
    rank: tuple[int, ...]
    reason: str = "fits"

    def keeps(self, promise: str, person: Person) -> bool:
        """Whether it gives what a promise asks for."""
        if promise == "open_now":
            return self.openness == OPEN
        if promise == "by_voice":
            return self.line.call is not None
        if promise == "by_text":
            return bool({*self.line.ways()} & {*(person.ways or WRITTEN)})
        if promise == "danger":
            return "emergency" in self.line.needs
        return self.made_for_the_young() if promise == "for_the_young" else "youth" in self.line.needs

    def made_for_the_young(self) -> bool:
        """Whether it is for young people in general, not for some of them."""
        return self.line.serves.age == "young" and not self.line.serves.group


def ranked(country: Country, need: str, person: Person) -> list[Candidate]:
    """The lines of a country for a need that this person may be given, best first, no number twice."""
    fitting = [line for line in country.lines if _meets(line, need, person) and _may_be_given(line, need, person)]
    if person.region is None:
        fitting = _without_regions(fitting, need)
    if any({*line.ways()} & {*person.ways} for line in fitting):  # nobody who cannot call is told to call
        fitting = [line for line in fitting if not line.ways() or {*line.ways()} & {*person.ways}]
    candidates = [_candidate(line, place, country, need, person) for place, line in enumerate(fitting)]
    seen: set[str] = set()
    kept = []
    for candidate in sorted(candidates, key=lambda one: one.rank):
        dial = candidate.line.call.dial if candidate.line.call else None
        if dial is None or dial not in seen:
            kept.append(candidate)
            seen.add(dial or "")
    return kept


def _meets(line: Helpline, need: str, person: Person) -> bool:
    """A child in danger may turn to any line made for children; an adult who fears for one, to those for that."""
    if need in line.needs or need != "child_protection" or person.age != "young":
        return need in line.needs
    return "youth" in line.needs and line.serves.age == "young" and not line.serves.group


def _may_be_given(line: Helpline, need: str, person: Person) -> bool:
    serves = line.serves
    if line.confidence == "low" or line.expired(person.now.date()):
        return False
    if person.region and (person.region in line.not_in or (line.subdivisions and person.region not in line.subdivisions)):
        return False
    if serves.about and serves.about != person.about and need not in ANYONE:
        return False
    return not serves.age or serves.age == person.age or (serves.age == "young" and need in ANY_AGE)


def _without_regions(lines: list[Helpline], need: str) -> list[Helpline]:
    """Lines for the whole country; those for parts of it only where nothing general would be left."""
    wide = [line for line in lines if not line.subdivisions]
    if any(not line.serves.group and need not in line.also for line in wide):
        return wide
    return lines


def _candidate(line: Helpline, place: int, country: Country, need: str, person: Person) -> Candidate:
    now_state = state(line.hours_of(_first_way(line), person.region), person.now)
    usable = [way for way in line.ways() if way in person.ways]
    reached = (openness(line, state(line.hours_of(way, person.region), person.now)) for way in usable)
    open_rank = min(reached, default=openness(line, now_state))
    rank = (
        int(bool(person.ways) and not usable),
        _distance(line, need, person),
        open_rank,
        int(person.region is not None and not line.subdivisions),
        int(not person.languages & {*line.languages}),
        int(line.confidence != "high"),
        place,
    )
    return Candidate(line, country, need, now_state, open_rank, rank)


def openness(line: Helpline, line_state: OpenState) -> int:
    """Open, a website, not known or closed, in the order in which they are shown."""
    if line_state.open is None:
        return WEBSITE if line.hours.kind == "website" else NOT_KNOWN
    return OPEN if line_state.open else CLOSED


def _first_way(line: Helpline) -> str | None:
    return next(iter(line.ways()), None)


def _distance(line: Helpline, need: str, person: Person) -> int:
    """How far a line is from what is needed: other main work, meetings, a group it is for; less if made for the person."""
    serves = line.serves
    return (
        2 * (need in line.also)
        + ("peer" in line.needs and need != "peer")
        + bool(serves.group)
        + (serves.group == "drinking")
        + bool(person.age == "young" and serves.from_age)
        - bool(serves.about == "other" and person.about == "other")
        - bool(serves.age == "young" and person.age == "young")
    )


def without(candidates: Iterable[Candidate], taken: Iterable[Candidate]) -> list[Candidate]:
    """The candidates whose line and number are not among those taken."""
    taken = list(taken)
    ids = {one.line.id for one in taken}
    dials = {one.line.call.dial for one in taken if one.line.call}
    return [one for one in candidates if one.line.id not in ids and not (one.line.call and one.line.call.dial in dials)]
