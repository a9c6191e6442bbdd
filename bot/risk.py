"""Hear danger in a message: `check(reading, ears) -> findings`. Pure, and deaf to everything but the words.

Three layers. Phrases (`catch` in data/risk), and an age, find what is said plainly. Scope takes back what is denied, told, asked in
general or long past. Meaning, a classifier on the shared encoding of the whole message and of each sentence, finds
what is said in other words; it learns from the files' own `like` and `not`. Levels belong to signs, not to files.
"""
from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.content import LEVELS, Content, Sign
from bot.language.encoder import Vectors
from bot.language.reading import Reading
from bot.phrases import Hit, Lemmas, Phrases, line_of
from bot.scope import Cue, Cues, around, is_negated, is_over, kinds_at
from bot.who import OBJECTS, REFLEXIVE_OTHER, REFLEXIVE_SELF, about_whom, says_young

RANK = {level: place for place, level in enumerate(LEVELS)}
CALM = "none"
LONG_PAST_MATTERS = frozenset({"suicide", "self_harm", "violence", "sexual_assault", "child_danger"})
GRAVE_THOUGH_WELL = frozenset({"overdose_taken"})  # who took too much an hour ago and feels all right is in danger all the same
# What is lowered because it is long past is spoken to in the words for that.
OF_THE_PAST = {"suicide": "suicidal_past", "self_harm": "self_harm_past", "sexual_assault": "assault_past", "violence": "abuse_named"}
NARROWED = frozenset({"cannot_pee"})  # here a longer phrase says less than the one within it: "can't wee much" is not "can't wee"
CERTAIN = 1.0
UNSPACED = 0x2E80  # from here on scripts set no spaces between words
WORD = re.compile(r"\w+")
REFLEXIVE = REFLEXIVE_OTHER | REFLEXIVE_SELF
CHILD = "child_writing/child_writing"
SENTENCE_DOUBT = 1.5  # log-odds that one sentence of several must have over a message that stands alone: a long story has many


@dataclasses.dataclass(frozen=True)
class Finding:
    """A danger that was heard. `words` are the words that triggered, and never leave the process; `rule` says why."""

    danger: str
    level: str
    about: str  # self | other | unclear
    certainty: float
    rule: str  # danger/sign
    words: str
    by: str  # phrase | age | meaning | language

    def record(self) -> dict[str, Any]:
        """What is stored for staff: never a word of the person's."""
        kept = {field: getattr(self, field) for field in ("danger", "level", "about", "rule", "by")}
        return {**kept, "certainty": round(self.certainty, 3)}


@dataclasses.dataclass(frozen=True)
class Ears:
    """All that `check` needs, made once: signs, phrases, cues, foreign phrases, and the classifier (None without encoder)."""

    signs: Mapping[str, Sign]
    phrases: Phrases
    cues: Cues
    foreign: tuple[tuple[str, str, str], ...]  # as `index_foreign` makes it
    meaning: Meaning | None = None


def make_ears(content: Content, lemmas: Lemmas, cues: Cues, foreign: Mapping[str, Sequence[str]], meaning: Meaning | None) -> Ears:
    """Compile the content's dangers. Raises PhraseError naming every phrase that cannot be read."""
    signs = {sign.name: sign for danger in content.dangers.values() for sign in danger.signs}
    phrases = Phrases({name: sign.catch for name, sign in signs.items()}, lemmas)
    return Ears(signs, phrases, cues, index_foreign(foreign), meaning)


def check(reading: Reading, ears: Ears) -> tuple[Finding, ...]:
    """Every danger in a message, the most severe first, one finding a danger."""
    found = by_phrase(reading, ears) + by_age(reading, ears) + by_language(reading, ears)
    plain = {finding.danger for finding in found}
    found += [finding for finding in by_meaning(reading, ears) if finding.danger not in plain]
    worst: dict[str, Finding] = {}
    for finding in sorted(found, key=lambda f: (-RANK[f.level], -f.certainty)):
        worst.setdefault(finding.danger, finding)
    threat, harm = worst.get("violence"), worst.get("harm_to_others")
    if threat and harm and threat.about == "self" and OBJECTS & set(WORD.findall(harm.words.lower())):
        # "He said he'd kill me": the writer is the one who may be hurt, and needs the words for that.
        worst["violence"] = dataclasses.replace(threat, level=max(threat.level, harm.level, key=RANK.__getitem__))
        del worst["harm_to_others"]
    # "He texted me goodbye and says he'll kill himself": whom it is about stands in the plainest of the words.
    plainest = {finding.danger: finding.about for finding in found if REFLEXIVE & set(finding.words.lower().split())}
    return tuple(dataclasses.replace(finding, about=plainest.get(finding.danger, finding.about)) for finding in worst.values())


def by_phrase(reading: Reading, ears: Ears) -> list[Finding]:
    """What is said plainly, less what its surroundings take back."""
    found = []
    for hit, sign, level in heard_phrases(reading, ears):
        if level != sign.level:
            sign = ears.signs.get(f"{sign.danger}/{OF_THE_PAST.get(sign.danger)}", sign)
        words = reading.doc[hit.start : hit.end].text
        about = about_whom(reading.doc, hit.start, hit.end, sign.danger)
        found.append(Finding(sign.danger, level, about, CERTAIN, sign.name, words, "phrase"))
    return found


def heard_phrases(reading: Reading, ears: Ears) -> Iterator[tuple[Hit, Sign, str]]:
    """Each phrase that stands in a message and holds there, with its sign and the level that the words around it leave."""
    line = line_of(reading.doc)
    hits = list(ears.phrases.find(line))
    cues = around(reading.doc, line, ears.cues) if hits else []
    for hit in hits:
        sign = ears.signs[hit.key]
        if sign.danger in NARROWED and is_within_another(hit, hits, ears):
            continue
        level = level_in_scope(reading, hit, sign, cues, ears.cues)
        if level is not None:
            yield hit, sign, level


def is_within_another(hit: Hit, hits: Sequence[Hit], ears: Ears) -> bool:
    """Whether a longer phrase of another sign of the same danger begins no later and ends after this one."""
    danger = ears.signs[hit.key].danger
    return any(other.start <= hit.start and hit.end < other.end and other.key != hit.key and ears.signs[other.key].danger == danger for other in hits)


def level_in_scope(reading: Reading, hit: Hit, sign: Sign, found: list[Cue], cues: Cues) -> str | None:
    """The sign's level, lowered or None where the words around it deny it or put it elsewhere."""
    if is_negated(reading.doc, hit, cues):
        return None
    kinds = kinds_at(reading.doc, hit.start, hit.end, found)
    if kinds & {"fiction", "general", "idiom"}:
        return None
    if "past" in kinds and is_over(found):
        return None
    if "resolved" in kinds and "past" not in kinds and sign.danger in GRAVE_THOUGH_WELL:
        return sign.level
    if "past" in kinds or "resolved" in kinds:
        if sign.danger not in LONG_PAST_MATTERS:
            return None if "resolved" in kinds else "watch"
        about = about_whom(reading.doc, hit.start, hit.end, sign.danger)
        return None if "resolved" in kinds and about == "other" else "watch"
    return sign.level


def by_age(reading: Reading, ears: Ears) -> list[Finding]:
    """A child who says how old they are."""
    said, sign = says_young(reading.text), ears.signs.get(CHILD)
    return [Finding(sign.danger, sign.level, "self", CERTAIN, CHILD, said.group(), "age")] if said and sign else []


def by_language(reading: Reading, ears: Ears) -> list[Finding]:
    """Danger in other languages, by whole phrases; unreviewed, so it is said to be uncertain."""
    padded = f" {reading.folded} "
    words = frozenset(WORD.findall(padded))
    found: dict[str, Finding] = {}
    for rule, phrase, needed in ears.foreign:
        sign = ears.signs.get(rule)
        if sign is not None and rule not in found and (not needed or needed in words) and contains(padded, phrase):
            found[rule] = Finding(sign.danger, sign.level, "unclear", 0.9, rule, phrase, "language")
    return list(found.values())


def index_foreign(foreign: Mapping[str, Sequence[str]]) -> tuple[tuple[str, str, str], ...]:
    """Rule, phrase, and the longest word that must be there (empty in scripts that set no spaces)."""

    def needed(phrase: str) -> str:
        return "" if ord(phrase[0]) > UNSPACED else max(WORD.findall(phrase) or [""], key=len)

    return tuple((rule, phrase, needed(phrase)) for rule, listed in foreign.items() for phrase in listed)


def contains(padded: str, phrase: str) -> bool:
    """Whether a phrase stands in a text as whole words; scripts without spaces need no word ends."""
    at = padded.find(phrase)
    while at >= 0:
        before, after = padded[at - 1], padded[at + len(phrase)]
        if not phrase[0].isascii() and ord(phrase[0]) > UNSPACED or not (before.isalnum() or after.isalnum()):
            return True
        at = padded.find(phrase, at + 1)
    return False


def by_meaning(reading: Reading, ears: Ears) -> list[Finding]:
    """What is said in other words: the message as a whole and its sentences, against the learnt classifier."""
    if ears.meaning is None or reading.vector is None or reading.vectors is None:
        return []
    rows = [reading.vector[None]]
    spans = [(0, len(reading.doc))]
    if len(reading.vectors) > 1:
        rows.append(reading.vectors)
        spans += sentence_spans(reading)
    found = []
    for rule, score, row in ears.meaning.hear(np.vstack(rows)):
        sign = ears.signs.get(rule)
        # A child is known by what a child says of age and school; a likeness alone would speak to grown people as children.
        if sign is None or sign.name == CHILD or (sign.level == "watch" and is_over(around(reading.doc, line_of(reading.doc), ears.cues))):
            continue
        start, end = spans[row] if row < len(spans) else spans[0]
        about = about_whom(reading.doc, start, end, sign.danger)
        found.append(Finding(sign.danger, sign.level, about, score, rule, reading.doc[start:end].text, "meaning"))
    return found


def sentence_spans(reading: Reading) -> list[tuple[int, int]]:
    """Tokens of each sentence that was encoded, in order."""
    spans, at = [], 0
    for sentence in reading.sentences:
        start = reading.doc.text.find(sentence[:40], at)
        place = max(0, start)
        span = reading.doc.char_span(place, min(len(reading.doc.text), place + len(sentence)), alignment_mode="expand")
        spans.append((span.start, span.end) if span is not None else (0, len(reading.doc)))
        at = place + 1
    return spans


Linear = tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]  # weights (384, classes) and bias


def probabilities(model: Linear, vectors: Vectors) -> npt.NDArray[np.float64]:
    """The classes' probabilities for each row."""
    logits = vectors.astype(np.float64) @ model[0] + model[1]
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float64)


def log_odds(score: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Probabilities on a scale that has no ends."""
    return np.asarray(np.log(score + 1e-12) - np.log(1 - score + 1e-12), dtype=np.float64)


class Meaning:
    """The learnt layer: one model hears how grave it is (calm, watch, grave), another names the sign."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        """`state` as `bot.risk_training.train` gave it."""
        self.rules: list[str] = list(state["rules"])
        self._ranks = np.array([RANK[level] for level in state["levels"]])
        self._hearer: Linear = state["hearer"]
        self._namer: Linear = state["namer"]
        self.thresholds: dict[str, float] = dict(state["thresholds"])

    def hear(self, vectors: Vectors) -> list[tuple[str, float, int]]:
        """(rule, score, row) where a row passes the threshold of its gravity; row 0 is the whole message."""
        heard = probabilities(self._hearer, vectors)
        for name, least, score in (("urgent", RANK["urgent"], heard[:, 2]), ("watch", RANK["watch"], 1 - heard[:, 0])):
            doubted = log_odds(score)
            doubted[1:] -= SENTENCE_DOUBT
            row = int(np.argmax(doubted))
            if doubted[row] >= log_odds(np.array(self.thresholds[name])):
                fit = probabilities(self._namer, vectors[row : row + 1])[0]
                fits = np.where(self._ranks >= least, fit, 0.0) if name == "urgent" else np.where(self._ranks == least, fit, 0.0)
                return [(self.rules[int(np.argmax(fits))], float(score[row]), row)]
        return []
