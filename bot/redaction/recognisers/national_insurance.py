"""National Insurance numbers of the UK."""
from __future__ import annotations

from bot.redaction.shapes import Shape


class Finds(Shape):
    """Two letters, six digits, one letter of A to D."""

    kind = "social_number"
    placeholder = "[social security number]"
    certainty = 0.9
    patterns = (r"(?<!\w)(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D](?!\w)",)
