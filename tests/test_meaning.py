"""The learnt layer of hearing danger: a sentence among several must be surer, and what sets thresholds was not learnt from."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from bot import risk, risk_training
from bot.language.encoder import WIDTH
from bot.language.reading import Reader
from scripts import adapt

CALM_ROW, GRAVE_ROW = np.zeros(WIDTH, dtype=np.float32), np.eye(WIDTH, dtype=np.float32)[0]


def meaning(threshold: float) -> risk.Meaning:
    """Hears 0.88 of a grave danger in GRAVE_ROW and nearly nothing in CALM_ROW."""
    weights = np.zeros((WIDTH, 3))
    weights[0] = (-4.0, -4.0, 4.0)
    hearer = (weights, np.array([4.0, 0.0, -1.0]))
    namer = (np.zeros((WIDTH, 1)), np.zeros(1))
    state: dict[str, Any] = {"rules": ["suicide/passive"], "levels": ["urgent"], "hearer": hearer, "namer": namer}
    return risk.Meaning({**state, "thresholds": {"urgent": threshold, "watch": 0.999}})


@pytest.mark.parametrize(
    ("rows", "heard"),
    [
        ([GRAVE_ROW], True),  # the whole message
        ([GRAVE_ROW, CALM_ROW, CALM_ROW], True),
        ([CALM_ROW, GRAVE_ROW, CALM_ROW], False),  # one sentence of two, at a score that suffices for a whole message
        ([CALM_ROW, CALM_ROW], False),
    ],
)
def test_one_sentence_of_several_must_be_surer_than_a_message(rows: list[Any], heard: bool) -> None:
    score = float(risk.probabilities(meaning(0.5)._hearer, GRAVE_ROW[None])[0, 2])
    assert bool(meaning(score - 0.01).hear(np.vstack(rows))) is heard


def test_a_sentence_that_is_very_sure_is_heard_among_calm_ones() -> None:
    assert meaning(0.3).hear(np.vstack([CALM_ROW, CALM_ROW, GRAVE_ROW])) == [("suicide/passive", pytest.approx(0.88, abs=0.1), 2)]


def test_examples_that_set_the_thresholds_are_kept_from_the_encoder(reader: Reader) -> None:
    texts, tasks = adapt.examples(reader)
    assert not any(risk_training.is_kept_back(text) for text in texts)
    assert [len(labels) for labels in tasks] == [len(texts)] * 3
    everything = set(risk_training.examples(adapt.content.shared(), reader.clean)[0])
    kept_back = {text for text in everything if risk_training.is_kept_back(text)}
    assert 0.1 < len(kept_back) / len(everything) < 0.25
