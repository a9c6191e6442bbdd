"""Reading a message: the encoder's reference values, noise, sentences, and the things that are named."""
from __future__ import annotations

import pathlib

import numpy as np
import pytest

from bot.language.encoder import Encoder
from bot.language.reading import Reader, in_use, split
from bot.settings import LANGUAGE_BUILT

QUESTION = "How long does ketamine withdrawal last?"


@pytest.fixture(scope="module")
def published() -> Encoder:
    """The encoder as its makers published it, before it learns our examples."""
    return Encoder(LANGUAGE_BUILT / "encoder.onnx")


def test_the_encoder_equals_the_reference_library(published: Encoder) -> None:
    vector = published.encode([QUESTION])[0]
    assert vector[:5] == pytest.approx([0.03838339, -0.02128591, 0.0140379, 0.00328378, -0.01220534], abs=1e-4)
    assert float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize(
    ("other", "cosine"),
    [
        ("When will the withdrawal symptoms go away after I stop taking K?", 0.681),
        ("My son keeps asking me for money and I think it goes on ketamine", 0.443),
        ("what's the weather tomorrow", -0.041),
    ],
)
def test_cosines_equal_the_reference_library(published: Encoder, other: str, cosine: float) -> None:
    one, two = published.encode([QUESTION, other])
    assert float(one @ two) == pytest.approx(cosine, abs=5e-4)  # the reference has three digits


def test_the_adapted_encoder_is_used_where_there_is_one(tmp_path: pathlib.Path) -> None:
    assert in_use(tmp_path).name == "encoder.onnx"
    (tmp_path / "adapted.onnx").touch()
    assert in_use(tmp_path).name == "adapted.onnx"


def test_a_vector_does_not_depend_on_what_is_encoded_beside_it(reader: Reader) -> None:
    alone = reader.encode([QUESTION])[0]
    crowd = reader.encode(["short", QUESTION, "a much longer message about nothing in particular, to force some padding " * 4])[1]
    assert np.abs(alone - crowd).max() < 1e-4


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("i want to k1ll mys3lf", "kill myself"),
        ("i want to d i e", "die"),
        ("k i l l  m y s e l f", "kill myself"),
        ("s\u200bu\u200bi\u200bc\u200bi\u200bd\u200be", "suicide"),
        ("ѕuісіdе", "suicide"),
        ("heeeeelp", "help"),
        ("i cant sleep 2nite bc of ket", "tonight"),
        ("wot abt my bf", "boyfriend"),
        ("ketamin withdrawl", "withdrawal"),
        ("my bladdder hurts", "bladder"),
        ("how do i stop usng special k", "stop"),
        ("i cant w8", "i"),
        ("ＨＥＬＰ", "help"),
    ],
)
def test_noise_is_read_as_it_was_meant(reader: Reader, typed: str, meant: str) -> None:
    assert meant in reader.clean(typed).lower()


@pytest.mark.parametrize("typed", ["K", "GBL", "Kingston", "5mg", "我想死", "Je veux arrêter", "don't"])
def test_words_with_a_meaning_of_their_own_are_left_alone(reader: Reader, typed: str) -> None:
    assert typed.lower() in reader.clean(typed).lower() or "ketamine" in reader.clean(typed)


@pytest.mark.parametrize("typed", ["", " ", "\x00\x01", "😀" * 500, "a" * 10_000, "\ud800", "!?" * 3000, "𝕙𝕚", "\u202e" * 50], ids=lambda text: ascii(text[:12]))
def test_any_string_can_be_read(reader: Reader, typed: str) -> None:
    reading = reader.read(typed)
    assert len(reading.sentences) >= 1 and reading.vector is not None


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("I stopped on Monday. I feel awful. How long does it last?", 3),
        ("one line about sleep\nanother line about food", 2),
        ("Yes. I stopped last week.", 1),  # one word alone goes with what follows
        (
            "i have been using for two years and my bladder hurts all day and i cannot sleep at all and my mum wants me to go to the doctor but "
            "i am scared of what they will say",
            2,
        ),
    ],
)
def test_messages_are_cut_into_sentences(reader: Reader, text: str, count: int) -> None:
    assert len(split(reader.parse(text))) >= count


@pytest.mark.parametrize(
    ("text", "label", "id"),
    [
        ("i take ket and drink vodka", "substances", "alcohol"),
        ("mixing it with xanax", "substances", "benzodiazepines"),
        ("my bladder hurts", "body", "bladder"),
        ("my son is using", "relations", "child"),
        ("my girlfriend uses", "relations", "partner"),
    ],
)
def test_things_are_named(reader: Reader, text: str, label: str, id: str) -> None:
    assert (label, id) in {(entity.label_, entity.ent_id_) for entity in reader.parse(text).ents}


@pytest.mark.parametrize(
    ("text", "label", "words"),
    [("off it for three weeks now", "duration", "three weeks"), ("he is 17 years old", "age", "17 years old"), ("a couple of days", "duration", "days")],
)
def test_spans_of_time_and_ages_are_named(reader: Reader, text: str, label: str, words: str) -> None:
    assert any(entity.label_ == label and words in entity.text for entity in reader.parse(text).ents)
