"""Identity cards and resident certificates of Taiwan: a letter and nine digits."""
from __future__ import annotations

import re

from bot.redaction.checks import weighted
from bot.redaction.shapes import Shape

LETTERS = "ABCDEFGHJKLMNPQRSTUVXYWZIO"


class Finds(Shape):
    """Numbers whose last digit is right."""

    kind = "national_id"
    placeholder = "[id number]"
    certainty = 0.9
    patterns = (r"(?<!\w)[A-Z][1289]\d{8}(?!\w)",)

    def fits(self, match: re.Match[str]) -> bool:
        """Modulus 10, the letter as two digits."""
        said = match.group().upper()
        return weighted(f"{LETTERS.index(said[0]) + 10}{said[1:]}", (1, 9, 8, 7, 6, 5, 4, 3, 2, 1, 1)) % 10 == 0
