"""Pseudonyms, seals and keys: what holds when keys are new, old, wrong, missing or readable by others."""
from __future__ import annotations

import datetime
import multiprocessing
import os
import pathlib
import re
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from bot import privacy, settings
from bot.storage import addresses, tables


@pytest.fixture
def keys(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.delenv("MOORING_KEYS", raising=False)
    monkeypatch.setattr(privacy, "FILE", tmp_path / "var" / "keys")
    monkeypatch.setattr(privacy, "used_keys", lambda connection=None: real(connection) if connection is not None else [])
    return privacy.FILE


real = privacy.used_keys


@pytest.fixture
def connection() -> Iterator[sa.engine.Connection]:
    engine = sa.create_engine("sqlite://")
    tables.metadata.create_all(engine)
    with engine.connect() as one:
        yield one


def test_a_pseudonym_is_the_same_each_time_and_tells_nothing(keys: pathlib.Path) -> None:
    name = privacy.pseudonym("telegram", "12345")
    assert name == privacy.pseudonym("telegram", "12345") and re.fullmatch("[0-9a-f]{32}", name) and "12345" not in name
    assert len({name, privacy.pseudonym("telegram", "12346"), privacy.pseudonym("web", "12345"), privacy.pseudonym("telegram1", "2345")}) == 4


def test_the_first_run_makes_a_key_that_only_its_owner_can_read(keys: pathlib.Path) -> None:
    privacy.pseudonym("web", "a")
    assert keys.stat().st_mode & 0o777 == 0o600 and list(keys.parent.iterdir()) == [keys]


def test_keys_from_the_environment_win_and_no_file_is_made(keys: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOORING_KEYS", f"{privacy.new_key()} {privacy.new_key()}")
    assert len(privacy.pseudonyms("web", "a")) == 2 and not keys.exists()


def make_in_a_process(file: pathlib.Path) -> str:
    privacy.FILE = file
    privacy.used_keys = lambda connection=None: []
    return privacy.pseudonym("web", "a")


def test_processes_that_start_together_share_one_key(keys: pathlib.Path) -> None:
    with multiprocessing.get_context("fork").Pool(4) as pool:
        assert len(set(pool.map(make_in_a_process, [keys] * 16))) == 1


@pytest.mark.parametrize("text", ["Aoife", "", "+353 fake", "😀\ud800", "x" * 10_000])
def test_what_is_sealed_can_be_unsealed_and_not_read(keys: pathlib.Path, text: str) -> None:
    sealed = privacy.seal(text)
    assert privacy.unseal(sealed) == text and (not text or text.encode("utf-8", "surrogatepass") not in sealed)
    assert privacy.seal(text) != sealed


@pytest.mark.parametrize(
    ("content", "says"),
    [("", "no key in it"), ("# only a note\n", "no key in it"), ("secret\n", "key 1 is not one"), ("A" * 43 + "=\nhalf\n", "key 2 is not one"), ("é" * 44, "key 1 is not one")],
)  # fmt: skip
def test_a_broken_key_file_is_refused_and_left_as_it_is(keys: pathlib.Path, content: str, says: str) -> None:
    keys.parent.mkdir()
    keys.write_text(content)
    keys.chmod(0o600)
    with pytest.raises(privacy.KeyTrouble, match=says) as caught:
        privacy.pseudonym("web", "a")
    assert keys.read_text() == content and "secret" not in str(caught.value)


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604])
def test_keys_that_others_can_read_are_refused(keys: pathlib.Path, mode: int) -> None:
    privacy.pseudonym("web", "a")
    keys.chmod(mode)
    with pytest.raises(privacy.KeyTrouble, match="chmod 600"):
        privacy.pseudonym("web", "a")


def test_a_missing_key_file_is_not_made_anew_when_there_is_data(keys: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(privacy, "used_keys", lambda connection=None: ["0" * 16])
    with pytest.raises(privacy.KeyTrouble, match="put the file back"):
        privacy.pseudonym("web", "a")
    assert not keys.exists()


def test_other_keys_than_those_of_the_database_are_refused_and_nothing_changes(keys: pathlib.Path, connection: sa.engine.Connection) -> None:
    privacy.check(connection)
    addresses.put(connection, "c", "telegram", "42", now=1.0)
    before = connection.execute(sa.select(tables.addresses)).fetchall(), connection.execute(sa.select(tables.keys)).fetchall()
    keys.unlink()
    for refused in (privacy.check, privacy.reseal, lambda one: addresses.find(one, "c")):
        with pytest.raises(privacy.KeyTrouble, match="nothing was changed"):
            refused(connection)
    assert before == (connection.execute(sa.select(tables.addresses)).fetchall(), connection.execute(sa.select(tables.keys)).fetchall())


def test_a_ring_that_lost_its_newest_key_is_refused(keys: pathlib.Path, connection: sa.engine.Connection) -> None:
    privacy.check(connection, now=1.0)
    old = keys.read_text()
    privacy.rotate(connection)
    privacy.check(connection)
    keys.write_text(old)
    with pytest.raises(privacy.KeyTrouble, match="put those back"):
        privacy.check(connection)


def test_rotation_loses_no_conversation_and_no_address(keys: pathlib.Path, connection: sa.engine.Connection) -> None:
    old = privacy.pseudonym("telegram", "42")
    addresses.put(connection, old, "telegram", "42", now=1.0)
    connection.execute(tables.contacts.insert().values(case="k", sealed=privacy.seal("call me"), created_at=1.0))
    sealed = privacy.seal("before")
    assert privacy.rotate(connection) == 2 and keys.stat().st_mode & 0o777 == 0o600
    assert privacy.pseudonym("telegram", "42") != old and privacy.pseudonyms("telegram", "42")[1] == old
    assert addresses.conversation(connection, "telegram", "42") == old
    assert addresses.conversation(connection, "telegram", "43") == privacy.pseudonym("telegram", "43")
    assert privacy.unseal(sealed) == "before" and addresses.find(connection, old) == "42"
    keys.write_text(keys.read_text().splitlines()[0] + "\n")
    assert addresses.find(connection, old) == "42", "the address must be sealed with the newest key alone"
    assert privacy.unseal(connection.execute(sa.select(tables.contacts.c.sealed)).scalar()) == "call me"


def test_a_waiting_update_is_sealed_anew_too(keys: pathlib.Path, connection: sa.engine.Connection) -> None:
    for message in ("7", "8"):
        row = {"channel": "telegram", "message": message, "conversation": "c", "at": 1.0, "sealed": privacy.seal(f"update {message}")}
        connection.execute(tables.inbox.insert().values(**row))
    assert privacy.rotate(connection) == 2
    keys.write_text(keys.read_text().splitlines()[0] + "\n")
    waiting = connection.execute(sa.select(tables.inbox.c.sealed).order_by(tables.inbox.c.message)).scalars()
    assert [privacy.unseal(sealed) for sealed in waiting] == ["update 7", "update 8"], "the newest key alone must open them"


def test_a_conversation_is_found_by_its_rows_too(keys: pathlib.Path, connection: sa.engine.Connection) -> None:
    old = privacy.pseudonym("web", "s")
    connection.execute(tables.conversations.insert().values(id=old, channel="web", started_at=1.0, last_at=1.0))
    privacy.rotate(connection)
    assert addresses.conversation(connection, "web", "s") == old


def test_old_keys_are_dropped_only_once_nothing_of_theirs_is_kept(keys: pathlib.Path) -> None:
    day = settings.parse_moment("2026-11-24T12:00:00Z")
    for days in (0, 10, 20):
        with settings.at(day + datetime.timedelta(days=days)):
            privacy.rotate() if keys.exists() else privacy.pseudonym("web", "a")
    with settings.at(day + datetime.timedelta(days=45)):
        assert privacy.retire(days=40) == 0
        assert privacy.retire(days=30) == 1 and len(privacy.pseudonyms("web", "a")) == 2
        assert privacy.retire(days=0) == 1 and len(privacy.pseudonyms("web", "a")) == 1
        assert privacy.retire(days=0) == 0


def test_with_keys_of_the_environment_the_file_commands_say_what_to_do(keys: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOORING_KEYS", privacy.new_key())
    for command in (privacy.rotate, privacy.retire):
        with pytest.raises(privacy.KeyTrouble, match="MOORING_KEYS"):
            command()


def test_whoever_left_gets_nothing_more_until_they_are_back(keys: pathlib.Path, connection: sa.engine.Connection) -> None:
    addresses.put(connection, "c", "telegram", "the first chat", now=1.0)
    assert addresses.find(connection, "c") == "the first chat" and b"the first chat" not in bytes(connection.execute(sa.select(tables.addresses.c.sealed)).scalar())
    addresses.gone(connection, "c", now=2.0)
    assert addresses.find(connection, "c") is None
    addresses.put(connection, "c", "telegram", "the second chat", now=3.0)
    assert addresses.find(connection, "c") == "the second chat" and addresses.find(connection, "d") is None


def test_an_address_is_forgotten(keys: pathlib.Path, connection: sa.engine.Connection) -> None:
    for name in "abc":
        addresses.put(connection, name, "telegram", name, now=1.0)
    assert addresses.forget(connection, "a") == 1 and addresses.forget(connection, ["a", "b"]) == 1
    assert [row[0] for row in connection.execute(sa.select(tables.addresses.c.conversation))] == ["c"]


def test_the_key_file_is_never_committed() -> None:
    assert "var/" in (settings.ROOT / ".gitignore").read_text().splitlines()


def test_a_key_file_that_changed_is_read_again(keys: pathlib.Path) -> None:
    first = privacy.pseudonym("web", "a")
    keys.write_text(privacy.new_key() + "\n")
    os.utime(keys, ns=(1, 1))
    assert privacy.pseudonym("web", "a") != first
