"""Choose the right helplines for a country, a need, a person and an hour. Pure: a register and a moment in, lines out.

The order of care: the right need, then whom it is for, then whether it is open. Lines that are open now are shown
first, then websites, then lines whose hours are not known, then closed ones with the hour at which they open. Once the
best are picked, four promises are kept where any fitting line can keep them: something open now, a way to call, a way
to write, and for the young a line made for the young. Where a country has nothing for a need, the nearest right need
is used and `reason` says so. A person whose country is not known never gets the lines of one country.
"""
from __future__ import annotations

import dataclasses
import datetime
import sys
from collections.abc import Collection, Iterator, Sequence

from bot.content import NEEDS
from bot.countries import find_country, place_at_risk
from bot.helpline_files import RegisterError, load_register, read_register
from bot.helpline_ranking import (
    ANY_HOUR,
    BODY,
    LISTENING,
    NEAREST,
    POLICE,
    STAND_INS,
    Candidate,
    Person,
    ranked,
    without,
)
from bot.helpline_types import (
    EUROPE,
    INTERNATIONAL,
    Choice,
    Country,
    CountryMention,
    Helpline,
    Number,
    Register,
)  # fmt: skip
from bot.helpline_words import banned_numbers, describe, links, render
from bot.opening_hours import state

__all__ = (
    "Choice", "Country", "CountryMention", "Helpline", "Register", "RegisterError", "banned_numbers", "choose",
    "describe", "emergency_number", "find_country", "links", "load_register", "place_at_risk", "read_register",
    "region_would_help", "render",
)  # fmt: skip

def choose(
    register: Register,
    *,
    country: str | None,
    need: str,
    about: str = "self",
    age_group: str = "adult",
    now: datetime.datetime,
    languages: Collection[str] = ("en",),
    ways: Sequence[str] = (),
    region: str | None = None,
    limit: int = 3,
) -> list[Choice]:
    """The lines to show, best first. `ways` are those the person can use, out of call, text, chat and whatsapp."""
    if need not in NEEDS:
        raise ValueError(f"there is no need called {need!r}, use one of {', '.join(NEEDS)}")
    if now.tzinfo is None:
        raise ValueError(f"the time {now} has no time zone, give one such as +00:00")
    homes = _homes(register, country)
    if need == "family" or (need == "child_protection" and age_group == "adult"):
        about = "other"
    person = Person(about, age_group, _region(homes[0], region), frozenset(languages), tuple(ways), now)
    exact = _pool(register, homes, need, need, person)
    picked = exact[:limit] if exact else list(_nearest(register, homes, need, person))[:limit]
    if limit == 1:
        picked = sorted(exact, key=lambda one: (one.openness, one.rank))[:1] or picked
    elif person.age == "young" or not _kept(picked, _promises(need, person, ()), person):
        spare = exact[limit:] + list(_alternatives(register, homes, need, person))
        picked = _keep_promises(picked, spare, need, person, limit)
    if homes[-1].code == INTERNATIONAL and len(picked) < min(2, limit) and need not in ("emergency", *BODY):
        picked += without(_pool(register, homes[-1:], "crisis", need, person), picked)[:1]  # the directory of all countries
    picked.sort(key=lambda one: (one.reason == "cannot_wait", one.rank[0], one.openness))
    place = _place(register, country)
    return [_choice(one, need, person, place) for one in picked]


def emergency_number(register: Register, country: str | None, kind: str = "medical") -> str | None:
    """The number of the ambulance (`medical`) or the `police`, where the country and its number are known."""
    if kind not in ("medical", "police"):
        raise ValueError(f"there is no emergency of the kind {kind!r}, use medical or police")
    home = _homes(register, country)[0]
    return home.police_number if kind == "police" else home.ambulance_number


def region_would_help(register: Register, country: str | None, need: str) -> bool:
    """Whether it is worth asking for the nation, state or province: some lines serve parts of the country only."""
    home = _homes(register, country)[0]
    return any(need in line.needs and line.subdivisions and line.confidence != "low" for line in home.lines)


def _homes(register: Register, country: str | None) -> tuple[Country, ...]:
    """Where lines come from: the country alone; Europe and the world; or the world where the country is not ours."""
    country = country or INTERNATIONAL
    world, europe = register.countries[INTERNATIONAL], register.countries[EUROPE]
    if country == EUROPE or (country in register.elsewhere and register.elsewhere[country].eu):
        return europe, world
    return (register.countries.get(country, world),)


def _place(register: Register, country: str | None) -> str | None:
    """The country in words, where it is known."""
    if not country or country == INTERNATIONAL:
        return None
    if country in register.countries:
        return register.countries[country].called
    return register.elsewhere[country].name if country in register.elsewhere else None


def _region(home: Country, region: str | None) -> str | None:
    """The region as the register writes it (SCT and GB-SCT are the same), if it is one of this country."""
    if region and region not in home.regions:
        region = f"{home.code}-{region}"
    return region if region in home.regions else None


def _pool(register: Register, homes: Sequence[Country], need: str, asked: str, person: Person) -> list[Candidate]:
    """The candidates of all homes for a need, best first, with the number of the police where that is meant."""
    found = [one for home in homes for one in ranked(home, need, person)]
    if len(homes) > 1:
        found.sort(key=lambda one: one.rank[:3])
    if need == "emergency" and asked in POLICE:
        found = [_as_police(register, one) for one in found[:1]]
    return [
        dataclasses.replace(one, reason="international") if one.country.code == INTERNATIONAL else one for one in found
    ]


def _as_police(register: Register, one: Candidate) -> Candidate:
    number = one.country.police_number
    if number is None or (one.line.call and one.line.call.number == number):
        return one
    police = dataclasses.replace(
        one.line, name=register.words["police"], what=None, call=Number(number, number), more_numbers=()
    )
    return dataclasses.replace(one, line=police)


def _nearest(register: Register, homes: Sequence[Country], need: str, person: Person) -> Iterator[Candidate]:
    """Where nothing fits: the best of each nearest need in turn, else the world's lines, else the emergency number."""
    world = (register.countries[INTERNATIONAL],)
    steps = ((homes, NEAREST[need]), (world, (need,)), (world, ("crisis",)), (homes, ("emergency",)))
    taken: list[Candidate] = []
    for where, needs in steps:
        pools = [_pool(register, where, near, need, person) for near in needs]
        for turn in range(max(map(len, pools), default=0)):
            for pool in pools:
                for one in without(pool[turn : turn + 1], taken):
                    taken.append(one)
                    yield dataclasses.replace(one, reason=_why_nearest(one, need))
        if taken:
            return


def _why_nearest(one: Candidate, need: str) -> str:
    if one.reason == "international":
        return one.reason
    return "nearest_emergency" if need in BODY and one.need == "emergency" else "nearest"


def _alternatives(register: Register, homes: Sequence[Country], need: str, person: Person) -> Iterator[Candidate]:
    """Lines of other needs that may stand in where the right ones are closed, or reached in one way only."""
    if need in BODY or need == "child_protection":
        for one in _pool(register, homes, "emergency", need, person)[:1]:
            yield dataclasses.replace(one, reason="cannot_wait")
    young = ("youth",) if person.age == "young" and need in LISTENING else ()
    for near in dict.fromkeys((*young, *STAND_INS.get(need, ()))):
        if near != need:
            yield from (dataclasses.replace(one, reason=near) for one in _pool(register, homes, near, need, person))


def _promises(need: str, person: Person, candidates: Sequence[Candidate]) -> list[str]:
    """What the list should hold, if any line can give it."""
    promises = [] if need in ANY_HOUR else ["open_now"]
    if person.ways:
        promises += ["by_voice" if person.ways == ("call",) else "by_text"]
    elif need in LISTENING or need == "emergency":
        promises += ["by_voice", "by_text"]
    if person.age == "young" and need in LISTENING:
        promises += ["for_the_young" if any(one.made_for_the_young() for one in candidates) else "for_youth"]
    return [*promises, "danger"] if need == "child_protection" else promises


def _keep_promises(
    picked: list[Candidate], spare: list[Candidate], need: str, person: Person, limit: int
) -> list[Candidate]:
    """Add, or put in place of the last ones, what is missing; the best line always stays."""
    promises = _promises(need, person, [*picked, *spare])
    while True:
        missing = [promise for promise in promises if not any(one.keeps(promise, person) for one in picked)]
        useful = [one for one in without(spare, picked) if any(one.keeps(promise, person) for promise in missing)]
        if not useful:
            return picked
        best = max(useful, key=lambda one: sum(one.keeps(promise, person) for promise in missing))
        if best.reason in NEEDS:  # it stands in for another need, so the promise is its reason
            kept = next(promise for promise in missing if best.keeps(promise, person))
            best = dataclasses.replace(best, reason="fits" if kept == "for_youth" else kept)
        if len(picked) >= limit:
            needless = _needless(picked, [promise for promise in promises if promise not in missing], person)
            if needless is None:
                return picked
            picked = [one for one in picked if one is not needless]
        picked = [*picked, best]


def _needless(picked: list[Candidate], kept: list[str], person: Person) -> Candidate | None:
    """The last line without which every promise that is kept is still kept."""
    for one in reversed(picked[1:]):
        others = [other for other in picked if other is not one]
        if _kept(others, kept, person):
            return one
    return None


def _kept(picked: Sequence[Candidate], promises: Sequence[str], person: Person) -> bool:
    return all(any(one.keeps(promise, person) for one in picked) for promise in promises)


def _choice(one: Candidate, need: str, person: Person, place: str | None) -> Choice:
    line, regions = one.line, one.country.regions
    return Choice(
        helpline=line,
        reason=one.reason,
        open_now=one.state.open,
        until=one.state.until,
        opens_at=one.state.opens_at,
        need=need,
        serves_need=one.need,
        now=person.now,
        states={way: state(hours, person.now) for way, hours in line.way_hours.items()},
        place=place,
        covers=() if person.region else tuple(regions[region] for region in line.subdivisions),
        say_zone=one.country.many_zones,
        language_needed=not person.languages & {*line.languages},
    )


if __name__ == "__main__":
    from bot.helpline_report import main

    sys.exit(main())
