"""Numbers that point at nobody: counts from 1 to 4 are not shown, nor what would give them away by subtraction."""
from __future__ import annotations

from collections.abc import Mapping

LEAST = 5
FEW = "<5"
HIDDEN = "…"  # shown for a count that is large enough, where it would give a small one away


def guarded(counts: Mapping[str, int]) -> dict[str, str]:
    """A row or column of counts, as shown. Where one alone is small, the smallest other is hidden with it: beside a total,
    it could be reckoned back."""
    small = [name for name, number in counts.items() if 0 < number < LEAST]
    shown = {name: FEW if name in small else str(number) for name, number in counts.items()}
    others = [name for name, number in counts.items() if number >= LEAST]
    if len(small) == 1 and others:
        shown[min(others, key=lambda name: counts[name])] = HIDDEN
    return shown


def total(counts: Mapping[str, int]) -> str:
    """A total, as shown."""
    number = sum(counts.values())
    return FEW if 0 < number < LEAST else str(number)


def safe_cell(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in "=+-@\t\r\n|%" and text[:1] else text
