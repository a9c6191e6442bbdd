"""Citizen service numbers of the Netherlands."""
from __future__ import annotations

import re

from bot.redaction.checks import weighted
from bot.redaction.shapes import Shape, digits


class Finds(Shape):
    """Nine digits, together or in groups."""

    kind = "social_number"
    placeholder = "[social security number]"
    certainty = 0.84
    patterns = (r"(?<![\w+.-])\d{9}(?![\w-])", r"(?<![\w+.-])\d{4}[ .]\d{2}[ .]\d{3}(?![\w-])")

    def fits(self, match: re.Match[str]) -> bool:
        """The eleven-test."""
        number = digits(match.group())
        return len(set(number)) > 1 and weighted(number, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0
