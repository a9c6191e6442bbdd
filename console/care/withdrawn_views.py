"""Take an answer or a helpline out of use, and put it back: replies obey from the next message, without training."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bot import kept, settings
from bot.helpline_types import Register
from bot.storage import database
from bot.storage import withdrawn as cached
from console.audit import log
from console.care import withdrawn as store
from console.people.doors import needs, staff_of

KINDS = ("answer", "helpline")
REASON = 500  # characters


def whole() -> Register:
    """The register with the lines that are withdrawn."""
    return kept.both()[1]


def name_of(kind: str, id: str) -> str | None:
    """What an answer or a helpline is called; None where it is not there."""
    if kind == "answer":
        answer = kept.said().answers.get(id)
        return answer.title if answer else None
    line = whole().lines.get(id)
    return f"{line.name} ({line.country})" if line else None


@needs("withdraw", "correct")
def withdrawn(request: HttpRequest) -> HttpResponse:
    """All that is out of use, and why."""
    with database.reading() as connection:
        found = store.listed(connection)
    rows = [{**row, "name": name_of(row["kind"], row["id"]) or row["id"]} for row in found]
    return render(request, "staff/care/withdrawn.html", {"rows": rows})


@needs("withdraw")
def change(request: HttpRequest, kind: str, id: str) -> HttpResponse:
    """Ask why, then withdraw or restore. Raises Http404 for what does not exist; emergency numbers stay."""
    name = name_of(kind, id) if kind in KINDS else None
    with database.reading() as connection:
        out = next((row for row in store.listed(connection) if (row["kind"], row["id"]) == (kind, id)), None)
    if name is None and out is None:
        raise Http404
    keeps = kind == "helpline" and id in whole().lines and whole().lines[id].never_withheld()
    shown = {"kind": kind, "id": id, "name": name or id, "out": out, "keeps": keeps}
    if request.method != "POST":
        return render(request, "staff/care/withdraw.html", shown)
    return save(request, kind, id, shown)


@needs("withdraw")
@require_POST
def save(request: HttpRequest, kind: str, id: str, shown: Mapping[str, Any]) -> HttpResponse:
    """Write it down."""
    staff, reason = staff_of(request), request.POST.get("reason", "").strip()[:REASON]
    restore = request.POST.get("act") == "restore"
    if not restore and (shown["keeps"] or not reason):
        return render(request, "staff/care/withdraw.html", {**shown, "missing": not reason}, status=400)
    with database.writing() as connection:
        if restore:
            store.restore(connection, kind, id)
        else:
            store.withdraw(connection, kind, id, by=staff.username, reason=reason, now=settings.now().timestamp())
    cached.forget()
    log.write(staff, "restored" if restore else "withdrew", subject=f"{kind} {id}", detail=reason)
    messages.success(request, "restored" if restore else "withdrawn")
    return redirect("withdrawn")
