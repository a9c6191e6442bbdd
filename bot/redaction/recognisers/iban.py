"""Bank accounts by IBAN, cut at the length of their country."""
from __future__ import annotations

import re
from collections.abc import Iterator

from bot.redaction.checks import mod_97
from bot.redaction.shapes import Recogniser

LENGTHS = {
    "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27,
    "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25,
    "RO": 24, "SE": 24, "SI": 19, "SK": 24, "AE": 23, "IL": 23, "SA": 24, "TR": 26, "UA": 29,
}  # fmt: skip
START = re.compile(r"(?<!\w)([A-Z]{2}) ?\d\d(?=[ A-Z0-9-]{10})", re.IGNORECASE)


class Finds(Recogniser):
    """IBANs, together or in groups of four."""

    kind = "iban"
    placeholder = "[bank account]"
    certainty = 0.95

    def found(self, text: str) -> Iterator[tuple[int, int]]:
        """Read on from each likely start until the country's length is reached, and check it."""
        for match in START.finditer(text):
            length, read = LENGTHS.get(match.group(1).upper(), 0), ""
            for place in range(match.start(), min(len(text), match.start() + length + 16)):
                letter = text[place]
                if letter.isascii() and letter.isalnum():
                    read += letter.upper()
                elif letter not in " -":
                    break
                if length and len(read) == length:
                    if mod_97(read):
                        yield match.start(), place + 1
                    break
