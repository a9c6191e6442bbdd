"""The database: made, brought up to date, and clear about what is wrong with it."""
from __future__ import annotations

import multiprocessing
import pathlib
import stat
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from postgres import postgres, postgres_server  # noqa: F401

from bot.storage import conversations, database, seen, tables, takeovers

Address = str


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> Address:
    """An empty database of each kind."""
    found: str = request.getfixturevalue("postgres") if request.param == "postgresql" else f"sqlite:///{tmp_path / 'kept.sqlite3'}"
    return found


@pytest.fixture
def made(address: Address) -> sa.engine.Engine:
    """A database with its tables."""
    database.upgrade(address)
    return database.engine(address)


def said(text: str, at: float = 1.0, **more: Any) -> dict[str, Any]:
    """What a person wrote, as Rasa keeps it."""
    return {"event": "user", "timestamp": at, "text": text, "parse_data": {"intent": {"name": "answer"}, **more}}


def test_the_migrations_make_exactly_the_tables_of_the_contract(made: sa.engine.Engine) -> None:
    with made.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": lambda thing, name, kind, *rest: "words" not in name and "version" not in name})
        assert compare_metadata(context, tables.metadata) == []


def test_upgrading_twice_and_from_several_processes_at_once_is_the_same_as_once(address: Address) -> None:
    fresh = multiprocessing.get_context("fork")
    processes = [fresh.Process(target=database.upgrade, args=(address,)) for _ in range(4)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    with database.engine(address).connect() as connection:
        assert database.revision(connection) == database.newest()


def test_the_file_is_the_owners_alone(tmp_path: pathlib.Path) -> None:
    database.upgrade(f"sqlite:///{tmp_path}/deep/kept.sqlite3")
    assert stat.S_IMODE((tmp_path / "deep/kept.sqlite3").stat().st_mode) == 0o600


def test_events_are_numbered_in_order_and_projected_into_columns(made: sa.engine.Engine) -> None:
    heard = [{"danger": "suicide", "level": "urgent"}, {"danger": "overdose", "level": "emergency"}]
    understood = {"decision": "answer", "answers": [{"label": "duration", "score": 0.9}]}
    with database.writing(made) as connection:
        assert conversations.append(connection, "c", "web", [said("one", risk=heard, understanding=understood)]) == 1
        country = {"event": "slot", "name": "country", "value": "GB-SCT", "timestamp": 2.0}
        assert conversations.append(connection, "c", "web", [country, said("two\x00\ud800", 3.0)]) == 3
    with made.connect() as connection:
        kept = connection.execute(sa.select(tables.events).order_by(tables.events.c.seq)).mappings().all()
        row = connection.execute(sa.select(tables.conversations)).mappings().one()
    assert [event["seq"] for event in kept] == [0, 1, 2]
    first = {name: kept[0][name] for name in ("kind", "name", "answer", "score", "decision", "danger", "level", "text")}
    assert first == {
        "kind": "user", "name": "answer", "answer": "duration", "score": 0.9, "decision": "answer", "danger": "overdose", "level": "emergency", "text": "one"
    }  # fmt: skip
    assert kept[2]["text"] == "two\ufffd\ufffd"
    assert {name: row[name] for name in ("events", "messages", "country", "danger", "level", "last_at")} == {
        "events": 3, "messages": 2, "country": "GB-SCT", "danger": "overdose", "level": "emergency", "last_at": 3.0
    }  # fmt: skip


def test_a_repeated_write_adds_nothing(made: sa.engine.Engine) -> None:
    for _ in range(3):
        with database.writing(made) as connection:
            assert conversations.append(connection, "c", "web", [said("one"), said("two", 2.0)], once=True) == 2


def test_a_failed_write_leaves_nothing(made: sa.engine.Engine) -> None:
    with pytest.raises(RuntimeError), database.writing(made) as connection:
        conversations.append(connection, "c", "web", [said("one")])
        raise RuntimeError
    with made.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.events)).scalar() == 0


def spoil_newer(made: sa.engine.Engine) -> None:
    with made.begin() as connection:
        connection.execute(sa.text("UPDATE storage_version SET version_num = '9999'"))


def spoil_half_done(made: sa.engine.Engine) -> None:
    with made.begin() as connection:
        connection.execute(sa.text("DROP TABLE storage_version"))


@pytest.mark.parametrize(("spoil", "says"), [(spoil_newer, "version 9999.*newer program"), (spoil_half_done, "half done.*Restore a backup")])
def test_a_database_that_is_not_ours_to_change_is_left_alone(made: sa.engine.Engine, address: Address, spoil: Callable[..., None], says: str) -> None:
    spoil(made)
    with pytest.raises(database.DatabaseProblem, match=says):
        database.upgrade(address)


def test_a_migration_that_fails_halfway_leaves_what_was_there(address: Address, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr("alembic.op.create_index", fail)
    with pytest.raises(RuntimeError):
        database.upgrade(address)
    monkeypatch.undo()
    database.upgrade(address)


def test_a_file_that_is_no_database_is_named_and_not_touched(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "kept.sqlite3"
    path.write_bytes(b"no database at all, but a long letter " * 200)
    with pytest.raises(database.DatabaseProblem, match="is no database: restore a backup"):
        database.upgrade(f"sqlite:///{path}")
    assert path.read_bytes().startswith(b"no database at all")


@pytest.mark.parametrize("address", ["mysql://u@localhost/x", "nonsense", "sqlite://"], indirect=False)
def test_an_address_that_cannot_be_used_says_how_to_write_one(address: str) -> None:
    with pytest.raises(database.DatabaseProblem, match="MOORING_DATABASE"):
        database.engine(address)


def test_what_every_message_asks_of_the_database_is_made_into_sql_once(made: sa.engine.Engine) -> None:
    # Of 40 ms of a processor that a turn on Telegram cost, 12 were the database's; 7.5 since nothing is made into SQL anew.
    times: list[int] = []
    for message in ("first", "second", "third"):
        with database.writing(made) as connection:
            seen.claim(connection, "web", "c", message, 1.0)
            takeovers.current(connection, "c", 1.0)
            conversations.append(connection, "c", "web", [{"event": "user", "timestamp": 1.0, "text": message}])
            seen.remember(connection, "web", "c", message, [], 1.0)
        times.append(database._compiled.cache_info().misses + database._adding.cache_info().misses)
    assert times[0] == times[1] == times[2]
