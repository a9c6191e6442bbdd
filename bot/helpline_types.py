"""The shapes of the helpline register: what a country's file holds once it is read and checked."""
from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from typing import Any

from bot.opening_hours import Hours, OpenState

INTERNATIONAL = "ZZ"
EUROPE = "EU"
WRITTEN = ("text", "chat", "whatsapp")  # ways that are not a voice call and are answered by a person
WAYS = ("call", *WRITTEN)


@dataclasses.dataclass(frozen=True)
class Number:
    """A number to call. `then` is what to do once connected, such as press 2; without `dial` it is no telephone."""

    number: str
    dial: str | None
    label: str | None = None
    then: str | None = None
    low: bool = False  # kept for checking, never shown


@dataclasses.dataclass(frozen=True)
class Text:
    """A number to text: a `word` to send as it is, or what to `say` in it."""

    number: str
    word: str | None = None
    say: str | None = None


@dataclasses.dataclass(frozen=True)
class Serves:
    """Whom a line is for; empty fields mean everyone. `about: other` is for families and friends."""

    about: str | None = None  # self | other
    age: str | None = None  # adult | young
    group: str | None = None  # such as women, veterans or drinking
    from_age: int | None = None


@dataclasses.dataclass(frozen=True)
class Helpline:
    """One service, with everything needed to show it and to check it again."""

    id: str
    country: str
    name: str
    what: str | None  # what it is, where the name does not tell
    needs: tuple[str, ...]
    also: tuple[str, ...]  # those of `needs` that are not its main work
    audience: str | None
    serves: Serves
    subdivisions: tuple[str, ...]
    not_in: tuple[str, ...]
    call: Number | None
    more_numbers: tuple[Number, ...]
    relay: Number | None
    text: Text | None
    chat: str | None
    whatsapp: str | None
    email: str | None
    website: str | None
    hours: Hours
    regional_hours: Mapping[str, Hours]
    way_hours: Mapping[str, Hours]
    languages: tuple[str, ...]
    cost: str
    cost_note: str | None
    privacy: str | None
    privacy_note: str | None
    caution: str | None
    note: str | None  # for the person who checks the entry, never shown
    source_url: str
    source_kind: str
    source_date: datetime.date | None  # what the source itself is dated, where that was seen
    checked_on: datetime.date
    checked_by: str  # register | person
    check_in: datetime.timedelta
    confidence: str  # high | medium | low; low is kept for checking and never shown

    def ways(self) -> tuple[str, ...]:
        """The ways in which a person answers, voice first."""
        has = {"call": self.call, "text": self.text, "chat": self.chat, "whatsapp": self.whatsapp}
        return tuple(way for way in WAYS if has[way])

    def hours_of(self, way: str | None = None, region: str | None = None) -> Hours:
        """The hours of one way of reaching it, else those of the line, in a region where they differ."""
        if way and way in self.way_hours:
            return self.way_hours[way]
        return self.regional_hours.get(region or "", self.hours)

    def check_due(self) -> datetime.date:
        """The day on which the entry should be checked again."""
        return self.checked_on + self.check_in

    def never_withheld(self) -> bool:
        """Emergency numbers and the international directory stay, however old their check is."""
        return "emergency" in self.needs or self.country == INTERNATIONAL

    def expired(self, today: datetime.date) -> bool:
        """Whether its check is so old that it is withheld: past twice its period."""
        return not self.never_withheld() and self.checked_on + 2 * self.check_in < today


@dataclasses.dataclass(frozen=True)
class DoNotUse:
    """A number that is dead, wrong or dangerous to give in this country, and the line to give instead."""

    country: str
    number: str
    reason: str
    use_instead: str


@dataclasses.dataclass(frozen=True)
class HowToEnter:
    """How treatment is entered in a country, as far as the sources say."""

    say: tuple[str, ...]
    cost: str  # free | mixed | unknown
    self_referral: str  # usual | unknown
    finder: str | None
    finder_by_region: Mapping[str, str]
    sources: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Country:
    """A country of the register, with its lines in the order in which we would rather show them."""

    code: str
    name: str
    called: str  # inside a sentence: the UK
    many_zones: bool
    ambulance_number: str | None
    police_number: str | None
    how_to_enter: HowToEnter
    regions: Mapping[str, str]
    lines: tuple[Helpline, ...]
    do_not_use: tuple[DoNotUse, ...]


@dataclasses.dataclass(frozen=True)
class Elsewhere:
    """A country that we know of and have no lines for. Where `eu` is true the European lines work."""

    code: str
    name: str
    eu: bool


@dataclasses.dataclass(frozen=True)
class Place:
    """What a word may mean: a country, perhaps a region, and how far the word can be trusted."""

    country: str
    region: str | None
    kind: str  # words | careful | unsure | people | alone


@dataclasses.dataclass(frozen=True)
class Gazetteer:
    """The words for places, from all files."""

    places: Mapping[str, tuple[Place, ...]]  # by folded words
    by_letter: Mapping[str, tuple[str, ...]]  # names long enough to be misspelt, by first letter
    unspaced: tuple[str, ...]  # names in scripts without spaces between words
    covered: frozenset[str]
    known: frozenset[str]  # covered and elsewhere
    calling_codes: Mapping[str, str]
    ordinary_words: frozenset[str]  # never taken for a misspelt place


@dataclasses.dataclass(frozen=True)
class CountryMention:
    """A place somebody named. `about` says whose: `self` for the writer, `other` for the person they speak of."""

    country: str
    region: str | None
    words: str  # as they wrote it
    about: str  # self | other
    certain: bool = True  # False: ask before using it
    covered: bool = True  # False: we know the country and have no lines for it


@dataclasses.dataclass(frozen=True)
class Register:
    """All helplines, the countries we only know of, the words for places and the words we speak in."""

    countries: Mapping[str, Country]
    elsewhere: Mapping[str, Elsewhere]
    lines: Mapping[str, Helpline]
    gazetteer: Gazetteer
    words: Mapping[str, Any]


@dataclasses.dataclass(frozen=True)
class Choice:
    """A helpline chosen for someone at a moment, and why.

    `reason` is a key of `reasons` in data/helplines/words.yml; `serves_need` differs from `need` where the country
    has no line for what was asked.
    """

    helpline: Helpline
    reason: str
    open_now: bool | None
    until: datetime.datetime | None
    opens_at: datetime.datetime | None
    need: str
    serves_need: str
    now: datetime.datetime
    states: Mapping[str, OpenState] = dataclasses.field(default_factory=dict)  # of ways with hours of their own
    place: str | None = None  # where the person is, in words
    covers: tuple[str, ...] = ()  # the regions it serves, where the person's is not known
    say_zone: bool = False
    language_needed: bool = False  # it speaks none of the person's languages
