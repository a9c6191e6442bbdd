"""Try the method of the answer selector on a public file in CLINC150's layout: in-scope accuracy, out-of-scope recall.

    python -m benchmarks.intents FILE.json

The file holds `train`, `val`, `test`, `oos_train`, `oos_val` and `oos_test`, each a list of [text, intent]. The encoder
and logistic regression are the selector's. A message is rejected when its best probability is below a threshold, which
cross-validation on `train` sets; where there is `oos_train`, its messages are tried as one more class too.
"""
from __future__ import annotations

import argparse
import json
import pathlib
import sys
import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.language.encoder import Encoder, Vectors
from bot.settings import LANGUAGE_BUILT

OUT = "oos"
FOLDS = 3
REFUSED = 0.05  # the share of in-scope messages that the threshold may turn away
Pairs = Sequence[Sequence[str]]


def main(arguments: list[str] | None = None) -> int:
    """The command: see `--help`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=pathlib.Path, help="a JSON file in CLINC150's layout")
    options = parser.parse_args(arguments)
    try:
        data: dict[str, Pairs] = json.loads(options.file.read_text(encoding="utf-8"))
        missing = {"train", "test", "oos_test"} - set(data)
    except (OSError, ValueError, TypeError) as error:
        print(f"{options.file}: cannot be read ({error}), give a JSON file in CLINC150's layout", file=sys.stderr)
        return 1
    if missing:
        print(f"{options.file}: {', '.join(sorted(missing))} missing, give a JSON file in CLINC150's layout", file=sys.stderr)
        return 1
    started = time.monotonic()
    vectors = encode(data)
    print(f"encoded {sum(map(len, data.values()))} messages in {time.monotonic() - started:.0f} s", flush=True)
    show("without out-of-scope examples", without(data, vectors))
    if data.get("oos_train"):
        show("with out-of-scope examples as one more class", with_examples(data, vectors))
    return 0


def encode(data: dict[str, Pairs]) -> dict[str, Vectors]:
    """Vectors of every part of the file."""
    encoder = Encoder(LANGUAGE_BUILT / "encoder.onnx", threads=2)
    return {part: encoder.encode([text for text, _ in pairs]) for part, pairs in data.items()}


def intents(pairs: Pairs) -> list[str]:
    """The second of each pair."""
    return [intent for _, intent in pairs]


def fit(vectors: Vectors, labels: list[str]) -> Any:
    """The selector's model."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=20.0, max_iter=400, tol=1e-3).fit(vectors, labels)


def threshold(vectors: Vectors, labels: list[str]) -> float:
    """The best probability below which REFUSED of the held-out training messages lie."""
    from sklearn.model_selection import StratifiedKFold

    best: list[float] = []
    for learn, hold in StratifiedKFold(FOLDS, shuffle=True, random_state=0).split(vectors, labels):
        model = fit(vectors[learn], [labels[place] for place in learn])
        best += model.predict_proba(vectors[hold]).max(axis=1).tolist()
    return float(np.quantile(best, REFUSED))


def without(data: dict[str, Pairs], vectors: dict[str, Vectors]) -> dict[str, float]:
    """Learn from `train` alone and reject by threshold."""
    labels = intents(data["train"])
    least = threshold(vectors["train"], labels)
    return measure(fit(vectors["train"], labels), data, vectors, least)


def with_examples(data: dict[str, Pairs], vectors: dict[str, Vectors]) -> dict[str, float]:
    """Out-of-scope examples are a class; the threshold from `train` stays."""
    labels = intents(data["train"])
    least = threshold(vectors["train"], labels)
    model = fit(np.vstack([vectors["train"], vectors["oos_train"]]), [*labels, *[OUT] * len(data["oos_train"])])
    return measure(model, data, vectors, least)


def guesses(model: Any, vectors: Vectors, least: float) -> npt.NDArray[np.str_]:
    """The best intent, or OUT where its probability is below `least`."""
    scores = model.predict_proba(vectors)
    names = np.array([str(name) for name in model.classes_])
    return np.where(scores.max(axis=1) < least, OUT, names[scores.argmax(axis=1)])


def measure(model: Any, data: dict[str, Pairs], vectors: dict[str, Vectors], least: float) -> dict[str, float]:
    """Accuracy within scope and recall beyond it: never rejecting, and rejecting below the threshold."""
    right = np.array(intents(data["test"]))
    found: dict[str, float] = {"threshold": least}
    for name, limit in (("no threshold", 0.0), ("threshold", least)):
        found[f"in-scope accuracy, {name}"] = float((guesses(model, vectors["test"], limit) == right).mean())
        found[f"out-of-scope recall, {name}"] = float((guesses(model, vectors["oos_test"], limit) == OUT).mean())
    return found


def show(title: str, found: dict[str, float]) -> None:
    """Print the numbers of one way."""
    print(f"\n{title}")
    for name, value in found.items():
        print(f"  {name.ljust(36)} {value:.3f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
