"""The one door to what was said: `read_conversation`. It checks who asks, hides what is not theirs to see, and logs.

Words of a person who has not agreed to keeping are hidden, until whoever owns the case, speaks with them, or gives a
reason asks for them. A conversation that is not there and one that may not be read look the same.
"""
from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import Http404

from bot.storage import conversations, database
from console.audit import log
from console.people.doors import may
from console.people.models import Staff
from console.records import models as records
from console.records.words import EventWords
from console.review.models import Review
from console.review.turns import Conversation, Turn, clean, conversation_of, turn_of

LONGEST = 2_000  # events that one page shows; older ones are on the page before


def visible(staff: Staff) -> QuerySet[records.Conversation]:
    """The conversations, without words, that this member of staff may open."""
    everything: QuerySet[records.Conversation] = records.Conversation.objects.all()
    if may(staff, "read_all"):
        return everything
    if not may(staff, "read_own"):
        return everything.none()
    return everything.filter(id__in=own(staff))


def own(staff: Staff) -> list[str]:
    """Conversations that are theirs: the case is taken by them, they speak in it, or it was assigned to them."""
    cases = records.Case.objects.filter(owner=staff.username, state="taken", conversation__isnull=False)
    spoken = records.Takeover.objects.filter(staff=staff.username)
    assigned = Review.objects.filter(reviewer=staff.username).exclude(status="done")
    return [found for rows in (cases, spoken, assigned) for found in rows.values_list("conversation", flat=True)]


def helps(staff: Staff, conversation: str) -> bool:
    """Whether they own its open case or speak in it, so that the words are theirs to read."""
    return (
        records.Takeover.objects.filter(conversation=conversation, staff=staff.username).exists()
        or records.Case.objects.filter(conversation=conversation, owner=staff.username, state="taken").exists()
    )


def open_row(staff: Staff, conversation: str) -> records.Conversation:
    """The conversation's row, without words. Raises Http404 if it is not there or not theirs; the latter is logged."""
    row: records.Conversation | None = None
    if len(conversation) <= 64 and "\x00" not in conversation:
        row = records.Conversation.objects.filter(pk=conversation).first()
    if row is None:
        raise Http404
    if may(staff, "read_all") or (may(staff, "read_own") and conversation in own(staff)):
        return row
    log.write(staff, "refused", conversation=conversation)
    raise Http404


def read_conversation(staff: Staff, conversation_id: str, *, reason: str | None = None, after: int = -1) -> Conversation:
    """One conversation with what was said in it, from the event after `after`; the reading is logged.

    `reason` shows what is hidden, if the staff member has the duty "reveal"; the reason is logged.
    Raises Http404 if it is not there or not theirs.
    """
    row = open_row(staff, conversation_id)
    open_words = row.consent == "keep" or helps(staff, conversation_id)
    revealed = bool(reason) and not open_words and may(staff, "reveal")
    if revealed:
        log.write(staff, "revealed", conversation=conversation_id, detail=reason or "")
    else:
        log.write(staff, "read", conversation=conversation_id, detail="" if open_words else "without words")
    turns = tuple(turns_of(conversation_id, after=after, words=open_words or revealed))
    return conversation_of(row, log.label(conversation_id), turns, hidden=not (open_words or revealed), may_reveal=may(staff, "reveal"))


def turns_of(conversation: str, *, after: int, words: bool) -> Iterator[Turn]:
    """Its events in order; without `words` nothing that anybody said is in them."""
    rows = EventWords.objects.filter(conversation=conversation, seq__gt=after).order_by("-seq")[:LONGEST]
    for row in reversed(rows):
        yield turn_of(row, words=words)


def export_conversation(staff: Staff, conversation_id: str) -> dict[str, Any]:
    """All that is kept of a conversation, for the person who asked for it; the export is logged. Raises Http404 as above."""
    open_row(staff, conversation_id)
    log.write(staff, "exported", conversation=conversation_id)
    with database.reading() as connection:
        return conversations.export(connection, conversation_id)


def has_news(staff: Staff, conversation_id: str, *, after: int) -> bool:
    """Whether something was added after an event; no words, so nothing is logged. Raises Http404 as above."""
    return bool(open_row(staff, conversation_id).events - 1 > after)


def said(staff: Staff, places: Sequence[tuple[str, int]], *, shown: bool = True) -> dict[tuple[str, int], str]:
    """Single messages by conversation and place, for lists: only of those who agreed to keeping, in conversations that are theirs.

    Each conversation is logged, unless the words are not `shown` to anybody (a machine compares them).
    """
    wanted = set(places)
    theirs = visible(staff).filter(pk__in={conversation for conversation, _ in wanted}, consent="keep").values_list("pk", flat=True)
    rows = EventWords.objects.filter(conversation__in=list(theirs), seq__in={seq for _, seq in wanted}, kind__in=("user", "bot"))
    found = {(row.conversation, row.seq): clean(row.text or "") for row in rows.defer("data") if (row.conversation, row.seq) in wanted}
    if shown:
        log.write_each(staff, "read", sorted({conversation for conversation, _ in found}), detail="single messages")
    return found
