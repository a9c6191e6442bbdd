"""Who is at risk: the writer or somebody else, from the persons that the words around a danger name."""
from __future__ import annotations

from spacy.tokens import Doc, Span

from bot.scope import sentence_bounds

FIRST = frozenset("i me my mine myself".split())
THIRD = frozenset("he she him her his hers they them their himself herself themselves themself someone somebody".split())
REFLEXIVE_SELF, REFLEXIVE_OTHER = frozenset({"myself"}), frozenset("himself herself themselves themself".split())
# In these the writer is hurt by the person who is named: "my husband hits me".
HURT_BY_OTHERS = frozenset({"violence", "sexual_assault", "child_danger"})
OBJECTS = frozenset({"me", "us"})


def people_in(span: Span) -> tuple[int, int]:
    """How often the writer and how often others are named in a span; a relation such as "my son" is another."""
    relations = {i for entity in span.ents if entity.label_ == "relations" for i in range(entity.start, entity.end)}
    first = sum(token.norm_.lower() in FIRST and token.i not in relations for token in span)
    third = sum(token.norm_.lower() in THIRD for token in span) + sum(entity.label_ == "relations" for entity in span.ents)
    return first, third


def about_whom(doc: Doc, start: int, end: int, danger: str) -> str:
    """`self`, `other` or `unclear` for the danger named by the tokens from `start` to `end`."""
    span = doc[start:end]
    words = {token.norm_.lower() for token in span}
    if danger in HURT_BY_OTHERS:
        return hurt_whom(doc, start, end)
    if words & REFLEXIVE_SELF:
        return "self"
    if words & REFLEXIVE_OTHER:
        return "other"
    first, third = people_in(span)
    if first != third and (first == 0 or third == 0):
        return "self" if first else "other"
    sentence_start, sentence_end = sentence_bounds(doc, start)
    before_first, before_third = people_in(doc[sentence_start:end])
    if before_third and not before_first:
        return "other"
    if before_first and not before_third:
        return "self"
    nearest = nearest_person(doc, sentence_start, start)
    if nearest:
        return nearest
    whole_first, whole_third = people_in(doc[:])
    if whole_first == whole_third == 0:
        return "unclear"
    return "other" if whole_third > whole_first else "self"


def nearest_person(doc: Doc, first: int, start: int) -> str | None:
    """Whom the last person word before `start` means."""
    relations = {i for entity in doc.ents if entity.label_ == "relations" for i in range(entity.start, entity.end)}
    for place in range(start - 1, first - 1, -1):
        norm = doc[place].norm_.lower()
        if place in relations or norm in THIRD:
            return "other"
        if norm in FIRST:
            return "self"
    return None


def hurt_whom(doc: Doc, start: int, end: int) -> str:
    """For harm by others: the writer where "me" is what it is done to, or "I" is who is afraid or hurt."""
    sentence_start, sentence_end = sentence_bounds(doc, start)
    sentence = doc[sentence_start:sentence_end]
    words = [token.norm_.lower() for token in sentence]
    if OBJECTS & set(words) or "myself" in words:
        return "self"
    first, third = people_in(sentence)
    if first and not third:
        return "self"
    if not first and third:
        whole = {token.norm_.lower() for token in doc}
        return "self" if whole & OBJECTS else "other"
    return "self" if words and words[0] in FIRST else "other" if third > first else "self"
