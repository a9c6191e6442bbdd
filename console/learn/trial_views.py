"""Try the assistant: what it would say, and why. Nothing is stored or counted."""
from __future__ import annotations

import json
import threading

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from bot import kept
from bot.content import VOICES
from console.learn import trial as process
from console.people.doors import needs

MOST_TURNS, LONGEST = 20, 2_000


@needs("correct")
def trial(request: HttpRequest) -> HttpResponse:
    """The page. The assistant starts while it is read."""
    threading.Thread(target=start, daemon=True).start()
    countries = sorted((one.name, code) for code, one in kept.register().countries.items() if code not in ("ZZ", "EU"))
    return render(request, "staff/learn/try.html", {"countries": countries, "voices": VOICES})


def start() -> None:
    """Begin, unless somebody is asking already."""
    if process.shared.lock.acquire(blocking=False):
        try:
            process.shared.start()
        finally:
            process.shared.lock.release()


@needs("correct")
@require_POST
def ask(request: HttpRequest) -> JsonResponse:
    """The last of several turns, as the assistant takes it."""
    try:
        turns = [str(turn)[:LONGEST] for turn in json.loads(request.POST.get("turns", "[]"))]
    except ValueError:
        turns = []
    if not turns or not isinstance(turns, list):
        return JsonResponse({"trouble": "unreadable"}, status=400)
    country, voice = request.POST.get("country", ""), request.POST.get("voice", "")
    try:
        found = process.shared.ask(
            turns[-MOST_TURNS:], country=country if country in kept.register().countries else "", voice=voice if voice in VOICES else ""
        )
    except process.TrialTrouble as trouble:
        return JsonResponse({"trouble": str(trouble)}, status=503)
    return JsonResponse(found)
