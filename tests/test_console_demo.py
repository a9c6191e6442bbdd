"""The invented month: the same every time, and never beside the words of real people."""
from __future__ import annotations

import json
import pathlib
from typing import Any

import pytest
import sqlalchemy as sa

from bot import content, kept
from bot.storage import database, tables
from console.demo import month, write

UNTIL = 1_795_500_000.0


@pytest.fixture
def engine(tmp_path: pathlib.Path) -> Any:
    made = database.engine(f"sqlite:///{tmp_path / 'demo.sqlite3'}")
    tables.metadata.create_all(made)
    return made


@pytest.fixture(scope="module")
def talks() -> list[month.Talk]:
    return list(month.month(content.shared(), kept.register(), until=UNTIL, talks=400))


def count(connection: sa.engine.Connection, table: sa.Table) -> int:
    return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one())


def test_the_same_seed_gives_the_same_month(talks: list[month.Talk]) -> None:
    assert list(month.month(content.shared(), kept.register(), until=UNTIL, talks=400)) == talks


def test_the_month_holds_what_a_console_shows(talks: list[month.Talk]) -> None:
    decisions = {(event.get("parse_data") or {}).get("understanding", {}).get("decision") for talk in talks for event in talk.events}
    assert {"answer", "clarify", "not_covered", "flow"} <= decisions
    assert {"watch", "urgent", "emergency"} <= {talk.level for talk in talks}
    assert {talk.channel for talk in talks} == {"web", "telegram"}
    assert any(talk.case for talk in talks) and any(not good for talk in talks for _, good in talk.thumbs)
    assert all(UNTIL - 32 * month.DAY < talk.events[0]["timestamp"] < UNTIL for talk in talks)


def test_all_that_the_plan_refers_to_exists() -> None:
    plan, said = month.plan(), content.shared()
    assert set(plan["topics"]) <= set(said.answers)
    assert {one["meant"] for one in plan["misread"]} <= set(said.answers)
    assert set(plan["dangers"]) <= set(said.dangers)


def test_the_month_is_written_once_however_often_it_is_asked_for(engine: Any, talks: list[month.Talk]) -> None:
    for _ in range(2):
        with database.writing(engine) as connection:
            write.remove(connection)
            assert write.write(connection, talks) == len(talks)
    with database.reading(engine) as connection:
        assert count(connection, tables.conversations) == len(talks)
        rows = connection.execute(sa.select(tables.events).where(tables.events.c.kind == "user").limit(5)).mappings().all()
    assert all(json.loads(row["data"])["text"] == row["text"] for row in rows)


def test_the_month_can_be_taken_out_again(engine: Any, talks: list[month.Talk]) -> None:
    with database.writing(engine) as connection:
        write.write(connection, talks)
        write.remove(connection)
        assert [count(connection, table) for table in tables.metadata.sorted_tables] == [0] * len(tables.metadata.sorted_tables)


def test_nothing_is_written_beside_the_words_of_real_people(engine: Any) -> None:
    with database.writing(engine) as connection:
        row = {"id": "0f" * 16, "channel": "web", "started_at": 1.0, "last_at": 1.0, "events": 0, "messages": 0}
        connection.execute(tables.conversations.insert(), row)
        with pytest.raises(write.RealWords, match="1 conversations of real people"):
            write.refuse_beside_real_words(connection)
