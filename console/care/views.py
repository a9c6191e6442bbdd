"""The queues: what waits, the gravest first."""
from __future__ import annotations

import dataclasses
import datetime
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bot import kept, settings, staffing
from bot.storage import database
from console.audit import log
from console.care import queues as waiting
from console.care.models import Handled, Presence
from console.numbers import whole
from console.people.doors import may, needs, staff_of
from console.people.models import Staff
from console.review import access

FOR_HELPERS = ("safety", "cases")  # what a volunteer sees: people who wait, not what others wrote
WITH_MESSAGES = ("not-understood", "low-score", "thumbs-down")
ASIDE = ("safety", *WITH_MESSAGES)


def queues_for(staff: Staff) -> tuple[str, ...]:
    """The queues that somebody may see."""
    return waiting.QUEUES if may(staff, "read_all") else FOR_HELPERS


@needs("talk", "read_all")
def queues(request: HttpRequest, name: str = "safety") -> HttpResponse:
    """One queue, with the number that waits in each. Raises Http404 for a queue that is not there or not theirs."""
    staff = staff_of(request)
    if name not in queues_for(staff):
        raise Http404
    if name in ("cases", "sample"):
        return redirect(name)
    now = settings.now()
    found = {**present(staff), "queue": name, "rows": rows_of(name, staff, now), "counts": shown_counts(staff), "titles": titles()}
    return render(request, "staff/care/queues.html", found)


def rows_of(name: str, staff: Staff, now: datetime.datetime) -> list[Any]:
    """What stands in a queue."""
    at, today = now.timestamp(), now.date()
    if name == "safety":
        return waiting.safety(at)
    if name == "content-due":
        return waiting.content_due(today)
    if name == "helplines-due":
        return waiting.helplines_due(today)
    if name == "thumbs-down":
        found = waiting.of_thumbs(waiting.thumbs_down(at))
    else:
        found = waiting.of_events(waiting.not_understood(at) if name == "not-understood" else waiting.low_score(at))
    words = access.said(staff, [(one.conversation, one.seq) for one in found])
    return [dataclasses.replace(one, words=words.get((one.conversation, one.seq))) for one in found]


def shown_counts(staff: Staff) -> list[tuple[str, int]]:
    """Each queue that somebody may see, with how many wait in it."""
    return list(waiting.counts(settings.now().timestamp(), queues_for(staff)).items())


def titles() -> dict[str, str]:
    """What each answer is called."""
    return {id: one.title for id, one in kept.said().answers.items()}


def present(staff: Staff) -> dict[str, Any]:
    """What the bar about being there shows: whether they are free, who else is, and the hours."""
    now = settings.now()
    with database.reading() as connection:
        others = [name for name in staffing.free(connection, now) if name != staff.username]
    mine = Presence.objects.filter(staff=staff.username, free=True, seen_at__gte=now.timestamp() - staffing.FRESH).exists()
    return {"free": mine, "others_free": others, "opening": staffing.opening(now), "now": now.timestamp()}


@needs("talk", "read_all")
def counts(request: HttpRequest) -> JsonResponse:
    """How many wait, for the page that looks for news."""
    return JsonResponse({"counts": dict(shown_counts(staff_of(request)))})


@needs("talk")
@require_POST
def here(request: HttpRequest) -> HttpResponse:
    """Note that somebody is there; with `free`, whether they would take a talk."""
    staff = staff_of(request)
    changes: dict[str, Any] = {"shown_name": staff.get_full_name()[:80], "seen_at": settings.now().timestamp()}
    if "free" in request.POST:
        changes["free"] = request.POST["free"] == "yes"
    Presence.objects.update_or_create(staff=staff.username, defaults=changes)
    return HttpResponse(status=204) if "X-Poll" in request.headers else redirect("queues")


@needs("read_all")
@require_POST
def aside(request: HttpRequest) -> HttpResponse:
    """Put one thing of a queue aside: it was looked at, and there is nothing to do."""
    staff, queue = staff_of(request), request.POST.get("queue", "")
    if queue not in ASIDE:
        raise Http404
    conversation, seq = request.POST.get("conversation", ""), whole(request.POST.get("seq", ""))
    access.open_row(staff, conversation)
    handle(staff, queue, conversation, -1 if seq is None else seq)
    messages.success(request, "put_aside")
    return redirect("queues", queue)


def handle(staff: Staff, queue: str, conversation: str, seq: int = -1) -> None:
    """Note that something in a queue was dealt with; twice is as good as once."""
    now = settings.now().timestamp()
    try:
        with transaction.atomic():
            Handled.objects.update_or_create(queue=queue, conversation=conversation, seq=seq, defaults={"by": staff.username, "at": now})
    except IntegrityError:
        return  # a colleague was faster by a moment
    log.write(staff, "marked", conversation=conversation, detail=f"{queue}: looked at")
