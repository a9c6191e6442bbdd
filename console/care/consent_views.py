"""The public form on which somebody leaves a way to call them back. Whoever has the link may write; nobody can read here."""
from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from bot import consent_links, settings
from bot.storage import cases, database
from console.care import cases as store


def call_back(request: HttpRequest, token: str) -> HttpResponse:
    """Show the form, or keep what was written, sealed. A link that is old, forged, or of a closed case says so kindly."""
    now = settings.now().timestamp()
    try:
        case = consent_links.read(token[:2_000], now=now)
    except consent_links.LinkTrouble as trouble:
        return render(request, "call_back.html", {"state": "old" if trouble.expired else "wrong"}, status=410 if trouble.expired else 404)
    if request.method != "POST":
        with database.reading() as connection:
            one = store.get(connection, case)
        is_open = one is not None and one.state != "done"
        return render(request, "call_back.html", {"state": "form" if is_open else "closed"}, status=200 if is_open else 410)
    contact, time = request.POST.get("contact", "").strip(), request.POST.get("time", "").strip()
    if not contact or request.POST.get("agree") != "yes":
        return render(request, "call_back.html", {"state": "form", "missing": True, "contact": contact, "time": time}, status=400)
    with database.writing() as connection:
        kept = cases.leave_contact(connection, case, f"{contact}\n{time}".strip(), now=now)
    return render(request, "call_back.html", {"state": "kept" if kept else "closed"}, status=200 if kept else 410)
