"""Social security numbers of France: sex, year, month, department, commune, order, key."""
from __future__ import annotations

import re

from bot.redaction.shapes import Shape, letters_and_digits


class Finds(Shape):
    """Thirteen signs, mostly with two of a key."""

    kind = "social_number"
    placeholder = "[social security number]"
    certainty = 0.93
    patterns = (r"(?<![\w+])[12] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-9]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3}(?: ?\d{2})?(?!\w)",)

    def fits(self, match: re.Match[str]) -> bool:
        """The key is 97 less the remainder; without one the shape must do."""
        said = letters_and_digits(match.group()).replace("2A", "19").replace("2B", "18")
        return len(said) == 13 or 97 - int(said[:13]) % 97 == int(said[13:])
