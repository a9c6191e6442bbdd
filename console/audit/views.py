"""The audit log as a page and as CSV, for leads. Looking at it is logged too."""
from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from console.audit import log
from console.audit.models import ACTS, Entry
from console.figures.views import as_csv
from console.numbers import whole
from console.people.doors import needs, staff_of
from console.review.filters import day
from console.templatetags.shown import machine

PAGE, LONGEST_FILE = 100, 50_000
DAY = 86_400


@require_safe
@needs("see_audit")
def audit(request: HttpRequest) -> HttpResponse:
    """The newest entries that match."""
    wish = wished(request)
    rows = list(matching(wish, request.GET.get("before", ""))[: PAGE + 1])
    if not request.GET.get("before"):
        log.write(staff_of(request), "audit_read")
    more = reverse("audit") + "?" + urlencode({**wish, "before": rows[PAGE - 1].pk}) if len(rows) > PAGE else ""
    shown = {"rows": rows[:PAGE], "wish": wish, "acts": ACTS, "more": more, "query": urlencode(wish)}
    return render(request, "staff/audit.html", shown)


def wished(request: HttpRequest) -> dict[str, str]:
    """The filters in the address; what makes no sense is left out."""
    given = {name: request.GET.get(name, "").replace("\x00", "").strip()[:150] for name in ("staff", "act", "subject", "since", "until")}
    known = {**given, "act": given["act"] if given["act"] in ACTS else ""}
    return {name: value for name, value in known.items() if value and (name not in ("since", "until") or day(value) is not None)}


def matching(wish: dict[str, str], before: str) -> QuerySet[Entry]:
    """The entries, newest first."""
    found = Entry.objects.order_by("-id").filter(**{name: value for name, value in wish.items() if name in ("staff", "act", "subject")})
    since, until = day(wish.get("since", "")), day(wish.get("until", ""))
    if since is not None:
        found = found.filter(at__gte=since)
    if until is not None:
        found = found.filter(at__lt=until + DAY)
    last = whole(before, most=10**18)
    if last is not None:
        found = found.filter(id__lt=last)
    return found


@require_POST
@needs("see_audit")
def audit_as_csv(request: HttpRequest) -> HttpResponse:
    """The entries that match, as a file."""
    log.write(staff_of(request), "audit_exported")
    rows = matching(wished(request), "")[:LONGEST_FILE]
    return as_csv("audit.csv", [("at", "staff", "act", "subject", "detail"), *((machine(r.at), r.staff, r.act, r.subject, r.detail) for r in rows)])
