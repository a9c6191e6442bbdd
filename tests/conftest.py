"""What the tests share: one reader, one content, one trained assistant a session. Under CI a skip is a failure, unless it is listed."""
from __future__ import annotations

import os
import pathlib
import tempfile
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import yaml

os.environ["RASA_TELEMETRY_ENABLED"] = "false"
# Dangers that tests speak of become cases: none may wait for the staff of this machine.
os.environ.setdefault("MOORING_OUTBOX", tempfile.mkdtemp(prefix="mooring-outbox-"))

from bot import logs  # noqa: E402

logs.quiet()  # before Rasa is imported

from browser import pytest_itemcollected  # noqa: E402, F401
from moments import NOON  # noqa: E402

from bot import content, helplines, settings  # noqa: E402
from bot.language import reading  # noqa: E402

TESTS = pathlib.Path(__file__).parent


@pytest.fixture(scope="session")
def reader() -> reading.Reader:
    """Reads messages, as the assistant does."""
    from bot.rasa_parts.reading import shared_reader

    return shared_reader()


@pytest.fixture(scope="session")
def said() -> content.Content:
    """All that we say, as it stands in data/."""
    return content.shared()


@pytest.fixture(scope="session")
def register() -> helplines.Register:
    """The helpline register, as it stands in data/."""
    return helplines.load_register(settings.DATA / "helplines")


@pytest.fixture(scope="session")
def agent() -> Any:
    """The trained assistant with its actions, in this process."""
    from bot.rasa_parts import assistant

    return assistant.load()


@pytest.fixture(scope="session")
def component(agent: Any) -> Callable[[str], Any]:
    """A loaded part of the pipeline by its class name, such as SelectAnswer."""
    nodes = agent.processor.graph_runner._instantiated_nodes

    def find(name: str) -> Any:
        return next(node._component for node in nodes.values() if type(node._component).__name__ == name)

    return find


@pytest.fixture
def talk(agent: Any, request: pytest.FixtureRequest) -> Callable[..., Awaitable[dict[str, Any]]]:
    """One conversation from its first turn to its last, as `make ask` holds it, at noon on a known day."""
    from bot import ask

    async def say(*turns: str, country: str | None = None, voice: str | None = None, at: Any = NOON) -> dict[str, Any]:
        sender = f"test-{abs(hash((request.node.nodeid, turns, country)))}"
        with settings.at(at):
            return await ask.ask(agent, sender, {"turns": list(turns), "country": country, "voice": voice})

    return say


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fixed hour for everything in the test."""
    monkeypatch.setattr(settings, "now", lambda: NOON)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """With CI=true a test that skips itself fails, unless tests/allowed_skips.yml gives the reason."""
    outcome = yield
    report = outcome.get_result()
    allowed = yaml.safe_load((TESTS / "allowed_skips.yml").read_text(encoding="utf-8")) or {}
    if report.skipped and os.environ.get("CI") and not hasattr(report, "wasxfail") and item.nodeid.split("[")[0] not in allowed:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid}: skipped, which CI does not allow; make it run, or give the reason in tests/allowed_skips.yml"
