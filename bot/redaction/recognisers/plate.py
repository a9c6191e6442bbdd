"""Number plates: the British and the Irish by their shape, others where the words say so."""
from __future__ import annotations

import re

from bot.redaction.shapes import Shape


class Finds(Shape):
    """Plates of cars."""

    kind = "plate"
    placeholder = "[number plate]"
    certainty = 0.7
    patterns = (
        r"(?<!\w)(?-i:[A-HJ-PR-Y][A-HJ-PR-Y](?:0[1-9]|[1-7]\d) ?[A-HJ-PR-Z]{3})(?!\w)",
        r"(?<!\w)(?:0\d|1\d|2\d|\d{2}[12])-(?-i:[A-Z]{1,2})-\d{1,6}(?!\w)",
        r"\b(?:number\s?plate|licen[cs]e\s?plate|reg(?:istration)?(?:\s?(?:plate|number|no))?|rego)\s*(?:is|was|'s|:|=|of|-)+\s*(?P<it>(?=[A-Z -]{0,8}\d)[A-Z0-9]{1,8}(?:[ -][A-Z0-9]{1,5}){0,2})(?!\w)",
    )

    def fits(self, match: re.Match[str]) -> bool:
        """A shouted message has no capitals of its own to go by."""
        return not (match.string.isupper() and len(match.string) > 20) or "it" in match.groupdict()
