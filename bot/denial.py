"""A danger that is named and denied: "I'm not suicidal, I only want to know about sleep"."""
from __future__ import annotations

from bot.language.reading import Reading
from bot.phrases import line_of
from bot.risk import Ears
from bot.scope import is_negated

DENIED = frozenset({"suicide", "self_harm"})


def denies(reading: Reading, ears: Ears) -> bool:
    """Whether it is denied, and nowhere in the message said."""
    hits = [hit for hit in ears.phrases.find(line_of(reading.doc)) if ears.signs[hit.key].danger in DENIED]
    return bool(hits) and all(is_negated(reading.doc, hit, ears.cues) for hit in hits)
