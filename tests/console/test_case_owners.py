"""One owner for each case, however many press at once; a way to call back is the owner's alone, and gone with the case."""
from __future__ import annotations

import concurrent.futures
import pathlib
from typing import Any

import pytest
import sqlalchemy as sa
from postgres import postgres, postgres_server  # noqa: F401

from bot import consent_links, privacy, staffing
from bot.settings import parse_moment
from bot.storage import cases as opened
from bot.storage import database, tables
from console.care import cases

NOW = 1_795_500_000.0


@pytest.fixture
def engine(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("MOORING_KEYS", "k" * 42 + "A=")
    address = f"sqlite:///{tmp_path / 'cases.sqlite3'}"
    database.upgrade(address)
    yield database.engine(address)
    database.engine(address).dispose()


def put(engine: Any, id: str = "case", **fields: Any) -> None:
    made = {"conversation": "c1", "channel": "web", "level": "urgent", "danger": "suicide", "wish": "call_back", "country": "GB", "opened_at": NOW}
    with database.writing(engine) as connection:
        assert opened.open_case(connection, opened.Case(id=id, **{**made, "conversation": id, **fields}))


def test_a_case_that_many_take_at_once_has_one_owner(engine: Any) -> None:
    race(engine)


def test_a_case_that_many_take_at_once_has_one_owner_in_postgresql(postgres: str) -> None:  # noqa: F811
    database.upgrade(postgres)
    made = database.engine(postgres)
    try:
        race(made)
    finally:
        made.dispose()


def race(engine: Any, *, rounds: int = 25, people: int = 8) -> None:
    def take(id: str, who: str) -> bool:
        with database.writing(engine) as connection:
            return cases.take(connection, id, staff=who, version=1, now=NOW)

    for number in range(rounds):
        put(engine, f"case-{number}")
        with concurrent.futures.ThreadPoolExecutor(people) as pool:
            won = list(pool.map(lambda who, id=f"case-{number}": take(id, f"staff-{who}"), range(people)))  # type: ignore[misc]
        with database.reading(engine) as connection:
            case = cases.get(connection, f"case-{number}")
        assert won.count(True) == 1 and case is not None and case.owner == f"staff-{won.index(True)}"


def test_a_page_that_is_out_of_date_changes_nothing(engine: Any) -> None:
    put(engine)
    with database.writing(engine) as connection:
        assert cases.take(connection, "case", staff="mo", version=1, now=NOW)
        assert not cases.close(connection, "case", staff="mo", version=1, now=NOW)
        assert not cases.close(connection, "case", staff="jo", version=2, now=NOW), "somebody else's"
        assert cases.pass_on(connection, "case", staff="mo", to="jo", version=2)
        assert not cases.release(connection, "case", staff="mo", version=3)
        assert cases.close(connection, "case", staff="jo", version=3, now=NOW)


def test_the_gravest_case_comes_first_and_then_the_oldest(engine: Any) -> None:
    for id, level, at in (("a", "watch", 1.0), ("b", "emergency", 3.0), ("c", "emergency", 2.0), ("d", "none", 0.0)):
        put(engine, id, level=level, opened_at=at)
    with database.reading(engine) as connection:
        assert [case.id for case in cases.listed(connection)] == ["c", "b", "a", "d"]


def test_a_way_to_call_back_is_sealed_read_by_its_owner_only_and_gone_with_the_case(engine: Any) -> None:
    put(engine)
    secret = "ring the green door twice"
    with database.writing(engine) as connection:
        assert opened.leave_contact(connection, "case", secret, now=NOW)
        sealed = connection.execute(sa.select(tables.contacts.c.sealed)).scalar_one()
        assert secret.encode() not in bytes(sealed) and privacy.unseal(bytes(sealed)) == secret
        assert cases.read_contact(connection, "case", staff="mo") is None, "nobody owns the case yet"
        assert cases.take(connection, "case", staff="mo", version=1, now=NOW)
        assert cases.read_contact(connection, "case", staff="mo") == secret
        assert cases.read_contact(connection, "case", staff="jo") is None
        assert cases.close(connection, "case", staff="mo", version=2, now=NOW)
        assert cases.read_contact(connection, "case", staff="mo") is None
        assert connection.execute(sa.select(tables.contacts)).first() is None
        assert not opened.leave_contact(connection, "case", secret, now=NOW), "the case is closed"
        assert not opened.leave_contact(connection, "no such case", secret, now=NOW)


def test_a_link_opens_the_form_of_its_case_for_an_hour(engine: Any) -> None:
    token = consent_links.make("case", now=NOW)
    assert consent_links.read(token, now=NOW + consent_links.LIFE - 1) == "case"
    with pytest.raises(consent_links.LinkTrouble) as old:
        consent_links.read(token, now=NOW + consent_links.LIFE + 1)
    assert old.value.expired


@pytest.mark.parametrize("forge", ["", "x", "née", "{}", lambda token: token[:-4] + "AAAA", lambda token: privacy.seal("case").decode(),
                                   lambda token: privacy.seal('{"case": "case", "until": 9e12}').decode()])  # fmt: skip
def test_a_forged_link_opens_nothing(engine: Any, forge: Any) -> None:
    token = forge(consent_links.make("case", now=NOW)) if callable(forge) else forge
    with pytest.raises(consent_links.LinkTrouble) as wrong:
        consent_links.read(token, now=NOW)
    assert not wrong.value.expired


MONDAY_NOON, SUNDAY = parse_moment("2026-11-23T12:00:00Z"), parse_moment("2026-11-22T12:00:00Z")


@pytest.mark.parametrize(("hours", "now", "seen", "free", "kind"), [
    ("Europe/London Mon-Fri 09:00-17:00", MONDAY_NOON, True, False, "open"),
    ("Europe/London Mon-Fri 09:00-17:00", MONDAY_NOON, True, True, "free"),
    ("Europe/London Mon-Fri 09:00-17:00", MONDAY_NOON, False, True, "away"),
    ("Europe/London Mon-Fri 09:00-17:00", SUNDAY, True, False, "closed"),
    ("Europe/London Mon-Fri 09:00-17:00", SUNDAY, True, True, "free"),
    ("Europe/London 24/7", SUNDAY, True, False, "open"),
    ("", MONDAY_NOON, True, False, "unknown"),
    ("nonsense", MONDAY_NOON, True, False, "unknown"),
    ("", MONDAY_NOON, True, True, "free"),
    ("none", MONDAY_NOON, True, True, "none"),
])  # fmt: skip
def test_whether_a_person_can_be_had_follows_hours_and_who_is_there(
    engine: Any, monkeypatch: pytest.MonkeyPatch, hours: str, now: Any, seen: bool, free: bool, kind: str
) -> None:
    monkeypatch.setenv("MOORING_STAFF_HOURS", hours)
    monkeypatch.setenv("MOORING_DATABASE", str(engine.url))
    with database.writing(engine) as connection:
        connection.execute(sa.text("CREATE TABLE console_presence (staff TEXT, shown_name TEXT, seen_at FLOAT, free BOOLEAN)"))
        at = now.timestamp() - (10 if seen else staffing.FRESH + 10)
        connection.execute(staffing.presence.insert(), {"staff": "mo", "shown_name": "Mo", "seen_at": at, "free": free})
    assert staffing.at(now).kind == kind
