"""Identity cards of Malaysia: a birthday, a place of birth, four digits."""
from __future__ import annotations

import re

from bot.redaction.checks import is_day
from bot.redaction.shapes import Shape, digits


class Finds(Shape):
    """Twelve digits, 6-2-4."""

    kind = "national_id"
    placeholder = "[id number]"
    certainty = 0.88
    patterns = (r"(?<![\w+.])\d{6}([ -]?)\d{2}\1\d{4}(?!\w)",)

    def fits(self, match: re.Match[str]) -> bool:
        """A day, and a place that there is."""
        number = digits(match.group())
        return is_day(number[4:6], number[2:4]) and number[6:8] != "00"
