"""What `make evaluate` counts: pure functions over the twins and the trained parts."""
from __future__ import annotations

import collections
import dataclasses
import math
from collections.abc import Callable, Iterable, Sequence

from benchmarks.trained import Trained
from benchmarks.twins import Asked, Caught
from bot import kept, risk, understanding
from bot.answers import Decision
from bot.language.reading import Reading

SEVERE = ("urgent", "emergency")
TRIED = 3  # how many of the ranking count for top-3


@dataclasses.dataclass(frozen=True)
class Rate:
    """A share of messages, with its 95 % interval by Wilson's formula."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        """From 0 to 1; 0 where there was nothing to count."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Where the true share lies with 95 % confidence."""
        if not self.of:
            return 0.0, 1.0
        z, n, p = 1.96, self.of, self.share
        middle, spread = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return max(0.0, (middle - spread) / (1 + z * z / n)), min(1.0, (middle + spread) / (1 + z * z / n))

    def __str__(self) -> str:
        low, high = self.interval
        return f"{100 * self.share:.1f} % ({100 * low:.1f} to {100 * high:.1f}) of {self.of}" if self.of else "none to count"


def rate(found: Iterable[bool]) -> Rate:
    """How many of these are true."""
    counted = list(found)
    return Rate(sum(counted), len(counted))


@dataclasses.dataclass(frozen=True)
class Selected:
    """A held-out message and what was decided for it."""

    asked: Asked
    decision: Decision
    alarm: str  # the worst level that was heard in it, or ""

    @property
    def first(self) -> bool:
        """Whether the right answer ranks first."""
        return bool(self.decision.ranked) and self.decision.ranked[0].label == self.asked.label

    @property
    def within(self) -> bool:
        """Whether it is among the first three."""
        return self.asked.label in [one.label for one in self.decision.ranked[:TRIED]]

    @property
    def given(self) -> bool:
        """Whether it was said, or the turn was taken."""
        return self.decision.kind in ("answer", "flow", "not_covered") and self.asked.label in self.decision.chosen


@dataclasses.dataclass(frozen=True)
class Heard:
    """A message of a danger's twin and what was heard in it."""

    caught: Caught
    findings: tuple[risk.Finding, ...]

    @property
    def severe_enough(self) -> bool:
        """Heard as something at least as pressing: urgent and emergency both need an answer at once, watch needs any."""
        wanted = SEVERE if self.caught.level in SEVERE else ("watch", *SEVERE)
        return any(finding.level in wanted for finding in self.findings)

    @property
    def named(self) -> bool:
        """Heard as this very danger, at any level."""
        return any(finding.danger == self.caught.danger for finding in self.findings)

    @property
    def same_level(self) -> bool:
        """The worst that was heard has the level that the twin states."""
        return bool(self.findings) and self.findings[0].level == self.caught.level

    @property
    def right_person(self) -> bool:
        """The worst that was heard is about the person whom the twin states."""
        return bool(self.findings) and self.findings[0].about == self.caught.about


def worst(findings: Sequence[risk.Finding]) -> str:
    """The worst level, or nothing."""
    return findings[0].level if findings else ""


class Instrument:
    """Reads every message once and asks the trained parts."""

    def __init__(self, trained: Trained, tell: Callable[[int], None] = lambda count: None) -> None:
        """`tell` is called with the number of messages read so far."""
        self._trained, self._tell, self._read = trained, tell, 0

    def read(self, text: str) -> Reading:
        """One message as the server reads it."""
        self._read += 1
        self._tell(self._read)
        return self._trained.reader.read(text)

    def select(self, asked: Iterable[Asked]) -> list[Selected]:
        """Decide for each message, each in a fresh conversation."""
        found = []
        for one in asked:
            reading = self.read(one.text)
            decision = understanding.understand(reading, self._trained.selector, self._trained.reader, kept.register()).decision
            found.append(Selected(one, decision, worst(risk.check(reading, self._trained.ears))))
        return found

    def hear(self, caught: Iterable[Caught]) -> list[Heard]:
        """Listen to each message."""
        return [Heard(one, risk.check(self.read(one.text), self._trained.ears)) for one in caught]


def by_style(selected: Sequence[Selected]) -> list[list[str]]:
    """A table: style, top-1, top-3, said, offered a choice, said something else, not covered."""
    groups: dict[str, list[Selected]] = collections.defaultdict(list)
    for one in selected:
        groups[one.asked.style].append(one)
        groups["all"].append(one)
    return [
        [
            style,
            str(rate(one.first for one in some)),
            str(rate(one.within for one in some)),
            *(f"{100 * rate(found(one) for one in some).share:.1f} %" for found in OUTCOMES.values()),
        ]
        for style, some in sorted(groups.items(), key=lambda item: (item[0] == "all", item[0]))
    ]


OUTCOMES: dict[str, Callable[[Selected], bool]] = {
    "said": lambda one: one.given,
    "choice offered": lambda one: one.decision.kind == "clarify",
    "choice holds it": lambda one: one.decision.kind == "clarify" and one.asked.label in one.decision.chosen,
    "wrong answer said": lambda one: one.decision.kind == "answer" and not one.given,
    "wrongly not covered": lambda one: one.decision.kind == "not_covered" and not one.given,
}


def by_topic_confusions(selected: Sequence[Selected], most: int = 15) -> list[list[str]]:
    """The pairs that are mistaken for each other most often: wanted, ranked first, how often."""
    pairs = collections.Counter(
        (one.asked.label, one.decision.ranked[0].label) for one in selected if one.decision.ranked and not one.first
    )
    return [[wanted, got, str(count)] for (wanted, got), count in pairs.most_common(most)]


def calibration(selected: Sequence[Selected], bins: int = 10) -> list[tuple[float, float, int]]:
    """(mean score, share right, how many) of the first answer, in equal steps of the score."""
    groups: dict[int, list[Selected]] = collections.defaultdict(list)
    for one in selected:
        if one.decision.ranked:
            groups[min(bins - 1, int(one.decision.score * bins))].append(one)
    return [
        (sum(one.decision.score for one in some) / len(some), rate(one.first for one in some).share, len(some))
        for _, some in sorted(groups.items())
    ]


def by_danger(heard: Sequence[Heard]) -> list[list[str]]:
    """A table: danger, level, severe enough, as this danger, same level, right person."""
    groups: dict[tuple[str, str], list[Heard]] = collections.defaultdict(list)
    for one in heard:
        for key in ((one.caught.danger, one.caught.level), ("all", one.caught.level), ("all", one.caught.wording), ("all", "all")):
            groups[key].append(one)
    return [
        [danger, level, *(str(rate(getattr(one, field) for one in some)) for field in ("severe_enough", "named", "same_level", "right_person"))]
        for (danger, level), some in sorted(groups.items(), key=lambda item: (item[0][0] == "all", item[0]))
    ]
