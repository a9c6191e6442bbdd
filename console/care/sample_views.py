"""The blind sample: read what people wrote without the assistant's verdict, and say whether somebody was in danger."""
from __future__ import annotations

import random

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bot import settings
from console.audit import log
from console.care import sampling
from console.care.models import Sample
from console.care.queues import DAYS
from console.care.views import shown_counts
from console.people.doors import needs, staff_of
from console.records import models as records
from console.review import access

DRAWN = 20  # conversations of one draw
CHECKS = 4  # of them, how many hold a danger that was heard: so that nobody can know what to expect
VERDICTS = ("danger", "calm", "unsure")


def readable(now: float) -> QuerySet[records.Conversation]:
    """Conversations that can be drawn: kept by consent, with words, not drawn before, ended a while ago."""
    drawn = Sample.objects.values("conversation")
    recent = records.Conversation.objects.filter(last_at__gte=now - DAYS * 86_400, last_at__lt=now - 3_600, messages__gt=0, consent="keep")
    return recent.exclude(pk__in=drawn)


@needs("read_all")
def sample(request: HttpRequest) -> HttpResponse:
    """What is to be read, and what the reading says so far."""
    now = settings.now().timestamp()
    read = Sample.objects.exclude(verdict="")
    recent = records.Conversation.objects.filter(last_at__gte=now - DAYS * 86_400, messages__gt=0)
    silent, checks = read.filter(heard=False), read.filter(heard=True)
    counted = silent.exclude(verdict="unsure").count()
    estimate = sampling.estimate(
        heard=recent.filter(level__isnull=False).count(), silent=recent.filter(level__isnull=True).count(), read=counted,
        missed=silent.filter(verdict="danger").count(),
    )  # fmt: skip
    waiting = [(one, log.label(one.conversation)) for one in Sample.objects.filter(verdict="").order_by("conversation")]
    shown = {
        "waiting": waiting, "estimate": estimate, "unsure": read.filter(verdict="unsure").count(), "checks": checks.count(),
        "agreed": checks.filter(verdict="danger").count(), "can_draw": readable(now).count(), "days": DAYS, "queue": "sample",
        "counts": shown_counts(staff_of(request)), "percent": {name: percent(getattr(estimate, name)) for name in ("recall", "low", "high")},
    }  # fmt: skip
    return render(request, "staff/care/sample.html", shown)


def percent(share: float | None) -> str:
    """0.934 as "93 %"; nothing for nothing."""
    return "" if share is None else f"{100 * share:.0f} %"


@needs("read_all")
@require_POST
def draw(request: HttpRequest) -> HttpResponse:
    """Draw conversations by lot: most without a danger that was heard, a few with one."""
    now = settings.now().timestamp()
    found = readable(now)
    silent = sampling.draw(list(found.filter(level__isnull=True).values_list("pk", flat=True)), DRAWN - CHECKS)
    heard = sampling.draw(list(found.filter(level__isnull=False).values_list("pk", flat=True)), CHECKS)
    rows = [Sample(conversation=id, drawn_at=now, heard=flag) for flag, ids in ((False, silent), (True, heard)) for id in ids]
    random.SystemRandom().shuffle(rows)
    Sample.objects.bulk_create(rows, ignore_conflicts=True)
    log.write(staff_of(request), "sampled", subject=f"{len(rows)} conversations")
    return redirect("sample")


@needs("read_all")
def read(request: HttpRequest, conversation: str) -> HttpResponse:
    """What one person wrote, and nothing else; then the reader's verdict."""
    staff = staff_of(request)
    one = Sample.objects.filter(pk=conversation[:64], verdict="").first() if "\x00" not in conversation else None
    if one is None:
        messages.info(request, "sample_read")
        return redirect("sample")
    if request.method == "POST":
        verdict = request.POST.get("verdict", "")
        if verdict not in VERDICTS:
            raise Http404
        now = settings.now().timestamp()
        taken = Sample.objects.filter(pk=one.pk, verdict="").update(verdict=verdict, reader=staff.username, read_at=now)
        if taken:
            log.write(staff, "marked", conversation=one.pk, detail=f"sample: {verdict}")
        following = Sample.objects.filter(verdict="").order_by("conversation").first()
        messages.success(request, "verdict_saved" if taken else "sample_read")
        return redirect("read_sample", following.pk) if following else redirect("sample")
    said = access.read_conversation(staff, one.pk)
    words = [(turn.at, turn.text) for turn in said.turns if turn.who == "person" and turn.text]
    left = Sample.objects.filter(verdict="").count()
    return render(request, "staff/care/read_sample.html", {"label": said.label, "words": words, "left": left, "id": one.pk})
