"""What is done before the server takes its first message."""
from __future__ import annotations

import os
import pathlib

import pytest

from bot import privacy
from bot.redaction import engine
from scripts import serve


def test_redaction_is_loaded_before_anybody_is_served(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOORING_DATABASE", f"sqlite:///{tmp_path / 'kept.sqlite3'}")
    monkeypatch.setenv("MOORING_JOURNAL", str(tmp_path / "journal"))
    monkeypatch.setenv("MOORING_KEYS", privacy.new_key())
    monkeypatch.setenv("ACTION_URL", "http://127.0.0.1:9/webhook")
    loaded: list[int] = []
    monkeypatch.setattr(serve.run, "serve_application", lambda **given: loaded.append(engine.analyzer.cache_info().currsize))
    monkeypatch.setattr(serve.store, "own", lambda: None)
    engine.analyzer.cache_clear()
    assert serve.main() == 0 and loaded == [1]


def test_sums_are_done_in_one_thread() -> None:
    # `python -m benchmarks.telegram` at 6 updates a second: 172 ms of a processor for one update with two threads, 70 ms with one.
    assert os.environ["OPENBLAS_NUM_THREADS"] == "1"
