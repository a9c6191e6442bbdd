"""Social Insurance numbers of Canada."""
from __future__ import annotations

import re

from bot.redaction.checks import luhn
from bot.redaction.shapes import Shape, digits


class Finds(Shape):
    """Nine digits in threes."""

    kind = "social_number"
    placeholder = "[social security number]"
    certainty = 0.85
    patterns = (r"(?<![\w+.-])\d{3}([ -]?)\d{3}\1\d{3}(?![\w-])",)

    def fits(self, match: re.Match[str]) -> bool:
        """Luhn's check."""
        return luhn(digits(match.group()))
