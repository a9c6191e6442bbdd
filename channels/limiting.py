"""How much one person and one address may send, counted in memory or in Redis."""
from __future__ import annotations

import functools
import logging
import time

from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

log = logging.getLogger(__name__)


@functools.lru_cache(maxsize=32)
def parse_limit(limit: str) -> RateLimitItem:
    """A limit as the library reads it; the same few are asked for at every message."""
    return parse(limit)


class Limiter:
    """Counts hits; where the counter itself is away, everything is let through."""

    def __init__(self, storage: str = "memory://") -> None:
        """`storage` is memory:// or a Redis address. Raises limits' ConfigurationError for any other."""
        self._storage = storage_from_string(storage)  # the limiter itself holds it only weakly
        self._limiter = MovingWindowRateLimiter(self._storage)

    def allows(self, limit: str, who: str) -> bool:
        """Whether `who` may do one more thing under a limit such as "40/minute"."""
        try:
            return bool(self._limiter.hit(parse_limit(limit), limit, who))
        except Exception as error:
            # A counter that is away must not keep people from help.
            log.error("The limits could not be counted (%s); the message is let through.", type(error).__name__)
            return True

    def wait(self, limit: str, who: str) -> int:
        """Seconds until `who` may try again."""
        try:
            reset = float(self._limiter.get_window_stats(parse_limit(limit), limit, who)[0])
        except Exception:
            return 1
        return max(1, round(reset - time.time()))
