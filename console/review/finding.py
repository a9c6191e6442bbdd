"""Find the conversations that somebody looks for, fast at any size and in a bounded number of queries.

Conversations are walked from the newest. What stands in their own row, and what staff left beside it, is filtered there;
what stands in their events is read for a few hundred of them at a time, from one index. Where few rows match, their
conversations are listed first instead, so that what is rare is found without walking. A page stops after WALKED
conversations and says so.
"""
from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence

from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Coalesce

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
COLUMNS = {"intent": "name", "answer": "answer", "decision": "decision", "language": "language"}  # of a message, by filter
Test = Callable[[list[Conversation]], set[str]]
Rows = QuerySet[Event] | QuerySet[Review] | QuerySet[Tag] | QuerySet[Feedback]


@dataclasses.dataclass(frozen=True)
class Page:
    """One page: its conversations, where the next begins ("" at the end), and whether it stopped before it was full."""

    rows: tuple[Conversation, ...]
    after: str
    stopped: bool


def find(staff: Staff, wish: Wish, *, after: tuple[float, str] | None = None) -> Page:
    """A page of what matches, newest first, of what this member of staff may see."""
    rows = narrow(access.visible(staff), wish, staff)
    tests: list[Test] = []
    listed: list[set[str]] = [searched(wish.q)] if wish.q else []
    for matching in staff_rows(wish):
        if (few := few_of(matching)) is None:
            tests.append(by_rows(matching))
        else:
            listed.append(few)
    asked = {name: getattr(wish, name) for name in COLUMNS if getattr(wish, name)}
    for name, value in list(asked.items()):
        if (few := few_of(messages_with(name, value))) is not None:
            listed.append(few)
            del asked[name]
    if asked or wish.score_from or wish.score_to:
        tests.append(by_messages(asked, wish))
    if listed:
        rows = rows.filter(id__in=set.intersection(*listed))
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


def narrow(rows: QuerySet[Conversation], wish: Wish, staff: Staff) -> QuerySet[Conversation]:
    """By what stands in the conversation's own row, and by what is not there for it: a review, an opening."""
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
    if wish.status == "new":
        rows = rows.exclude(Exists(Review.objects.filter(conversation=OuterRef("id")).exclude(status="new")))
    if wish.unread:
        rows = rows.exclude(Exists(Opening.objects.filter(staff=staff, conversation=OuterRef("id"), at__gte=OuterRef("last_at"))))
    return rows


def staff_rows(wish: Wish) -> Iterator[Rows]:
    """One query a filter about what staff wrote, and about thumbs."""
    if wish.status not in ("", "new"):
        yield Review.objects.filter(status=wish.status)
    if wish.tag:
        yield Tag.objects.filter(name=wish.tag)
    if wish.reviewer:
        yield Review.objects.filter(reviewer=wish.reviewer)
    if wish.feedback:
        yield Feedback.objects.filter(good=wish.feedback == "up")


def messages_with(name: str, value: str) -> QuerySet[Event]:
    """What people wrote for which one filter holds. Only their messages have an answer, a decision and a language."""
    found = Event.objects.filter(**{COLUMNS[name]: value})
    return found.filter(kind="user") if name == "intent" else found


def messages_of(conversations: Sequence[str]) -> QuerySet[Event]:
    """What people wrote in some conversations."""
    # Wrapped, so that no database walks its index of kinds instead: that one holds every message there is.
    return Event.objects.alias(of=Coalesce("kind", Value(""))).filter(conversation__in=conversations, of="user")


def few_of(matching: Rows) -> set[str] | None:
    """The conversations of the matching rows; None where they are many."""
    found = list(matching.values_list("conversation", flat=True)[: FEW + 1])
    return set(found) if len(found) <= FEW else None


def by_rows(matching: Rows) -> Test:
    """A test of some conversations at a time: which of them have such a row."""
    return lambda rows: set(matching.filter(conversation__in=[row.id for row in rows]).values_list("conversation", flat=True))


def by_messages(asked: dict[str, str], wish: Wish) -> Test:
    """A test of some conversations at a time: for each filter, whether some message of theirs fits."""
    least, most = int(wish.score_from or 0) / 100, int(wish.score_to or 100) / 100 + 0.005
    scores = bool(wish.score_from or wish.score_to)

    def test(rows: list[Conversation]) -> set[str]:
        fits: dict[str, set[str]] = defaultdict(set)
        said = messages_of([row.id for row in rows]).values_list("conversation", "score", *(COLUMNS[name] for name in asked))
        for conversation, score, *found in said:
            fits[conversation].update(name for name, value in zip(asked, found) if value == asked[name])
            if scores and score is not None and least <= score < most:
                fits[conversation].add("score")
        return {conversation for conversation, names in fits.items() if len(names) == len(asked) + scores}

    return test


def opened(staff: Staff, rows: list[Conversation]) -> dict[str, float]:
    """When this member of staff last opened each."""
    return dict(Opening.objects.filter(staff=staff, conversation__in=[row.id for row in rows]).values_list("conversation", "at"))


def is_unread(row: Conversation, at: dict[str, float]) -> bool:
    """Whether something came after the last opening."""
    return row.id not in at or row.last_at > at[row.id]


def searched(words: str) -> set[str]:
    """Conversations in which all of these words were said in one message, of the newest FOUND messages that hold them."""
    with database.reading() as connection:
        return {conversation for conversation, _ in stored.search(connection, words, limit=FOUND)}
