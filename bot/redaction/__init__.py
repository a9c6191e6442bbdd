"""Personal data out of a message before anything is stored or logged, so that the sentence can still be read.

    redact("my son Daniel is on 07...").text == "my son [name] is on [phone number]"

Helpline numbers, doses, ages, durations and dates that matter stay. One recogniser a file stands in `recognisers/`.
"""
from __future__ import annotations

import dataclasses
import logging
import re

log = logging.getLogger(__name__)
LONGEST = 12_000  # characters that are looked at; no channel passes on more
REMOVED = "[removed]"
# Where looking itself fails: whatever could be somebody's goes, and the words that say what is wrong stay.
CRUDE = re.compile(r"\S*@\S*|\S*://\S*|www\.\S*|\+?\d[\d\s().-]{4,}\d|(?<=[a-z,] )[A-Z][a-z]+(?: [A-Z][a-z]+)*")

# A run of signs that no language has, which would keep patterns busy for minutes; Chinese and Korean have no spaces.
JUNK = re.compile(r"[^\s\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]{400,}")


@dataclasses.dataclass(frozen=True)
class Redacted:
    """A text with placeholders, and where in the original what was found: (kind, start, end), in order."""

    text: str
    found: tuple[tuple[str, int, int], ...] = ()


def redact(text: str, *, before: str = "") -> Redacted:
    """`text` without personal data. Never raises; where looking fails, more is removed, not less.

    `before` is what the same person wrote just before, so that "my name is" and a name in the next message are seen
    together; nothing of it is in the result.
    """
    text = JUNK.sub(REMOVED, text[:LONGEST])
    if not text.strip():
        return Redacted(text)
    lead = f"{before[-200:]}\n" if before else ""
    try:
        from bot.redaction import engine

        results = [(one.entity_type, one.start, one.end, one.score) for one in engine.analyze(lead + text)]
        alone = [(one.entity_type, one.start + len(lead), one.end + len(lead), one.score) for one in engine.analyze(text)] if lead else []
        ours = [one for one in [*results, *alone] if not engine.is_of_a_helpline(lead + text, one[1], one[2])]
        found = within(merge(ours), len(lead), len(text))
        names = engine.placeholders()
    except Exception as error:
        # The type alone: its message may hold the text.
        log.error("A message could not be searched for personal data (%s); it was cut crudely.", type(error).__name__)
        return Redacted(CRUDE.sub(REMOVED, text), tuple(("unknown", *one.span()) for one in CRUDE.finditer(text)))
    parts: list[str] = []
    end = 0
    for kind, start, stop in found:
        # Names that follow each other are one.
        joined = bool(parts) and kind == "name" and parts[-1] == names[kind] and not text[end:start].strip(" -'’")
        if not joined:
            parts += [text[end:start], names[kind]]
        end = stop
    return Redacted("".join([*parts, text[end:]]), tuple(found))


def merge(results: list[tuple[str, int, int, float]]) -> list[tuple[str, int, int]]:
    """Finds that overlap become one; the surest, then the longest, says what it is."""
    merged: list[tuple[str, int, int, tuple[float, int]]] = []
    for kind, start, end, score in sorted(results, key=lambda one: (one[1], -one[2])):
        rank = (score, end - start)
        if merged and start < merged[-1][2]:
            last = merged[-1]
            best = (kind, rank) if rank > last[3] else (last[0], last[3])
            merged[-1] = (best[0], last[1], max(last[2], end), best[1])
        else:
            merged.append((kind, start, end, rank))
    return [(kind, start, end) for kind, start, end, _ in merged]


def within(found: list[tuple[str, int, int]], lead: int, size: int) -> list[tuple[str, int, int]]:
    """The finds that reach into the text itself, counted from its start."""
    return [(kind, max(0, start - lead), end - lead) for kind, start, end in found if end > lead and start < lead + size]


def ready() -> None:
    """Load what is needed, so that the first message does not wait. Raises what is wrong with the set-up."""
    from bot.redaction import engine

    engine.analyze("my name is [name]")
