"""The list of conversations, without a word of them: filters, unread, and what staff noted."""
from __future__ import annotations

import dataclasses
from collections import defaultdict

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from bot import kept
from console.audit import log
from console.people.doors import needs, staff_of
from console.people.models import Staff
from console.records.models import Case, Conversation, Takeover
from console.review import finding
from console.review.filters import DECISIONS, LENGTHS, LEVELS, Wish, cursor_of, wish_of
from console.review.models import STATUSES, Review, SavedFilter, Tag

LAST = "inbox"  # in the session: the filters that "next" follows
MOST_FILTERS = 30


@dataclasses.dataclass(frozen=True)
class Row:
    """One line of the inbox."""

    conversation: Conversation
    label: str
    unread: bool
    status: str
    reviewer: str
    version: int
    tags: tuple[str, ...]
    topic: str
    score: int | None
    not_understood: int
    foreign: bool  # whether something was written in another language
    speaker: str
    case: str


@require_safe
@needs("read_all", "read_own")
def inbox(request: HttpRequest) -> HttpResponse:
    """A page of what the filters leave, newest first."""
    staff, wish = staff_of(request), wish_of(request.GET)
    page = finding.find(staff, wish, after=cursor_of(request.GET.get("after", "")))
    if wish.q:
        log.write(staff, "searched")
    if request.session.get(LAST) != wish.query():
        request.session[LAST] = wish.query()
    more = reverse("inbox") + "?" + wish.query(after=page.after) if page.after else ""
    shown = {
        "wish": wish, "rows": lines(staff, page.rows), "stopped": page.stopped, "more": more, "first": not request.GET.get("after"),
        "saved": SavedFilter.objects.filter(staff=staff), "choices": choices(), "query": wish.query(), "used": wish.used(),
    }  # fmt: skip
    return render(request, "staff/inbox.html", shown)


def choices() -> dict[str, list[str]]:
    """What the filters offer; what is typed counts too."""
    said = kept.said()
    kinds = {name.split("/")[1] if name.startswith("flow/") else name.split("/")[0] for name in said.turns}
    return {
        "channels": ["web", "telegram"], "answers": sorted(said.answers), "dangers": sorted(said.dangers), "levels": list(LEVELS),
        "intents": sorted(kinds | {"answer", "clarify", "not_covered", "inform_country"}), "lengths": list(LENGTHS),
        "decisions": list(DECISIONS), "statuses": list(STATUSES),
    }  # fmt: skip


def lines(staff: Staff, rows: tuple[Conversation, ...]) -> list[Row]:
    """The rows with what is known about them, in a fixed number of queries."""
    named = [row.id for row in rows]
    at = finding.opened(staff, list(rows))
    reviews = {one.conversation: one for one in Review.objects.filter(conversation__in=named)}
    speakers = dict(Takeover.objects.filter(conversation__in=named).values_list("conversation", "shown_name"))
    cases = dict(Case.objects.filter(conversation__in=named).exclude(state="done").values_list("conversation", "state"))
    tags: dict[str, list[str]] = defaultdict(list)
    for conversation, name in Tag.objects.filter(conversation__in=named).order_by("name").values_list("conversation", "name"):
        tags[conversation].append(name)
    asked: dict[str, list[tuple[str, float | None]]] = defaultdict(list)
    missed: dict[str, int] = defaultdict(int)
    foreign: set[str] = set()
    said = finding.messages_of(named).order_by("conversation", "seq")
    for conversation, decision, answer, score, language in said.values_list("conversation", "decision", "answer", "score", "language"):
        missed[conversation] += decision == "not_covered"
        if language == "other":
            foreign.add(conversation)
        if decision == "answer" and answer:
            asked[conversation].append((answer, score))
    found = []
    for row in rows:
        review, (topic, score) = reviews.get(row.id), asked[row.id][-1] if asked[row.id] else ("", None)
        found.append(Row(
            row, log.label(row.id), finding.is_unread(row, at), review.status if review else "new", review.reviewer if review else "",
            review.version if review else 0, tuple(tags[row.id]), topic, None if score is None else round(100 * score), missed[row.id],
            row.id in foreign, speakers.get(row.id, ""), cases.get(row.id, ""),
        ))  # fmt: skip
    return found


@require_POST
@needs("read_all", "read_own")
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keep the present filters under a name."""
    staff, name = staff_of(request), " ".join(request.POST.get("name", "").replace("\x00", "").split())[:60]
    wish: Wish = wish_of(QueryDict(request.POST.get("query", "")[:2_000]))
    query = wish.query()
    if name and len(query) <= 600 and SavedFilter.objects.filter(staff=staff).exclude(name=name).count() < MOST_FILTERS:
        SavedFilter.objects.update_or_create(staff=staff, name=name, defaults={"query": query})
        messages.success(request, "filter_saved")
    return redirect(reverse("inbox") + "?" + query)


@require_POST
@needs("read_all", "read_own")
def remove_filter(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a filter of one's own."""
    gone, _ = SavedFilter.objects.filter(pk=pk, staff=staff_of(request)).delete()
    if not gone:
        raise Http404
    messages.success(request, "filter_removed")
    return redirect("inbox")
