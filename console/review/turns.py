"""An event as staff see it: what was said, why the assistant took it so, and how long it took. Plain data, no database."""
from __future__ import annotations

import dataclasses
import json
import re
from typing import Any

from console.records import models as records

SAFE_SLOTS = frozenset({"country", "voice", "topic"})
LONGEST = 12_000  # characters of one message that are shown
# Characters that turn the reading direction or hide: shown as a mark, so that no message can rearrange the page.
UNSEEN = re.compile("[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
LEVELS = ("watch", "urgent", "emergency")


@dataclasses.dataclass(frozen=True)
class Ranked:
    """An answer that was considered, its score in per cent, and the known way of asking that came nearest."""

    id: str
    score: int
    why: str


@dataclasses.dataclass(frozen=True)
class Finding:
    """A danger that was heard, and the rule that heard it."""

    danger: str
    level: str
    about: str
    rule: str
    by: str
    certainty: int


@dataclasses.dataclass(frozen=True)
class Turn:
    """One event. `who` is person, bot, staff or machine (an action, a slot); `text` is None where words are hidden."""

    seq: int
    at: float
    who: str
    kind: str
    name: str
    text: str | None
    said: bool  # whether there were words at all
    decision: str = ""
    intent: str = ""
    answers: tuple[Ranked, ...] = ()
    findings: tuple[Finding, ...] = ()
    variant: str = ""  # which response spoke
    buttons: tuple[str, ...] = ()
    staff: str = ""  # the shown name of whoever spoke in the bot's place
    value: str = ""  # of a slot that may be shown
    waited: float | None = None  # seconds since the person's message
    cut: bool = False

    @property
    def level(self) -> str:
        """The gravest level that was heard, or nothing."""
        found = [finding.level for finding in self.findings if finding.level in LEVELS]
        return max(found, key=LEVELS.index) if found else ""


@dataclasses.dataclass(frozen=True)
class Conversation:
    """One conversation for one reader. `hidden` says that its words are not shown."""

    id: str
    label: str
    channel: str
    started_at: float
    last_at: float
    messages: int
    events: int
    country: str
    danger: str
    level: str
    consent: str
    legal_hold: bool
    hidden: bool
    may_reveal: bool
    turns: tuple[Turn, ...]

    @property
    def groups(self) -> list[tuple[str, list[Turn]]]:
        """The turns for a page: each that was said by itself, and the machine's steps between them together."""
        found: list[tuple[str, list[Turn]]] = []
        for turn in self.turns:
            kind = "steps" if turn.who == "machine" or not turn.said else "said"
            if kind == "steps" and found and found[-1][0] == "steps":
                found[-1][1].append(turn)
            else:
                found.append((kind, [turn]))
        return found

    @property
    def last_seq(self) -> int:
        """The newest event that is shown; -1 for none."""
        return self.turns[-1].seq if self.turns else -1


def conversation_of(
    row: records.Conversation, label: str, turns: tuple[Turn, ...], *, hidden: bool, may_reveal: bool
) -> Conversation:
    """A conversation's row with its turns, each knowing how long the person waited."""
    return Conversation(
        row.id, label, row.channel, row.started_at, row.last_at, row.messages, row.events, row.country or "", row.danger or "",
        row.level or "", row.consent, row.legal_hold, hidden, may_reveal, with_waits(turns),
    )  # fmt: skip


def with_waits(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """The turns, each reply with the seconds since the message before it; a clock that ran backwards gives none."""
    asked: float | None = None
    timed = []
    for turn in turns:
        waited = None
        if turn.who == "person":
            asked = turn.at
        elif turn.said and asked is not None and turn.at >= asked:
            waited = round(turn.at - asked, 2)
        timed.append(dataclasses.replace(turn, waited=waited))
    return tuple(timed)


def turn_of(row: Any, *, words: bool) -> Turn:
    """An event's row as a turn. A row whose JSON is broken is shown with what its columns hold."""
    try:
        data = json.loads(row.data)
    except ValueError:
        data = {}
    data = data if isinstance(data, dict) else {}
    parsed, metadata = mapping(data.get("parse_data")), mapping(data.get("metadata"))
    understood = mapping(parsed.get("understanding"))
    text, said = row.text, bool(row.text)
    shown = clean(text) if text and words else None
    return Turn(
        seq=row.seq, at=row.at, kind=row.kind, name=row.name or "", who=speaker(row.kind, metadata), text=shown, said=said,
        decision=row.decision or str(understood.get("decision") or ""),
        intent=str(mapping(parsed.get("intent")).get("name") or (row.name if row.kind == "user" else "") or ""),
        answers=tuple(ranked(understood.get("answers"))),
        findings=tuple(findings(parsed.get("risk"))) or fallback(row),
        variant=variant_of(metadata),
        buttons=tuple(clean(str(mapping(one).get("title", ""))) for one in sequence(mapping(data.get("data")).get("buttons")))[:10] if words else (),
        staff=clean(str(metadata.get("name") or metadata.get("shown_name") or metadata.get("staff") or ""))[:80],
        value=clean(str(data.get("value")))[:80] if row.kind == "slot" and row.name in SAFE_SLOTS else "",
        cut=bool(text) and len(text) > LONGEST,
    )  # fmt: skip


def speaker(kind: str, metadata: dict[str, Any]) -> str:
    """Who made an event: person, staff, bot or machine."""
    if kind == "user":
        return "person"
    if kind == "bot":
        return "staff" if metadata.get("staff") or metadata.get("shown_name") else "bot"
    return "machine"


def variant_of(metadata: dict[str, Any]) -> str:
    """Which response spoke, and in which variant."""
    return clean(" · ".join(str(metadata[key]) for key in ("utter_action", "response", "variant", "voice") if metadata.get(key)))[:200]


def ranked(found: Any) -> list[Ranked]:
    """The answers that were considered, best first."""
    rows = [mapping(one) for one in sequence(found)][:8]
    return [Ranked(str(one.get("label", "")), per_cent(one.get("score")), clean(str(one.get("why", "")))[:200]) for one in rows]


def findings(found: Any) -> list[Finding]:
    """The dangers that were heard."""
    rows = [mapping(one) for one in sequence(found)][:20]
    shown = [{field: clean(str(one.get(field, "")))[:80] for field in ("danger", "level", "about", "rule", "by")} for one in rows]
    return [Finding(**fields, certainty=per_cent(one.get("certainty"))) for fields, one in zip(shown, rows)]


def fallback(row: Any) -> tuple[Finding, ...]:
    """The danger that the row's own columns name, where the event does not say more."""
    return (Finding(row.danger, row.level or "", "", "", "", 0),) if row.danger else ()


def per_cent(score: Any) -> int:
    """0.724 as 72; 0 for what is no number."""
    try:
        return round(100 * float(score))
    except (TypeError, ValueError):
        return 0


def clean(text: str) -> str:
    """Text that cannot rearrange a page: no control or direction characters, and of bounded length."""
    return UNSEEN.sub("\u00b7", text[:LONGEST].replace("\r\n", "\n"))


def mapping(found: Any) -> dict[str, Any]:
    """A mapping as it is, anything else as an empty one."""
    return found if isinstance(found, dict) else {}


def sequence(found: Any) -> list[Any]:
    """A list as it is, anything else as an empty one."""
    return found if isinstance(found, list) else []
