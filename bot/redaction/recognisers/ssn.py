"""Social Security numbers of the US."""
from __future__ import annotations

from bot.redaction.shapes import Shape

WHERE = r"(?!000|666)\d{3}"


class Finds(Shape):
    """3-2-4 digits; unparted ones are found by the word before them."""

    kind = "social_number"
    placeholder = "[social security number]"
    certainty = 0.9
    patterns = (rf"(?<![\w+.-]){WHERE}(?P<gap>[ .-])(?!00)\d{{2}}(?P=gap)(?!0000)\d{{4}}(?![\w-])", rf"\b(?:ssn|social(?: security)?)\D{{0,20}}(?P<it>{WHERE}[ -]?\d{{2}}[ -]?\d{{4}})(?!\w)")
