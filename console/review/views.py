"""One conversation, and what staff do about it."""
from __future__ import annotations

import dataclasses
from typing import Any
from urllib.parse import parse_qs

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from bot import settings
from bot.redaction import redact
from bot.storage import conversations, database
from console.audit import log
from console.audit.models import Entry
from console.care import assistant
from console.numbers import whole
from console.people.doors import may, needs, staff_of, who_may
from console.people.models import Staff
from console.records.models import Case, Feedback, Takeover
from console.review import access, finding
from console.review.filters import wish_of
from console.review.inbox import LAST
from console.review.models import STATUSES, Note, Opening, Review, Tag

REASONS = ("danger", "asked", "complaint", "quality", "other")
REVEALED, REVEAL_LASTS = "revealed", 900  # in the session; seconds
SUGGESTED_TAGS = ("urgent to fix", "wrong answer", "missing answer", "good example", "for the team", "safeguarding")


@require_safe
@needs("read_all", "read_own")
def conversation(request: HttpRequest, conversation: str) -> HttpResponse:
    """What was said and why the assistant answered so."""
    staff, now = staff_of(request), settings.now().timestamp()
    found = access.read_conversation(staff, conversation, reason=reason_of(request, conversation, now))
    Opening.objects.update_or_create(staff=staff, conversation=conversation, defaults={"at": max(now, found.last_at)})
    review = Review.objects.filter(pk=conversation).first()
    thumbs = dict(Feedback.objects.filter(conversation=conversation).values_list("seq", "good"))
    shown = {
        "found": found, "review": review, "thumbs": thumbs, "version": review.version if review else 0, "statuses": STATUSES,
        "notes": Note.objects.filter(conversation=conversation), "tags": Tag.objects.filter(conversation=conversation).order_by("name"),
        "suggested": SUGGESTED_TAGS, "reasons": REASONS, "colleagues": colleagues(staff),
        "takeover": Takeover.objects.filter(pk=conversation).first(),
        "cases": Case.objects.filter(conversation=conversation).order_by("-opened_at"), "back": request.session.get(LAST, ""),
        "readers": readers(found.label) if may(staff, "see_audit") else [], "may_mark": marks(staff, conversation),
    }  # fmt: skip
    return render(request, "staff/conversation.html", shown)


def marks(staff: Staff, conversation: str) -> bool:
    """Whether they may write about it: reviewers about any, volunteers about what is theirs."""
    return may(staff, "mark") or conversation in access.own(staff)


def marker_of(request: HttpRequest, conversation: str) -> Staff:
    """Who asks, if they may write about the conversation. Raises Http404 where they may not, or it is not there."""
    staff = staff_of(request)
    access.open_row(staff, conversation)
    if not marks(staff, conversation):
        raise Http404
    return staff


def colleagues(staff: Staff) -> list[str]:
    """To whom a conversation may be assigned: oneself, and by those with the duty, anybody who can read it."""
    if not may(staff, "assign"):
        return [staff.username]
    return list(who_may("read_own").values_list("username", flat=True))


def readers(label: str) -> list[Any]:
    """Who looked at it of late, for leads."""
    return list(Entry.objects.filter(subject=label).order_by("-id")[:12])


def reason_of(request: HttpRequest, conversation: str, now: float) -> str | None:
    """The reason that was given for seeing what is hidden, while it lasts."""
    reason, until = request.session.get(REVEALED, {}).get(conversation, ("", 0.0))
    return reason if 0 <= until - now <= REVEAL_LASTS else None


@require_POST
@needs("reveal")
def reveal(request: HttpRequest, conversation: str) -> HttpResponse:
    """Show what is hidden, for a reason; the words of the reason are redacted, for they may name somebody."""
    access.open_row(staff_of(request), conversation)
    reason, more = request.POST.get("reason", ""), request.POST.get("more", "").replace("\x00", "").strip()[:300]
    if reason not in REASONS or (reason == "other" and len(more) < 5):
        messages.error(request, "reason_missing")
        return redirect("conversation", conversation)
    now = settings.now().timestamp()
    open_ones = {id: given for id, given in request.session.get(REVEALED, {}).items() if given[1] > now}
    request.session[REVEALED] = {**open_ones, conversation: (f"{reason}: {redact(more).text}" if more else reason, now + REVEAL_LASTS)}
    return redirect("conversation", conversation)


@require_safe
@needs("read_all", "read_own")
def news(request: HttpRequest, conversation: str) -> HttpResponse:
    """Whether something was said since; the page asks every few seconds, and nothing that was said is in the answer."""
    seq = whole(request.GET.get("after", ""))
    return JsonResponse({"news": access.has_news(staff_of(request), conversation, after=-1 if seq is None else seq)})


@require_POST
@needs("mark", "read_own")
def mark(request: HttpRequest, conversation: str) -> HttpResponse:
    """Set the status and the reviewer, unless somebody else did since the page was opened."""
    staff = marker_of(request, conversation)
    status, reviewer, version = request.POST.get("status", ""), request.POST.get("reviewer"), whole(request.POST.get("version", ""))
    if status not in STATUSES or version is None:
        raise Http404
    if reviewer and reviewer not in colleagues(staff) and not Review.objects.filter(pk=conversation, reviewer=reviewer).exists():
        raise Http404
    if not save_mark(staff, conversation, status, reviewer, version):
        messages.error(request, "stale")
        return redirect("conversation", conversation)
    log.write(staff, "marked", conversation=conversation, detail=status)
    if reviewer:
        log.write(staff, "assigned", conversation=conversation, detail=reviewer)
    messages.success(request, "saved")
    return next_one(request, conversation) if request.POST.get("then") == "next" else redirect(back_to(request, conversation))


def back_to(request: HttpRequest, conversation: str) -> str:
    """The page that the form was on."""
    query = request.session.get(LAST, "")
    return reverse("inbox") + ("?" + query if query else "") if request.POST.get("then") == "inbox" else reverse("conversation", args=[conversation])


def save_mark(staff: Staff, conversation: str, status: str, reviewer: str | None, version: int) -> bool:
    """Save if nobody was quicker. `reviewer` None leaves it as it is."""
    now = settings.now().timestamp()
    changed: dict[str, Any] = {"status": status, "version": version + 1, "changed_at": now, "changed_by": staff.username}
    if reviewer is not None:
        changed["reviewer"] = reviewer
    try:
        with transaction.atomic():
            if Review.objects.filter(pk=conversation, version=version).update(**changed):
                return True
            if version:
                return False
            Review.objects.create(conversation=conversation, **changed)
    except IntegrityError:
        return False
    return True


@require_safe
@needs("read_all", "read_own")
def go_to_next(request: HttpRequest, conversation: str) -> HttpResponse:
    """The conversation after this one in the inbox as it was last filtered."""
    return next_one(request, conversation)


def next_one(request: HttpRequest, conversation: str) -> HttpResponse:
    """On to the next that the filters leave; the inbox when there is none."""
    staff = staff_of(request)
    row = access.visible(staff).filter(pk=conversation).first()
    given = {name: values[0] for name, values in parse_qs(request.session.get(LAST, "")).items()}
    page = finding.find(staff, wish_of(given), after=(row.last_at, row.id) if row else None)
    if page.rows:
        return redirect("conversation", page.rows[0].id)
    messages.info(request, "caught_up")
    return redirect("inbox")


@require_POST
@needs("mark", "read_own")
def annotate(request: HttpRequest, conversation: str) -> HttpResponse:
    """Add a note or a tag, or take a tag off."""
    staff = marker_of(request, conversation)
    now = settings.now().timestamp()
    note, tag, off = (request.POST.get(name, "").replace("\x00", "").strip() for name in ("note", "tag", "untag"))
    if note:
        Note.objects.create(conversation=conversation, text=redact(note[:2_000]).text, by=staff.username, at=now)
        log.write(staff, "noted", conversation=conversation)
        messages.success(request, "note_added")
    if tag:
        name = " ".join(redact(tag[:40]).text.lower().split())[:40]
        _, made = Tag.objects.get_or_create(conversation=conversation, name=name, defaults={"by": staff.username, "at": now})
        if made:
            log.write(staff, "tagged", conversation=conversation, detail=name)
    if off and Tag.objects.filter(conversation=conversation, name=off[:40]).delete()[0]:
        log.write(staff, "untagged", conversation=conversation, detail=off)
    return redirect(back_to(request, conversation))


@require_POST
@needs("export")
def export(request: HttpRequest, conversation: str) -> HttpResponse:
    """All that is kept of a conversation, as JSON, for the person who asked for it."""
    staff = staff_of(request)
    found = access.export_conversation(staff, conversation)
    answer = JsonResponse(found, json_dumps_params={"indent": 1, "ensure_ascii": False})
    answer["Content-Disposition"] = f'attachment; filename="{log.label(conversation)}.json"'
    return answer


@require_POST
@needs("remove")
def remove(request: HttpRequest, conversation: str) -> HttpResponse:
    """Delete a conversation because the person asked for it; the label must be typed, so that no slip deletes."""
    staff = staff_of(request)
    access.open_row(staff, conversation)
    if request.POST.get("label", "").strip() != log.label(conversation):
        messages.error(request, "label_wrong")
        return redirect("conversation", conversation)
    receipt, by_server = delete(conversation, staff)
    if receipt["held"]:
        messages.error(request, "held")
        return redirect("conversation", conversation)
    how = "by the server" if by_server else "in the database alone"
    log.write(staff, "deleted", subject=f"receipt {receipt['id']}", detail=f"{receipt['events']} events, {how}")
    messages.add_message(request, messages.SUCCESS if by_server else messages.WARNING, "deleted" if by_server else "deleted_without_server")
    return redirect("inbox")


def delete(conversation: str, staff: Staff) -> tuple[dict[str, Any], bool]:
    """Delete by way of the assistant's server, which drops what it holds in memory, too; where it is down, in the database.

    The receipt, and whether the server did it.
    """
    try:
        return assistant.delete(conversation, staff=staff.username), True
    except assistant.Away:
        with database.writing() as connection:
            return dataclasses.asdict(conversations.delete(connection, conversation, "staff")), False
