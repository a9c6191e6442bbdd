"""NHS numbers of England and Wales, CHI numbers of Scotland and H&C numbers of Northern Ireland: ten digits, one check."""
from __future__ import annotations

import re

from bot.redaction.checks import weighted
from bot.redaction.shapes import Shape, digits


class Finds(Shape):
    """Ten digits, together or 3-3-4 or 6-4, whose last is right."""

    kind = "health_number"
    placeholder = "[health number]"
    certainty = 0.85
    patterns = (r"(?<![\w+.])\d{3}[ -]?\d{3}[ -]?\d{4}(?!\w)", r"(?<![\w+.])[0-3]\d[01]\d{3}[ -]\d{4}(?!\w)")

    def fits(self, match: re.Match[str]) -> bool:
        """Modulus 11."""
        number = digits(match.group())
        return len(set(number)) > 1 and (11 - weighted(number[:9], range(10, 1, -1)) % 11) % 11 == int(number[9])
