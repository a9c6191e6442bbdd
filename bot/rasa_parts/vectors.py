"""Vectors of training texts, kept between trainings: encoding is the slow part, and most texts never change."""
from __future__ import annotations

import os
import pathlib
from collections.abc import Sequence

import numpy as np

from bot.language.encoder import WIDTH, Encoder, Vectors
from bot.language.reading import Reader, in_use
from bot.settings import LANGUAGE_BUILT

MANY = 2_000  # texts from which it is worth loading an encoder of its own
KEPT = LANGUAGE_BUILT / "vectors.npz"


def encode_many(texts: list[str], reader: Reader, built: pathlib.Path) -> Vectors:
    """Vectors of cleaned texts; many at once use every processor, which a server's single message must not."""
    if len(texts) < MANY or reader.encoder is None:
        return reader.encode(texts)
    return Encoder(built, threads=os.cpu_count() or 1).encode(texts, batch=64)


def vectors_of(texts: Sequence[str], reader: Reader, *, kept: pathlib.Path = KEPT) -> Vectors:
    """Vectors of cleaned texts, from `kept` where they are known; what was new is kept for the next time."""
    known: dict[str, int] = {}
    old = np.zeros((0, WIDTH), dtype=np.float32)
    built = in_use(kept.parent)
    if kept.exists() and built.exists() and kept.stat().st_mtime > built.stat().st_mtime:
        with np.load(kept, allow_pickle=False) as stored:
            known = {str(text): place for place, text in enumerate(stored["texts"])}
            old = stored["vectors"]
    new = [text for text in dict.fromkeys(texts) if text not in known]
    if new:
        old = np.vstack([old, encode_many(new, reader, built)])
        known |= {text: len(known) + place for place, text in enumerate(new)}
        np.savez(kept, texts=np.array(list(known)), vectors=old)
    return np.asarray(old[[known[text] for text in texts]], dtype=np.float32)
