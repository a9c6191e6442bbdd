"""National Health Index numbers of New Zealand: three letters and four digits, or two digits and two letters."""
from __future__ import annotations

import re

from bot.redaction.shapes import Shape, before, letters_and_digits

LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class Finds(Shape):
    """Numbers of the older and the newer form."""

    kind = "health_number"
    placeholder = "[health number]"
    certainty = 0.85
    patterns = (r"(?<!\w)[A-HJ-NP-Z]{3}\d{4}(?!\w)", r"(?<!\w)[A-HJ-NP-Z]{3}\d{2}[A-HJ-NP-Z]{2}(?!\w)")

    def fits(self, match: re.Match[str]) -> bool:
        """Modulus 11 or 23; a code in small letters only after the word."""
        said = letters_and_digits(match.group())
        if not match.group().isupper() and "nhi" not in before(match):
            return False
        total = sum((LETTERS.index(sign) + 1 if sign.isalpha() else int(sign)) * weight for sign, weight in zip(said[:6], range(7, 1, -1)))
        if said[-1].isdigit():
            return total % 11 != 0 and (11 - total % 11) % 10 == int(said[-1])
        return LETTERS[23 - total % 23 if total % 23 else 0] == said[-1] or "nhi" in before(match)
