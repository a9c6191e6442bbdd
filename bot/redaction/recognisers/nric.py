"""NRIC and FIN of Singapore: a letter, seven digits, a check letter."""
from __future__ import annotations

import re

from bot.redaction.checks import weighted
from bot.redaction.shapes import Shape

LETTERS = {"S": "JZIHGFEDCBA", "T": "JZIHGFEDCBA", "F": "XWUTRQPNMLK", "G": "XWUTRQPNMLK", "M": "XWUTRQPNJLK"}
ADDED = {"T": 4, "G": 4, "M": 3}


class Finds(Shape):
    """Numbers whose letter is right."""

    kind = "national_id"
    placeholder = "[id number]"
    certainty = 0.9
    patterns = (r"(?<!\w)[STFGM]\d{7}[A-Z](?!\w)",)

    def fits(self, match: re.Match[str]) -> bool:
        """Modulus 11."""
        said = match.group().upper()
        place = (weighted(said[1:8], (2, 7, 6, 5, 4, 3, 2)) + ADDED.get(said[0], 0)) % 11
        return said[8] == LETTERS[said[0]][place] or said[0] == "M" and said[8] == LETTERS["M"][10 - place]
