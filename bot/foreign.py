"""Know a message in another language, and a cry for help in one: whoever writes so is told that only English is read, and whom to call."""
from __future__ import annotations

import functools
import re

import yaml

from bot.gazetteer import fold
from bot.language.reading import Reading
from bot.settings import LANGUAGE_DATA

WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
LATIN_ENDS = 0x250  # letters from here on are of other scripts
FEWEST = 2  # small words of one language


@functools.lru_cache(maxsize=1)
def _small_words() -> dict[str, frozenset[str]]:
    raw = yaml.safe_load((LANGUAGE_DATA / "other_languages.yml").read_text(encoding="utf-8"))
    # YAML reads a bare `no` or `on` as a truth value.
    return {code: frozenset({True: "on", False: "no"}.get(word, str(word)) for word in words) for code, words in raw.items()}


@functools.lru_cache(maxsize=1)
def _cries() -> tuple[str, ...]:
    raw = yaml.safe_load((LANGUAGE_DATA / "danger_phrases.yml").read_text(encoding="utf-8"))
    return tuple(phrase.lower() for kinds in raw.values() for phrase in kinds.get("help") or ())


def is_foreign(reading: Reading) -> bool:
    """Whether a message is plainly not English: another script, small words of another language, or a cry for help in one."""
    letters = [sign for sign in reading.typed if sign.isalpha()]
    if len(letters) > 1 and sum(ord(sign) >= LATIN_ENDS for sign in letters) > 0.6 * len(letters):
        return True
    if any(_stands_in(phrase, reading.folded) for phrase in _cries()):
        return True
    words = WORD.findall(fold(reading.typed.replace("\u2019", "'")))
    known = _small_words()
    english = sum(word in known["en"] for word in words)
    most = max(sum(word in small for word in words) for code, small in known.items() if code != "en")
    return most >= FEWEST and most > english and 3 * most >= len(words)


def _stands_in(phrase: str, text: str) -> bool:
    at = text.find(phrase)
    if at < 0:
        return False
    before, after = text[at - 1 : at], text[at + len(phrase) : at + len(phrase) + 1]
    return ord(phrase[0]) > 0x2E80 or not (before.isalnum() or after.isalnum())
