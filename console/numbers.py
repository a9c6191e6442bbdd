"""Numbers in addresses and forms, which anybody can make up."""
from __future__ import annotations

MOST = 999_999_999


def whole(text: str, *, most: int = MOST) -> int | None:
    """A whole number in plain digits, up to `most`; None for anything else."""
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(most)):
        return None
    return int(text) if int(text) <= most else None
