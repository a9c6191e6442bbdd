"""The figures as tables of weeks and kinds, from the daily counts."""
from __future__ import annotations

import dataclasses
import datetime
from collections import Counter, defaultdict
from collections.abc import Sequence

from django.db.models import Sum

from console.figures.models import Count
from console.figures.small import FEW, HIDDEN, guarded, total

WEEKS = (4, 12, 26, 52)
SHOWN_TOPICS = 20
SUICIDE = ("suicide", "self_harm")


@dataclasses.dataclass(frozen=True)
class Table:
    """Rows with a name, a cell for each column, and a total; `bars` are heights in per cent for a plot, None where hidden."""

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...], str], ...]
    bars: tuple[tuple[str, int | None, str], ...] = ()  # column, height, what it stands for

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.rows


def monday(day: datetime.date) -> datetime.date:
    """The first day of its week."""
    return day - datetime.timedelta(days=day.weekday())


def figures(today: datetime.date, *, weeks: int, channel: str) -> list[Table]:
    """Every table for the last so many weeks."""
    first = monday(today) - datetime.timedelta(weeks=weeks - 1)
    columns = [first + datetime.timedelta(weeks=place) for place in range(weeks)]
    found = load(first, channel)
    volumes = {"conversations": found["conversation", ""], "messages": found["message", ""]}
    return [
        by_week("volumes", volumes, columns, plot="messages"),
        by_week("decisions", of(found, "decision"), columns, plot="not_covered"),
        ranked("topics", of(found, "topic")),
        by_week("outcomes", of(found, "outcome"), columns, plot="referred"),
        by_week("dangers", of(found, "danger"), columns, plot=""),
        by_kind("picked_up", of(found, "picked_up")),
        by_week("feedback", of(found, "thumb"), columns, plot="down"),
        by_week("cases", of(found, "case"), columns, plot=""),
    ]


def load(first: datetime.date, channel: str) -> dict[tuple[str, str], Counter[datetime.date]]:
    """Weekly sums of every measure and key, in one query."""
    rows = Count.objects.filter(day__gte=first)
    if channel:
        rows = rows.filter(channel=channel)
    found: dict[tuple[str, str], Counter[datetime.date]] = defaultdict(Counter)
    for day, measure, key, number in rows.values_list("day", "measure", "key").annotate(number=Sum("number")):
        found[measure, key][monday(day)] += number
    return found


def of(found: dict[tuple[str, str], Counter[datetime.date]], measure: str) -> dict[str, Counter[datetime.date]]:
    """The keys of one measure."""
    return {key: counts for (one, key), counts in sorted(found.items()) if one == measure}


def by_week(name: str, rows: dict[str, Counter[datetime.date]], weeks: Sequence[datetime.date], *, plot: str) -> Table:
    """A column a week. Each row is guarded by itself, for its total stands beside it."""
    shown, heads = [], tuple(f"{week.day} {week:%b}" for week in weeks)
    for key, counts in rows.items():
        cells = guarded({head: counts[week] for head, week in zip(heads, weeks)})
        if any(counts.values()):
            shown.append((key, tuple(cells[head] for head in heads), total(counts_of(counts, weeks))))
    drawn = next((row for row in shown if row[0] == plot), None)
    return Table(name, heads, tuple(shown), bars(heads, drawn) if drawn else ())


def counts_of(counts: Counter[datetime.date], weeks: Sequence[datetime.date]) -> dict[str, int]:
    """The counts of those weeks."""
    return {str(week): counts[week] for week in weeks}


def bars(heads: tuple[str, ...], row: tuple[str, tuple[str, ...], str]) -> tuple[tuple[str, int | None, str], ...]:
    """Heights for a plot of one row."""
    most = max((int(cell) for cell in row[1] if cell.isdigit()), default=0) or 1
    return tuple((head, round(100 * int(cell) / most) if cell.isdigit() else None, cell) for head, cell in zip(heads, row[1]))


def ranked(name: str, rows: dict[str, Counter[datetime.date]]) -> Table:
    """The most frequent, with their number alone."""
    sums = Counter({key: sum(counts.values()) for key, counts in rows.items()})
    top = [(key, number) for key, number in sums.most_common(SHOWN_TOPICS) if number]
    most = top[0][1] if top else 1
    drawn = tuple((key, round(100 * number / most) if number >= 5 else None, str(number) if number >= 5 else FEW) for key, number in top)
    return Table(name, ("number",), tuple((key, (cell,), "") for key, _, cell in drawn), drawn)


def by_kind(name: str, rows: dict[str, Counter[datetime.date]]) -> Table:
    """Time to pick up: a row a level, a column a span."""
    spans = ("within 5 minutes", "within 30 minutes", "within 2 hours", "within a day", "later")
    levels: dict[str, dict[str, int]] = {}
    for key, counts in rows.items():
        level, _, span = key.partition("/")
        levels.setdefault(level, dict.fromkeys(spans, 0))[span] = sum(counts.values())
    shown = []
    for level in ("emergency", "urgent", "watch", "none"):
        if level in levels:
            cells = guarded(levels[level])
            shown.append((level, tuple(cells[span] for span in spans), total(levels[level])))
    return Table(name, spans, tuple(shown))


@dataclasses.dataclass(frozen=True)
class SafetyYear:
    """One year's safety report: counts alone, the small ones hidden."""

    year: int
    referrals: str
    heard: tuple[tuple[str, str], ...]
    suicide: str
    escalated: str


def safety_year(year: int) -> SafetyYear:
    """The year's counts of crisis referrals shown and dangers heard."""
    rows = Count.objects.filter(day__year=year, measure__in=("crisis", "danger", "outcome")).values_list("measure", "key")
    sums: dict[tuple[str, str], int] = {(measure, key): number for measure, key, number in rows.annotate(number=Sum("number"))}
    dangers: Counter[str] = Counter()
    for (measure, key), number in sums.items():
        if measure == "danger":
            dangers[key.split("/")[0]] += number
    shown = guarded(dict(dangers.most_common()))
    suicide = total({one: dangers[one] for one in SUICIDE})
    if any(shown.get(one) in (FEW, HIDDEN) for one in SUICIDE):
        suicide = HIDDEN if suicide != FEW else FEW
    return SafetyYear(
        year, total({"": sums.get(("crisis", ""), 0)}), tuple(shown.items()), suicide, total({"": sums.get(("outcome", "escalated"), 0)}),
    )  # fmt: skip
