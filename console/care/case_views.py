"""Cases: take one, see how to call somebody back, pass it on, close it."""
from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bot import consent_links, settings
from bot.storage import cases as opened
from bot.storage import database
from console.audit import log
from console.care import cases as store
from console.care.views import handle, present, shown_counts
from console.numbers import whole
from console.people.doors import needs, staff_of, who_may
from console.records import models as records


@needs("talk")
def cases(request: HttpRequest) -> HttpResponse:
    """Everyone's open cases, or those that are done."""
    done = request.GET.get("show") == "done"
    with database.reading() as connection:
        found = store.listed(connection, states=("done",) if done else ("new", "taken"))
    staff = staff_of(request)
    mine = [one for one in found if one.owner == staff.username and not done]
    rest = [one for one in found if one not in mine]
    shown = {**present(staff), "done": done, "mine": mine, "rest": rest, "counts": shown_counts(staff), "queue": "cases"}
    return render(request, "staff/care/cases.html", shown)


def found(id: str) -> store.Case:
    """A case. Raises Http404."""
    if "\x00" in id:
        raise Http404
    with database.reading() as connection:
        one = store.get(connection, id[:40])
    if one is None:
        raise Http404
    return one


@needs("talk")
def case(request: HttpRequest, id: str) -> HttpResponse:
    """One case, with what this member of staff can do about it."""
    one, staff = found(id), staff_of(request)
    link = consent_links.address(one.id, now=settings.now().timestamp()) if one.owner == staff.username and one.state == "taken" else ""
    shown = {
        "case": one, "mine": one.owner == staff.username, "link": link, "colleagues": who_may("talk").exclude(pk=staff.pk),
        "label": log.label(one.conversation) if one.conversation else "",
    }  # fmt: skip
    return render(request, "staff/care/case.html", shown)


@needs("talk")
@require_POST
def contact(request: HttpRequest, id: str) -> HttpResponse:
    """How to call somebody back: for the case's owner alone, and logged."""
    one, staff = found(id), staff_of(request)
    with database.reading() as connection:
        shown = store.read_contact(connection, one.id, staff=staff.username)
    if shown is None:
        log.write(staff, "refused", subject=f"contact of case {one.id[:12]}")
        raise Http404
    log.write(staff, "contact_seen", subject=f"case {one.id[:12]}")
    return render(request, "staff/care/contact.html", {"case": one, "contact": shown})


Act = Callable[[Any, store.Case, str, int, float, str], bool]
ACTS: Mapping[str, tuple[Act, str]] = {
    "take": (lambda c, case, who, version, now, to: store.take(c, case.id, staff=who, version=version, now=now), "case_taken"),
    "release": (lambda c, case, who, version, now, to: store.release(c, case.id, staff=who, version=version), "marked"),
    "pass": (lambda c, case, who, version, now, to: store.pass_on(c, case.id, staff=who, to=to, version=version), "assigned"),
    "done": (lambda c, case, who, version, now, to: store.close(c, case.id, staff=who, version=version, now=now), "case_closed"),
}


@needs("talk")
@require_POST
def change(request: HttpRequest, id: str, act: str) -> HttpResponse:
    """Take, release, pass on or close a case; says so if somebody else was quicker."""
    if act not in ACTS:
        raise Http404
    one, staff = found(id), staff_of(request)
    to, version = request.POST.get("to", ""), whole(request.POST.get("version", ""))
    if version is None or act == "pass" and ("\x00" in to or not who_may("talk").filter(username=to).exists()):
        raise Http404
    run, logged = ACTS[act]
    with database.writing() as connection:
        changed = run(connection, one, staff.username, version, settings.now().timestamp(), to)
    if not changed:
        messages.warning(request, "case_stale")
        return redirect("case", one.id)
    log.write(staff, logged, subject=f"case {one.id[:12]}", detail=act if act != "pass" else f"passed to {to}")
    messages.success(request, f"case_{act}")
    return redirect("cases") if act in ("done", "release", "pass") else redirect("case", one.id)


@needs("talk")
@require_POST
def open_case(request: HttpRequest) -> HttpResponse:
    """Open a case for a conversation that was flagged, and take it at once."""
    staff, conversation = staff_of(request), request.POST.get("conversation", "")
    row = records.Conversation.objects.filter(pk=conversation[:64], level__isnull=False).first() if "\x00" not in conversation else None
    if row is None:
        raise Http404
    now = settings.now().timestamp()
    made = opened.Case(uuid.uuid4().hex, row.pk, row.channel, row.level or "none", row.danger, "danger", row.country, now)
    with database.writing() as connection:
        fresh = opened.open_case(connection, made) and store.take(connection, made.id, staff=staff.username, version=1, now=now)
        ours = next(iter(store.of_conversation(connection, row.pk)), None)
    if fresh:
        log.write(staff, "case_taken", subject=f"case {made.id[:12]}")
        handle(staff, "safety", row.pk)
    else:
        messages.warning(request, "case_stale")
    return redirect("case", ours.id) if ours else redirect("queues")
