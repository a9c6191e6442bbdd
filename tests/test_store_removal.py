"""Deletion and the purge: what is removed is gone from every table, index, log and file, and what must stay stays."""
from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys
from typing import Any

import pytest
import sqlalchemy as sa
from postgres import postgres, postgres_server  # noqa: F401

from bot import privacy
from bot.storage import cases, check, conversations, database, journal, outbox, retention, seen, tables

SECRET = "zanzibarquokka"
DAY, NOW = 24 * 3600.0, 1_700_000_000.0


@pytest.fixture(autouse=True)
def keys(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys and a journal of the test's own."""
    monkeypatch.setenv("MOORING_KEYS", privacy.new_key())
    monkeypatch.setenv("MOORING_JOURNAL", str(tmp_path / "journal"))


@pytest.fixture(params=["sqlite", "postgresql"])
def made(request: pytest.FixtureRequest, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> sa.engine.Engine:
    """A database with its tables, which is also the process's own."""
    address = request.getfixturevalue("postgres") if request.param == "postgresql" else f"sqlite:///{tmp_path / 'kept.sqlite3'}"
    monkeypatch.setenv("MOORING_DATABASE", address)
    database.upgrade()
    return database.engine()


def said(text: str, at: float, kind: str = "user") -> dict[str, Any]:
    return {"event": kind, "timestamp": at, "text": text, "parse_data": {"intent": {"name": "answer"}}}


def slot(name: str, value: Any, at: float) -> dict[str, Any]:
    return {"event": "slot", "timestamp": at, "name": name, "value": value}


def fill(made: sa.engine.Engine, conversation: str, at: float = NOW, *, consent: str | None = None, case: dict[str, Any] | None = None) -> None:
    """A conversation with something in every table that knows it."""
    with database.writing(made) as connection:
        events = [said(f"my secret is {SECRET} {number}", at + number / 1000) for number in range(20)]
        conversations.append(connection, conversation, "web", events + ([slot("consent", consent, at)] if consent else []))
        assert seen.claim(connection, "web", conversation, "m1", at) is None
        seen.remember(connection, "web", conversation, "m1", [{"text": SECRET}])
        connection.execute(tables.addresses.insert().values(conversation=conversation, channel="web", sealed=b"x", created_at=at))
        connection.execute(tables.takeovers.insert().values(conversation=conversation, staff="s", shown_name="S", began_at=at, last_at=at))
        connection.execute(tables.feedback.insert().values(conversation=conversation, seq=1, good=True, at=at))
        if case is not None:
            values = {"id": f"case-{conversation[-3:]}", "conversation": conversation, "channel": "web", "wish": "danger", "opened_at": at, "country": "GB"}
            connection.execute(tables.cases.insert().values(**values, **case))
            connection.execute(tables.contacts.insert().values(case=f"case-{conversation[-3:]}", sealed=b"number", created_at=at))
    journal.keep(conversation, "web", [said(SECRET, at)])


def rows_with(made: sa.engine.Engine, conversation: str) -> list[str]:
    """Tables in which the conversation's name, or the secret, still stands."""
    found = []
    with made.connect() as connection:
        for table in tables.metadata.sorted_tables:
            everything = json.dumps([list(map(str, row)) for row in connection.execute(sa.select(table))])
            if conversation in everything or SECRET in everything:
                found.append(table.name)
    return found


def files_with(made: sa.engine.Engine, word: str = SECRET) -> list[str]:
    """Files of the database that hold the word."""
    if made.dialect.name != "sqlite":
        return []
    folder = pathlib.Path(str(made.url.database)).parent
    return [path.name for path in folder.rglob("*") if path.is_file() and word.encode() in path.read_bytes()]


def test_a_deletion_leaves_no_row_no_file_and_no_word_in_index_or_log(made: sa.engine.Engine) -> None:
    fill(made, "person-one")
    assert rows_with(made, "person-one") != []
    if made.dialect.name == "sqlite":
        assert files_with(made) != []
    with database.writing(made) as connection:
        receipt = conversations.delete(connection, "person-one", "person")
    assert (receipt.conversations, receipt.events, receipt.kept) == (1, 20, ())
    assert rows_with(made, "person-one") == []
    assert files_with(made) == []
    assert journal.waiting() == []
    with made.connect() as connection:
        assert conversations.search(connection, SECRET) == []
        assert [tuple(row) for row in connection.execute(sa.select(tables.removals.c.why, tables.removals.c.events))] == [("person", 20)]


def test_deleting_one_conversation_leaves_the_others_and_their_words(made: sa.engine.Engine) -> None:
    fill(made, "person-one")
    fill(made, "person-two")
    with database.writing(made) as connection:
        conversations.delete(connection, "person-one", "person")
    with made.connect() as connection:
        assert {conversation for conversation, _ in conversations.search(connection, SECRET)} == {"person-two"}
        assert len(conversations.export(connection, "person-two")["said"]) == 20


def test_deleting_twice_is_the_same_as_once(made: sa.engine.Engine) -> None:
    fill(made, "person-one")
    for expected in (20, 0):
        with database.writing(made) as connection:
            assert conversations.delete(connection, "person-one", "person").events == expected


@pytest.mark.parametrize(
    ("case", "stays"),
    [
        ({"level": "emergency", "danger": "suicide", "state": "new"}, True),
        ({"level": "urgent", "danger": "overdose", "state": "taken"}, True),
        ({"level": "urgent", "danger": "overdose", "state": "done"}, False),
        ({"level": "watch", "danger": "low_mood", "state": "new"}, False),
    ],
)
def test_an_open_danger_outlives_a_deletion_without_anything_that_leads_to_the_person(made: sa.engine.Engine, case: dict[str, Any], stays: bool) -> None:
    fill(made, "person-one", case=case)
    with database.writing(made) as connection:
        receipt = conversations.delete(connection, "person-one", "person")
    with made.connect() as connection:
        left = connection.execute(sa.select(tables.cases)).mappings().all()
        assert connection.execute(sa.select(tables.contacts)).all() == []
    expected = [(None, None, case["danger"], case["level"], NOW, "web")] if stays else []
    assert [(row["conversation"], row["country"], row["danger"], row["level"], row["opened_at"], row["channel"]) for row in left] == expected
    assert [(kept.danger, kept.level) for kept in receipt.kept] == ([(case["danger"], case["level"])] if stays else [])


def test_a_legal_hold_stops_deletion_and_purge(made: sa.engine.Engine) -> None:
    fill(made, "person-one", NOW - 400 * DAY)
    with database.writing(made) as connection:
        connection.execute(tables.conversations.update().values(legal_hold=True))
    with database.writing(made) as connection:
        receipt = conversations.delete(connection, "person-one", "staff")
    assert (receipt.held, receipt.events) == (True, 0)
    assert retention.purge(NOW, made).conversations == 0


@pytest.mark.parametrize(
    ("age", "consent", "case", "gone"),
    [
        (0.9, None, None, False),
        (1.1, None, None, True),
        (1.1, "refused", None, True),
        (29, "keep", None, False),
        (31, "keep", None, True),
        (20, None, {"level": "urgent", "danger": "overdose", "state": "taken"}, False),
        (20, None, {"level": "urgent", "danger": "overdose", "state": "done"}, True),
        (31, None, {"level": "urgent", "danger": "overdose", "state": "taken"}, True),
    ],
)
def test_words_live_as_long_as_the_rules_say(made: sa.engine.Engine, age: float, consent: str | None, case: Any, gone: bool) -> None:
    fill(made, "person-one", NOW - age * DAY, consent=consent, case=case)
    done = retention.purge(NOW, made)
    assert (done.conversations, done.left) == (int(gone), ())
    if gone:
        assert rows_with(made, "person-one") == []
        assert files_with(made) == []
    assert retention.purge(NOW, made).conversations == 0


def test_what_is_left_over_goes_each_thing_by_its_own_rule(made: sa.engine.Engine) -> None:
    case = {"channel": "web", "wish": "call_back", "level": "none", "opened_at": NOW - 60 * DAY}
    ages = {"old": 3 * DAY, "young": 3600.0}
    with database.writing(made) as connection:
        for id, state, closed in (("done long ago", "done", NOW - 31 * DAY), ("done of late", "done", NOW - DAY), ("open", "taken", None)):
            connection.execute(tables.cases.insert().values(id=id, state=state, closed_at=closed, **case))
            connection.execute(tables.contacts.insert().values(case=id, sealed=b"x", created_at=NOW - DAY))
        connection.execute(tables.contacts.insert().values(case="of no case", sealed=b"x", created_at=NOW))
        conversations.append(connection, "alive", "web", [said("hello", NOW - 60)])
        for name, age in ages.items():
            moment = NOW - age
            for table in (tables.seen, tables.sent):
                connection.execute(table.insert().values(channel="c", conversation="-", message=name, at=moment))
            connection.execute(tables.inbox.insert().values(channel="c", conversation="-", message=name, at=moment - 5 * DAY, sealed=b"x"))
            connection.execute(tables.removals.insert().values(id=name, at=moment - 728 * DAY, why="purge", conversations=1, events=1, kept="[]"))
            connection.execute(tables.feedback.insert().values(conversation=name, seq=0, good=True, at=moment))
            connection.execute(tables.addresses.insert().values(conversation=name, channel="c", sealed=b"x", created_at=moment))
            connection.execute(tables.takeovers.insert().values(conversation=name, staff="s", shown_name="S", began_at=moment, last_at=moment))
        connection.execute(tables.addresses.insert().values(conversation="alive", channel="c", sealed=b"x", created_at=NOW - 3 * DAY))
    done = retention.purge(NOW, made)
    assert (done.cases, done.other, done.left) == (1, 3 + 6, ())
    columns = {"cases": "id", "contacts": "case", "seen": "message", "sent": "message", "inbox": "message", "removals": "id"}
    columns |= {name: "conversation" for name in retention.ONLY_WITH}
    with made.connect() as connection:
        left = {name: set(connection.execute(sa.select(tables.metadata.tables[name].c[key])).scalars()) for name, key in columns.items()}
    young = {name: {"young"} for name in ("seen", "sent", "inbox", "removals", "feedback", "takeovers")}
    assert left == {**young, "cases": {"done of late", "open"}, "contacts": {"open"}, "addresses": {"young", "alive"}}


def test_files_that_the_database_would_not_take_for_a_week_go_and_younger_ones_stay(made: sa.engine.Engine) -> None:
    for age in (8, 6):
        path = journal.keep(f"c{age}", "web", [said(SECRET, NOW)])
        path.rename(path.with_name(f"{journal.owner(f'c{age}')}.{int((NOW - age * DAY) * 1e9):020d}.x"))
    done = retention.purge(NOW, made)
    assert (done.other, done.left) == (1, ()) and journal.waiting("c8") == [] and len(journal.waiting("c6")) == 1


def test_old_words_go_from_a_conversation_that_goes_on(made: sa.engine.Engine) -> None:
    with database.writing(made) as connection:
        conversations.append(connection, "c", "web", [said(f"old {SECRET}", NOW - 2 * DAY), said("new", NOW - 60)])
    assert retention.purge(NOW, made).events == 1
    with made.connect() as connection:
        assert [line["text"] for line in conversations.export(connection, "c")["said"]] == ["new"]
    assert files_with(made) == []
    with database.writing(made) as connection:
        assert conversations.append(connection, "c", "web", [said("newer", NOW)]) == 3


def test_moments_in_the_future_end_like_others(made: sa.engine.Engine) -> None:
    fill(made, "person-one")
    with database.writing(made) as connection:
        connection.execute(tables.events.update().values(at=NOW * 2))
        connection.execute(tables.conversations.update().values(last_at=NOW * 2))
    assert retention.purge(NOW, made).dates_mended == 21
    assert retention.purge(NOW + 2 * DAY, made).conversations == 1


def test_a_clock_that_runs_ahead_cannot_date_an_event_later_than_now(made: sa.engine.Engine) -> None:
    import time

    with database.writing(made) as connection:
        conversations.append(connection, "c", "web", [said("x", time.time() + 10 * DAY)])
    with made.connect() as connection:
        assert connection.execute(sa.select(tables.events.c.at)).scalar() <= time.time() + conversations.AHEAD


def test_a_purge_says_what_it_could_not_remove(made: sa.engine.Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(made, "person-one", NOW - 2 * DAY)
    monkeypatch.setattr(conversations, "about_people", lambda connection: [])
    done = list(retention.left(made, set(), NOW))
    assert any("should be over" in line for line in done)
    monkeypatch.undo()


def test_an_export_holds_all_that_is_kept_and_nothing_of_others(made: sa.engine.Engine) -> None:
    fill(made, "person-one", consent="keep", case={"level": "none", "state": "new"})
    fill(made, "person-two")
    with made.connect() as connection:
        found = conversations.export(connection, "person-one")
        assert conversations.export(connection, "nobody") == {}
    assert len(found["said"]) == 20 and found["said"][0] == {"by": "you", "at": NOW, "text": f"my secret is {SECRET} 0", "danger": None, "answer": None}
    assert (found["consent"], found["noted"], found["sealed"]) == ("keep", {"consent": "keep"}, {"address": True, "call_back": True})
    assert found["thumbs"] == [{"text": f"my secret is {SECRET} 1", "good": True, "at": NOW}]
    assert json.loads(json.dumps(found)) == found


def test_a_thumb_is_exported_though_what_it_was_on_is_purged(made: sa.engine.Engine) -> None:
    fill(made, "person-one")
    with database.writing(made) as connection:
        connection.execute(tables.events.delete())
        assert conversations.export(connection, "person-one")["thumbs"] == [{"text": None, "good": True, "at": NOW}]


def test_deleting_many_looks_through_what_waits_once(made: sa.engine.Engine, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOORING_OUTBOX", str(tmp_path / "outbox"))
    for number in range(6):
        fill(made, f"person-{number}")
        for level in ("none", "urgent"):
            outbox.put(cases.Case(f"{number}{level}", f"person-{number}", "web", level, None, "check", "GB", NOW))
    looks: list[int] = []
    monkeypatch.setattr(outbox, "waiting", lambda honest=outbox.waiting: looks.append(1) or honest())
    monkeypatch.setattr(journal, "waiting", lambda honest=journal.waiting: looks.append(1) or honest())
    with database.writing(made) as connection:
        conversations.delete_all(connection, [f"person-{number}" for number in range(5)], "purge")
    monkeypatch.undo()
    monkeypatch.setenv("MOORING_OUTBOX", str(tmp_path / "outbox"))
    monkeypatch.setenv("MOORING_JOURNAL", str(tmp_path / "journal"))
    assert len(looks) == 2 and len(journal.waiting()) == 1
    left = sorted((case.id, case.conversation, case.country) for _, case in outbox.waiting())
    assert left == [*((f"{number}urgent", None, None) for number in range(5)), ("5none", "person-5", "GB"), ("5urgent", "person-5", "GB")]


@pytest.mark.parametrize("words", ["secrets", "SECRET zanzibarquokka", 'secret" OR "x', "*", "NEAR(secret", "-secret"])
def test_a_search_finds_words_in_any_form_and_takes_nothing_as_a_command(made: sa.engine.Engine, words: str) -> None:
    fill(made, "person-one")
    with made.connect() as connection:
        found = conversations.search(connection, words)
    assert len(found) == (20 if words in ("secrets", "SECRET zanzibarquokka", "NEAR(secret", "-secret") and "NEAR" not in words else 0)


def test_a_message_is_handled_once_and_asked_again_gets_the_same_replies(made: sa.engine.Engine) -> None:
    def claim(now: float) -> Any:
        with database.writing(made) as connection:
            return seen.claim(connection, "web", "c", "m", now)

    assert claim(NOW) is None
    assert claim(NOW + 1) == "busy"
    assert claim(NOW + seen.LOST + 1) == "again"  # the process that had it died
    assert claim(NOW + seen.LOST + 2) == "busy"
    with database.writing(made) as connection:
        seen.release(connection, "web", "c", "m")
    assert claim(NOW + seen.LOST + 3) == "again"
    with database.writing(made) as connection:
        seen.remember(connection, "web", "c", "m", [{"text": "hello"}])
    assert claim(NOW + 1000) == [{"text": "hello"}]


def test_damage_is_named_and_mended_where_it_can_be(made: sa.engine.Engine) -> None:
    fill(made, "person-one", NOW)
    assert [line for line in check.problems(made, NOW) if "journal" not in line] == []
    with database.writing(made) as connection:
        connection.execute(tables.conversations.update().values(events=3, snapshot="{half"))
        connection.execute(tables.events.update().where(tables.events.c.seq == 4).values(data="{half"))
    told = "\n".join(check.problems(made, NOW))
    assert all(part in told for part in ("counts 3 events", "snapshot of conversation person-one is damaged", "Event 4 of conversation person-one is damaged"))
    with database.writing(made) as connection:
        check.mend(connection)
    told = "\n".join(check.problems(made, NOW))
    assert "counts" not in told and "snapshot" not in told and "Event 4" in told


def test_the_staff_command_does_each_of_its_jobs(made: sa.engine.Engine, tmp_path: pathlib.Path) -> None:
    fill(made, "person-one", 1000.0)
    fill(made, "person-two", 1000.0)

    def command(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-m", "bot.storage", *words], capture_output=True, text=True, env={**os.environ, "PYTHONPATH": "."})

    assert "is at version" in command("upgrade").stdout
    assert SECRET in command("export", "person-one").stdout
    assert json.loads(command("delete", "person-one").stdout)["events"] == 20
    assert command("export", "person-one").returncode == 1
    assert "wait in the journal" in command("check").stderr
    done = command("purge")
    assert (json.loads(done.stdout)["conversations"], done.returncode) == (1, 0)
    assert "All good: 0 conversations" in command("check").stdout
