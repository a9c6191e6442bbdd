"""Medicare Beneficiary Identifiers of the US: eleven signs in a fixed order of digits and letters."""
from __future__ import annotations

import re

from bot.redaction.shapes import Shape

LETTER = "[AC-HJKMNP-RT-Y]"
EITHER = "[0-9AC-HJKMNP-RT-Y]"


class Finds(Shape):
    """Identifiers, with or without dashes."""

    kind = "health_number"
    placeholder = "[health number]"
    certainty = 0.9
    patterns = (rf"(?<!\w)[1-9]{LETTER}{EITHER}\d[ -]?{LETTER}{EITHER}\d[ -]?{LETTER}{{2}}\d{{2}}(?!\w)",)

    def fits(self, match: re.Match[str]) -> bool:
        """The shape is enough."""
        return True
