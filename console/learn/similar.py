"""Find messages that mean much the same, to mend many at once. Vectors are made for the question and kept nowhere."""
from __future__ import annotations

import functools
from collections.abc import Mapping

from bot.language.encoder import Encoder, Vectors
from bot.settings import LANGUAGE_BUILT

MOST_READ = 2_000  # messages that are compared at once, the newest
CLOSE = 0.45  # of the cosine: below this two messages are about different things


@functools.lru_cache(maxsize=1)
def encoder() -> Encoder:
    """The sentence encoder, loaded on first use. Raises FileNotFoundError naming the remedy."""
    return Encoder(LANGUAGE_BUILT / "encoder.onnx")


def nearest(words: str, others: Mapping[str, str], *, limit: int = 20, least: float = CLOSE) -> list[tuple[str, float]]:
    """The keys of `others` whose words mean most nearly what `words` mean, with their cosine, nearest first."""
    if not others:
        return []
    keys = list(others)
    vectors: Vectors = encoder().encode([words, *(others[key] for key in keys)])
    scores = vectors[1:] @ vectors[0]
    found = sorted(((key, float(score)) for key, score in zip(keys, scores) if score >= least), key=lambda pair: -pair[1])
    return found[:limit]
