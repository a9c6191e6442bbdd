"""Adapting the encoder: the layers that learn are the published ones, and learning brings what means the same together."""
from __future__ import annotations

import numpy as np
import pytest

from bot.language import adapting, encoder
from bot.settings import LANGUAGE_BUILT
from scripts import adapt

WARM = ["how long does it last", "when is it over", "how many days till it stops", "when does it end"]
COLD = ["my son takes money from my bag", "he stole from us again", "cash goes missing at home", "things vanish from the house"]


@pytest.fixture(scope="module")
def weights() -> encoder.Weights:
    return encoder.load_weights()


def test_before_learning_the_upper_layers_give_the_published_vectors(weights: encoder.Weights) -> None:
    states, mask = adapting.padded(adapting.lower_states(weights, WARM))
    ours = adapting.run_layers(states, mask, dict(weights), dropout=0.0).numpy()
    assert np.abs(ours - encoder.Encoder(LANGUAGE_BUILT / "encoder.onnx").encode(WARM)).max() < 5e-3  # the states were kept at half precision


def test_learning_tells_labels_apart_and_leaves_the_lower_layers(weights: encoder.Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(adapting, "EPOCHS", 20)
    monkeypatch.setattr(adapting, "WARM_UP", 1)
    told: list[str] = []
    labels = ["when"] * len(WARM) + ["theft"] * len(COLD)
    learnt = adapting.adapt(weights, WARM + COLD, [labels, [None] * len(labels)], say=told.append)
    losses = [float(line.split()[-1]) for line in told[1:]]
    assert told[0].startswith("8 examples") and len(losses) == 20
    assert losses[-1] < losses[0] / 2
    changed = {name for name in weights if not np.array_equal(learnt[name], weights[name])}
    assert changed == {name for name in weights if name.startswith(("encoder.layer.3.", "encoder.layer.4.", "encoder.layer.5."))}


def test_every_example_is_in_exactly_one_batch() -> None:
    states = [np.zeros((1 + place % 7, encoder.WIDTH), dtype=np.float16) for place in range(200)]
    places = [place for batch in adapting.batches(states, 0) for place in batch]
    assert sorted(places) == list(range(200))


def test_texts_without_a_label_are_marked() -> None:
    assert adapting.numbered(["b", None, "a", "b"]).tolist() == [1, adapting.UNLABELLED, 0, 1]


def test_only_many_new_examples_call_for_adapting_anew() -> None:
    seen = {f"example {place}" for place in range(100)}
    assert adapt.share_new(seen, kept={"code": adapt.code(), "examples": sorted(seen)}) == 0
    assert adapt.share_new(seen | {"new"}, kept={"code": adapt.code(), "examples": sorted(seen)}) == pytest.approx(1 / 101)
    assert adapt.share_new(seen, kept={"code": "of another day", "examples": sorted(seen)}) == 1
    assert adapt.share_new(seen, kept=None) == 1
