"""Take the noise out of a typed message: look-alike letters, texting, stretched words, spelling.

`clean` is pure apart from the dictionary that it is given. What comes back is still readable English in the
person's order of words, because the sentence encoder and the matchers both read it.
"""
from __future__ import annotations

import dataclasses
import functools
import pathlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

import yaml

LONGEST = 12_000  # characters that are read; no channel passes on more
SHORTEST_CORRECTED = 5
SHORTEST_GLUED = 8
PREFIX = 5  # of a word, by which the dictionary is indexed: symspell finds the same at 7, with 108 MB more
UNGLUED = 20_000_000  # words that were typed without spaces are only parted into very common ones
COMMON = 200_000  # a spelling is only corrected to a word at least this frequent in the dictionary
LOOKALIKES = str.maketrans("аеорсухіјѕһԁԛԝкмтвнпгαεορτυνικ", "aeopcyxijshdqwkmtbhnraeoptuvik")
LEET = str.maketrans("013457@$!", "oieastasi")
HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e007f]"
)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
WORD = re.compile(r"[^\W_]+(?:['’/&-][^\W_]+)*", re.UNICODE)
SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .\-_*]{1,3}){2,}[^\W\d_](?![^\W_])")
STRETCHED = re.compile(r"(\w)\1{2,}")
KEPT_WITH_DIGITS = re.compile(r"^\d+\w{0,3}$|^\w\d$")
# What bot/redaction put in the place of personal data. A name says nothing about what somebody needs, so it is not read.
INTRODUCED = re.compile(
    r"\b(?:(?:hi|hello|hey)[,!. ]+)?(?:i'?m|i’m|i am|it's|this is|(?:my|his|her) name(?:'s|’s| is)|call me|thanks,?)\s+(?:called )?\[name\](?:[.,!]| and (?=i\b))?"
    r"|(?<=[a-z])(?<!\bsaid)(?<!\bdoes)(?<!\bis)(?<!\bwill)(?<!\babout)(?<!\bwith)(?<!\bto)(?<!\bfor)(?<!\bfrom)(?<!\bof)(?<!\bon)(?<!\band)(?<!\bthat)(?<!\bthan),? \[name\](?:,(?= ))?",
    re.IGNORECASE,
)
PLACEHOLDER = re.compile(r"\[(name|phone number|email|link|address|postcode|date of birth|card number|bank account|handle|number plate|[a-z ]{2,16} number)\]")
TO = re.compile(r"(?<=[a-z] )2(?= (?:be|die|do|get|give|go|have|help|kill|know|live|make|quit|say|see|sleep|stop|take|talk|tell)\b)")


@dataclasses.dataclass(frozen=True)
class Habits:
    """How people type: texting words, street names, pictures, words that spelling must leave alone."""

    texting: Mapping[str, str]
    emoji: Mapping[str, str]
    known: frozenset[str]


def load_habits(folder: pathlib.Path) -> Habits:
    """Read `texting.yml` and `vocabulary.txt` of `folder` (data/language)."""
    raw: dict[str, Any] = yaml.safe_load((folder / "texting.yml").read_text(encoding="utf-8"))
    texting = {str(word).lower(): str(meant) for word, meant in raw["texting"].items()}
    texting.update({word.lower(): "ketamine" for word in raw["ketamine"]})
    known = frozenset((folder / "vocabulary.txt").read_text(encoding="utf-8").split())
    return Habits(texting=texting, emoji=dict(raw["emoji"]), known=known)


class Spelling:
    """Corrects unknown words with symspellpy's dictionary; everything it answers is remembered."""

    def __init__(self, habits: Habits, cached: pathlib.Path | None = None) -> None:
        """Load the dictionary, from the pickle at `cached` where there is one (four seconds otherwise)."""
        from symspellpy import SymSpell, Verbosity

        self._closest = Verbosity.CLOSEST
        self._speller = SymSpell(max_dictionary_edit_distance=2, prefix_length=PREFIX)
        if cached is None or not cached.exists() or not self._speller.load_pickle(cached):
            source = pathlib.Path(__import__("symspellpy").__file__).parent / "frequency_dictionary_en_82_765.txt"
            self._speller.load_dictionary(source, term_index=0, count_index=1, encoding="utf-8")
            for word in habits.known | set(habits.texting):
                self._speller.create_dictionary_entry(word, 5_000_000)
        self.correct: Callable[[str], str] = functools.lru_cache(maxsize=50_000)(self._correct)
        self.segment: Callable[[str], str] = functools.lru_cache(maxsize=1_000)(self._segment)
        self.unglue: Callable[[str], str] = functools.lru_cache(maxsize=10_000)(self._unglue)

    def save(self, path: pathlib.Path) -> None:
        """Write the loaded dictionary where the next start finds it quickly."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self._speller.save_pickle(path)

    def knows(self, word: str) -> bool:
        """Whether `word` (lower case) is in the dictionary as it stands."""
        return word in self._speller.words

    def _correct(self, word: str) -> str:
        if len(word) < SHORTEST_CORRECTED or self.knows(word) or not word.isascii() or not word.isalpha():
            return word
        reach = 1 if len(word) < 6 else 2
        found = [s for s in self._speller.lookup(word, self._closest, max_edit_distance=reach) if s.count >= COMMON]
        same_start = [s for s in found if s.term[0] == word[0]] or found
        return str(same_start[0].term) if same_start else word

    def _unglue(self, word: str) -> str:
        if self.knows(word) or not word.isascii() or not word.isalpha() or len(word) > 60:
            return word
        parts = self._segment(word).split()
        real = all(part in ("i", "a") or (len(part) > 1 and self.frequency(part) >= UNGLUED) for part in parts)
        return " ".join(parts) if real and len(parts) > 1 else word

    def frequency(self, word: str) -> int:
        """How often `word` (lower case) stands in the dictionary's source; 0 when it is unknown."""
        return int(self._speller.words.get(word, 0))

    def _segment(self, letters: str) -> str:
        return str(self._speller.word_segmentation(letters, max_edit_distance=0).corrected_string)


def clean(text: str, *, habits: Habits, spelling: Spelling | None = None) -> str:
    """`text` with its noise gone; never raises on any string, never longer than LONGEST read characters allow."""
    text = text[:LONGEST].encode("utf-8", "replace").decode("utf-8")
    text = HIDDEN.sub("", unicodedata.normalize("NFKC", text))
    text = CONTROL.sub(" ", text).replace("’", "'").replace("‘", "'").replace("´", "'").replace("`", "'")
    text = PLACEHOLDER.sub(lambda found: "someone" if found[1] == "name" else found[1], INTRODUCED.sub(" ", text)).strip() if "[" in text else text
    text = SPACED.sub(lambda found: join_spaced(found.group(), spelling), text)
    for picture, word in habits.emoji.items():
        text = text.replace(picture, f" {word} ")
    shouted = text.isupper()
    read = functools.partial(read_word, habits=habits, spelling=spelling, shouted=shouted)
    text = re.sub(r"[ \t]+", " ", WORD.sub(lambda found: read(found.group()), text)).strip()
    return TO.sub("to", text)


def fold(text: str) -> str:
    """`text` in one form of Unicode, small letters, nothing hidden: for phrases in other languages, spelling untouched."""
    plain = HIDDEN.sub("", unicodedata.normalize("NFKC", text[:LONGEST].encode("utf-8", "replace").decode("utf-8")))
    return re.sub(r"\s+", " ", CONTROL.sub(" ", plain).replace("’", "'").lower()).strip()


def join_spaced(spaced: str, spelling: Spelling | None) -> str:
    """"k i l l  m e" -> "kill me": letters that were set apart, joined and cut into words again."""
    words = ["".join(re.findall(r"[^\W\d_]", part)) for part in re.split(r"\s{2,}", spaced)]
    if len(words) == 1 and spelling is not None:
        return spelling.segment(words[0].lower())
    return " ".join(words)


def read_word(word: str, *, habits: Habits, spelling: Spelling | None, shouted: bool = False) -> str:
    """One word as it was meant: look-alikes, digits for letters, texting, stretching and spelling undone."""
    plain = word if word.isascii() else unmask(word)
    lower = plain.lower()
    if lower in habits.texting:
        return habits.texting[lower]
    if any(c.isdigit() for c in lower) and any(c.isalpha() for c in lower) and not KEPT_WITH_DIGITS.match(lower):
        letters = lower.translate(LEET)
        if letters in habits.texting or spelling is None or spelling.knows(letters):
            return habits.texting.get(letters, letters)
    if STRETCHED.search(lower):
        lower = shrink(lower, spelling)
        plain = lower
        if lower in habits.texting:
            return habits.texting[lower]
    if spelling is None or "'" in lower or (plain[:1].isupper() and not shouted and not plain.isupper()):
        return plain
    corrected = spelling.correct(lower)
    if corrected == lower and len(lower) >= SHORTEST_GLUED:
        corrected = spelling.unglue(lower)
    return plain if corrected == lower else habits.texting.get(corrected, corrected)


def unmask(word: str) -> str:
    """A Latin word that hides Cyrillic or Greek look-alikes, in Latin; words wholly in another script stay."""
    if not any("a" <= c <= "z" for c in word.lower()):
        return word
    return word.lower().translate(LOOKALIKES)


def shrink(word: str, spelling: Spelling | None) -> str:
    """"heeeelp" -> "help": runs of three or more become two, or one where only that is a word."""
    double, single = STRETCHED.sub(r"\1\1", word), STRETCHED.sub(r"\1", word)
    if spelling is not None and spelling.knows(double) and not spelling.knows(single):
        return double
    return single
