"""Adapt the sentence encoder to the project's examples, when enough of them have changed; `make adapt` does it in any case.

It takes some minutes, so a few new examples do not start it anew: the classifiers above it learn them in any case.
"""
from __future__ import annotations

import hashlib
import json
import sys
import time
from typing import Any

from bot import content, risk_training, understanding
from bot.language import adapting, encoder, reading
from bot.settings import LANGUAGE_BUILT, LANGUAGE_DATA, ROOT

ADAPTED, STAMP = LANGUAGE_BUILT / "adapted.onnx", LANGUAGE_BUILT / "adapted.json"
CODE = ("encoder.py", "adapting.py")
TOLERATED = 0.1  # the share of examples that may be new or changed before the encoder is adapted anew


def code() -> str:
    """The hash of what adapts."""
    return hashlib.sha256(b"".join((ROOT / "bot" / "language" / name).read_bytes() for name in CODE)).hexdigest()


def digest(text: str, labels: tuple[str | None, ...]) -> str:
    """One example in a few letters."""
    return hashlib.sha256(f"{text}\0{labels}".encode()).hexdigest()[:12]


def examples(reader: reading.Reader) -> tuple[list[str], list[list[str | None]]]:
    """Cleaned texts, and for each task (answers, danger, gravity) a label a text; those kept for calibration are left out."""
    said = content.shared()
    asked = dict(zip(*understanding.examples(said, reader.clean)))
    danger = dict(zip(*risk_training.examples(said, reader.clean)))
    gravity = {text: str(grade) for text, grade in zip(danger, risk_training.gravities(list(danger.values()), said))}
    texts = [text for text in dict.fromkeys([*asked, *danger]) if not risk_training.is_kept_back(text)]
    return texts, [[task.get(text) for text in texts] for task in (asked, danger, gravity)]


def stamp() -> dict[str, Any] | None:
    """What the adapted encoder has learnt, or None where there is none."""
    if not ADAPTED.exists() or not STAMP.exists():
        return None
    read: dict[str, Any] = json.loads(STAMP.read_text(encoding="utf-8"))
    return read


def share_new(now: set[str], *, kept: dict[str, Any] | None) -> float:
    """How many of the examples the adapted encoder has not seen; all, where there is none or other code made it."""
    return 1.0 if kept is None or kept["code"] != code() else len(now - set(kept["examples"])) / max(1, len(now))


def main(*, anew: bool = False) -> int:
    """Adapt if needed. Whatever goes wrong, the published encoder serves on."""
    reader = reading.load(LANGUAGE_DATA, LANGUAGE_BUILT)
    texts, tasks = examples(reader)
    seen = {digest(text, labels) for text, labels in zip(texts, zip(*tasks))}
    changed = share_new(seen, kept=stamp())
    if changed <= TOLERATED and not anew:
        if changed:
            print(f"Adapt: {changed:.1%} of the examples are new to the encoder, which is kept (`make adapt` teaches it).", file=sys.stderr)
        return 0
    print("Adapt: teaching the encoder our examples (about a quarter of an hour, once) ...", file=sys.stderr)
    started = time.monotonic()
    weights = adapting.adapt(encoder.load_weights(), texts, tasks, say=lambda told: print(f"Adapt: {told}", file=sys.stderr, flush=True))
    encoder.save(weights, ADAPTED.with_suffix(".new"))
    ADAPTED.with_suffix(".new").rename(ADAPTED)
    STAMP.write_text(json.dumps({"code": code(), "examples": sorted(seen)}), encoding="utf-8")
    print(f"Adapt: done in {time.monotonic() - started:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(anew="--anew" in sys.argv))
