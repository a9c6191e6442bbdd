"""Medicare numbers of Australia: 4-5-1 digits, sometimes with a person's place on the card."""
from __future__ import annotations

import re

from bot.redaction.checks import weighted
from bot.redaction.shapes import Shape, digits


class Finds(Shape):
    """Ten or eleven digits."""

    kind = "health_number"
    placeholder = "[health number]"
    certainty = 0.87
    patterns = (r"(?<![\w+.-])[2-6]\d{3}[ -]?\d{5}[ -]?\d(?:[ /-]?[1-9])?(?![\w-])",)

    def fits(self, match: re.Match[str]) -> bool:
        """The ninth digit checks the first eight."""
        number = digits(match.group())
        return weighted(number, (1, 3, 7, 9, 1, 3, 7, 9)) % 10 == int(number[8])
