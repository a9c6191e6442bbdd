"""Words of staff reach a person once, and a deletion reaches the server's memory: the console against the real staff routes."""
from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sanic
import sqlalchemy as sa

from bot import settings
from bot.storage import database, tables, takeovers
from channels import base, ledger, sending
from channels.staff import StaffInput
from console.audit.log import label
from console.audit.models import Entry
from console.care import assistant

Make = Callable[..., Any]


class Person:
    """Whom the words reach, after a while."""

    def __init__(self) -> None:
        self.got: list[str] = []
        self.dropped: list[str] = []
        self.slow = 0.0
        self.there = True

    async def take(self, conversation: str, reply: dict[str, Any]) -> bool:
        if "text" in reply:
            await asyncio.sleep(self.slow)
            self.got.append(reply["text"])
        return self.there

    async def drop(self, conversation: str) -> None:
        self.dropped.append(conversation)


@pytest.fixture(scope="module")
def routes() -> Iterator[str]:
    """The staff routes on a port of their own; one server for all, for Sanic starts only once in a process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ready, loop = threading.Event(), asyncio.new_event_loop()

    def serve() -> None:
        asyncio.set_event_loop(loop)
        app = sanic.Sanic(f"staff{port}", configure_logging=False)
        app.blueprint(StaffInput().blueprint(None), url_prefix="/webhooks/staff")  # type: ignore[arg-type]
        server = loop.run_until_complete(app.create_server("127.0.0.1", port, return_asyncio_server=True, access_log=False))
        loop.run_until_complete(server.startup())
        loop.call_soon(ready.set)
        loop.run_forever()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert ready.wait(60)
    yield f"http://127.0.0.1:{port}/webhooks/staff"
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)


@pytest.fixture
def reached(db: Any, routes: str, monkeypatch: pytest.MonkeyPatch) -> Person:
    """The one person behind the routes."""
    monkeypatch.setenv("MOORING_STAFF_KEY", "for-tests-of-staff")
    monkeypatch.setenv("MOORING_KEYS", "k" * 42 + "A=")
    monkeypatch.setenv("MOORING_STAFF_URL", routes)
    monkeypatch.setattr(ledger, "_away_until", 0.0)
    ledger._done.clear()
    found = Person()
    for channel in ("web", "telegram"):
        monkeypatch.setitem(sending._senders, channel, found.take)
        monkeypatch.setitem(sending._drops, channel, found.drop)
    return found


@pytest.fixture
def lead(signed_in: Make, conversation: Make, db: Any, reached: Person) -> Any:
    """A lead who speaks in c1."""
    conversation("c1")
    with database.writing(db) as connection:
        takeovers.begin(connection, "c1", "lead", "Robin", settings.now().timestamp())
    return signed_in("lead")


def say(client: Any, text: str, id: str) -> str:
    return str(client.post("/staff/talk/c1/say", {"text": text, "id": id}, headers={"x-poll": "1"}).json()["state"])


def stored(db: Any) -> list[str]:
    with database.reading(db) as connection:
        said = sa.select(tables.events.c.text).where(tables.events.c.kind == "bot", tables.events.c.seq > 1).order_by(tables.events.c.seq)
        return list(connection.execute(said).scalars())


def test_the_same_form_sent_again_after_a_time_out_reaches_the_person_once(
    lead: Any, reached: Person, db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached.slow = 1.5
    monkeypatch.setattr(assistant, "PATIENCE", 0.5)
    assert say(lead, "are you there", "form-1") == "unknown_whether_said"
    monkeypatch.setattr(assistant, "PATIENCE", 30.0)
    assert say(lead, "are you there", "form-1") == "said"
    assert say(lead, "are you there", "form-1") == "said"
    assert reached.got == ["are you there"] == stored(db)


def test_other_words_or_another_form_are_another_message(lead: Any, reached: Person) -> None:
    for text, id in (("yes", "form-1"), ("yes, I am", "form-1"), ("yes", "form-2"), ("ok", ""), ("ok", "")):
        assert say(lead, text, id) == "said"
    assert reached.got == ["yes", "yes, I am", "yes", "ok", "ok"]


def test_each_page_of_the_talk_brings_an_id_of_its_own(lead: Any) -> None:
    ids = [lead.get("/staff/talk/c1").content.decode().split('name="id" value="')[1].split('"')[0] for _ in range(2)]
    assert len(set(ids)) == 2 and all(len(id) == 32 for id in ids)


def test_words_sent_twice_at_once_are_told_once(lead: Any, reached: Person, db: Any) -> None:
    reached.slow = 0.5
    told: list[str] = []
    pressed = [threading.Thread(target=lambda: told.append(assistant.say("c1", staff="lead", text="hello", id="same"))) for _ in range(4)]
    for one in pressed:
        one.start()
    for one in pressed:
        one.join()
    assert told == ["said"] * 4 and reached.got == ["hello"] == stored(db)


def test_whoever_does_not_speak_says_nothing_and_may_try_again_once_they_do(lead: Any, reached: Person, db: Any) -> None:
    with database.writing(db) as connection:
        takeovers.end(connection, "c1")
    assert say(lead, "hello", "form-1") == "not_speaking" and reached.got == []
    with database.writing(db) as connection:
        takeovers.begin(connection, "c1", "lead", "Robin", settings.now().timestamp())
    assert say(lead, "hello", "form-1") == "said" and reached.got == ["hello"]


@pytest.mark.parametrize(("channel", "state"), [("web", "unsent"), ("telegram", "not_arrived")])
def test_words_that_did_not_get_there_are_called_so(lead: Any, reached: Person, db: Any, channel: str, state: str) -> None:
    reached.there = False
    with database.writing(db) as connection:
        connection.execute(tables.conversations.update().values(channel=channel))
    assert say(lead, "hello", "form-1") == state


def remove(client: Any) -> str:
    return str(client.post("/staff/conversation/c1/delete/", {"label": label("c1")}, follow=True).content.decode())


def left(db: Any) -> int:
    with database.reading(db) as connection:
        return len(connection.execute(sa.select(tables.conversations)).all())


def test_a_deletion_takes_what_the_server_holds_in_memory_too_and_says_so(lead: Any, reached: Person, db: Any) -> None:
    base._before["c1"] = "what they wrote last"
    page = remove(lead)
    assert "what the assistant's server held" in page.replace("&#x27;", "'") and "restart" not in page
    assert "c1" not in base._before and reached.dropped == ["c1"] and left(db) == 0
    assert Entry.objects.get(act="deleted").detail.endswith("by the server")


def test_a_deletion_works_while_the_server_is_down_and_says_what_is_left_to_do(
    lead: Any, reached: Person, db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOORING_STAFF_URL", "http://127.0.0.1:9/webhooks/staff")
    page = remove(lead)
    assert "deleted from the database" in page and "restart it" in page
    assert left(db) == 0 and Entry.objects.get(act="deleted").detail.endswith("in the database alone")


def test_a_legal_hold_stops_a_deletion_on_either_way_and_nothing_is_forgotten(
    lead: Any, reached: Person, db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    base._before["c1"] = "what they wrote last"
    with database.writing(db) as connection:
        connection.execute(tables.conversations.update().values(legal_hold=True))
    assert "legal hold forbids" in remove(lead)
    monkeypatch.setenv("MOORING_STAFF_URL", "http://127.0.0.1:9/webhooks/staff")
    assert "legal hold forbids" in remove(lead)
    assert left(db) == 1 and reached.dropped == [] and base._before.pop("c1") and not Entry.objects.filter(act="deleted").exists()
