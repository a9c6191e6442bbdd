"""Tax file numbers of Australia."""
from __future__ import annotations

import re

from bot.redaction.checks import weighted
from bot.redaction.shapes import Shape, digits


class Finds(Shape):
    """Nine digits in threes."""

    kind = "social_number"
    placeholder = "[social security number]"
    certainty = 0.85
    patterns = (r"(?<![\w+.-])\d{3}([ -]?)\d{3}\1\d{3}(?![\w-])",)

    def fits(self, match: re.Match[str]) -> bool:
        """Modulus 11."""
        number = digits(match.group())
        return number != "0" * 9 and weighted(number, (1, 4, 3, 7, 5, 8, 6, 9, 10)) % 11 == 0
