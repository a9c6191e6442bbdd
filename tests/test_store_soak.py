"""A small soak: many writers, two processes, kill -9. The large one is `python -m benchmarks.soak`."""
from __future__ import annotations

import pathlib

import pytest
from postgres import postgres, postgres_server  # noqa: F401

from benchmarks import soak
from bot import privacy


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_killed_writers_lose_double_and_reorder_nothing(
    kind: str, request: pytest.FixtureRequest, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOORING_KEYS", privacy.new_key())
    monkeypatch.setenv("MOORING_JOURNAL", str(tmp_path / "journal"))
    address = request.getfixturevalue("postgres") if kind == "postgresql" else f"sqlite:///{tmp_path / 'kept.sqlite3'}"
    outcome = soak.soak(soak.Plan(messages=400, kills=3), address, tmp_path)
    assert (outcome.killed, outcome.wrong) == (3, ())
