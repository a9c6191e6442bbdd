"""Find the conversations that somebody looks for, fast at any size and in a bounded number of queries.

Conversations are walked from the newest. What stands in their own row is filtered there; what stands in their events,
or in what staff wrote, is asked for a few hundred of them at a time. Where few rows match, their conversations are
listed first instead, so that a rare answer is found without walking. A page stops after WALKED conversations and says so.
"""
from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

from django.db.models import Q, QuerySet

from bot.storage import conversations as stored
from bot.storage import database
from console.people.models import Staff
from console.records.models import Conversation, Event, Feedback
from console.review import access
from console.review.filters import LENGTHS, Wish, day
from console.review.models import Opening, Review, Tag

PAGE = 40
CHUNK = 400
WALKED = 2_000  # conversations that one page looks at
FEW = 1_500  # matching rows, up to which their conversations are listed first
FOUND = 2_000  # the newest messages that a search looks at
DAY = 86_400
Test = Callable[[list[Conversation]], set[str]]


@dataclasses.dataclass(frozen=True)
class Page:
    """One page: its conversations, where the next begins ("" at the end), and whether it stopped before it was full."""

    rows: tuple[Conversation, ...]
    after: str
    stopped: bool


def find(staff: Staff, wish: Wish, *, after: tuple[float, str] | None = None) -> Page:
    """A page of what matches, newest first, of what this member of staff may see."""
    rows = narrow(access.visible(staff), wish)
    tests = list(tests_of(staff, wish))
    if wish.q:
        rows = rows.filter(id__in=searched(wish.q))
    for matching in event_rows(wish):
        few = list(matching.values_list("conversation", flat=True)[: FEW + 1])
        if len(few) <= FEW:
            rows = rows.filter(id__in=set(few))
        else:
            tests.append(by_event(matching))
    if wish.score_from or wish.score_to:
        tests.append(by_event(scored(wish)))  # no index holds scores, so there is no quick way to tell whether they are few
    return walk(rows, tests, after)


def walk(rows: QuerySet[Conversation], tests: list[Test], after: tuple[float, str] | None) -> Page:
    """Walk from the newest until the page is full."""
    kept: list[Conversation] = []
    chunk = CHUNK if tests else PAGE + 1
    walked = 0
    while True:
        found = list(beyond(rows, after).order_by("-last_at", "-id")[:chunk])
        passing = {row.id for row in found}
        for test in tests:
            left = [row for row in found if row.id in passing]
            passing = passing & test(left) if left else set()
        for row in found:
            if row.id in passing:
                if len(kept) == PAGE:
                    return Page(tuple(kept), cursor(kept[-1]), False)
                kept.append(row)
        if len(found) < chunk:
            return Page(tuple(kept), "", False)
        after = (found[-1].last_at, found[-1].id)
        walked += len(found)
        if walked >= WALKED:
            return Page(tuple(kept), cursor(found[-1]), True)


def cursor(row: Conversation) -> str:
    """Where a page ended, for an address."""
    return f"{row.last_at:.9f}".rstrip("0").rstrip(".") + f"~{row.id}"


def beyond(rows: QuerySet[Conversation], after: tuple[float, str] | None) -> QuerySet[Conversation]:
    """The rows that are older than where the page before ended."""
    if after is None:
        return rows
    # Two conditions on one index: a moment's rounding must lose none, and the same moment must repeat none.
    moment, id = after
    return rows.filter(last_at__lte=moment + 1e-6).exclude(last_at__gte=moment - 1e-6, id__gte=id)


def narrow(rows: QuerySet[Conversation], wish: Wish) -> QuerySet[Conversation]:
    """By what stands in the conversation's own row."""
    since, until = day(wish.since), day(wish.until)
    given = {
        "channel": wish.channel, "danger": wish.danger, "level": "" if wish.level == "any" else wish.level,
        "country__startswith": wish.country.upper(), "last_at__gte": since, "started_at__lt": None if until is None else until + DAY,
    }  # fmt: skip
    rows = rows.filter(**{name: value for name, value in given.items() if value not in ("", None)})
    if wish.level == "any":
        rows = rows.filter(level__isnull=False)
    if wish.length:
        least, most = LENGTHS[wish.length]
        rows = rows.filter(messages__gte=least) if most is None else rows.filter(messages__gte=least, messages__lte=most)
    return rows


def event_rows(wish: Wish) -> Iterator[QuerySet[Event]]:
    """One query a filter about events: each must match some message of the conversation."""
    said = Event.objects.filter(kind="user")
    if wish.intent:
        yield said.filter(name=wish.intent)
    if wish.answer:
        yield said.filter(answer=wish.answer)
    if wish.decision:
        yield said.filter(decision=wish.decision)


def scored(wish: Wish) -> QuerySet[Event]:
    """Messages whose best answer has a score within the limits, in per cent."""
    least, most = int(wish.score_from or 0) / 100, int(wish.score_to or 100) / 100 + 0.005
    return Event.objects.filter(kind="user", score__gte=least, score__lt=most)


def by_event(matching: QuerySet[Event]) -> Test:
    """A test of some conversations at a time: which of them have such an event."""

    def test(rows: list[Conversation]) -> set[str]:
        first, last = min(row.started_at for row in rows), max(row.last_at for row in rows)
        found = matching.filter(conversation__in=[row.id for row in rows], at__gte=first - DAY, at__lte=last + DAY)
        return set(found.values_list("conversation", flat=True))

    return test


def tests_of(staff: Staff, wish: Wish) -> Iterator[Test]:
    """By what staff wrote, and by thumbs."""
    if wish.status == "new":
        yield lambda rows: {row.id for row in rows} - ids(Review.objects.exclude(status="new"), rows)
    elif wish.status:
        yield lambda rows: ids(Review.objects.filter(status=wish.status), rows)
    if wish.tag:
        yield lambda rows: ids(Tag.objects.filter(name=wish.tag), rows)
    if wish.reviewer:
        yield lambda rows: ids(Review.objects.filter(reviewer=wish.reviewer), rows)
    if wish.feedback:
        yield lambda rows: ids(Feedback.objects.filter(good=wish.feedback == "up"), rows)
    if wish.unread:
        yield lambda rows: unread(rows, opened(staff, rows))


def ids(found: QuerySet[Review] | QuerySet[Tag] | QuerySet[Feedback], rows: list[Conversation]) -> set[str]:
    """Which of these conversations a table names."""
    return set(found.filter(Q(conversation__in=[row.id for row in rows])).values_list("conversation", flat=True))


def opened(staff: Staff, rows: list[Conversation]) -> dict[str, float]:
    """When this member of staff last opened each."""
    return dict(Opening.objects.filter(staff=staff, conversation__in=[row.id for row in rows]).values_list("conversation", "at"))


def unread(rows: list[Conversation], at: dict[str, float]) -> set[str]:
    """Those that are unread."""
    return {row.id for row in rows if is_unread(row, at)}


def is_unread(row: Conversation, at: dict[str, float]) -> bool:
    """Whether something came after the last opening."""
    return row.id not in at or row.last_at > at[row.id]


def searched(words: str) -> set[str]:
    """Conversations in which all of these words were said in one message, of the newest FOUND messages that hold them."""
    with database.reading() as connection:
        return {conversation for conversation, _ in stored.search(connection, words, limit=FOUND)}
