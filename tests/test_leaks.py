"""Plants names, numbers and sentences through redaction, the channel's base and the store, with errors provoked, and searches everything for them.

`MOORING_LEAKS=500` plants that many; the suite plants fewer.
"""
from __future__ import annotations

import io
import logging
import os
import pathlib
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from benchmarks import redaction as made_up
from bot import logs, privacy
from bot.storage import addresses, database
from channels import base, ledger

MANY = int(os.environ.get("MOORING_LEAKS", "150"))
SENTENCE = "nobody else knows about the violet cellar"
CHAT = "5550123987"


class Breaks:
    """An assistant that fails with the words in its error, as Rasa may."""

    tracker_store = processor = None

    def is_ready(self) -> bool:
        return True

    async def handle_message(self, message: Any) -> None:
        logging.getLogger("rasa.core.processor").debug("message %s", message.text)
        raise RuntimeError(f"could not read {message.text}")


@pytest.fixture
def folder(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv("MOORING_DATABASE", f"sqlite:///{tmp_path / 'm.sqlite3'}")
    monkeypatch.setenv("MOORING_JOURNAL", str(tmp_path / "journal"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("MOORING_KEYS", privacy.new_key())
    monkeypatch.setattr(ledger, "_away_until", 0.0)
    database.upgrade()
    ledger._done.clear()
    base._before.clear()
    return tmp_path


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """What every logger writes, at debug level."""
    stream, level = io.StringIO(), logging.root.level
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logs.Lines(as_json=True))
    logging.root.addHandler(handler)
    logging.root.setLevel(logging.DEBUG)
    yield stream
    logging.root.removeHandler(handler)
    logging.root.setLevel(level)


async def test_what_was_planted_is_in_no_table_no_file_and_no_log(folder: pathlib.Path, written: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = list(made_up.messages(max(1, MANY // 15)))[-MANY:]
    agent: Any = Breaks()
    whole = database.writing

    async def send(replies: list[dict[str, Any]]) -> None:
        """Nowhere."""

    for place, (_, text, _) in enumerate(planted):
        sender = privacy.pseudonym("telegram", f"{CHAT}{place}")
        if place % 25 == 24:  # now and then the database cannot be written, so that the journal is used

            def fail(*given: Any, text: str = text) -> None:
                raise sa.exc.OperationalError(f"insert {text}", {"text": text}, Exception(text))

            monkeypatch.setattr(database, "writing", fail)
        await base.converse(agent, base.Incoming(sender, f"{text}. {SENTENCE}", message=f"m{place}", channel="telegram"), send)
        monkeypatch.setattr(database, "writing", whole)
        monkeypatch.setattr(ledger, "_away_until", 0.0)
        with database.writing() as connection:
            addresses.put(connection, sender, "telegram", f"{CHAT}{place}", now=1.0)

    with database.reading() as connection:
        tables = sa.inspect(connection).get_table_names()
        stored = "\n".join(str(tuple(row)) for table in tables if not table.startswith("words_") for row in connection.execute(sa.text(f'select * from "{table}"')))
    assert SENTENCE in stored and CHAT not in stored, "the words are kept, redacted; the address is not readable"
    left = [(kind, text) for kind, text, secret in planted if secret_is_in(secret, text, stored)]
    assert len(left) <= 0.03 * len(planted), left
    files = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    for path, content in files.items():
        assert CHAT.encode() not in content, path
        assert SENTENCE.encode() not in content or path.name.startswith("m.sqlite3"), path
    whole_log = written.getvalue()
    assert whole_log and SENTENCE not in whole_log and CHAT not in whole_log
    assert [secret for _, _, secret in planted if len(secret) > 5 and secret in whole_log] == []


def secret_is_in(secret: str, text: str, stored: str) -> bool:
    """Whether the secret stands in what was stored of its message; a first name alone may be anybody's."""
    before, _, after = text.partition(secret)
    near = (before[-12:] + secret + after[:6]) if len(secret) < 9 else secret
    return near in stored
