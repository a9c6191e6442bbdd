"""Identity numbers of South Africa: a birthday, seven digits more."""
from __future__ import annotations

import re

from bot.redaction.checks import is_day, luhn
from bot.redaction.shapes import Shape, digits


class Finds(Shape):
    """Thirteen digits."""

    kind = "national_id"
    placeholder = "[id number]"
    certainty = 0.94
    patterns = (r"(?<![\w+.])\d{6}[ -]?\d{4}[ -]?[012]\d{2}(?!\w)",)

    def fits(self, match: re.Match[str]) -> bool:
        """A day, and Luhn's check."""
        number = digits(match.group())
        return is_day(number[4:6], number[2:4]) and luhn(number)
