"""Tax, pension insurance and health insurance numbers of Germany."""
from __future__ import annotations

import re

from bot.redaction.checks import is_day, luhn, mod_11_10
from bot.redaction.shapes import Shape, letters_and_digits


class Finds(Shape):
    """Eleven digits; or twelve signs around a birthday; or a letter and nine digits."""

    kind = "social_number"
    placeholder = "[social security number]"
    certainty = 0.88
    patterns = (
        r"(?<![\w+])[1-9]\d ?\d{3} ?\d{3} ?\d{3}(?!\w)",
        r"(?<![\w+])\d{2} ?\d{6} ?[A-Z] ?\d{3}(?!\w)",
        r"(?<![\w+])[A-Z]\d{9}(?!\w)",
    )

    def fits(self, match: re.Match[str]) -> bool:
        """Each has a check of its own; the pension number must hold a day."""
        said = letters_and_digits(match.group())
        if said.isdecimal():
            return mod_11_10(said)
        if said[0].isalpha():
            # The weights 1, 2, 1, 2 make it Luhn's check with the letter as two digits.
            return luhn_from_left(f"{ord(said[0]) - 64:02d}{said[1:]}")
        return is_day(said[2:4], said[4:6])


def luhn_from_left(number: str) -> bool:
    """Digits weighed 1, 2, 1, 2 from the left; the last is the sum's last digit."""
    body = number[:-1]
    total = sum(sum(map(int, str(int(digit) * (2 if place % 2 else 1)))) for place, digit in enumerate(body))
    return total % 10 == int(number[-1]) or luhn(number)
