"""Judge what the assistant made of a message, and give it better examples: as a patch, looked at by two people, never at once."""
from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from bot import kept, settings
from console.learn import judging, patch
from console.learn.models import MISSING, NOTHING, Judgement, Paraphrase
from console.people.doors import needs, staff_of
from console.review import access
from console.review.turns import Turn

MOST = 50  # messages judged in one go


@needs("correct")
def learn(request: HttpRequest) -> HttpResponse:
    """What waits for a second pair of eyes, what is ready to leave, and which questions have no answer yet."""
    staff = staff_of(request)
    missing = list(Judgement.objects.filter(meant=MISSING).order_by("-at")[:30])
    words = access.said(staff, [(row.conversation, row.seq) for row in missing])
    shown = {
        "waiting": Paraphrase.objects.filter(state="written").order_by("written_at"),
        "ready": Paraphrase.objects.filter(state="confirmed").order_by("answer"),
        "left": Paraphrase.objects.filter(state="exported").count(),
        "missing": [(row, words.get((row.conversation, row.seq))) for row in missing],
        "titles": {id: one.title for id, one in kept.said().answers.items()},
        "judged": Judgement.objects.count(), "right": Judgement.objects.filter(right=True).count(),
    }  # fmt: skip
    return render(request, "staff/learn/learn.html", shown)


@needs("correct")
def judge(request: HttpRequest, conversation: str, seq: int) -> HttpResponse:
    """One message: was its answer right, which would have been, and how else could one ask? Raises Http404."""
    staff = staff_of(request)
    turns = access.read_conversation(staff, conversation, after=seq - 1).turns
    if not turns or turns[0].seq != seq or turns[0].who != "person":
        raise Http404
    page = {**shown(conversation, turns), "judged": Judgement.objects.filter(conversation=conversation, seq=seq).first()}
    if request.method == "POST":
        return save(request, page, turns[0])
    if "similar" in request.GET and turns[0].text:
        page |= {"looked": True, "alike": judging.find_alike(staff, turns[0].text, (conversation, seq))}
    return render(request, "staff/learn/judge.html", page)


def shown(conversation: str, turns: tuple[Turn, ...]) -> dict[str, Any]:
    """What the page shows of a message and of the reply to it."""
    answers = kept.said().answers
    following = next((place for place, turn in enumerate(turns[1:], 1) if turn.who == "person"), len(turns))
    topics: dict[str, list[tuple[str, str]]] = {}
    for id, one in sorted(answers.items(), key=lambda pair: pair[1].title):
        topics.setdefault(one.topic, []).append((id, one.title))
    return {
        "conversation": conversation, "turn": turns[0], "replies": [turn for turn in turns[1:following] if turn.said], "topics": topics,
        "candidates": [(one, answers[one.id].title) for one in turns[0].answers if one.id in answers][:3], "styles": patch.STYLES,
        "given": turns[0].answers[0].id if turns[0].decision == "answer" and turns[0].answers else "",
    }  # fmt: skip


def save(request: HttpRequest, page: dict[str, Any], turn: Turn) -> HttpResponse:
    """Keep a judgement, for this message and for those that were ticked, and a paraphrase if one was written."""
    staff, form = staff_of(request), request.POST
    meant = form.get("other") or form.get("meant", "")
    if meant not in kept.said().answers and meant not in (MISSING, NOTHING):
        return render(request, "staff/learn/judge.html", {**page, "problems": ["choose"], "form": form}, status=400)
    own = (page["conversation"], turn.seq)
    also = [place for place in map(place_or_none, form.getlist("also")[:MOST]) if place and place != own]
    also = [place for place in also if place in access.said(staff, also, shown=False)]
    right = meant == page["given"]
    batch = page["judged"].batch if page["judged"] else judging.judge(staff, [own, *also], meant=meant, given=page["given"], right=right)
    if batch is None:
        messages.warning(request, "judged_before")
        return redirect("judge", *own)
    page["judged"] = Judgement.objects.filter(conversation=own[0], seq=own[1]).first()
    text = form.get("text", "").strip()
    if text and meant in kept.said().answers:
        style = form.get("style", "plain")
        against = judging.write(staff, batch, meant, text, twin=form.get("twin") == "yes", style=style if style in patch.STYLES else "plain")
        if against:
            return render(request, "staff/learn/judge.html", {**page, "problems": against, "form": form}, status=400)
    messages.success(request, "written" if text and meant in kept.said().answers else "judged")
    return redirect("queues", "not-understood")


def place_or_none(key: str) -> judging.Place | None:
    """A ticked message, or None for what was made up."""
    try:
        return judging.place_of(key)
    except ValueError:
        return None


@needs("correct")
@require_POST
def decide(request: HttpRequest, id: int, act: str) -> HttpResponse:
    """Confirm a colleague's paraphrase, or put it away."""
    staff, one = staff_of(request), get_object_or_404(Paraphrase, pk=id)
    if act == "confirm":
        code = judging.confirm(staff, one)
    elif act == "refuse":
        code = "refused" if Paraphrase.objects.filter(pk=id, state="written").update(state="refused", confirmed_by=staff.username) else "stale"
    else:
        raise Http404
    messages.add_message(request, messages.SUCCESS if code in ("confirmed", "refused") else messages.WARNING, code)
    return redirect("learn")


@needs("correct")
@require_POST
def export(request: HttpRequest) -> HttpResponse:
    """All that is confirmed, as a file for `git apply`."""
    if not Paraphrase.objects.filter(state="confirmed").exists():
        messages.info(request, "nothing_to_export")
        return redirect("learn")
    try:
        made, left = judging.export(staff_of(request))
    except patch.PatchTrouble:
        messages.error(request, "patch_trouble")
        return redirect("learn")
    if left and not made:
        messages.warning(request, "shared")
        return redirect("learn")
    answer = HttpResponse(made, content_type="text/x-patch; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="corrections-{settings.now():%Y-%m-%d}.patch"'
    return answer
