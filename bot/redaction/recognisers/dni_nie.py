"""DNI and NIE of Spain: eight digits, or X, Y, Z and seven, with a check letter."""
from __future__ import annotations

import re

from bot.redaction.shapes import Shape, letters_and_digits


class Finds(Shape):
    """Numbers whose letter is right."""

    kind = "national_id"
    placeholder = "[id number]"
    certainty = 0.9
    patterns = (r"(?<!\w)(?:\d{2}\.?\d{3}\.?\d{3}|[XYZ][ -]?\d{7})[ -]?[A-HJ-NP-TV-Z](?!\w)",)

    def fits(self, match: re.Match[str]) -> bool:
        """Modulus 23."""
        said = letters_and_digits(match.group())
        number = int(said[:-1].translate(str.maketrans("XYZ", "012")))
        return "TRWAGMYFPDXBNJZSQVHLCKE"[number % 23] == said[-1]
