"""Telephone numbers: international, national in the shapes of the register's countries, and spelt out in words."""
from __future__ import annotations

import re

from bot.redaction.shapes import Shape, before, digits

WORDS = {"oh": "0", "o": "0", "zero": "0", "nought": "0", "naught": "0", "nil": "0", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5",
         "six": "6", "seven": "7", "eight": "8", "nine": "9"}  # fmt: skip
WORD = rf"(?:{'|'.join(WORDS)}|hundred|\d)"
SPELT = rf"(?<!\w)(?:plus\s+)?(?:(?:double|triple|treble)[\s-]+)?{WORD}(?:[\s,.–-]*(?:(?<=[\s,.–-])(?:double|triple|treble)[\s-]+)?(?:(?<=[\s,.–-])|(?<=\d)(?=\d)){WORD}){{6,16}}(?!\w)"
GAP = r"[ .\-–—()/\u00a0\u200b\u2009]{0,3}"
ASKED = re.compile(
    r"\b(?:call|ring|text|phone|tel|telephone|mob|mobile|cell|whatsapp|number|no|num|nr|reach|contact|dial|signal|sms|fax|handy|landline|digits)\b[^\d]{0,25}$"
)
DATE = re.compile(r"\d{1,2}[./ -]\d{1,2}[./ -](?:\d{2}|\d{4})|\d{4}[./ -]\d{1,2}[./ -]\d{1,2}")
DAY_FIRST = re.compile(r"(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}-\d\d-\d\d)(?!\d)")
TIMES = re.compile(r"\d{1,2}[.:]\d\d(?:\s?[-–]\s?\d{1,2}[.:]\d\d)?")
YEAR = re.compile(r"(?:19|20)\d\d")
# Groups in which the numbers of a country are written that start neither with + nor with 0, and how they begin.
NATIONAL = (
    (r"1?[2-9]\d\d[2-9]\d{6}", {(10,), (11,), (3, 7), (3, 3, 4), (1, 3, 3, 4), (1, 10), (1, 3, 7), (3, 4, 3), (3, 3, 2, 2)}),  # US, CA
    (r"[2-9]\d{7}", {(4, 4), (8,), (2, 2, 2, 2), (3, 5), (2, 3, 3)}),  # HK, SG, and local numbers of AU
    (r"[6789]\d{8}", {(9,), (3, 3, 3), (3, 2, 2, 2), (3, 6), (2, 3, 2, 2), (1, 2, 2, 2, 2), (2, 3, 4)}),  # ES, and others without their 0
    (r"[6-9]\d{9}", {(10,), (5, 5), (3, 3, 4), (4, 3, 3), (4, 6), (4, 2, 4), (2, 4, 4), (2, 2, 2, 2, 2)}),  # IN
    (r"1[38]00\d{4,6}", {(4, 3, 3), (4, 6), (10,), (1, 3, 3, 3)}),  # AU
)  # fmt: skip


class Finds(Shape):
    """Every number but those of the helpline register, doses, dates, times and sums."""

    kind = "phone"
    placeholder = "[phone number]"
    certainty = 0.8
    needs = re.compile(r"\d|zero|seven|eight|nine|double", re.IGNORECASE)
    patterns = (
        rf"(?<![\w£$€#.:/,@])(?<!\d-)(?:\+\s?)?\(?\+?\d(?:{GAP}\d){{6,14}}(?![\w%]|[.:/,]\d)",
        r"(?<!\w)o(?:[ -]?[\do]){9,11}(?!\w)",
        SPELT,
    )

    def fits(self, match: re.Match[str]) -> bool:
        """Whether it is written as a number that one can call."""
        said = match.group()
        if re.search(r"[a-z]", said, re.IGNORECASE):
            return self.spelt(said)
        number, groups = digits(said), tuple(len(group) for group in re.findall(r"\d+", said))
        if DATE.fullmatch(said.strip("() ")) or TIMES.fullmatch(said):
            return False
        if said.lstrip("( ").startswith("+"):
            return 7 <= len(number) <= 15
        if said.startswith("00") and len(number) >= 10:
            return True
        whole = [group for group in re.findall(r"\d+", said)]
        if all(YEAR.fullmatch(group) for group in whole) or re.match(rf"{DAY_FIRST.pattern}[\s–-]", said):
            return False
        if number[0] == "0" and 8 <= len(number) <= 12:
            return len(whole[0]) > 1 or len(whole) == len(number) or "(" in said
        if any(re.fullmatch(shape, number) and groups in written for shape, written in NATIONAL):
            return not (len(whole) == 1 and len(number) == 8 and YEAR.match(number))
        return len(number) >= 7 and bool(ASKED.search(before(match, 45))) and max(groups) >= 3

    def spelt(self, said: str) -> bool:
        """Words for digits: enough of them, and not somebody counting."""
        number, times = "", 1
        for word in re.findall(r"[a-z]+|\d", said.lower()):
            if word in ("double", "triple", "treble"):
                times = 2 if word == "double" else 3
            elif word == "hundred":
                number += "00"
            else:
                number += WORDS.get(word, word if word.isdecimal() else "") * times
                times = 1
        steps = {int(b) - int(a) for a, b in zip(number, number[1:])}
        return len(number) >= 7 and len(steps) > 1
