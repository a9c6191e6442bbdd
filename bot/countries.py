"""Hear where somebody is: "I'm in Cork", "NSW", a flag, +44; and whose place it is, the writer's or another's.

Words for places come from data/helplines. Plain ones are heard anywhere; `careful` ones, which are ordinary words or
names as well, only where somebody is said to be there; `unsure` ones may be several places; `people` count beside
words such as helpline; `alone` only as the whole message. Capitals in an entry have to be typed. What is not certain is
marked, so that the person can be asked.
"""
from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator, Sequence

from bot import place_phrases as phrases
from bot.gazetteer import TOKEN, fold
from bot.helpline_types import CountryMention, Gazetteer, Place, Register

GAPS = re.compile(r"(?:[^\W_']|'(?=\w)|[\s-]|\.(?=\s?\w))+")
JOIN = re.compile(r",? ?")
ACRONYM = re.compile(r"\b(?:[A-Za-z]\.){2,}")
ENDS = re.compile(r"^\s*(?:$|[.,;:!?)]|(?:and|but|so|right|at|with|for|now|where)\b)")
REACH, CUT = 60, "\0"
LONGEST = 4  # words in the name of a place
THERE, FROM, NAMED = 3, 2, 1  # how surely somebody is there


@dataclasses.dataclass(frozen=True)
class Hit:
    """A place name in a message, with what it may mean."""

    start: int
    end: int
    places: tuple[Place, ...]
    strength: int
    certain: bool
    plain: bool = False  # the name is of one place only and no ordinary word


def find_country(text: str, register: Register) -> list[CountryMention]:
    """The places named in a message, the surest first; empty where none is meant."""
    gazetteer = register.gazetteer
    text = ACRONYM.sub(lambda match: match[0].replace(".", ""), text.replace("\u2019", "'"))
    folded = fold(text)
    hits = _joined([*_hits(text, folded, gazetteer)], folded)
    if not _left_over(folded, hits):  # nothing but places: an answer to the question
        hits = [dataclasses.replace(hit, certain=True) if hit.plain else hit for hit in hits]
    hits += [*_unspaced(text, folded, gazetteer), *_flags(text, gazetteer), *_calling_codes(folded, gazetteer)]
    found: dict[tuple[str, str], CountryMention] = {}
    for hit in sorted(hits, key=lambda one: (-one.strength, one.start)):
        about = _about(folded, hit)
        for place in hit.places:
            covered = place.country in gazetteer.covered
            mention = CountryMention(place.country, place.region, text[hit.start : hit.end], about, hit.certain, covered)
            first = found.setdefault((place.country, about), mention)
            if first.region is None and place.region:
                found[place.country, about] = dataclasses.replace(first, region=place.region)
    return [*found.values()]


def place_at_risk(mentions: Sequence[CountryMention], about: str) -> CountryMention | None:
    """The place that counts: that of the one at risk; for someone else the writer's may stand in, never the reverse."""
    for whose in ("other", "self") if about == "other" else ("self",):
        for mention in mentions:
            if mention.about == whose:
                return mention
    return None


def _hits(text: str, folded: str, gazetteer: Gazetteer) -> Iterator[Hit]:
    tokens = [*TOKEN.finditer(folded)]
    words = [token[0] for token in tokens]
    content = _left_over(folded, ())
    place = 0
    while place < len(tokens):
        taken = 1
        for count in range(min(LONGEST, len(tokens) - place), 0, -1):
            start, end = tokens[place].start(), tokens[place + count - 1].end()
            names = (" ".join(words[place : place + count]).removesuffix("'s"), text[start:end].removesuffix("'s"))
            if not any(name in gazetteer.places for name in names) or not GAPS.fullmatch(folded[start:end]):
                continue
            own = sum(word not in phrases.FILLER for word in words[place : place + count])
            hit = _hit(start, end, names, text, folded, gazetteer, whole=content <= own)
            if hit:
                yield hit
                taken = count
                break
        else:
            yield from _misspelt(tokens, place, folded, gazetteer, content)
        place += taken


def _hit(
    start: int, end: int, names: tuple[str, str], text: str, folded: str, gazetteer: Gazetteer, *, whole: bool
) -> Hit | None:
    """What a group of words says about a place, if it says anything where it stands. `names` are it folded and as typed."""
    owned = folded[start:end].endswith("'s")
    end -= 2 * owned
    counted = names if whole or not text.isupper() else names[:1]
    meanings = tuple(dict.fromkeys(place for name in counted for place in gazetteer.places.get(name, ())))
    before, after = _before(folded, start), folded[end:]
    if not meanings or phrases.NOT_THERE.search(before):
        return None
    bare = folded[start:end] == folded.strip(" .!?")
    service = phrases.BEFORE_SERVICE.search(after) is not None
    if phrases.LOCATED.search(before) or phrases.AFTER.search(after):
        strength = THERE
    elif service or phrases.ORIGIN.search(before) or phrases.AFTER_SERVICE.search(before):
        strength = FROM
    else:
        strength = FROM if whole else NAMED
    only_named = whole and strength == FROM and not service
    counts = {
        "words": True,
        "careful": strength > NAMED and not owned,
        "unsure": strength > NAMED and not owned,
        "people": service,
        "alone": bare,
    }
    places = tuple(place for place in meanings if counts[place.kind])
    if not places or (bare and names[1].istitle() and names[1] in gazetteer.places):  # "Nice" alone is a word
        return None
    kinds = {place.kind for place in places}
    guess = bool(kinds & {"unsure", "alone"}) or (only_named and "careful" in kinds)
    if phrases.ONCE_THERE.search(before) or phrases.LONG_AGO.search(before):
        strength = NAMED
    return Hit(start, end, places, strength, strength > NAMED and not guess, plain=kinds == {"words"})


def _before(folded: str, start: int) -> str:
    """The little that stands before a name; cut short, it does not look like the beginning of a message."""
    return folded[:start] if start < REACH else CUT + folded[start - REACH : start]


def _misspelt(
    tokens: list[re.Match[str]], place: int, folded: str, gazetteer: Gazetteer, content: int
) -> Iterator[Hit]:
    """A name that is nearly right, where somebody is said to be there. Never certain."""
    if content > 2 and (place == 0 or tokens[place - 1][0] not in phrases.BEFORE_NAMES):
        return
    for count in (2, 1):
        group = tokens[place : place + count]
        start, end = group[0].start(), group[-1].end()
        said, before = folded[start:end], _before(folded, start)
        known = said in gazetteer.ordinary_words or said in gazetteer.places
        if len(group) < count or len(said) < 5 or known or not ENDS.match(folded[end:]):
            continue
        if not (content == count or phrases.LOCATED.search(before) or phrases.ORIGIN.search(before)):
            continue
        names = [name for name in gazetteer.by_letter.get(said[0], ()) if name.count(" ") == count - 1]
        near = [name for name in names if close(said, name)]
        if near and not phrases.NOT_THERE.search(before):
            best = min(near, key=lambda name: distance(said, name))
            yield Hit(start, end, gazetteer.places[best], FROM, False)
            return


def close(said: str, name: str) -> bool:
    """Whether a word is a slip of a name: one slip in five to seven letters, two in more."""
    allowed = 1 if len(name) < 8 else 2
    return len(said) >= 5 and abs(len(said) - len(name)) <= allowed and distance(said, name) <= allowed


def distance(a: str, b: str) -> int:
    """Letters to change, add, drop or swap to make one word of the other."""
    before: list[int] = []
    row: list[int] = [*range(len(b) + 1)]
    for i, left in enumerate(a, 1):
        older, before, row = before, row, [i]
        for j, right in enumerate(b, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (left != right)))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                row[j] = min(row[j], older[j - 2] + 1)
    return row[-1]


def _left_over(folded: str, hits: Sequence[Hit]) -> int:
    """How many words are left that neither name a place nor fill."""
    outside = (token for token in TOKEN.finditer(folded) if not any(h.start <= token.start() < h.end for h in hits))
    return sum(token[0] not in phrases.FILLER for token in outside)


def _joined(hits: list[Hit], folded: str) -> list[Hit]:
    """Read "Perth, Scotland" and "London, Ontario" as one place: the wider name decides."""
    joined: list[Hit] = []
    for hit in hits:
        last = joined[-1] if joined else None
        if last is None or not JOIN.fullmatch(folded[last.end : hit.start]):
            joined.append(hit)
            continue
        countries = {place.country for place in hit.places}
        narrow = tuple(place for place in last.places if place.country in countries)
        regions = {place.region for place in hit.places}
        exact = tuple(place for place in narrow if place.region in regions and place.region)
        strength = max(last.strength, hit.strength)
        places = exact or narrow or hit.places
        joined[-1] = Hit(last.start, hit.end, places, strength, hit.certain or strength > NAMED, hit.plain)
    return joined


def _unspaced(text: str, folded: str, gazetteer: Gazetteer) -> Iterator[Hit]:
    for name in gazetteer.unspaced:
        start = text.find(name)
        if start >= 0:
            there = text.strip() == name or phrases.LOCATED.search(_before(folded, start))
            yield Hit(start, start + len(name), gazetteer.places[name], THERE if there else NAMED, bool(there))


def _flags(text: str, gazetteer: Gazetteer) -> Iterator[Hit]:
    for flag in phrases.FLAG.finditer(text):
        letters = "".join(chr(ord(sign) - 0x1F1E6 + ord("A")) for sign in flag[0] if "\U0001F1E6" <= sign <= "\U0001F1FF")
        tag = "".join(chr(ord(sign) - 0xE0000) for sign in flag[0] if "\U000E0061" <= sign <= "\U000E007A").upper()
        country, region = (tag[:2], f"{tag[:2]}-{tag[2:]}") if tag else (letters, None)
        if country in gazetteer.known:
            yield Hit(flag.start(), flag.end(), (Place(country, region, "words"),), FROM, True)


def _calling_codes(folded: str, gazetteer: Gazetteer) -> Iterator[Hit]:
    for match in phrases.CALLING.finditer(folded):
        digits = "".join(sign for sign in match[1] if sign.isdigit())
        code = next((digits[:size] for size in (3, 2) if digits[:size] in gazetteer.calling_codes), None)
        if code is None:
            continue
        a_number = len(digits) - len(code) >= 7
        named = digits == code and (folded.strip() == match[0].strip() or phrases.CALLING_WORDS.search(folded))
        if a_number or named:
            place = Place(gazetteer.calling_codes[code], None, "words")
            yield Hit(match.start(), match.end(), (place,), FROM, True)


def _about(folded: str, hit: Hit) -> str:
    """Whose place it is: the last person named before it in its clause, else the first one after it, else the writer."""
    breaks = [0, *(match.end() for match in phrases.CLAUSE.finditer(folded)), len(folded)]
    start = max(stop for stop in breaks if stop <= hit.start)
    end = min(stop for stop in breaks if stop >= hit.end)
    ahead = [*phrases.SUBJECT.finditer(folded, start, hit.start)]
    behind = phrases.SUBJECT.search(folded, hit.end, end)
    subject = ahead[-1] if ahead else behind
    return "other" if subject and subject["other"] else "self"
