"""Judge messages, write and confirm paraphrases, and export them: the rows behind the pages of learning."""
from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Mapping, Sequence

from django.db import IntegrityError, transaction

from bot import settings
from console.audit import log
from console.care import queues
from console.learn import paraphrase, patch, similar
from console.learn.models import Judgement, Paraphrase
from console.numbers import whole
from console.people.models import Staff
from console.review import access

Place = tuple[str, int]


@dataclasses.dataclass(frozen=True)
class Alike:
    """A message that means much the same: where it is, its words, and how near in per cent."""

    conversation: str
    seq: int
    words: str
    near: int


def find_alike(staff: Staff, words: str, own: Place) -> list[Alike]:
    """Messages that were met with doubt or not at all, which nobody has judged, and that mean much the same as `words`."""
    now = settings.now().timestamp()
    half = similar.MOST_READ // 2
    rows = (*queues.not_understood(now).order_by("-at")[:half], *queues.low_score(now).order_by("-at")[:half])
    places = [(row.conversation, row.seq) for row in rows if (row.conversation, row.seq) != own]
    texts = access.said(staff, places, shown=False)
    keys = {f"{place[0]}:{place[1]}": text for place, text in texts.items()}
    near = {key: score for key, score in similar.nearest(words, keys)}
    shown = access.said(staff, [place_of(key) for key in near])
    return [Alike(*place_of(key), shown[place_of(key)], round(100 * score)) for key, score in near.items() if place_of(key) in shown]


def place_of(key: str) -> Place:
    """`conversation:seq` as its two parts. Raises ValueError for a key that was made up."""
    conversation, _, written = key.rpartition(":")
    seq = whole(written)
    if seq is None or "\x00" in conversation:
        raise ValueError(f"{key!r} is not conversation:seq")
    return conversation, seq


def judge(staff: Staff, places: Sequence[Place], *, meant: str, given: str, right: bool) -> str | None:
    """Note what messages meant; the name of the batch, or None where a colleague had judged the first of them already."""
    batch, now = uuid.uuid4().hex, settings.now().timestamp()
    done = 0
    for conversation, seq in places:
        shown = given if not done else ""
        row = Judgement(conversation=conversation, seq=seq, given=shown, right=right, meant=meant, batch=batch, by=staff.username, at=now)
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            if not done:
                return None
            continue
        done += 1
        log.write(staff, "corrected", conversation=conversation, detail="right" if right else f"meant {meant}")
    return batch


def originals(staff: Staff, batches: Sequence[str]) -> Mapping[str, list[str]]:
    """The messages behind each batch, as far as they are still there and may be read; nobody is shown them."""
    rows = list(Judgement.objects.filter(batch__in=batches))
    words = access.said(staff, [(row.conversation, row.seq) for row in rows], shown=False)
    found: dict[str, list[str]] = {batch: [] for batch in batches}
    for row in rows:
        if (row.conversation, row.seq) in words:
            found[row.batch].append(words[row.conversation, row.seq])
    return found


def write(staff: Staff, batch: str, answer: str, text: str, *, twin: bool, style: str) -> list[str]:
    """Keep a paraphrase for a colleague to confirm; what stands against it, where something does."""
    flat = " ".join(text.split())
    against = paraphrase.problems(flat, originals(staff, [batch])[batch])
    if not against:
        now = settings.now().timestamp()
        Paraphrase.objects.create(batch=batch, answer=answer, text=flat, twin=twin, style=style, written_by=staff.username, written_at=now)
    return against


def confirm(staff: Staff, one: Paraphrase) -> str:
    """Confirm a colleague's paraphrase, or say why not: the code of a notice."""
    if one.written_by == staff.username:
        return "own_words"
    if paraphrase.problems(one.text, originals(staff, [one.batch])[one.batch]):
        return "shared"
    now = settings.now().timestamp()
    waiting = Paraphrase.objects.filter(pk=one.pk, state="written").exclude(written_by=staff.username)
    if not waiting.update(state="confirmed", confirmed_by=staff.username, confirmed_at=now):
        return "stale"
    log.write(staff, "confirmed", subject=f"paraphrase {one.pk}", detail=one.answer)
    return "confirmed"


def export(staff: Staff) -> tuple[str, list[Paraphrase]]:
    """A patch of all that is confirmed, and what was left out because it stands too near to the original now. Raises PatchTrouble."""
    confirmed = list(Paraphrase.objects.filter(state="confirmed").order_by("answer", "pk"))
    behind = originals(staff, [one.batch for one in confirmed])
    left = [one for one in confirmed if paraphrase.problems(one.text, behind[one.batch]) or one.written_by == one.confirmed_by]
    taken = [one for one in confirmed if one not in left]
    made = patch.make(patch.Line(one.answer, one.text, one.twin, one.style) for one in taken)
    Paraphrase.objects.filter(pk__in=[one.pk for one in taken]).update(state="exported")
    Paraphrase.objects.filter(pk__in=[one.pk for one in left]).update(state="refused")
    log.write(staff, "exported", subject=f"patch of {len(taken)} paraphrases")
    return made, left
