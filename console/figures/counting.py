"""Add what is new to the daily counts, a batch at a time. Counts outlive the words, so deletion takes nothing from them.

The console counts every few minutes while it runs. What is deleted sooner than that is not counted.
"""
from __future__ import annotations

import datetime
import logging
import threading
from collections import Counter
from collections.abc import Iterator

from django.db import close_old_connections, connection, transaction
from django.db.models import Max

from bot import settings
from console.figures.models import Counted
from console.records.models import Case, Conversation, Event, Feedback

BATCH = 20_000  # events of one transaction
EVERY = 300  # seconds between two counts by the running console
SETTLED = 30  # seconds after which no transaction that began earlier is still open
PICKED_UP = ((300, "within 5 minutes"), (1_800, "within 30 minutes"), (7_200, "within 2 hours"), (86_400, "within a day"))
REFERRED = frozenset({"utter_referral", "utter_care", "action_find_helpline", "action_find_treatment"})
PLANS = frozenset({"action_save_card"})
ADD = """INSERT INTO console_count (day, channel, measure, key, number) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (measure, day, channel, key) DO UPDATE SET number = console_count.number + excluded.number"""
log = logging.getLogger(__name__)
Key = tuple[datetime.date, str, str, str]  # day, channel, measure, key


def catch_up(*, batches: int = 500) -> bool:
    """Count what is new; False if there is more than that many batches."""
    cases_and_thumbs()
    return any(not events() for _ in range(batches))


def events() -> bool:
    """Count one batch of events; whether there may be more. Reads without a lock, for people's messages wait for whoever writes."""
    now = settings.now().timestamp()
    mark, _ = Counted.objects.get_or_create(source="events")
    before = mark.upto
    # An id is given before it is committed, so a lower one may appear later: count only what was there a while ago.
    one_writer = connection.vendor == "sqlite"
    settled = mark.seen if one_writer or now - mark.at >= SETTLED else mark.upto
    if settled <= mark.upto and (one_writer or abs(now - mark.at) >= SETTLED):
        mark.seen, mark.at = float(Event.objects.aggregate(last=Max("id"))["last"] or 0), now
        settled = mark.seen if one_writer else mark.upto
    fields = ("id", "conversation", "seq", "at", "kind", "name", "answer", "decision", "danger", "level")
    rows = list(Event.objects.filter(id__gt=before, id__lte=settled).order_by("id").values_list(*fields)[:BATCH])
    found = count(rows)
    upto = float(rows[-1][0]) if len(rows) == BATCH else max(before, settled)
    with transaction.atomic():
        # Whoever else counted the same batch was quicker: then it is counted, and nothing is to be added.
        if Counted.objects.filter(source="events", upto=before).update(upto=upto, seen=mark.seen, at=mark.at):
            add(found)
    return len(rows) == BATCH


def count(rows: list[tuple[object, ...]]) -> Counter[Key]:
    """What a batch of events adds."""
    channels = channels_of({str(row[1]) for row in rows})
    found: Counter[Key] = Counter()
    for _, conversation, seq, at, kind, name, answer, decision, danger, level in rows:
        day, channel = day_of(at), channels.get(str(conversation), "")
        for measure, key in facts(int(str(seq)), *(str(one or "") for one in (kind, name, answer, decision, danger, level))):
            found[day, channel, measure, key] += 1
    return found


def facts(seq: int, kind: str, name: str, answer: str, decision: str, danger: str, level: str) -> Iterator[tuple[str, str]]:
    """What one event says, as measures and keys."""
    if seq == 0:
        yield "conversation", ""
    if kind == "user":
        yield "message", ""
        yield "decision", decision or "none"
        if decision == "answer" and answer:
            yield "topic", answer
        if danger:
            yield "danger", f"{danger}/{level}"
    elif kind == "action":
        if name == "utter_care":
            yield "crisis", ""
        if name in REFERRED:
            yield "outcome", "referred"
        if name in PLANS:
            yield "outcome", "plan made"


def channels_of(conversations: set[str]) -> dict[str, str]:
    """The channel of each, a few thousand at a time."""
    named = sorted(conversations)
    found: dict[str, str] = {}
    for start in range(0, len(named), 5_000):
        found.update(Conversation.objects.filter(id__in=named[start : start + 5_000]).values_list("id", "channel"))
    return found


def day_of(at: object) -> datetime.date:
    """The day of a moment, in UTC; a moment that no calendar holds counts as today."""
    try:
        return datetime.datetime.fromtimestamp(float(str(at)), datetime.timezone.utc).date()
    except (ValueError, OverflowError, OSError):
        return settings.now().date()


def cases_and_thumbs() -> None:
    """Count the cases that were opened and taken, and the thumbs, since the last time."""
    now = settings.now().timestamp()
    mark, _ = Counted.objects.get_or_create(source="cases")
    since, found = mark.upto, Counter[Key]()
    for at, channel, wish in Case.objects.filter(opened_at__gt=since, opened_at__lte=now).values_list("opened_at", "channel", "wish"):
        found[day_of(at), channel, "case", wish] += 1
        found[day_of(at), channel, "outcome", "escalated"] += 1
    taken = Case.objects.filter(taken_at__gt=since, taken_at__lte=now).values_list("taken_at", "opened_at", "channel", "level")
    for at, opened, channel, level in taken:
        found[day_of(at), channel, "picked_up", f"{level}/{wait(at - opened)}"] += 1
        found[day_of(at), channel, "outcome", "a person took over"] += 1
    thumbs = list(Feedback.objects.filter(at__gt=since, at__lte=now).values_list("at", "conversation", "good"))
    channels = channels_of({conversation for _, conversation, _ in thumbs})
    for at, conversation, good in thumbs:
        found[day_of(at), channels.get(conversation, ""), "thumb", "up" if good else "down"] += 1
    with transaction.atomic():
        if Counted.objects.filter(source="cases", upto=since).update(upto=now, at=now):
            add(found)


def wait(seconds: float) -> str:
    """How long somebody waited, roughly."""
    return next((name for most, name in PICKED_UP if seconds <= most), "later")


def add(found: Counter[Key]) -> None:
    """Add to the counts of each day, in one statement a count."""
    rows = [(day, channel[:24], measure, key[:120], number) for (day, channel, measure, key), number in sorted(found.items())]
    with connection.cursor() as cursor:
        cursor.executemany(ADD, rows)


def keep_counting(stop: threading.Event, *, seconds: float = EVERY) -> None:
    """Count every few minutes until told to stop; a failure is logged without details, and tried again."""
    while not stop.wait(seconds):
        close_old_connections()
        try:
            catch_up()
        except Exception as error:
            log.error("The figures could not be brought up to date (%s). They will be at the next try.", type(error).__name__)
        finally:
            connection.close()
