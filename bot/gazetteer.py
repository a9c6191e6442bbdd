"""The words for places, gathered from data/helplines into one table."""
from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from bot.helpline_types import Gazetteer, Place

TOKEN = re.compile(r"[^\W_]+(?:'[^\W_]+)*")
UNSPACED = re.compile(r"[\u0900-\u097f\u3040-\u30ff\u4e00-\u9fff]")  # scripts without spaces, or not ours to split
KINDS = ("words", "spellings", "careful", "unsure", "people", "alone")


def build_gazetteer(files: Iterable[Mapping[str, Any]], elsewhere: Mapping[str, Any]) -> Gazetteer:
    """Gather the words for places from the country files and the list of other countries."""
    places: dict[str, list[Place]] = {}
    codes: dict[str, str] = {}
    covered, known = set(), set()
    for file in files:
        country, own = str(file.get("country")), file.get("places") or {}
        covered.add(country)
        if own.get("calling_code"):
            codes[str(own["calling_code"])] = country
        _add(places, own, country, None)
        for region, fields in (file.get("regions") or {}).items():
            _add(places, fields or {}, country, region)
    for entry in elsewhere.get("countries") or ():
        known.add(str(entry.get("country")))
        _add(places, entry, str(entry.get("country")), None)
    by_letter: dict[str, list[str]] = {}
    for name, meanings in places.items():
        if len(name) >= 5 and name.isascii() and meanings[0].kind == "words":
            by_letter.setdefault(name[0], []).append(name)
    return Gazetteer(
        places={name: tuple(meanings) for name, meanings in places.items()},
        by_letter={letter: tuple(names) for letter, names in by_letter.items()},
        unspaced=tuple(name for name in places if UNSPACED.search(name)),
        covered=frozenset(covered),
        known=frozenset(covered | known),
        calling_codes=codes,
        ordinary_words=frozenset(elsewhere.get("ordinary_words") or ()),
    )


def _add(places: dict[str, list[Place]], fields: Mapping[str, Any], country: str, region: str | None) -> None:
    for kind in KINDS:
        for word in fields.get(kind) or ():
            key = word if kind == "careful" and word != word.lower() else " ".join(TOKEN.findall(fold(word)))
            places.setdefault(key, []).append(Place(country, region, "words" if kind == "spellings" else kind))


def fold(text: str) -> str:
    """Lower case without accents, of the same length."""
    if text.isascii():
        return text.lower()
    return "".join(unicodedata.normalize("NFKD", sign)[0].lower() for sign in text)
