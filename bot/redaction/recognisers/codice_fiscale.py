"""Tax codes of Italy and numbers of other European countries that have letters in a fixed order."""
from __future__ import annotations

from bot.redaction.shapes import Shape


class Finds(Shape):
    """Italy's sixteen signs; Sweden's, Finland's and Denmark's birthday numbers."""

    kind = "national_id"
    placeholder = "[id number]"
    certainty = 0.85
    patterns = (
        r"(?<!\w)[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z](?!\w)",
        r"(?<![\w-])(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])\d{2}[-+A]\d{3}[0-9A-Z](?![\w-])",
        r"(?<![\w-])(?:19|20)?\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[-+]\d{4}(?![\w-])",
    )
