"""Which answer a message asks for: ranking with calibrated scores, and the decision that follows from it.

Pure: vectors and words in, decision out. The method is logistic regression on the shared sentence encoding, with a
second one on words and letters; docs/decisions/0004-answer-selection.md holds the experiment. Labels are the ids of
answers, the names of turns (`talk/thanks`, `refuse/dose`), and NONE for messages that nothing here fits.
"""
from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.language.encoder import Vectors

NONE = "none"
FLOWS = ("talk", "refuse", "flow", "other_drug")
SHOWN = 3  # how many are always ranked, and the most that are offered
SURE, FAIR, LEAST = 0.42, 0.20, 0.10  # of the best score: answer; offer a choice; worth offering at all
LEAD = 0.12  # by which the best must beat the second to be answered below SURE_ALONE
SURE_ALONE = 0.60
SECOND_QUESTION = 0.55  # a sentence's own best, to be answered beside the first
# Of one of several questions in a message: its own score, or a lower one where the whole message agrees.
PART_SURE, PART_FAIR, PART_WHOLE = 0.30, 0.10, 0.05
MOST_QUESTIONS, LONGEST_ASKED = 3, 40  # answered at once; words of a message that is cut into questions
ASKS = (
    r"(?:how|hows|what|whats|where|when|why|which|who|whether|if|is|are|am|was|can|could|do|does|did|will|would|should|must|has|have|isn't|aren't|won't|"
    r"don't|doesn't|any|also|i'd like to know|i want to know|tell me)"
)
JOINTS = re.compile(
    rf"(?<=[.?!;])\s+|\n+|[,;]?\s+(?:and|also|plus|but|or|then|&)\s+(?=(?:also |then |please )?{ASKS}\b)|,\s+(?=(?:also )?{ASKS}\b)",
    re.IGNORECASE,
)
ASKED = re.compile(rf"(?:(?:and|also|plus|but|or|then|please),? )*{ASKS}\b", re.IGNORECASE)
WEAK_JOINTS = re.compile(r"[,;]?\s+(?:and|also|plus|&)\s+", re.IGNORECASE)
NEAR = 0.42  # the least cosine to any known way of asking; below it a message is about something else
LEXICAL_WEIGHT = 0.5
STRENGTH, TEMPERATURE = 4.0, 0.8  # of the regression and of its scores: docs/decisions/0007-adapted-encoder.md


@dataclasses.dataclass(frozen=True)
class Ranked:
    """One candidate: its label, its calibrated score from 0 to 1, and the nearest way of asking that we know."""

    label: str
    score: float
    why: str


@dataclasses.dataclass(frozen=True)
class Decision:
    """What to do with a message: `kind` is answer, clarify, not_covered or flow; `chosen` the labels meant."""

    kind: str
    chosen: tuple[str, ...]
    ranked: tuple[Ranked, ...]  # answers only, best first, at least SHOWN where there are as many

    @property
    def score(self) -> float:
        """The best answer's score."""
        return self.ranked[0].score if self.ranked else 0.0


def is_answer(label: str) -> bool:
    """Whether a label is an answer's id rather than a turn or NONE."""
    return label != NONE and "/" not in label


def softmax(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Rows of scores as probabilities."""
    raised = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True), dtype=np.float64)


def log_softmax(scores: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Rows of scores as log-probabilities."""
    raised = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(raised - np.log(np.exp(raised).sum(axis=-1, keepdims=True)), dtype=np.float64)


class Selector:
    """A trained ranking. Make it with `train`, keep it with `state`, bring it back with `Selector(state)`."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        """`state` as `state()` gave it."""
        self._state = dict(state)
        self.labels: list[str] = list(state["labels"])
        self._weights, self._bias = state["weights"], state["bias"]
        self._temperature = float(state["temperature"])
        self._lexical = state["lexical"]
        self._examples: list[str] = list(state["examples"])
        self._example_labels: list[str] = list(state["example_labels"])
        self._example_vectors: Vectors = state["example_vectors"]
        self._rows: dict[str, npt.NDArray[np.intp]] = {
            label: np.array([i for i, other in enumerate(self._example_labels) if other == label]) for label in self.labels
        }
        self._related = np.array([label != NONE for label in self._example_labels])

    def state(self) -> dict[str, Any]:
        """All that is needed to make this selector again."""
        return dict(self._state)

    def scores(self, texts: Sequence[str], vectors: Vectors) -> npt.NDArray[np.float64]:
        """Calibrated scores of all labels for each text (rows), from its words and its vector."""
        logits = vectors.astype(np.float64) @ self._weights + self._bias
        if self._lexical is not None:
            logits = logits + LEXICAL_WEIGHT * log_softmax(features(self._lexical[0], texts) @ self._lexical[1])
        return softmax(logits / self._temperature)

    def nearest(self, label: str, vector: Vectors) -> str:
        """The known way of asking for `label` that is closest to `vector`."""
        rows = self._rows[label]
        return self._examples[int(rows[int(np.argmax(self._example_vectors[rows] @ vector))])] if len(rows) else label

    def nearness(self, vector: Vectors) -> float:
        """The highest cosine of `vector` to any known way of asking."""
        # The sums first: to pick 12,000 rows of vectors for every message cost three times as much.
        return float(np.max((self._example_vectors @ vector)[self._related]))

    def decide(self, text: str, vector: Vectors, sentences: Sequence[str] = (), vectors: Vectors | None = None) -> Decision:
        """Rank and decide for one message, and for its sentences where there are several."""
        rows = np.vstack([vector[None], vectors]) if vectors is not None and len(vectors) > 1 else vector[None]
        by_part = self.scores([text, *sentences][: len(rows)], rows)
        whole = by_part[0]
        if len(rows) > 1:
            # A question within a story counts almost as much as the story's whole drift.
            peaks = by_part[1:].max(axis=0) * np.where([is_answer(label) for label in self.labels], 1.0, 0.0)
            whole = 0.6 * whole + 0.4 * peaks
            whole = whole / whole.sum()
        order = np.argsort(-whole)
        answers = [int(i) for i in order if is_answer(self.labels[int(i)])]
        ranked = tuple(
            Ranked(self.labels[i], round(float(whole[i]), 4), self.nearest(self.labels[i], vector)) for i in answers[: max(SHOWN, 5)]
        )
        return self._choose(whole, int(order[0]), ranked, by_part, self.nearness(vector))

    def questions(self, parts: Sequence[str], vectors: Vectors, whole: Decision) -> Decision | None:
        """The decision to answer what each part of a message asks for, two or three in order; None where it asks for one thing.

        `whole` is what the message as a whole was taken for: a part such as "and can I do it at home" leans on it.
        """
        ranks = {one.label: one.score for one in whole.ranked}
        support = np.array([ranks.get(label, 0.0) for label in self.labels])
        meant = np.array([is_answer(label) for label in self.labels])
        asked = [ASKED.match(part) is not None or part.endswith("?") for part in parts]
        found: dict[str, Ranked] = {}
        for row, vector, is_question in zip(self.scores(parts, vectors), vectors, asked):
            best = int(np.argmax(np.where(meant, 0.7 * row + 0.3 * support, 0.0)))
            label, own = self.labels[best], float(row[best])
            if own >= (PART_SURE if is_question else SECOND_QUESTION) or (is_question and own >= PART_FAIR and support[best] >= PART_WHOLE):
                found.setdefault(label, Ranked(label, round(own, 4), self.nearest(label, vector)))
        if whole.kind == "answer" and len(found) == 1 and sum(asked) > 1:
            found.setdefault(whole.ranked[0].label, whole.ranked[0])
        if len(found) < 2 or not any(asked):
            return None
        several = list(found.values())[:MOST_QUESTIONS]
        rest = [one for one in whole.ranked if one.label not in found]
        return Decision("answer", tuple(one.label for one in several), (*several, *rest))

    def _choose(
        self,
        whole: npt.NDArray[np.float64],
        best: int,
        ranked: tuple[Ranked, ...],
        by_part: npt.NDArray[np.float64],
        nearness: float,
    ) -> Decision:
        label, score = self.labels[best], float(whole[best])
        if label != NONE and not is_answer(label):
            if score >= SURE or label.startswith("refuse/") and score >= FAIR:
                return Decision("not_covered" if label.startswith("other_drug/") else "flow", (label,), ranked)
        elif label == NONE and score >= FAIR:
            return Decision("not_covered", (), ranked)
        elif nearness < NEAR:
            return Decision("not_covered", (), ranked)
        if not ranked:
            return Decision("not_covered", (), ranked)
        first, second = ranked[0], ranked[1] if len(ranked) > 1 else Ranked("", 0.0, "")
        extra = self._second_question(first.label, by_part)
        if extra:
            return Decision("answer", (first.label, extra), ranked)
        if first.score >= SURE_ALONE or (first.score >= SURE and first.score - second.score >= LEAD):
            return Decision("answer", (first.label,), ranked)
        if first.score >= FAIR or first.score + second.score >= SURE:
            offered = [r.label for r in ranked[:SHOWN] if r.score >= LEAST]
            return Decision("clarify", tuple(offered if len(offered) > 1 else [r.label for r in ranked[:2]]), ranked)
        return Decision("not_covered", (), ranked)

    def _second_question(self, first: str, by_part: npt.NDArray[np.float64]) -> str | None:
        """Another answer that one sentence asks for by itself, where a different sentence asks for the first."""
        if len(by_part) < 3:
            return None
        best = [(self.labels[int(np.argmax(row))], float(row.max())) for row in by_part[1:]]
        sure = {label: score for label, score in best if is_answer(label) and score >= SECOND_QUESTION}
        others = [label for label in sure if label != first]
        return max(others, key=lambda label: sure[label]) if first in sure and others else None


def parts_of(text: str) -> tuple[str, ...]:
    """The questions that a short message is made of, as it is written; one where it cannot be cut."""
    if len(text.split()) > LONGEST_ASKED:
        return (text,)
    for joints in (JOINTS, WEAK_JOINTS):
        parts = tuple(part.strip(" ,;") for part in joints.split(text) if len(part.split()) > 1)
        if len(parts) > 1:
            return parts[: 2 * MOST_QUESTIONS]
    return (text,)


def train(texts: Sequence[str], labels: Sequence[str], vectors: Vectors, *, lexical: bool = True, strength: float = STRENGTH) -> Selector:
    """Learn from known ways of asking: cleaned `texts`, their `labels` and their `vectors` (len(texts), 384)."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=100, tol=1e-3)
    model.fit(vectors, list(labels))
    words = train_lexical(texts, labels) if lexical else None
    return Selector(
        {
            "labels": [str(label) for label in model.classes_],
            "weights": model.coef_.T.astype(np.float64),
            "bias": model.intercept_.astype(np.float64),
            "temperature": TEMPERATURE,
            "lexical": words,
            "examples": list(texts),
            "example_labels": list(labels),
            "example_vectors": vectors,
        }
    )


def features(grams: Any, texts: Sequence[str]) -> Any:
    """What scikit-learn's union of `train_lexical` makes of texts, without its setting up of jobs for each message."""
    from scipy.sparse import hstack  # type: ignore[import-untyped]

    return hstack([part.transform(list(texts)) for _, part in grams.transformer_list]).tocsr()


def train_lexical(texts: Sequence[str], labels: Sequence[str]) -> Any:
    """A model of words and letter groups: what the encoder blurs, such as names of drugs and body parts.

    Returns what turns texts into features, and each feature's weight for each label in their sorted order.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.naive_bayes import ComplementNB
    from sklearn.pipeline import make_union

    grams = make_union(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=2, dtype=np.float32),
        TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 5), sublinear_tf=True, min_df=3, dtype=np.float32),
    )
    bayes = ComplementNB().fit(grams.fit_transform(list(texts)), list(labels))
    # Kept as (features, labels) in small numbers: a message touches some hundred rows of it, and the rest costs nothing.
    return grams, np.ascontiguousarray(bayes.feature_log_prob_.T, dtype=np.float32)
