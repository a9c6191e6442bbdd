"""Who is at risk: the writer or somebody else, from the persons that the words around a danger name."""
from __future__ import annotations

import re

from spacy.tokens import Doc, Span

from bot.scope import sentence_bounds

FIRST = frozenset("i me my mine myself we us our".split())
THIRD = frozenset("he she him her his hers they them their himself herself themselves themself someone somebody".split())
THINGS = frozenset("they them their".split())  # of tablets, where something was taken
REFLEXIVE_SELF, REFLEXIVE_OTHER = frozenset({"myself"}), frozenset("himself herself themselves themself".split())
CHILDREN = frozenset(
    (
        "baby babies toddler newborn infant kid kids child children son daughter grandson granddaughter nephew niece stepson stepdaughter "
        "twins bairn wean"
    ).split()
)
PEOPLE = CHILDREN | frozenset(
    (
        "brother bro sister sis mum mom mam dad mother father husband hubby wife partner boyfriend bf girlfriend gf friend mate bestie "
        "housemate flatmate roommate girl boy lad lass man woman guy bloke cousin uncle aunt auntie nan gran grandad neighbour "
        "neighbor colleague customer tenant patient pt client resident student pupil stranger"
    ).split()
)
# In these the writer is hurt by the person who is named: "my husband hits me".
HURT_BY_OTHERS = frozenset({"violence", "sexual_assault", "child_danger"})
TAKEN = frozenset({"overdose_taken", "mixing_depressants", "dangerous_withdrawal"})
CANNOT_WRITE = frozenset({"unresponsive"})  # where nobody is named, it is not the writer
HURTING = frozenset(
    (
        "hit beat punch slap smack kick choke strangle throttle attack hurt rape assault grab push shove threaten stab bite batter burn "
        "force touch grope drag molest abuse trap stalk headbutt whack thump shake spit bully control"
    ).split()
)
BODY = frozenset("neck throat face head hair arm arms wrist wrists ribs back leg legs nose jaw mouth stomach eye eyes hand hands".split())
PASSIVE = frozenset({"be", "get"})
OBJECTS = frozenset({"me", "us", "myself"})
BESIDE = frozenset("for to with from at by behind without near against".split())  # before a relation that is not the one spoken of
LOOK = 4  # words after a verb in which its object is looked for
AGES = r"(?:1[0-7]|[89]|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen)"
# "I'm 13", "as a 15 year old", "13f here": the writer's own age, where no other unit follows it ("I'm 12 weeks clean").
OTHER_UNITS = (
    r"%|[-.,:/]\s?\d|or \d|-?\s*(?:week|wk|month|mth|day|hour|hr|minute|min|second|time|step|year|yr|st\b|th\b|am\b|pm\b|k\b|g\b|"
    r"stone|kg|kilo|mg|lb|pound|mile|km|gram|foot|feet|ft|tablet|pill|bag|line|drink|pint|thousand|hundred|grand|percent|"
    r"people|other|points?\b|out of|of (?:us|them|the))"
)
YOUNG = re.compile(
    rf"(?<!like )\b(?:i am|i'm|im|i m|me)\s+(?:(?:only|just|still|nearly|almost|barely)\s+)?(?:(?:a|like)\s+)?"
    rf"{AGES}(?:\s*(?:years?|yrs?)[ -]olds?|\s*y/?o)?\b"
    rf"(?!\s*(?:{OTHER_UNITS}))"
    rf"|\bas an? {AGES}[ -]?(?:year|yr)s?[ -]olds?\b|\b(?:my age is|i (?:have )?(?:just|only) turned) {AGES}\b",
    re.IGNORECASE,
)


def people_in(span: Span, danger: str) -> tuple[int, int]:
    """How often the writer and how often others are named in a span; "them" may be what was taken, and "baby" an unborn one."""
    things, people = danger in TAKEN, PEOPLE - CHILDREN if danger == "pregnancy_warning" else PEOPLE
    related = {i for entity in span.ents if entity.label_ == "relations" for i in range(entity.start, entity.end)}
    first = sum(token.norm_.lower() in FIRST and token.i not in related for token in span)
    named = [entity.start for entity in span.ents if entity.label_ == "relations"]
    bare = [token.i for token in span if token.i not in related and token.norm_.lower() in people]
    named += [place for place in bare if not is_writers(span.doc, place)]
    spoken_of = sum(place == 0 or span.doc[place - 1].norm_.lower() not in BESIDE for place in named)
    third = sum(token.norm_.lower() in THIRD and not (things and token.norm_.lower() in THINGS) for token in span)
    return first, third + spoken_of


def is_writers(doc: Doc, place: int) -> bool:
    """Whether a word for a person is said of the writer: "I'm a mum", "as a kid"."""
    before = [token.norm_.lower() for token in doc[max(0, place - 3) : place]]
    return bool({"as", "am", "'m", "im", "was"} & set(before)) and "my" not in before


def about_whom(doc: Doc, start: int, end: int, danger: str) -> str:
    """`self` or `other` for the danger named by the tokens from `start` to `end`."""
    span = doc[start:end]
    words = {token.norm_.lower() for token in span}
    if danger in HURT_BY_OTHERS:
        return hurt_whom(doc, start, end, danger)
    if danger == "harm_to_others":
        return meant_by(doc, start, end)
    if words & REFLEXIVE_SELF:
        return "self"
    if words & REFLEXIVE_OTHER:
        return "other"
    first, third = people_in(span, danger)
    if first != third and (first == 0 or third == 0):
        return "self" if first else "other"
    sentence_start, _ = sentence_bounds(doc, start)
    before_first, before_third = people_in(doc[sentence_start:end], danger)
    if before_third and not before_first:
        return "other"
    if before_first and not before_third:
        return "self"
    nearest = nearest_person(doc, sentence_start, start)
    if nearest:
        return nearest
    whole_first, whole_third = people_in(doc[:], danger)
    if whole_first == whole_third == 0:
        return "other" if danger in CANNOT_WRITE else "self"
    return "other" if whole_third > whole_first else "self"


def named_in(doc: Doc) -> str | None:
    """Whom a whole message speaks of: `self` or `other`; None where it names both or nobody."""
    first, third = people_in(doc[:], "")
    return None if bool(first) == bool(third) else "self" if first else "other"


def nearest_person(doc: Doc, first: int, start: int) -> str | None:
    """Whom the last person word before `start` means."""
    related = {i for entity in doc.ents if entity.label_ == "relations" for i in range(entity.start, entity.end)}
    for place in range(start - 1, first - 1, -1):
        norm = doc[place].norm_.lower()
        if place in related or norm in THIRD or (norm in PEOPLE and not is_writers(doc, place)):
            return "other"
        if norm in FIRST:
            return "self"
    return None


def meant_by(doc: Doc, start: int, end: int) -> str:
    """Who might hurt somebody: the writer, unless another is the one who says or plans it."""
    sentence_start, _ = sentence_bounds(doc, start)
    before = nearest_person(doc, sentence_start, start)
    if before is not None:
        return before
    inside = next((token.norm_.lower() for token in doc[start:end] if token.norm_.lower() in FIRST | THIRD | PEOPLE), None)
    return "other" if inside in ("he", "she", "they", *PEOPLE) else "self"


def hurt_whom(doc: Doc, start: int, end: int, danger: str) -> str:
    """For harm by others: whom the verbs of hurting have as their object, else who is named."""
    sentence_start, sentence_end = sentence_bounds(doc, start)
    sentence = doc[sentence_start : max(sentence_end, end)]
    words = [token.norm_.lower() for token in sentence]
    hurt = {whom for token in sentence if token.lemma_ in HURTING for whom in [object_of(doc, token.i, sentence.end)] if whom}
    if danger == "child_danger" and "self" not in hurt:
        if says_young(doc.text):
            return "self"
        if any(token.norm_.lower() in CHILDREN and not is_writers(doc, token.i) for token in sentence):
            return "other"
    if hurt:
        return "self" if "self" in hurt else "other"
    if OBJECTS & set(words) or any(word == "my" and after in BODY for word, after in zip(words, words[1:])):
        return "self"
    first, third = people_in(sentence, danger)
    if first and not third:
        return "self"
    if not first and third:
        whole = {token.norm_.lower() for token in doc}
        return "self" if whole & OBJECTS else "other"
    return "self" if words and words[0] in FIRST else "other" if third > first else "self"


def object_of(doc: Doc, verb: int, end: int) -> str | None:
    """Whom a verb of hurting is done to: who stands after it, or before it where it is done ("she was attacked")."""
    before = [token.lemma_ for token in doc[max(0, verb - 3) : verb]]
    if PASSIVE & set(before) and doc[verb].text.endswith(("ed", "en", "t", "ten")):
        return nearest_person(doc, sentence_bounds(doc, verb)[0], verb)
    for token in doc[verb + 1 : min(end, verb + 1 + LOOK)]:
        norm = token.norm_.lower()
        if norm in OBJECTS:
            return "self"
        if norm in ("him", "her", "them", "someone", "somebody") or norm in PEOPLE or token.ent_type_ == "relations":
            return "other"
        if norm in FIRST or norm in (".", ",", "and", "but"):
            return None
    return None


def says_young(text: str) -> re.Match[str] | None:
    """Where the writer says to be under 18, in years."""
    return YOUNG.search(text)
