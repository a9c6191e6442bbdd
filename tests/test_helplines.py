"""The choice from the helpline register: the twins of every country, and what holds for all of them."""
from __future__ import annotations

import datetime
import pathlib
import random
import time
from typing import Any

import pytest
import yaml
from helpline_people import (
    COUNTRIES,
    FOLDER,
    REGISTER,
    TODAY,
    TWINS,
    checked_on,
    moment,
    pick,
)

from bot import helplines
from bot.content import NEEDS


def rows() -> list[Any]:
    """Every row of every country's twin."""
    found = []
    for path in sorted(TWINS.glob("*.yml")):
        file = yaml.safe_load(path.read_text(encoding="utf-8"))
        for number, row in enumerate(file.get("rows", ()), 1):
            found.append(pytest.param(file["country"], row, id=f"{path.stem}-{number}-{row['need']}"))
    return found


@pytest.mark.parametrize(("country", "row"), rows())
def test_a_person_is_given_the_right_lines(country: str | None, row: dict[str, Any]) -> None:
    chosen = pick(checked_on(moment(row["at"]).date()), country, row)
    by_id = {choice.helpline.id: choice for choice in chosen}
    text = helplines.render(chosen, REGISTER.words)
    for id in {*row.get("must", ()), *row.get("must_not", ())}:
        assert id in REGISTER.lines, id
    assert {*row.get("must", ())} <= {*by_id}, [*by_id]
    assert not {*row.get("must_not", ())} & {*by_id}, [*by_id]
    if "first" in row:
        assert next(iter(by_id)) == row["first"]
    for state, said in (("open", True), ("closed", False), ("unknown", None)):
        for id in row.get(state, ()):
            assert by_id[id].open_now is said, (id, by_id[id])
    for words in row.get("says", ()):
        assert words in text, text
    for words in row.get("silent", ()):
        assert words not in text, text


@pytest.mark.parametrize("path", sorted(FOLDER.glob("??.yml")), ids=lambda path: path.stem)
def test_every_country_has_a_twin_of_eight_rows_or_more(path: pathlib.Path) -> None:
    twin = yaml.safe_load((TWINS / path.name).read_text(encoding="utf-8"))
    assert len(twin["rows"]) >= 8


@pytest.mark.parametrize("country", [*REGISTER.countries, "IT"])
def test_emergency_numbers_and_the_directory_are_never_withheld(country: str) -> None:
    late = TODAY + datetime.timedelta(days=4000)
    emergency = helplines.choose(REGISTER, country=country, need="emergency", now=late)
    assert "emergency" in emergency[0].helpline.needs
    crisis = helplines.choose(REGISTER, country=country, need="crisis", now=late)
    assert "zz-findahelpline" in {choice.helpline.id for choice in crisis}


@pytest.mark.parametrize("need", NEEDS)
@pytest.mark.parametrize("country", COUNTRIES)
def test_every_need_of_every_country_gets_a_line_or_an_honest_nearest_one(country: str | None, need: str) -> None:
    for choice in helplines.choose(REGISTER, country=country, need=need, now=TODAY):
        if choice.reason == "fits":
            assert need in choice.helpline.needs
        elif choice.reason.startswith("nearest"):
            assert choice.place and choice.place in " ".join(helplines.describe(choice, REGISTER.words))
        elif choice.reason == "international":
            assert choice.helpline.country == "ZZ"


@pytest.mark.parametrize(
    ("country", "ambulance", "police"),
    [
        ("GB", "999", "999"), ("IE", "112", "112"), ("US", "911", "911"), ("CA", "911", "911"), ("AU", "000", "000"),
        ("NZ", "111", "111"), ("HK", "999", "999"), ("SG", "995", "999"), ("IN", "112", "112"), ("DE", "112", "110"),
        ("NL", "112", "112"), ("FR", "15", "112"), ("ES", "112", "112"), ("ZA", "10177", "10111"),
        ("MY", "999", "999"), ("TW", "119", "110"), ("IT", "112", "112"), ("NO", None, None), (None, None, None),
    ],
)  # fmt: skip
def test_emergency_numbers(country: str | None, ambulance: str | None, police: str | None) -> None:
    assert helplines.emergency_number(REGISTER, country) == ambulance
    assert helplines.emergency_number(REGISTER, country, "police") == police


@pytest.mark.parametrize(
    ("country", "need", "expected"),
    [("GB", "drugs", True), ("GB", "medical", True), ("IE", "crisis", False), ("CA", "drugs", True), (None, "drugs", False)],
)
def test_asking_for_the_region_helps_only_where_lines_differ(country: str | None, need: str, expected: bool) -> None:
    assert helplines.region_would_help(REGISTER, country, need) is expected


def test_how_to_enter_treatment_is_known_or_said_to_be_unknown() -> None:
    for home in REGISTER.countries.values():
        how = home.how_to_enter
        if "unknown" in (how.cost, how.self_referral):
            assert any("do not know" in sentence for sentence in how.say), home.code


def test_choosing_takes_less_than_a_millisecond() -> None:
    chance = random.Random(4)
    spent = []
    for _ in range(1500):
        now = TODAY + datetime.timedelta(minutes=chance.randrange(100_000))
        country, need, age = chance.choice(COUNTRIES), chance.choice(NEEDS), chance.choice(("adult", "young"))
        begun = time.thread_time_ns()
        helplines.choose(REGISTER, country=country, need=need, age_group=age, now=now)
        spent.append(time.thread_time_ns() - begun)
    assert sorted(spent)[int(0.95 * len(spent))] < 1_000_000


@pytest.mark.parametrize("wrong", [{"need": "money"}, {"now": datetime.datetime(2026, 11, 24)}])
def test_a_wrong_question_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        helplines.choose(REGISTER, **{"country": "GB", "need": "crisis", "now": TODAY, **wrong})
