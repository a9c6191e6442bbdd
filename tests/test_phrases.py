"""Phrases in plain words: alternatives, what may be missing, gaps, and phrases that cannot be read."""
from __future__ import annotations

import pytest

from bot.language.reading import Reader
from bot.phrases import PhraseError, Phrases, lemmas_of, line_of


def found(phrase: str, text: str, reader: Reader) -> bool:
    return any(Phrases({"x": [phrase]}, lemmas_of(reader.parse)).find(line_of(reader.parse(text))))


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("can not pee", "I can't pee", True),
        ("can not pee", "cant pee since noon", True),
        ("can not pee", "I can pee", False),
        ("(pee|pass water)", "he cannot pass water", True),
        ("want [really] to die", "I want to die", True),
        ("want [really] to die", "I want really to die", True),
        ("want [really] to die", "I want badly to die", False),
        ("bladder ... hurts", "my bladder always really hurts", True),
        ("bladder ... hurts", "my bladder. It hurts", False),
        ("bladder ... hurts", "my bladder is one two three four hurts", False),
        ("bladder ...5 hurts", "my bladder is one two three four five hurts", False),
        ("bladder ...5 hurts", "my bladder is one two three four hurts", True),
        ("take pills", "she was taking the pill", False),
        ("take (a|the) pill", "she was taking the pills", True),
    ],
)
def test_a_phrase_is_found_where_it_stands(phrase: str, text: str, expected: bool, reader: Reader) -> None:
    assert found(phrase, text, reader) is expected


@pytest.mark.parametrize("phrase", ["(open", "[open", "a) b", "...", "[only maybe]"])
def test_a_phrase_that_cannot_be_read_is_refused_by_name(phrase: str, reader: Reader) -> None:
    with pytest.raises(PhraseError) as error:
        Phrases({"sign": [phrase]}, lemmas_of(reader.parse))
    assert "sign" in str(error.value) and phrase in str(error.value)


def test_the_place_of_a_hit_is_the_words_that_matched(reader: Reader) -> None:
    doc = reader.parse("Hello, I can't pee at all.")
    hit = next(Phrases({"x": ["can not pee"]}, lemmas_of(reader.parse)).find(line_of(doc)))
    assert doc[hit.start : hit.end].text == "can't pee"
