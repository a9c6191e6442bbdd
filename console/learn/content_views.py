"""All that the assistant can answer: words, sources, age, evidence, how often asked, and what is due."""
from __future__ import annotations

import collections
import dataclasses
import datetime

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bot import kept, settings
from bot.content import Answer, Source
from bot.storage import database
from console.care import withdrawn
from console.people.doors import needs
from console.records import models as records

DAYS = 90  # in which it is counted how often an answer was given


@dataclasses.dataclass(frozen=True)
class Row:
    """One answer as the page shows it. `state` is fine, soon, due, withheld or withdrawn."""

    answer: Answer
    sources: tuple[Source, ...]
    asked: int
    age: int  # days
    state: str


def state_of(one: Answer, today: datetime.date, out: set[str]) -> str:
    """Whether an answer is in use and in date."""
    if one.id in out:
        return "withdrawn"
    if today > one.withheld_after():
        return "withheld"
    if today > one.review_due():
        return "due"
    return "soon" if one.review_due() - today <= datetime.timedelta(days=30) else "fine"


@needs("correct", "see_figures", "withdraw")
def content(request: HttpRequest) -> HttpResponse:
    """The page; `?sort=asked|age` orders it otherwise than by topic, `?state=due` shows some."""
    now, said = settings.now(), kept.said()
    given = records.Event.objects.filter(kind="user", decision="answer", answer__isnull=False, at__gte=now.timestamp() - DAYS * 86_400)
    asked = dict(given.values_list("answer").annotate(times=Count("id")))
    with database.reading() as connection:
        out = {row["id"] for row in withdrawn.listed(connection) if row["kind"] == "answer"}
    today = now.date()
    rows = [
        Row(one, tuple(said.sources[id] for id in one.sources if id in said.sources), asked.get(one.id, 0),
            (today - (one.reviewed_on or one.written_on)).days, state_of(one, today, out))
        for one in said.answers.values()
    ]  # fmt: skip
    states = collections.Counter(row.state for row in rows)
    wanted, sort = request.GET.get("state", ""), request.GET.get("sort", "topic")
    rows = [row for row in rows if not wanted or row.state == wanted]
    order = {"asked": lambda row: (-row.asked, row.answer.id), "age": lambda row: (-row.age, row.answer.id)}
    rows.sort(key=order.get(sort, lambda row: (row.answer.topic, row.answer.title)))
    sort = sort if sort in order else "topic"
    shown = {"rows": rows, "states": states.most_common(), "state": wanted, "sort": sort, "days": DAYS, "all": len(said.answers)}
    return render(request, "staff/learn/content.html", shown)
