"""Try our encoder, selector and rejection, without the project's data, on a file of intents: accuracy within scope, recall beyond it.

    python -m benchmarks.intents FILE.json [--published]

The file holds `train`, `val`, `test`, `oos_train`, `oos_val` and `oos_test`, each a list of [text, intent]: the layout of
CLINC150. The encoder is adapted to the intents of `train` as bot/language/adapting.py adapts it to our answers
(`--published` leaves that out; the adapted one is kept under var/intents/ by its content), and bot/answers.py learns to select.

A message is turned away when its standing is too low: the strength of the best label before softmax, and the nearness to any
known example, each measured against what `val` usually has. (Softmax asks only which label is best; the strength also says
whether any is good.) The best score alone, and the assistant's own decision with its own thresholds, stand beside it.
Everything is tried without out-of-scope examples, and with those of `oos_train` as what nothing fits; each time with a
threshold from `val` alone, and with one from `oos_val` too. In-scope accuracy counts a message that was turned away as wrong.
"""
from __future__ import annotations

import argparse
import dataclasses
import hashlib
import json
import os
import pathlib
import sys
import time
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from bot import answers
from bot.language import adapting, encoder
from bot.language.encoder import Encoder, Vectors
from bot.settings import LANGUAGE_BUILT, ROOT

KEPT = ROOT / "var" / "intents"
REFUSED = 0.01  # the share of `val` that the threshold may turn away
Pairs = Sequence[Sequence[str]]
Numbers = npt.NDArray[np.float64]
Row = tuple[str, float, float]  # a way of rejecting, accuracy within scope, recall beyond it


@dataclasses.dataclass(frozen=True)
class Guessed:
    """What the selector makes of some messages: the best label of each, its score (log), its strength, the nearness to any example."""

    labels: npt.NDArray[np.str_]
    scores: Numbers
    strengths: Numbers
    nearness: Numbers


def main(arguments: list[str] | None = None) -> int:
    """The command: see `--help`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", type=pathlib.Path, help="a JSON file in CLINC150's layout")
    parser.add_argument("--published", action="store_true", help="leave the encoder as it was published")
    options = parser.parse_args(arguments)
    try:
        data: dict[str, Pairs] = json.loads(options.file.read_text(encoding="utf-8"))
        missing = {"train", "val", "test", "oos_test"} - set(data)
    except (OSError, ValueError, TypeError) as error:
        print(f"{options.file}: cannot be read ({error}), give a JSON file in CLINC150's layout", file=sys.stderr)
        return 1
    if missing:
        print(f"{options.file}: {', '.join(sorted(missing))} missing, give a JSON file in CLINC150's layout", file=sys.stderr)
        return 1
    os.nice(19)
    started = time.monotonic()
    vectors = encode(data, LANGUAGE_BUILT / "encoder.onnx" if options.published else adapted(data["train"]))
    print(f"encoded {sum(map(len, data.values()))} messages, {time.monotonic() - started:.0f} s", flush=True)
    show("without out-of-scope examples", measure(data, vectors))
    if data.get("oos_train"):
        show("with out-of-scope examples as what nothing fits", measure(data, vectors, outside="oos_train"))
    print(f"\n{time.monotonic() - started:.0f} s, of which {time.process_time():.0f} s of processor time")
    return 0


def adapted(pairs: Pairs) -> pathlib.Path:
    """The encoder with its upper layers adapted to these intents."""
    code = b"".join((ROOT / "bot" / "language" / name).read_bytes() for name in ("adapting.py", "encoder.py"))
    place = KEPT / hashlib.sha256(code + json.dumps(pairs).encode()).hexdigest()[:16] / "adapted.onnx"
    if not place.exists():
        learnt = adapting.adapt(encoder.load_weights(), texts(pairs), [intents(pairs)], say=lambda told: print(told, file=sys.stderr, flush=True))
        encoder.save(learnt, place.with_suffix(".new")).rename(place)
    return place


def encode(data: Mapping[str, Pairs], path: pathlib.Path) -> dict[str, Vectors]:
    """Vectors of every part of the file."""
    reader = Encoder(path)
    return {part: reader.encode(texts(pairs)) for part, pairs in data.items()}


def texts(pairs: Pairs) -> list[str]:
    """The first of each pair."""
    return [text for text, _ in pairs]


def intents(pairs: Pairs) -> list[str]:
    """The second of each pair."""
    return [intent for _, intent in pairs]


def measure(data: Mapping[str, Pairs], vectors: Mapping[str, Vectors], *, outside: str | None = None) -> list[Row]:
    """Learn from `train`, and from the part `outside` as what nothing fits."""
    learnt = texts(data["train"]) + (texts(data[outside]) if outside else [])
    labels = intents(data["train"]) + ([answers.NONE] * len(data[outside]) if outside else [])
    return reject(answers.train(learnt, labels, np.vstack([vectors["train"], vectors[outside]] if outside else [vectors["train"]])), data, vectors)


def reject(selector: answers.Selector, data: Mapping[str, Pairs], vectors: Mapping[str, Vectors]) -> list[Row]:
    """Every way of rejecting on `test` and `oos_test`."""
    guessed = {part: guess(selector, texts(data[part]), vectors[part]) for part in ("val", "test", "oos_val", "oos_test") if part in data}
    right = {part: guessed[part].labels == np.array(intents(data[part])) for part in ("val", "test")}
    named = {part: one.labels != answers.NONE for part, one in guessed.items()}

    def row(name: str, kept: Mapping[str, npt.NDArray[np.bool_]]) -> Row:
        return name, float((right["test"] & kept["test"]).mean()), float(1 - kept["oos_test"].mean())

    rows = [row("never", named), row("as the assistant decides", {part: covered(selector, data, vectors, part) for part in ("test", "oos_test")})]
    for name, standings in (("by score", {part: one.scores for part, one in guessed.items()}), ("by strength and nearness", stand(guessed))):
        least = float(np.quantile(standings["val"], REFUSED))
        rows.append(row(f"{name}, threshold from val", {part: named[part] & (standings[part] >= least) for part in guessed}))
        if "oos_val" in guessed:
            least = fairest(standings["val"][right["val"]], standings["oos_val"])
            rows.append(row(f"{name}, threshold from val and oos_val", {part: named[part] & (standings[part] >= least) for part in guessed}))
    return rows


def guess(selector: answers.Selector, messages: Sequence[str], vectors: Vectors) -> Guessed:
    """Put messages to the selector."""
    scores = selector.scores(messages, vectors)
    best = scores.argmax(axis=1)
    learnt = selector.state()
    strengths = vectors.astype(np.float64) @ learnt["weights"] + learnt["bias"]
    return Guessed(
        np.array([selector.labels[place] for place in best]),
        np.log(scores[np.arange(len(best)), best]),
        strengths[:, [label != answers.NONE for label in selector.labels]].max(axis=1),
        np.array([selector.nearness(vector) for vector in vectors]),
    )


def covered(selector: answers.Selector, data: Mapping[str, Pairs], vectors: Mapping[str, Vectors], part: str) -> npt.NDArray[np.bool_]:
    """Whether the assistant would answer each message, or offer a choice."""
    return np.array([selector.decide(text, vector).kind != "not_covered" for text, vector in zip(texts(data[part]), vectors[part])])


def stand(guessed: Mapping[str, Guessed]) -> dict[str, Numbers]:
    """How well each message stands: strength and nearness added, each in spreads from its mean over `val`."""
    known = guessed["val"]

    def place(values: Numbers, of: Numbers) -> Numbers:
        return (values - of.mean()) / max(float(of.std()), 1e-9)

    return {part: place(one.strengths, known.strengths) + place(one.nearness, known.nearness) for part, one in guessed.items()}


def fairest(inside: Numbers, outside: Numbers) -> float:
    """The threshold at which the share of `inside` that is kept and the share of `outside` that is not add up to most."""
    tried = np.unique(np.concatenate([inside, outside]))
    gained = [float((inside >= least).mean() + (outside < least).mean()) for least in tried]
    return float(tried[int(np.argmax(gained))])


def show(title: str, rows: Sequence[Row]) -> None:
    """Print the figures of one way of learning."""
    print(f"\n{title}\n{'rejecting'.ljust(52)}in-scope accuracy  out-of-scope recall")
    for name, accuracy, recall in rows:
        print(f"{name.ljust(52)}{100 * accuracy:17.1f}  {100 * recall:19.1f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
