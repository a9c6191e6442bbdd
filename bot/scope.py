"""What the words around a danger phrase make of it: denied, told, asked in general, long past, or said of something else."""
from __future__ import annotations

import dataclasses
import pathlib
from typing import Any

import yaml
from spacy.tokens import Doc

from bot.phrases import Hit, Lemmas, Line, Phrases, is_read

SPEAKERS = frozenset({"i", "he", "she", "they", "we"})
STILL_DENIED = frozenset({"that", "like", "as", "because", "saying", "mean"})  # "it's not that I want to die"
REACH = 5  # words before a phrase in which a negation still belongs to it
FOLLOWS = 25  # tokens after a sentence in which "I am fine now" still belongs to it
PAST = frozenset("was were had did tried thought felt took began told said beat hurt cut hit went got left drank fell broke made put shot".split())
PRESENT = frozenset("am is are 'm 're im being now has have going want wants keep keeps".split())
Cue = tuple[str, int, int]  # its kind, its first token, and the token after its last
AROUND = ("fiction", "general", "past", "far_past", "resolved", "over", "recent", "present", "idiom")


@dataclasses.dataclass(frozen=True)
class Cues:
    """Words that change meaning, compiled."""

    negation: frozenset[str]
    spent: frozenset[str]
    around: Phrases


def load_cues(path: pathlib.Path, lemmas: Lemmas) -> Cues:
    """Read `scope.yml` (data/language)."""
    raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))

    def words(listed: list[Any]) -> frozenset[str]:
        # YAML reads a bare `no` as False.
        return frozenset(lemma for word in listed for lemma in lemmas("no" if word is False else str(word)))

    return Cues(words(raw["negation"]), words(raw["negation_spent"]), Phrases({name: raw[name] for name in AROUND}, lemmas))


def sentence_bounds(doc: Doc, place: int) -> tuple[int, int]:
    """First and last token (exclusive) of the run of words around `place` that no full stop, question mark or line end cuts."""
    start = place
    while start > 0 and doc[start - 1].text[0] not in ".!?\n":
        start -= 1
    end = place
    while end < len(doc) and doc[end].text[0] not in ".!?\n":
        end += 1
    return start, end


def is_negated(doc: Doc, hit: Hit, cues: Cues) -> bool:
    """Whether the phrase is denied: a negation just before it that nothing in between has used up."""
    start, _ = sentence_bounds(doc, hit.start)
    before = [token for token in doc[start : hit.start] if is_read(token)][-REACH:]
    spoken = doc[hit.start].lemma_ in SPEAKERS
    for place in range(len(before) - 1, -1, -1):
        lemma = before[place].lemma_
        if lemma in cues.spent:
            return False
        if lemma in cues.negation and spoken and not (place + 1 < len(before) and before[place + 1].lemma_ in STILL_DENIED):
            return False  # "no, I want to die", "I'll never be happy again, I want to die": it belongs to what was said before
        spoken = spoken or lemma in SPEAKERS
        if lemma in cues.negation:
            # "I'm not not going to" and "can not promise" are handled by `spent` words further left.
            earlier = {token.lemma_ for token in doc[start : before[place].i] if is_read(token)}
            return not (earlier & {"promise", "sure", "if"} and earlier & cues.negation)
    return False


def around(doc: Doc, line: Line, cues: Cues) -> list[Cue]:
    """Every cue in the document: its kind, and its first and last token (exclusive)."""
    return [(hit.key, hit.start, hit.end) for hit in cues.around.find(line)]


def kinds_at(doc: Doc, start: int, end: int, found: list[Cue]) -> frozenset[str]:
    """The kinds of cue in the same sentence as the tokens from `start` to `end`; an idiom must overlap them.

    `past` also stands for a far past in the sentence before or after, where the words are in the past tense and nothing
    near them is of these days; `resolved` also for one that follows closely.
    """
    first, last = sentence_bounds(doc, start)
    kinds = set()
    for kind, cue_start, cue_end in found:
        if kind == "idiom":
            if cue_start < end and cue_end > start:
                kinds.add(kind)
        elif first <= cue_start < last:
            kinds.add(kind)
        elif kind == "resolved" and abs(cue_start - last) < FOLLOWS:
            kinds.add(kind)
    if "far_past" in kinds or ("recent" not in kinds and is_past(doc, start, end) and near_far_past(doc, first, last, found)):
        kinds.add("past")
    return frozenset(kinds)


def is_past(doc: Doc, start: int, end: int) -> bool:
    """Whether the words are told in the past tense: a past verb among them, and none of the present."""
    words = {token.lower_ for token in doc[max(0, start - 1) : end]}
    return not words & PRESENT and bool(words & PAST or any(word.endswith("ed") for word in words))


def near_far_past(doc: Doc, first: int, last: int, found: list[Cue]) -> bool:
    """Whether a far past is named in the sentence before or after the one from `first` to `last`."""
    before, _ = sentence_bounds(doc, max(0, first - 2))
    _, after = sentence_bounds(doc, min(len(doc) - 1, last + 1))
    return any(kind == "far_past" and before <= start < after for kind, start, _ in found)


def is_over(found: list[Cue]) -> bool:
    """Whether a message tells of a far past that ended well, and of no trouble now."""
    kinds = {kind for kind, *_ in found}
    return "far_past" in kinds and "present" not in kinds and bool(kinds & {"resolved", "over"})
