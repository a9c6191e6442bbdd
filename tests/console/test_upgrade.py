"""A database of the last version gets the language of its messages and the filters' indexes, on SQLite and on PostgreSQL."""
from __future__ import annotations

import json
import pathlib
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from postgres import postgres, postgres_server  # noqa: F401

from bot import kept
from bot.storage import conversations, database, tables

READ = {"understanding": {"decision": "answer", "chosen": ["x"], "answers": [{"label": "x", "score": 0.7}]}, "risk": []}
FOREIGN = {"understanding": {"decision": "flow", "chosen": ["talk/other_language"], "answers": []}, "risk": []}
CRY = {"understanding": {"decision": "answer", "chosen": [], "answers": [{"label": "x", "score": 0.1}]}, "risk": [{"by": "language", "level": "urgent"}]}
PRESSED = {"understanding": {"decision": "answer", "chosen": ["x"], "answers": []}, "risk": []}
GUESSES = [(READ, "en"), (FOREIGN, "other"), (CRY, "other"), (PRESSED, None), ({}, None)]


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> str:
    """An empty database of each kind."""
    found: str = request.getfixturevalue("postgres") if request.param == "postgresql" else f"sqlite:///{tmp_path / 'old.sqlite3'}"
    return found


def bring_to(engine: sa.engine.Engine, version: str) -> None:
    """Run the migrations up to a version."""
    config = Config()
    config.set_main_option("script_location", str(database.MIGRATIONS))
    with database.writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, version)


def test_a_database_of_version_1_is_brought_up_to_date_with_what_it_holds(address: str) -> None:
    engine = database.engine(address)
    bring_to(engine, "0001")
    old = sa.table("events", *(sa.column(name) for name in ("conversation", "seq", "at", "kind", "name", "text", "data")))
    said = [
        {"conversation": "c", "seq": seq, "at": 1.0, "kind": "user", "name": "answer", "text": "no language here", "data": json.dumps({"parse_data": parsed})}
        for seq, (parsed, _) in enumerate(GUESSES)
    ]
    broken = [{**said[0], "seq": seq, "data": data} for seq, data in ((10, "{"), (11, "[]"), (12, '{"parse_data": null}'))]
    reply = {**said[1], "seq": 13, "kind": "bot"}
    with database.writing(engine) as connection:
        connection.execute(old.insert(), [*said, *broken, reply])
    database.upgrade(address)
    with database.reading(engine) as connection:
        guessed = connection.execute(sa.select(tables.events.c.language).order_by(tables.events.c.seq)).scalars().all()
        assert guessed == [guess for _, guess in GUESSES] + [None] * 4
        assert conversations.search(connection, "language"), "the words are still found"
        assert database.revision(connection) == database.newest()
    assert {"events_by_language", "events_by_filters"} <= {one["name"] for one in sa.inspect(engine).get_indexes("events")}
    engine.dispose()


def test_what_was_stored_under_version_2_is_still_found_and_what_is_changed_or_removed_is_not(address: str) -> None:
    engine = database.engine(address)
    bring_to(engine, "0002")
    old = sa.table("events", *(sa.column(name) for name in ("conversation", "seq", "at", "kind", "text", "data")))
    with database.writing(engine) as connection:
        connection.execute(old.insert(), [
            {"conversation": "c", "seq": seq, "at": 1.0, "kind": "user", "text": text, "data": "{}"}
            for seq, text in enumerate(("my bladder hurts", "it hurts at night", "bladders", None))
        ])  # fmt: skip
    database.upgrade(address)

    def found(words: str) -> list[int]:
        with database.reading(engine) as connection:
            return [seq for _, seq in conversations.search(connection, words)]

    assert found("bladder") == [2, 0] and found("hurting bladder") == [0]
    with database.writing(engine) as connection:
        connection.execute(tables.events.update().where(tables.events.c.seq == 0).values(text="gone"))
        connection.execute(tables.events.delete().where(tables.events.c.seq == 2))
    assert found("bladder") == [] and found("gone") == [0]
    engine.dispose()


@pytest.mark.parametrize(("parsed", "guess"), GUESSES)
def test_a_guess_at_the_language_is_stored_with_each_message_and_no_word_of_it(parsed: dict[str, Any], guess: str | None) -> None:
    row = conversations.project("c", 0, {"event": "user", "text": "hola amigo", "timestamp": 1.0, "parse_data": parsed})
    assert row["language"] == guess
    assert conversations.project("c", 0, {"event": "bot", "text": "hola", "parse_data": FOREIGN})["language"] is None


def test_the_turn_that_says_that_only_english_is_understood_exists() -> None:
    assert conversations.OTHER_LANGUAGE in kept.said().turns
