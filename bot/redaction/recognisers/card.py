"""Payment cards: 13 to 19 digits with a valid last one."""
from __future__ import annotations

import re

from bot.redaction.checks import luhn
from bot.redaction.shapes import Shape, digits


class Finds(Shape):
    """Card numbers, together or in groups."""

    kind = "card"
    placeholder = "[card number]"
    certainty = 0.95
    patterns = (r"(?<![\w+.])[2-6]\d{3}(?:[ .-]{0,2}\d){9,15}(?!\w)",)

    def fits(self, match: re.Match[str]) -> bool:
        """Luhn's check."""
        return luhn(digits(match.group()))
