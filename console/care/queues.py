"""What waits for staff, the gravest first. Rows hold no words: a page asks `console.review.access` for those."""
from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Iterable, Mapping

from django.db.models import Exists, OuterRef, Q, QuerySet

from bot import helpline_report, kept
from bot.content import Answer
from bot.helpline_types import Helpline
from console.audit.log import label
from console.care.models import Handled, Sample
from console.learn.models import Judgement
from console.records import models as records

QUEUES = ("safety", "cases", "not-understood", "low-score", "thumbs-down", "sample", "content-due", "helplines-due")
LEVELS = ("emergency", "urgent", "watch", "none")
LOW = 0.5  # of a score: an answer below it was given with doubt
DAYS = 30  # how far back the queues look
SHOWN = 50
SOON = datetime.timedelta(days=30)  # a review or a check that is due within this time is listed


@dataclasses.dataclass(frozen=True)
class Waiting:
    """One thing in a queue. `at` is when it began; `seq` is the message, -1 for the whole conversation."""

    conversation: str
    label: str
    at: float
    level: str = "none"
    danger: str = ""
    channel: str = ""
    country: str = ""
    seq: int = -1
    answer: str = ""
    score: int = 0
    case: str = ""
    wish: str = ""
    owner: str = ""
    words: str | None = None


def readable() -> Exists:
    """Of people who agreed to keeping their words: with those of others nothing can be done here."""
    return Exists(records.Conversation.objects.filter(pk=OuterRef("conversation"), consent="keep"))


def unhandled(queue: str, rows: QuerySet[records.Event]) -> QuerySet[records.Event]:
    """Those that can be read and that nobody has dealt with: neither put aside nor judged."""
    here = {"conversation": OuterRef("conversation"), "seq": OuterRef("seq")}
    return rows.filter(readable()).exclude(Exists(Handled.objects.filter(queue=queue, **here))).exclude(Exists(Judgement.objects.filter(**here)))


def asked(now: float) -> QuerySet[records.Event]:
    """What people wrote of late."""
    return records.Event.objects.filter(kind="user", at__gte=now - DAYS * 86_400)


def not_understood(now: float) -> QuerySet[records.Event]:
    """Messages without an answer, in which no danger was heard either."""
    return unhandled("not-understood", asked(now).filter(decision="not_covered", level__isnull=True))


def low_score(now: float) -> QuerySet[records.Event]:
    """Messages that were answered, or met with a choice, with doubt."""
    return unhandled("low-score", asked(now).filter(Q(decision="answer", score__lt=LOW) | Q(decision="clarify"), level__isnull=True))


def thumbs_down(now: float) -> QuerySet[records.Feedback]:
    """Replies that did not help."""
    rows = records.Feedback.objects.filter(readable(), good=False, at__gte=now - DAYS * 86_400)
    here = {"conversation": OuterRef("conversation"), "seq": OuterRef("seq")}
    return rows.exclude(Exists(Handled.objects.filter(queue="thumbs-down", **here)))


def flagged(now: float) -> QuerySet[records.Conversation]:
    """Conversations in which a grave danger was heard and for which there is no case, nor anybody who has looked."""
    rows = records.Conversation.objects.filter(level__in=("emergency", "urgent"), level_at__gte=now - DAYS * 86_400)
    seen = Handled.objects.filter(queue="safety", conversation=OuterRef("pk"), at__gte=OuterRef("level_at"))
    return rows.exclude(Exists(seen)).exclude(Exists(records.Case.objects.filter(conversation=OuterRef("pk"))))


def grave_cases() -> QuerySet[records.Case]:
    """Open cases with danger, or of people who want to talk now."""
    return records.Case.objects.exclude(state="done").filter(Q(level__in=("emergency", "urgent")) | Q(wish="talk_now"))


def safety(now: float) -> list[Waiting]:
    """Grave cases and flagged conversations: the gravest first, then whoever has waited longest; what nobody has taken before the rest."""
    found = [of_case(row) for row in grave_cases()[:SHOWN]] + [of_conversation(row) for row in flagged(now)[:SHOWN]]
    return sorted(found, key=lambda one: (bool(one.owner), LEVELS.index(one.level), one.at))


def of_case(row: records.Case) -> Waiting:
    """A case as a row of a queue."""
    name = label(row.conversation) if row.conversation else ""
    return Waiting(
        row.conversation or "", name, row.opened_at, row.level, row.danger or "", row.channel, row.country or "", case=row.id, wish=row.wish,
        owner=row.owner or "",
    )  # fmt: skip


def of_conversation(row: records.Conversation) -> Waiting:
    """A flagged conversation as a row of a queue."""
    return Waiting(
        row.id, label(row.id), row.level_at or row.last_at, row.level or "none", row.danger or "", row.channel, row.country or ""
    )


def of_events(rows: QuerySet[records.Event]) -> list[Waiting]:
    """Messages as rows of a queue, the newest first."""
    return [
        Waiting(row.conversation, label(row.conversation), row.at, seq=row.seq, answer=row.answer or "", score=round(100 * (row.score or 0)))
        for row in rows.order_by("-at")[:SHOWN]
    ]


def of_thumbs(rows: QuerySet[records.Feedback]) -> list[Waiting]:
    """Thumbs-down as rows of a queue, the newest first."""
    return [Waiting(row.conversation, label(row.conversation), row.at, seq=row.seq) for row in rows.order_by("-at")[:SHOWN]]


def content_due(today: datetime.date) -> list[Answer]:
    """Answers whose review is due or will be soon, the oldest first."""
    found = [one for one in kept.said().answers.values() if one.review_due() <= today + SOON]
    return sorted(found, key=lambda one: (one.review_due(), one.id))


def helplines_due(today: datetime.date) -> list[Helpline]:
    """Helplines whose check is due or will be soon, most used needs first."""
    return helpline_report.due(kept.register(), today + SOON)


def counts(now: float, names: Iterable[str] = QUEUES) -> Mapping[str, int]:
    """How many wait in each of the queues named."""
    today = datetime.datetime.fromtimestamp(now, datetime.timezone.utc).date()
    ways: dict[str, Callable[[], int]] = {
        "safety": lambda: grave_cases().count() + flagged(now).count(),
        "cases": lambda: records.Case.objects.exclude(state="done").count(),
        "not-understood": lambda: not_understood(now).count(),
        "low-score": lambda: low_score(now).count(),
        "thumbs-down": lambda: thumbs_down(now).count(),
        "sample": lambda: Sample.objects.filter(verdict="").count(),
        "content-due": lambda: len(content_due(today)),
        "helplines-due": lambda: len(helplines_due(today)),
    }
    return {name: ways[name]() for name in names}
