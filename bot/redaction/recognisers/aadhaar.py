"""Aadhaar and PAN of India."""
from __future__ import annotations

import re

from bot.redaction.checks import verhoeff
from bot.redaction.shapes import Shape, digits


class Finds(Shape):
    """Twelve digits in fours, or five letters, four digits and a letter."""

    kind = "national_id"
    placeholder = "[id number]"
    certainty = 0.9
    patterns = (r"(?<![\w+.])[2-9]\d{3}[ -]?\d{4}[ -]?\d{4}(?![ -]?\d|\w)", r"(?<!\w)[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z](?!\w)")

    def fits(self, match: re.Match[str]) -> bool:
        """Verhoeff's check; PAN's fourth letter says whose it is."""
        return match.group()[0].isalpha() or verhoeff(digits(match.group()))
