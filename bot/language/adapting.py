"""Adapt the encoder's upper layers to the project's own examples, at build time, with the TensorFlow that Rasa brings.

The lower layers stay as published, so what they say of each example is computed once. Above them, three tasks share the
layers: which answer is asked for, which sign of danger is meant, and how grave it is. Each is a softmax over class vectors of unit
length, so what is learnt is a space in which messages that mean the same lie close; the classifiers that serve people
are trained on it afterwards, as before. docs/decisions/0007-adapted-encoder.md has the figures.
"""
from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.language import encoder
from bot.language.encoder import HEAD_WIDTH, HEADS, LAYERS, WIDTH, Weights

UPPER = 3  # layers that learn
EPOCHS, BATCH = 3, 64
RATE, CLASS_RATE = 1.5e-4, 5e-3
WARM_UP = 100  # steps
SHARPNESS = 20.0  # of the softmax over cosines
SMOOTHING, DROPOUT = 0.05, 0.1
LONGEST = 96  # tokens of one example
UNLABELLED = -1

States = list[npt.NDArray[np.float16]]
Labels = Sequence[str | None]


def adapt(weights: Weights, texts: Sequence[str], tasks: Sequence[Labels], *, say: Callable[[str], None]) -> Weights:
    """Weights whose upper layers have learnt to tell the labels apart.

    `texts` are cleaned; each of `tasks` gives one label a text, or None where the task says nothing of it. `say` is
    told of progress. Takes some minutes on two cores.
    """
    import tensorflow as tf

    tf.keras.utils.set_random_seed(1)
    states = lower_states(weights, texts)
    say(f"{len(texts)} examples read by the lower layers")
    first = LAYERS - UPPER
    names = [name for name in weights if any(name.startswith(f"encoder.layer.{layer}.") for layer in range(first, LAYERS))]
    upper = {name: tf.Variable(weights[name]) for name in names}
    targets = [numbered(labels) for labels in tasks]
    classes = [tf.Variable(tf.random.normal((int(target.max()) + 1, WIDTH), stddev=WIDTH**-0.5)) for target in targets]
    step = make_step(upper, classes, steps=EPOCHS * math.ceil(len(texts) / BATCH))
    for epoch in range(EPOCHS):
        losses = [float(step(*padded([states[i] for i in places]), *(target[places] for target in targets))) for places in batches(states, epoch)]
        say(f"round {epoch + 1} of {EPOCHS}, loss {np.mean(losses):.2f}")
    return {**weights, **{name: value.numpy() for name, value in upper.items()}}


def lower_states(weights: Weights, texts: Sequence[str]) -> States:
    """What the unchanged layers make of each text: (tokens, 384), at half precision to keep them all in memory."""
    import onnxruntime
    from tokenizers import Tokenizer

    graph: Any = encoder.write_graph(weights, layers=LAYERS - UPPER)
    session = onnxruntime.InferenceSession(graph.SerializeToString(), providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(encoder.find_weights() / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.enable_padding()
    found: dict[int, npt.NDArray[np.float16]] = {}
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    for start in range(0, len(order), BATCH):
        places = order[start : start + BATCH]
        tokens = tokenizer.encode_batch([texts[place] or " " for place in places])
        mask = np.array([token.attention_mask for token in tokens], dtype=np.int64)
        states = session.run(["states"], {"ids": np.array([token.ids for token in tokens], dtype=np.int64), "mask": mask})[0]
        for place, state, length in zip(places, states, mask.sum(axis=1)):
            found[place] = state[: int(length)].astype(np.float16)
    return [found[place] for place in range(len(texts))]


def numbered(labels: Labels) -> npt.NDArray[np.int64]:
    """Labels as numbers, UNLABELLED for None."""
    places = {label: place for place, label in enumerate(sorted({label for label in labels if label is not None}))}
    return np.array([UNLABELLED if label is None else places[label] for label in labels], dtype=np.int64)


def batches(states: States, epoch: int) -> Iterator[list[int]]:
    """Places of the examples in random order, those of like length together, so that little is padded."""
    chance = np.random.default_rng(epoch)
    shuffled = [int(place) for place in chance.permutation(len(states))]
    cut: list[list[int]] = []
    for start in range(0, len(shuffled), BATCH * 20):
        alike = sorted(shuffled[start : start + BATCH * 20], key=lambda place: len(states[place]))
        cut += [alike[at : at + BATCH] for at in range(0, len(alike), BATCH)]
    chance.shuffle(cut)  # type: ignore[arg-type]
    yield from cut


def padded(states: States) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """States side by side (batch, longest, 384), and their mask."""
    longest = max(len(state) for state in states)
    filled = np.zeros((len(states), longest, WIDTH), dtype=np.float32)
    mask = np.zeros((len(states), longest), dtype=np.float32)
    for row, state in enumerate(states):
        filled[row, : len(state)] = state
        mask[row, : len(state)] = 1
    return filled, mask


def make_step(upper: dict[str, Any], classes: list[Any], *, steps: int) -> Callable[..., Any]:
    """One step of learning, compiled: states, mask and a target a task in; the loss out."""
    import tensorflow as tf

    def falling(rate: float) -> Any:
        return tf.keras.optimizers.schedules.PolynomialDecay(rate, steps, end_learning_rate=rate * 0.05)

    layers = tf.keras.optimizers.legacy.Adam(falling(RATE), epsilon=1e-8)
    heads = tf.keras.optimizers.legacy.Adam(falling(CLASS_RATE), epsilon=1e-8)
    done = tf.Variable(0.0)
    shape = [tf.TensorSpec((None, None, WIDTH)), tf.TensorSpec((None, None)), *(tf.TensorSpec((None,), tf.int64) for _ in classes)]

    @tf.function(input_signature=shape, autograph=False)
    def step(states: Any, mask: Any, *targets: Any) -> Any:
        done.assign_add(1.0)
        with tf.GradientTape() as tape:
            vectors = run_layers(states, mask, upper)
            loss = sum(task_loss(vectors, one, target) for one, target in zip(classes, targets))
        known = [*upper.values(), *classes]
        slopes = tape.gradient(loss, known)
        warm = tf.minimum(1.0, done / WARM_UP)
        slopes = [tf.clip_by_norm(tf.convert_to_tensor(slope), 1.0) * warm for slope in slopes]
        layers.apply_gradients(zip(slopes[: len(upper)], known[: len(upper)]))
        heads.apply_gradients(zip(slopes[len(upper) :], known[len(upper) :]))
        return loss

    return step  # type: ignore[no-any-return]


def task_loss(vectors: Any, classes: Any, target: Any) -> Any:
    """Cross-entropy over the cosines to each class, of the examples that this task has a label for."""
    import tensorflow as tf

    labelled = tf.where(target != UNLABELLED)[:, 0]
    scores = SHARPNESS * tf.matmul(tf.gather(vectors, labelled), tf.math.l2_normalize(classes, axis=-1), transpose_b=True)
    wanted = tf.one_hot(tf.gather(target, labelled), tf.shape(classes)[0])
    losses = tf.keras.losses.categorical_crossentropy(wanted, scores, from_logits=True, label_smoothing=SMOOTHING)
    return tf.math.divide_no_nan(tf.reduce_sum(losses), tf.cast(tf.size(labelled), tf.float32))


def run_layers(states: Any, mask: Any, upper: dict[str, Any], *, dropout: float = DROPOUT) -> Any:
    """The upper layers as they learn, and unit vectors of the mean over each text's tokens."""
    import tensorflow as tf

    def dense(source: Any, name: str) -> Any:
        return tf.tensordot(source, tf.transpose(upper[f"{name}.weight"]), 1) + upper[f"{name}.bias"]

    def normalise(source: Any, name: str) -> Any:
        centred = source - tf.reduce_mean(source, axis=-1, keepdims=True)
        spread = tf.reduce_mean(tf.square(centred), axis=-1, keepdims=True)
        return centred * tf.math.rsqrt(spread + encoder.EPSILON) * upper[f"{name}.weight"] + upper[f"{name}.bias"]

    size = tf.shape(states)

    def heads(source: Any) -> Any:
        return tf.transpose(tf.reshape(source, (size[0], size[1], HEADS, HEAD_WIDTH)), (0, 2, 1, 3))

    bias = (1.0 - mask)[:, None, None, :] * -10000.0
    for layer in range(LAYERS - UPPER, LAYERS):
        at = f"encoder.layer.{layer}"
        query, key, value = (heads(dense(states, f"{at}.attention.self.{name}")) for name in ("query", "key", "value"))
        scores = tf.nn.softmax(tf.matmul(query, key, transpose_b=True) / HEAD_WIDTH**0.5 + bias)
        joined = tf.reshape(tf.transpose(tf.matmul(tf.nn.dropout(scores, dropout), value), (0, 2, 1, 3)), size)
        attended = tf.nn.dropout(dense(joined, f"{at}.attention.output.dense"), dropout) + states
        states = normalise(attended, f"{at}.attention.output.LayerNorm")
        wide = tf.nn.gelu(dense(states, f"{at}.intermediate.dense"))
        states = normalise(tf.nn.dropout(dense(wide, f"{at}.output.dense"), dropout) + states, f"{at}.output.LayerNorm")
    mean = tf.reduce_sum(states * mask[..., None], axis=1) / tf.reduce_sum(mask, axis=1, keepdims=True)
    return tf.math.l2_normalize(mean, axis=-1)
