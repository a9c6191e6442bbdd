"""How many dangers are missed: a random share of the conversations in which none was heard, read without being told so.

The share of dangers that were heard (recall) is estimated from how many readers find in that sample.
"""
from __future__ import annotations

import dataclasses
import math
import random
from collections.abc import Sequence

Z = 1.959964  # of the normal distribution, for an interval that holds in 95 of 100


@dataclasses.dataclass(frozen=True)
class Estimate:
    """The share of dangers heard, with its interval (`low` to `high`); None where nothing can be said yet."""

    recall: float | None
    low: float | None
    high: float | None
    read: int
    missed: int
    heard: int
    silent: int  # conversations in which nothing was heard


def draw(candidates: Sequence[str], count: int, *, rng: random.Random | None = None) -> list[str]:
    """`count` of the candidates by lot, each as likely as any other."""
    return (rng or random.SystemRandom()).sample(list(candidates), min(count, len(candidates)))


def wilson(found: int, of: int) -> tuple[float, float]:
    """The 95 % interval (Wilson) of a share; the whole range where nothing was looked at."""
    if of == 0:
        return 0.0, 1.0
    share, width = found / of, Z * Z / of
    middle, spread = share + width / 2, Z * math.sqrt(share * (1 - share) / of + width / (4 * of))
    return max(0.0, (middle - spread) / (1 + width)), min(1.0, (middle + spread) / (1 + width))


def estimate(*, heard: int, silent: int, read: int, missed: int) -> Estimate:
    """Recall from a sample of `read` out of `silent` conversations, of which `missed` held a danger.

    `heard` conversations were flagged; every one of them counts as a danger, so recall is over-estimated where alarms are false.
    """
    if read == 0 or heard + missed == 0:
        return Estimate(None, None, None, read, missed, heard, silent)

    def recall(share: float) -> float:
        return heard / (heard + share * silent) if heard + share * silent else 1.0

    low, high = wilson(missed, read)
    return Estimate(recall(missed / read), recall(high), recall(low), read, missed, heard, silent)
