"""PPS numbers of Ireland: seven digits, a check letter, sometimes one letter more."""
from __future__ import annotations

import re

from bot.redaction.checks import weighted
from bot.redaction.shapes import Shape, letters_and_digits


class Finds(Shape):
    """Numbers whose letter is right."""

    kind = "social_number"
    placeholder = "[social security number]"
    certainty = 0.9
    patterns = (r"(?<!\w)\d{7} ?[A-W][A-IW]?(?!\w)",)

    def fits(self, match: re.Match[str]) -> bool:
        """Modulus 23."""
        said = letters_and_digits(match.group())
        more = "WABCDEFGHI".index(said[8]) * 9 if len(said) == 9 else 0
        return "WABCDEFGHIJKLMNOPQRSTUV"[(weighted(said[:7], range(8, 1, -1)) + more) % 23] == said[7]
