"""Talk with a person in the assistant's place. The assistant's own server says the words and minds who speaks."""
from __future__ import annotations

import hashlib
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from bot import consent_links, settings
from bot.storage import database, takeovers
from console.audit import log
from console.care import assistant, handing, replies
from console.care import cases as store
from console.numbers import whole
from console.people.doors import needs, staff_of
from console.people.models import Staff
from console.review import access
from console.review.turns import Turn

LONGEST = 4_000  # characters of one message


def speaking(conversation: str) -> takeovers.Takeover | None:
    """Who of the staff speaks there now."""
    with database.reading() as connection:
        return takeovers.current(connection, conversation, settings.now().timestamp())


@needs("talk")
def talk(request: HttpRequest, conversation: str) -> HttpResponse:
    """The talk, live; before it begins, who speaks and a button. Raises Http404 where it is not theirs."""
    staff = staff_of(request)
    said = access.read_conversation(staff, conversation)
    now = settings.now().timestamp()
    with database.reading() as connection:
        cases = [one for one in store.of_conversation(connection, conversation) if one.state != "done"]
    mine = next((one for one in cases if one.owner == staff.username and one.state == "taken"), None)
    link = consent_links.address(mine.id, now=now) if mine else ""
    who = speaking(conversation)
    shown = {
        "said": said, "turns": [turn for turn in said.turns if turn.said and turn.who != "machine"], "who": who,
        "mine": who is not None and who.staff == staff.username, "case": mine, "cases": cases, "replies": replies.prepared(said.country, link=link),
        "message": uuid.uuid4().hex,
    }  # fmt: skip
    return render(request, "staff/care/talk.html", shown)


@needs("talk")
@require_POST
def begin(request: HttpRequest, conversation: str) -> HttpResponse:
    """Speak in the assistant's place; says so where a colleague does already."""
    staff = staff_of(request)
    access.open_row(staff, conversation)
    try:
        began = assistant.pause(conversation, staff=staff.username, name=staff.get_full_name())
    except assistant.Away:
        messages.error(request, "assistant_away")
        return redirect("talk", conversation)
    if began:
        log.write(staff, "took", conversation=conversation)
    else:
        messages.warning(request, "colleague_speaks")
    return redirect("talk", conversation)


@needs("talk")
def news(request: HttpRequest, conversation: str) -> HttpResponse:
    """What was said after an event, and who speaks now, for the page that looks for news."""
    staff, after = staff_of(request), whole(request.GET.get("after", ""))
    last = -1 if after is None else after
    fresh = access.has_news(staff, conversation, after=last)
    turns = access.read_conversation(staff, conversation, after=last).turns if fresh else ()
    who = speaking(conversation)
    return JsonResponse({
        "turns": [as_json(turn) for turn in turns if turn.said and turn.who != "machine"],
        "last": turns[-1].seq if turns else last,
        "mine": who is not None and who.staff == staff.username,
        "who": who.name if who else "",
    })  # fmt: skip


def as_json(turn: Turn) -> dict[str, Any]:
    """What the page shows of a turn."""
    heard = [{"danger": one.danger, "level": one.level, "about": one.about} for one in turn.findings]
    return {"seq": turn.seq, "at": turn.at, "who": turn.who, "text": turn.text or "", "staff": turn.staff, "heard": heard}


@needs("talk")
@require_POST
def say(request: HttpRequest, conversation: str) -> HttpResponse:
    """Say something to the person, once however often the same form is sent."""
    staff = staff_of(request)
    row = access.open_row(staff, conversation)
    text = request.POST.get("text", "").strip()[:LONGEST]
    state = said(staff, conversation, text, key_of(request.POST.get("id", ""), text)) if text else "nothing_said"
    if state == "unsent" and row.channel == "telegram":
        state = "not_arrived"  # nothing brings it to them later, as the website does
    if "X-Poll" in request.headers:
        return JsonResponse({"state": state}, status=200 if state == "said" else 409)
    if state != "said":
        messages.warning(request, state)
    return redirect("talk", conversation)


def key_of(form: str, text: str) -> str:
    """What the words are known by: the same form with the same words is the same message; changed words are another."""
    return hashlib.sha256(f"{form or uuid.uuid4().hex}\n{text}".encode("utf-8", "surrogatepass")).hexdigest()[:40]


def said(staff: Staff, conversation: str, text: str, id: str) -> str:
    """Send it on: "said", or the code of what stands against it."""
    try:
        state = assistant.say(conversation, staff=staff.username, text=text, id=id)
    except assistant.Away:
        return "unknown_whether_said"
    if state not in ("not_speaking", "on_its_way"):
        log.write(staff, "spoke", conversation=conversation, detail="" if state == "said" else state)
    return state


@needs("talk")
@require_POST
def end(request: HttpRequest, conversation: str) -> HttpResponse:
    """Hand back to the assistant, which says so in the words of data/staff.yml."""
    staff = staff_of(request)
    row = access.open_row(staff, conversation)
    who = speaking(conversation)
    if who is None or who.staff != staff.username:
        messages.warning(request, "not_speaking")
        return redirect("talk", conversation)
    if not handing.back(conversation, country=row.country or "", staff=who.staff, name=who.name):
        messages.error(request, "assistant_away")
        return redirect("talk", conversation)
    log.write(staff, "handed_back", conversation=conversation)
    messages.success(request, "handed_back")
    return redirect("cases")
