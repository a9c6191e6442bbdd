"""Where somebody is heard to be, and whose place it is. The tables are in tests/helplines/elsewhere.yml."""
from __future__ import annotations

import pathlib
import time

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import countries, helplines
from bot.content import DATA

REGISTER = helplines.load_register(DATA / "helplines")
TABLE = yaml.safe_load((pathlib.Path(__file__).parent / "helplines" / "elsewhere.yml").read_text(encoding="utf-8"))


def written(mention: helplines.CountryMention) -> str:
    """A mention as the table writes it."""
    return (mention.region or mention.country) + (" other" if mention.about == "other" else "")


@pytest.mark.parametrize("row", TABLE["sure"], ids=lambda row: row["text"])
def test_a_place_that_is_plainly_meant_is_heard(row: dict[str, list[str]]) -> None:
    found = helplines.find_country(str(row["text"]), REGISTER)
    assert [written(mention) for mention in found if mention.certain] == row["places"]


@pytest.mark.parametrize("row", TABLE["unsure"], ids=lambda row: row["text"])
def test_a_place_that_may_be_meant_is_asked_about(row: dict[str, list[str]]) -> None:
    found = helplines.find_country(str(row["text"]), REGISTER)
    assert [written(mention) for mention in found] == row["places"]
    assert not any(mention.certain for mention in found)


@pytest.mark.parametrize("text", TABLE["nothing"])
def test_ordinary_words_are_no_place(text: str) -> None:
    assert helplines.find_country(text, REGISTER) == []


@pytest.mark.parametrize("row", TABLE["at_risk"], ids=lambda row: f"{row['text']} ({row['about']})")
def test_the_place_of_the_one_at_risk_counts(row: dict[str, str]) -> None:
    place = helplines.place_at_risk(helplines.find_country(row["text"], REGISTER), row["about"])
    assert (place.country if place else None) == row["place"]


@pytest.mark.parametrize(("code", "covered"), [("GB", True), ("NO", False), ("IT", False)])
def test_a_country_without_lines_is_known_as_such(code: str, covered: bool) -> None:
    name = REGISTER.countries[code].name if covered else REGISTER.elsewhere[code].name
    found = helplines.find_country(f"I live in {name}", REGISTER)
    assert [(mention.country, mention.covered) for mention in found] == [(code, covered)]


@pytest.mark.parametrize("home", [*REGISTER.countries.values(), *REGISTER.elsewhere.values()], ids=lambda home: home.code)
def test_every_country_is_heard_by_its_name(home: helplines.Country) -> None:
    if home.code != "ZZ":
        found = helplines.find_country(f"I'm in {home.name}", REGISTER)
        assert home.code in {mention.country for mention in found}


@settings(max_examples=300, deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    for mention in helplines.find_country(text, REGISTER):
        assert mention.country in REGISTER.gazetteer.known


@pytest.mark.parametrize(("said", "name", "close"), [("spian", "spain", True), ("pain", "spain", False), ("lodnon", "london", True)])
def test_a_slip_of_the_finger_is_close(said: str, name: str, close: bool) -> None:
    assert countries.close(said, name) is close


def test_hearing_a_place_takes_a_few_milliseconds_at_most() -> None:
    text = "my son has been using ket for two years and it hurts when he pees, we live near Leeds and nobody helps us. " * 5
    begun = time.thread_time()
    for _ in range(20):
        helplines.find_country(text, REGISTER)
    assert (time.thread_time() - begun) / 20 < 0.02
