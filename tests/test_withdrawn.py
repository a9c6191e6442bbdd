"""What staff withdraw is not said from the next message on; with the database away, what was known last holds."""
from __future__ import annotations

import dataclasses
import pathlib
import time

import pytest
from moments import NOON

from bot import kept, render
from bot.content import Content
from bot.helplines import Register
from bot.storage import database, tables, withdrawn


@pytest.fixture
def table(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOORING_DATABASE", f"sqlite:///{tmp_path / 'm.sqlite3'}")
    monkeypatch.setattr(withdrawn, "_last", withdrawn._Last())
    monkeypatch.setattr(withdrawn, "PATIENCE", 2.0)  # other tests may keep this machine busy
    database.upgrade()


def withdraw(kind: str, id: str) -> None:
    with database.writing() as connection:
        connection.execute(tables.withdrawn.insert().values(kind=kind, id=id, at=1.0, by="anna", reason="wrong number"))


def test_nothing_is_withdrawn_where_there_is_no_database_yet(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "none.sqlite3"
    monkeypatch.setenv("MOORING_DATABASE", f"sqlite:///{path}")
    assert withdrawn.read() == withdrawn.Withdrawn() and not path.exists()


def test_a_withdrawn_line_is_gone_from_the_register_within_its_time(table: None) -> None:
    assert "gb-samaritans" in kept.register().lines
    withdraw("helpline", "gb-samaritans")
    withdrawn.forget()
    register = kept.register()
    assert "gb-samaritans" not in register.lines
    assert "gb-samaritans" not in [line.id for line in register.countries["GB"].lines]


def test_an_emergency_number_cannot_be_withdrawn(table: None) -> None:
    emergency = next(line.id for line in kept.register().countries["GB"].lines if "emergency" in line.needs)
    withdraw("helpline", emergency)
    withdrawn.forget()
    assert emergency in kept.register().lines


def test_what_was_read_is_taken_as_true_for_a_moment_only(table: None) -> None:
    withdrawn.current()
    withdraw("answer", "withdrawal_duration")
    assert withdrawn.current().answers == frozenset()
    time.sleep(withdrawn.LIVES + 0.05)
    assert withdrawn.current().answers == {"withdrawal_duration"}


def test_with_the_database_away_the_last_that_was_known_holds(table: None, monkeypatch: pytest.MonkeyPatch) -> None:
    withdraw("answer", "withdrawal_duration")
    assert withdrawn.current().answers == {"withdrawal_duration"}

    def fail() -> withdrawn.Withdrawn:
        raise OSError("away")

    monkeypatch.setattr(withdrawn, "read", fail)
    withdrawn.forget()
    assert withdrawn.current().answers == {"withdrawal_duration"}


def test_a_slow_database_keeps_nobody_waiting_and_its_answer_counts_later(table: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(withdrawn, "PATIENCE", 0.05)

    def slow() -> withdrawn.Withdrawn:
        time.sleep(0.4)
        return withdrawn.Withdrawn(answers=frozenset({"x"}))

    monkeypatch.setattr(withdrawn, "read", slow)
    began = time.monotonic()
    assert withdrawn.current().answers == frozenset() and time.monotonic() - began < 0.3
    time.sleep(0.5)
    assert withdrawn.current().answers == {"x"}


def test_a_withdrawn_answer_is_not_said_not_offered_and_lines_come_in_its_place(said: Content, register: Register) -> None:
    one = said.answers["withdrawal_duration"]
    scene = render.Scene(said, register, NOON, "GB")
    gone = dataclasses.replace(scene, withdrawn=frozenset({one.id}))
    reply = render.answer([one.id], gone, rule_zero=True)
    assert reply.text.startswith(said.words["withdrawn"]) and said.words["lines"]["open"] in reply.text
    assert reply.sources == () and reply.buttons == ()
    assert render.more(one.id, gone).text == render.answer([one.id], gone).text
    offering = next(other for other in said.answers.values() if one.id in other.related)
    for found in (render.answer([offering.id], gone), render.clarify([one.id, offering.id], gone)):
        assert f"/answer/{one.id}" not in [button["payload"] for button in found.buttons]


def test_asking_what_is_withdrawn_costs_next_to_nothing(table: None) -> None:
    withdrawn.current()
    began = time.perf_counter()
    for _ in range(2000):
        withdrawn.current()
    assert (time.perf_counter() - began) / 2000 < 0.0005
