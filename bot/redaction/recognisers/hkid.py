"""Identity cards of Hong Kong: one or two letters, six digits, a check in brackets."""
from __future__ import annotations

import re

from bot.redaction.shapes import Shape, letters_and_digits


class Finds(Shape):
    """Numbers whose check is right."""

    kind = "national_id"
    placeholder = "[id number]"
    certainty = 0.9
    patterns = (r"(?<!\w)[A-Z]{1,2}\d{6} ?(?:\([0-9A]\)|[0-9A](?!\w))",)

    def fits(self, match: re.Match[str]) -> bool:
        """Modulus 11, a blank counts as 36."""
        said = letters_and_digits(match.group()).rjust(9)
        values = [36 if sign == " " else int(sign, 36) for sign in said[:8]]
        check = 10 if said[8] == "A" else int(said[8])
        return (sum(value * weight for value, weight in zip(values, range(9, 1, -1))) + check) % 11 == 0
