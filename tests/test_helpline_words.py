"""How a helpline is said: word for word, as links, in plain words, and never with a banned number."""
from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from helpline_people import REGISTER, TWINS, pick

from bot import helplines
from bot.wording_checks import syllables as syllables_of


@pytest.mark.parametrize(
    ("text", "country", "banned"),
    [
        ("call 0800 77 66 00 now", None, True),
        ("call 0800-776600 now", None, True),
        ("call 0300 123 6600 now", None, False),
        ("ring 113", None, False),  # dead in France, alive in the Netherlands and Taiwan
        ("ring 113", "FR", True),
        ("ring 113", "NL", False),
        ("ring 1933", "IN", True),
        ("in 1933", "GB", False),
        ("988, then press 3", None, True),
        ("988, then press 1", None, False),
    ],
)
def test_banned_numbers_are_found_in_any_text(text: str, country: str | None, banned: bool) -> None:
    assert bool(helplines.banned_numbers(REGISTER, text, country)) is banned


@pytest.mark.parametrize(
    ("id", "hrefs"),
    [
        ("us-crisis-text-line", ["sms:741741?body=HOME", "https://www.crisistextline.org/"]),
        ("gb-samaritans", ["tel:116123", "mailto:jo@samaritans.org",
                           "https://www.samaritans.org/how-we-can-help/contact-samaritan/"]),
        ("sg-sos", ["tel:1767", "https://wa.me/6591511767", "https://www.sos.org.sg/"]),
    ],
)  # fmt: skip
def test_links_are_made_from_the_number_once(id: str, hrefs: list[str]) -> None:
    assert [link["href"] for link in helplines.links(REGISTER.lines[id], REGISTER.words)] == hrefs


@pytest.mark.parametrize("row", yaml.safe_load((TWINS / "words.yml").read_text(encoding="utf-8"))["said"])
def test_a_line_is_said_word_for_word(row: dict[str, Any]) -> None:
    assert helplines.render(pick(REGISTER, row["country"], row), REGISTER.words) == row["text"]


@pytest.mark.parametrize("line", REGISTER.lines.values(), ids=lambda line: line.id)
def test_what_we_say_of_a_line_is_easy_to_read(line: helplines.Helpline) -> None:
    ours = (line.what, line.caution, line.cost_note, line.privacy_note, f"For {line.audience}" if line.audience else None)
    text = ". ".join(part.rstrip(".") for part in ours if part)
    assert not re.search(r"\b(?:addict|abuser|junkie)s?\b", text)
    if len(text.split()) >= 20:
        assert grade(text) <= 8, text


def grade(text: str) -> float:
    """The school grade of a text by Flesch and Kincaid."""
    words = re.findall(r"[^\W\d_']+(?:'[^\W\d_]+)?", text)
    syllables = sum(map(syllables_of, words))
    sentences = len(re.findall(r"[.!?](?:\s|$)", f"{text}."))
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59
