"""Long texts are parted where a person would part them, and buttons fit."""
from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.telegram import parts

NUMBER = "0" * 4 + " 111 " + "2222"
LINK = "https://example.org/" + "a" * 60


def test_a_short_text_is_one_part() -> None:
    assert parts.split("hello\n\nthere") == ["hello\n\nthere"]


def test_a_long_text_is_parted_between_paragraphs() -> None:
    paragraph = "word " * 300
    found = parts.split("\n\n".join([paragraph.strip()] * 6))
    assert len(found) == 3 and all(part.startswith("word") and part.endswith("word") and part.count("\n\n") == 1 for part in found)


@pytest.mark.parametrize("shift", range(0, 40, 3))
@pytest.mark.parametrize("whole", [NUMBER, "+1-222-333-4444", LINK, "someone@example.org"])
def test_no_number_and_no_link_is_torn(whole: str, shift: int) -> None:
    text = "x" * (parts.LONGEST - 5 - shift) + " " + whole + " " + "y" * 200
    assert sum(part.count(whole) for part in parts.split(text)) == 1


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=st.sampled_from("ab 1290+.\n😀👩‍👧é-"), min_size=0, max_size=600), st.integers(16, 64))
def test_parts_hold_every_letter_and_none_is_too_long(text: str, longest: int) -> None:
    found = parts.split(text, longest)
    assert all(0 < parts.units(part) <= longest for part in found)
    assert re.sub(r"\s", "", "".join(found)) == re.sub(r"\s", "", parts.clean(text))


@pytest.mark.parametrize("text", ["😀" * 5_000, "7" * 9_000, LINK * 200, "\n" * 5_000 + "a" * 5_000], ids=["pairs", "digits", "links", "lines"])
def test_what_cannot_be_parted_well_is_parted_all_the_same(text: str) -> None:
    found = parts.split(text)
    assert all(0 < parts.units(part) <= parts.LONGEST for part in found) and sum(map(len, found)) >= len(text.strip()) - 1


def test_a_number_reads_as_a_number_and_marks_that_turn_text_around_are_gone() -> None:
    assert parts.clean("call tel:+000 000 or \u202eabc\x00 tel: no") == "call +000 000 or abc tel: no"


def test_sources_close_the_last_part_and_buttons_stand_under_it() -> None:
    found = parts.parts_of("😀 one", [{"title": "Next", "payload": "/guide/x/1"}], "From: a")
    assert found == [parts.Part("😀 one\n\nFrom: a", (("Next", "/guide/x/1"),), sources_at=8)]


def test_sources_that_no_longer_fit_have_a_message_of_their_own() -> None:
    found = parts.parts_of("a" * parts.LONGEST, [{"title": "Next", "payload": "/x"}], "From: a")
    assert [part.sources_at for part in found] == [None, 0] and [bool(part.buttons) for part in found] == [False, True]


@pytest.mark.parametrize("payload", ["/answer/short", "/answer/" + "x" * 100, "/answer/" + "é" * 40, "#looks like a key"])
def test_every_payload_fits_a_button_and_is_found_again(payload: str) -> None:
    data = parts.data_of(payload)
    assert 1 <= len(data.encode()) <= parts.LONGEST_DATA
    assert parts.payload_of(data, ["/other", payload]) == payload


def test_a_key_that_was_never_offered_finds_nothing() -> None:
    assert parts.payload_of("#0123", ["/answer/" + "x" * 100]) == "#0123"


def test_a_long_title_is_cut() -> None:
    assert parts.title_of({"title": "word " * 40, "payload": "/x"}).endswith("…")
