"""Dates of birth, where the words say that it is one. Other dates matter, and stay."""
from __future__ import annotations

import re

from bot.redaction.shapes import Shape

MONTHS = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
DAY = r"(?:\d{1,2}(?:st|nd|rd|th)?)"
YEAR = r"(?:(?:19|20)\d\d|'?\d\d)"
DATE = (
    rf"(?:\d{{1,2}}\s?[./\- ]\s?\d{{1,2}}\s?[./\- ]\s?{YEAR}|(?:19|20)\d\d[./-]\d{{1,2}}[./-]\d{{1,2}}|"
    rf"(?:the\s)?{DAY}(?:\sof)?[\s-]{MONTHS}(?:,?[\s-]{YEAR})?|{MONTHS}\s(?:the\s)?{DAY}(?:,?\s{YEAR})?|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:(?:19|20)\d\d|\d\d))"
)
SAYS_SO = (
    r"(?:\bd\.?o\.?b\.?|\bdate of birth|\bbirth\s?(?:day|date)|\bb-?day|\bborn|\bgeboren(?: am| op)?|\bgeburtsdatum|\bgeboortedatum|\bnée? le|\bnacido? el|\bnací el|"
    r"\bfecha de nacimiento|\bdate de naissance)"
)


class Finds(Shape):
    """A day after "born", "dob", "birthday" and the like."""

    kind = "date_of_birth"
    placeholder = "[date of birth]"
    certainty = 0.9
    patterns = (
        rf"{SAYS_SO}(?:\s(?:is|was|on|in|the)|'s|s\b|[:=\-,.(])*\s*(?:on\s|the\s)?(?P<it>{DATE})(?!\w)",
        rf"(?<!\w)(?P<it>{DATE})\s(?:is|was)\s(?:my|his|her|their|our)\s(?:\w+'?s?\s)?(?:birth\s?day|b-?day|date of birth|dob)\b",
        rf"\b(?:turned|turn|turns|turning)\s\d\d\son\s(?:the\s)?(?P<it>{DATE})(?!\w)",
    )

    def fits(self, match: re.Match[str]) -> bool:
        """"Born 3 weeks early" is no date, and the pattern knows; nothing else to check."""
        return not re.match(r"\s?(?:weeks?|days?|months?|years?|hours?|mg|g)\b", match.string[match.end("it") :], re.IGNORECASE)
