"""Keeping words for longer: asked of whom it may be, noted with its moment, taken back, and obeyed by the purge."""
from __future__ import annotations

import pathlib
from typing import Any

import pytest
import sqlalchemy as sa

from bot import keeping
from bot.storage import conversations, database, retention, tables

NOW = 1_795_500_000.0


@pytest.fixture
def engine(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.delenv("MOORING_CONSENT_AGE", raising=False)
    address = f"sqlite:///{tmp_path / 'm.sqlite3'}"
    database.upgrade(address)
    yield database.engine(address)
    database.engine(address).dispose()


def begin(engine: Any, *slots: tuple[str, Any], at: float = NOW) -> None:
    said = [{"event": "user", "text": "hello", "timestamp": at, "parse_data": {}, "input_channel": "web"}]
    noted = [{"event": "slot", "name": name, "value": value, "timestamp": at} for name, value in slots]
    with database.writing(engine) as connection:
        conversations.append(connection, "w-1", "web", [*said, *noted])


def look(engine: Any) -> keeping.Keeping | None:
    with database.reading(engine) as connection:
        return keeping.of(connection, "w-1")


def decide(engine: Any, keep: bool, *, of_age: bool = True) -> bool:
    with database.writing(engine) as connection:
        return keeping.decide(connection, "w-1", keep, of_age=of_age, now=NOW)


CARE = {"level": "urgent", "danger": "suicide"}


@pytest.mark.parametrize(("slots", "setting", "may_agree", "quiet"), [
    ([], "", True, True),
    ([("voice", "family")], "", True, True),
    ([("voice", "young")], "", False, False),
    ([("voice", "young_family")], "", False, False),
    ([("voice", "young")], "0", True, True),
    ([("voice", "young")], "13", False, False),
    ([("care", CARE)], "", True, False),
    ([("care", CARE), ("care", None)], "", True, True),
    ([("voice", "young")], "any", False, False),
])  # fmt: skip
def test_it_is_offered_in_no_danger_and_not_to_the_young(
    slots: list[tuple[str, Any]], setting: str, may_agree: bool, quiet: bool, engine: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOORING_CONSENT_AGE", setting)
    begin(engine, *slots)
    found = look(engine)
    assert found is not None and (found.may_agree, found.quiet, found.consent) == (may_agree, quiet, "session")


def test_before_anything_is_written_there_is_nothing_to_agree_to(engine: Any) -> None:
    assert look(engine) is None and not decide(engine, True)


def test_a_yes_needs_the_age_and_is_noted_with_its_moment_and_can_be_taken_back(engine: Any) -> None:
    begin(engine)
    assert not decide(engine, True, of_age=False)
    assert decide(engine, True)
    found = look(engine)
    assert found is not None and (found.consent, found.quiet) == ("keep", False)
    with database.reading(engine) as connection:
        noted = connection.execute(sa.select(tables.events.c.at).where(tables.events.c.name == "consent")).scalars().all()
    assert noted == [NOW]
    assert decide(engine, False, of_age=False)
    found = look(engine)
    assert found is not None and (found.consent, found.quiet) == ("refused", False), "nobody is asked again"


def test_the_young_cannot_agree_whatever_they_say(engine: Any) -> None:
    begin(engine, ("voice", "young"))
    assert not decide(engine, True) and decide(engine, False)


def test_words_live_as_long_as_was_agreed_and_a_yes_that_was_taken_back_ends_them(engine: Any) -> None:
    begin(engine)
    assert decide(engine, True)
    later = NOW + 2 * retention.DAY
    assert retention.purge(later, engine).conversations == 0 and look(engine) is not None
    assert decide(engine, False)
    assert retention.purge(later, engine).conversations == 1 and look(engine) is None
