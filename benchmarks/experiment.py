"""Compare ways of choosing an answer, on the twins: the experiment behind docs/decisions/0004-answer-selection.md.

    python -m benchmarks.experiment
"""
from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from bot import logs

logs.quiet()

import numpy as np  # noqa: E402
import numpy.typing as npt  # noqa: E402

from benchmarks import twins  # noqa: E402
from bot import answers, content, understanding  # noqa: E402
from bot.language.encoder import Vectors  # noqa: E402
from bot.rasa_parts.reading import shared_reader  # noqa: E402
from bot.rasa_parts.vectors import vectors_of  # noqa: E402
from bot.settings import ROOT  # noqa: E402

Scores = npt.NDArray[np.float64]
STYLES = ("plain", "texting", "typos", "indirect", "long")
KEPT = ROOT / "var" / "experiment.npz"  # vectors of the twins stay out of what training keeps


def main() -> int:
    """Train each way on `ask`, try it on the twins, print a table."""
    reader = shared_reader()
    texts, labels = understanding.examples(content.shared(), reader.clean)
    vectors = vectors_of(texts, reader)
    asked = twins.asked()
    cleaned = [reader.clean(one.text) for one in asked]
    KEPT.parent.mkdir(exist_ok=True)
    held_out = twin_vectors(cleaned)
    print(f"{len(texts)} examples of {len(set(labels))} labels; {len(asked)} held-out messages\n")
    print("way".ljust(44) + "top-1  top-3  " + "  ".join(style.rjust(8) for style in STYLES) + "  train s")
    started = time.monotonic()
    show("nearest example", *nearest(vectors, labels, held_out), asked, time.monotonic() - started)
    for name, lexical, strength in (
        ("logistic regression, C=5", False, 5.0),
        ("logistic regression, C=20", False, 20.0),
        ("words and letters alone (naive Bayes)", True, 0.0),
        ("logistic regression, C=20, with words", True, 20.0),
    ):
        started = time.monotonic()
        if strength:
            selector = answers.train(texts, labels, vectors, lexical=lexical, strength=strength)
            took, names, scores = time.monotonic() - started, selector.labels, selector.scores(cleaned, held_out)
        else:
            grams, weights = answers.train_lexical(texts, labels)
            took, names, scores = time.monotonic() - started, sorted(set(labels)), grams.transform(cleaned) @ weights
        show(name, names, scores, asked, took)
    return 0


def twin_vectors(cleaned: Sequence[str]) -> Vectors:
    """Vectors of the held-out messages, kept between runs."""
    known: dict[str, Vectors] = {}
    if KEPT.exists():
        with np.load(KEPT, allow_pickle=False) as stored:
            known = dict(zip((str(text) for text in stored["texts"]), stored["vectors"]))
    new = [text for text in dict.fromkeys(cleaned) if text not in known]
    known |= dict(zip(new, shared_reader().encode(new)))
    np.savez(KEPT, texts=np.array(list(known)), vectors=np.vstack(list(known.values())))
    return np.vstack([known[text] for text in cleaned])


def nearest(vectors: Vectors, labels: Sequence[str], held_out: Vectors) -> tuple[list[str], Scores]:
    """Each label's score is the cosine of its closest example."""
    names = sorted(set(labels))
    cosines = held_out @ vectors.T
    rows = np.array(labels)
    return names, np.stack([cosines[:, rows == name].max(axis=1) for name in names], axis=1).astype(np.float64)


def show(way: str, names: Sequence[str], scores: Scores, asked: Sequence[twins.Asked], took: float) -> None:
    """One line of the table: answers are ranked among themselves, as the selector ranks them."""
    places = [place for place, name in enumerate(names) if answers.is_answer(name)]
    order = np.argsort(-scores[:, places], axis=1)[:, :3]
    ranked = [[names[places[place]] for place in row] for row in order]
    first = np.array([row[0] == one.label for row, one in zip(ranked, asked)])
    within = np.array([one.label in row for row, one in zip(ranked, asked)])
    of_style = [np.array([one.style == style for one in asked]) for style in STYLES]
    shares = "  ".join(f"{100 * first[some].mean():8.1f}" if some.any() else " " * 8 for some in of_style)
    print(f"{way.ljust(44)}{100 * first.mean():5.1f}  {100 * within.mean():5.1f}  {shares}  {took:7.1f}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
