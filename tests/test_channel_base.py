"""Nobody is left without an answer, nothing is said twice, and nothing is stored as it was typed: the way of every channel."""
from __future__ import annotations

import asyncio
import base64
import json
import logging
import pathlib
import time
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot import kept, risk
from bot.rasa_parts import danger
from bot.storage import conversations, database, tables, takeovers
from bot.storage.database import DatabaseProblem
from channels import base, ledger, sending, staff

DANGER = "I am going to kill myself tonight"
CALM = "how long does withdrawal last?"


def ascii_name(text: str) -> str:
    """A short name for a message in the list of tests."""
    return ascii(text[:12])


class Fake:
    """Stands in for an assistant: it answers, unless told how to fail."""

    def __init__(self, how: str = "answers") -> None:
        self.how, self.tracker_store, self.processor = how, self, None
        self.heard: list[Any] = []
        self.told: list[Any] = []
        self.reads = 0
        self.before_answer: Any = None
        self.said: list[Any] = []

    def is_ready(self) -> bool:
        return self.how != "not ready"

    async def retrieve(self, sender: str) -> Any:
        self.reads += 1
        if self.how == "store":
            raise ConnectionError("the store is away")
        return DialogueStateTracker.from_events(sender, self.said) if self.said else None

    retrieve_full_tracker = retrieve

    async def handle_message(self, message: Any) -> None:
        self.heard.append(message)
        self.told.append(danger.heard_already())
        if self.before_answer:
            await self.before_answer()
        if self.how == "raises":
            raise RuntimeError("a broken component")
        if self.how == "slow":
            await asyncio.sleep(30)
        if self.how in ("answers", "cannot save"):
            await message.output_channel.send_response(message.sender_id, {"text": f"answer {len(self.heard)}"})
        if self.how == "cannot save":
            raise DatabaseProblem("The disk is full: free some space.")


class Person:
    """Sends messages to a fake assistant over a channel, and keeps what arrives."""

    def __init__(self, agent: Fake, name: str = "someone") -> None:
        self.agent, self.name, self.got = agent, name, list[str]()

    async def says(self, text: str, id: str = "", **more: Any) -> base.Outcome:
        async def send(replies: list[dict[str, Any]]) -> None:
            self.got += [reply["text"] for reply in replies]

        agent: Any = self.agent
        patience = more.pop("patience", base.PATIENCE)
        return await base.converse(agent, base.Incoming(self.name, text, message=id, **more), send, patience=patience)


@pytest.fixture(autouse=True)
def house(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A database, keys and a journal of the test's own."""
    monkeypatch.setenv("MOORING_DATABASE", f"sqlite:///{tmp_path / 'm.sqlite3'}")
    monkeypatch.setenv("MOORING_JOURNAL", str(tmp_path / "journal"))
    monkeypatch.setenv("MOORING_KEYS", base64.urlsafe_b64encode(b"k" * 32).decode())
    monkeypatch.setattr(ledger, "_away_until", 0.0)
    database.upgrade()
    ledger._done.clear()
    base._before.clear()
    base._suggested.clear()
    yield


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database cannot be reached."""

    def fail(*given: Any) -> None:
        raise sa.exc.OperationalError("", {}, Exception("could not connect"))

    monkeypatch.setattr(database, "writing", fail)
    monkeypatch.setattr(database, "reading", fail)


def rows(kind: str) -> list[Any]:
    with database.reading() as connection:
        return list(connection.execute(sa.select(tables.events).where(tables.events.c.kind == kind).order_by(tables.events.c.seq)))


@pytest.mark.parametrize("how", ["raises", "not ready", "slow", "silent"])
async def test_someone_in_danger_gets_the_crisis_reply_whatever_breaks_and_it_is_noted(how: str) -> None:
    person = Person(Fake(how))
    await person.says(DANGER, "1", patience=0.1)
    await person.says(DANGER, "1", patience=0.1)
    assert len(person.got) == 1
    assert "emergency number" in person.got[0] and "•" in person.got[0] and "{" not in person.got[0]
    assert [row.level for row in rows("user")] == ["emergency"] and len(rows("bot")) == 1


@pytest.mark.parametrize("how", ["raises", "not ready", "silent"])
async def test_everybody_else_is_told_that_something_is_wrong(how: str) -> None:
    broken: Any = Fake(how)
    replies = await base.answer(broken, base.Incoming("x", CALM))
    assert [reply["text"] for reply in replies] == [kept.said().words["static_trouble"]]


async def test_a_button_is_answered_though_the_store_is_away() -> None:
    broken: Any = Fake("store")
    assert (await base.answer(broken, base.Incoming("x", "Next", "/guide/breathing/1")))[0]["text"]


async def test_danger_does_not_wait_for_the_message_before_it() -> None:
    hung = Person(Fake("slow"))
    first = asyncio.create_task(hung.says(CALM, "1"))
    await asyncio.sleep(0.05)
    began = time.monotonic()
    await hung.says(DANGER, "2", patience=0.4)
    assert time.monotonic() - began < 1.4 and "emergency number" in hung.got[0]
    first.cancel()


@pytest.mark.parametrize("text", ["", "   ", "/", "😀😀", "x" * 10_000, "\x00\x07", "我需要帮助", '/x{"y": 1}', "\ud800", "?"], ids=ascii_name)
async def test_no_message_goes_unanswered(text: str, agent: Any, clock: None) -> None:
    replies = await base.answer(agent, base.Incoming(f"odd-{text[:9]!r}", text))
    assert replies and all(reply["text"].strip() for reply in replies)


@pytest.mark.parametrize(
    ("typed", "read"),
    [("/greet", "greet"), ("//x", "x"), ("", "..."), ("a\ud800b", "a\ufffdb"), ("\ud83d\ude00", "😀"), ("a\x00b\n\tc", "ab\n\tc"), ("y" * 10_050, "y" * 10_000)],
    ids=ascii_name,
)
def test_text_is_made_readable_and_never_a_command(typed: str, read: str) -> None:
    assert base.plain_text(typed) == read


@pytest.mark.parametrize(("text", "expected"), [(DANGER, True), (CALM, False), ("", False), ("thanks", False)])
def test_danger_is_heard_without_a_model(text: str, expected: bool) -> None:
    assert base.hears_danger(text) is expected


def test_when_the_words_cannot_be_checked_danger_is_assumed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(text: str) -> None:
        raise MemoryError

    monkeypatch.setattr(base, "read", fail)
    assert base.hears_danger("hello") is True


async def test_rasa_is_given_redacted_text_and_what_was_heard_in_the_raw_one() -> None:
    person = Person(Fake())
    await person.says("my name is Daniel Okafor and I want to kill myself, mail me at dan@example.org", "1")
    message = person.agent.heard[0]
    assert "Daniel" not in message.text and "dan@" not in message.text
    (told,) = person.agent.told
    assert told[0]["danger"] == "suicide" and "Daniel" not in json.dumps(told) and not message.metadata
    assert danger.heard_already() is None


async def test_what_was_heard_is_stored_once(agent: Any) -> None:
    await base.answer(agent, base.Incoming("once", DANGER))
    tracker = await agent.tracker_store.retrieve("once")
    stored = json.dumps([event.as_dict() for event in tracker.events if isinstance(event, UserUttered)])
    assert stored.count('"rule"') == len(base.last_understanding(tracker)["risk"]) > 0


async def test_a_name_is_redacted_though_it_comes_in_the_next_message() -> None:
    person = Person(Fake())
    await person.says("my name is", "1")
    await person.says("Daniel Okafor", "2")
    assert "Daniel" not in person.agent.heard[1].text


async def test_rasa_reads_what_was_typed_though_it_is_given_less(agent: Any, clock: None) -> None:
    await base.answer(agent, base.Incoming("raw", "my number is +353 87 555 0123. how long does withdrawal last?"))
    tracker = await agent.tracker_store.retrieve("raw")
    stored = json.dumps([event.as_dict() for event in tracker.events])
    assert tracker.get_slot("country") == "IE" and "353" not in stored and "[phone number]" in tracker.latest_message.text


async def test_a_finding_of_the_channel_is_taken_and_not_made_again(component: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from rasa.shared.nlu.training_data.message import Message

    monkeypatch.setattr(risk, "check", lambda *given: pytest.fail("it was matched again"))
    heard = risk.Finding("suicide", "emergency", "self", 1.0, "suicide/plan", "these words stay here", "phrase")
    with danger.hearing([heard]):
        message = component("HearDanger").process([Message({"text": "x"})])[0]
    assert message.get("risk") == [heard.record()] and "stay here" not in json.dumps(message.get("risk"))


async def test_the_country_that_a_page_suggests_is_looked_up_once_and_again_after_a_deletion() -> None:
    person = Person(Fake())
    person.agent.processor = person.agent  # so that the tracker is asked for
    person.agent.said = [SlotSet("country", "IE")]
    for times, country in ((1, "GB"), (1, "GB"), (2, "IE")):
        await person.says(CALM, country=country)
        assert person.agent.reads == times
    base.forget(person.name)
    await person.says(CALM, country="IE")
    assert person.agent.reads == 3


async def test_a_country_that_could_not_be_kept_is_suggested_again() -> None:
    person = Person(Fake("store"))
    person.agent.processor = person.agent
    for times in (1, 2):
        await person.says(CALM, country="GB")
        assert person.agent.reads == times


async def test_of_the_many_who_were_told_of_a_country_the_oldest_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "MOST_PEOPLE", 3)
    for number in range(5):
        await Person(Fake(), f"p{number}").says(CALM, country="GB")
    assert list(base._suggested) == ["p2", "p3", "p4"]


async def test_every_line_of_the_log_about_a_turn_names_its_conversation(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("one", "two"):
        await Person(Fake("raises"), name).says(DANGER, "1")
    told = [getattr(record, "conversation", "-") for record in caplog.records if record.name.startswith("channels")]
    assert told == ["one", "two"]


async def test_a_repeated_message_is_answered_once_even_after_a_restart() -> None:
    person = Person(Fake())
    first = await person.says(CALM, "1")
    ledger._done.clear()  # what a new process knows
    again = await person.says(CALM, "1")
    assert (first.kind, again.kind) == ("answered", "repeat") and again.replies == first.replies
    assert person.got == ["answer 1"] and len(person.agent.heard) == 1


async def test_a_message_that_died_with_its_process_is_answered_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(Fake())
    await ledger.begin("web", person.name, "1")
    assert (await person.says(CALM, "1")).kind == "busy"
    monkeypatch.setattr(ledger, "LONGEST_TURN", 0.0)
    assert (await person.says(CALM, "1")).kind == "answered"


async def test_what_a_killed_process_had_stored_is_sent_and_not_said_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(Fake())
    await ledger.begin("web", person.name, "2")
    reply = {"text": "stored before the end", "buttons": [{"title": "More", "payload": "/x"}], "sources": ["a"]}
    wrote = [base.user_event(base.Incoming(person.name, text, message=id), text, (), time.time()) for text, id in (("before", "1"), (CALM, "2"))]
    await ledger.record("web", person.name, [wrote[0], base.bot_event({"text": "an older one"}), wrote[1], base.bot_event(reply)])
    monkeypatch.setattr(ledger, "LONGEST_TURN", 0.0)
    outcome = await person.says(CALM, "2")
    assert (outcome.kind, outcome.replies, person.got) == ("answered", [reply], [reply["text"]])
    assert not person.agent.heard and len(rows("user")) == 2
    assert (await person.says(CALM, "2")).kind == "repeat"


async def test_what_rasa_stored_is_found_again_as_it_was_said(agent: Any) -> None:
    replies = await base.answer(agent, base.Incoming("found", CALM, message="7"))
    tracker = await agent.tracker_store.retrieve("found")
    with database.writing() as connection:
        conversations.append(connection, "found", "web", [event.as_dict() for event in tracker.events])
        assert conversations.said_to(connection, "found", "7") == replies and replies[0]["sources"]
        assert conversations.said_to(connection, "found", "8") is None


async def test_a_message_that_was_stored_without_an_answer_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    person = Person(Fake())
    await ledger.begin("web", person.name, "1")
    await ledger.record("web", person.name, [base.user_event(base.Incoming(person.name, CALM, message="1"), CALM, (), time.time())])
    monkeypatch.setattr(ledger, "LONGEST_TURN", 0.0)
    assert (await person.says(CALM, "1")).kind == "answered" and person.got == ["answer 1"]


async def test_messages_of_one_conversation_are_answered_in_order() -> None:
    person = Person(Fake())
    waits = iter([0.2, 0.0, 0.1])

    async def wait() -> None:
        await asyncio.sleep(next(waits))

    person.agent.before_answer = wait
    await asyncio.gather(*(person.says(CALM, str(number)) for number in range(3)))
    assert person.got == ["answer 1", "answer 2", "answer 3"]


async def test_replies_go_out_and_once_though_the_database_is_away(away: None) -> None:
    person = Person(Fake())
    await person.says(CALM, "1")
    await person.says(CALM, "1")
    assert person.got == ["answer 1"]


async def test_what_could_not_be_stored_is_stored_once_the_database_is_back(monkeypatch: pytest.MonkeyPatch) -> None:
    from bot.storage import journal

    def fail(*given: Any) -> None:
        raise sa.exc.OperationalError("", {}, Exception("could not connect"))

    with monkeypatch.context() as outage:
        outage.setattr(database, "writing", fail)
        outage.setattr(database, "reading", fail)
        await Person(Fake()).says(DANGER, "1")
    assert journal.replay(database.engine()) >= 1
    assert [row.level for row in rows("user")] == ["emergency"] and [row.text for row in rows("bot")] == ["answer 1"]


async def test_replies_are_sent_when_saving_failed() -> None:
    person = Person(Fake("cannot save"))
    await person.says(CALM, "1")
    assert person.got == ["answer 1"]


def takeover(name: str = "someone") -> None:
    with database.writing() as connection:
        takeovers.begin(connection, name, "staff-1", "Sam", time.time())


async def test_while_staff_speak_the_bot_is_silent_and_danger_is_still_noted() -> None:
    person = Person(Fake())
    takeover()
    outcome = await person.says(DANGER, "1")
    assert outcome.kind == "staff" and person.got == [] and person.agent.heard == []
    assert [row.level for row in rows("user")] == ["emergency"]


@pytest.mark.parametrize("how", ["answers", "raises", "silent"])
async def test_staff_who_begin_while_the_bot_thinks_are_not_talked_over(how: str) -> None:
    person = Person(Fake(how))

    async def begin() -> None:
        takeover()

    person.agent.before_answer = begin
    assert (await person.says(DANGER, "1")).kind == "staff"
    assert (await person.says(DANGER, "1")).kind == "repeat" and person.got == []


async def test_staff_are_told_that_the_bot_is_silent_only_when_what_it_was_sending_is_out() -> None:
    begun, go_on, happened = asyncio.Event(), asyncio.Event(), list[str]()

    async def send(replies: list[dict[str, Any]]) -> None:
        begun.set()
        await go_on.wait()
        happened.append("sent")

    async def pause() -> None:
        await staff.pause({"conversation": "someone", "staff": "staff-1", "name": "Sam"}, "web")
        happened.append("paused")

    agent: Any = Fake()
    first = asyncio.create_task(base.converse(agent, base.Incoming("someone", CALM, message="1"), send))
    await begun.wait()
    paused = asyncio.create_task(pause())
    waiting = asyncio.create_task(base.converse(agent, base.Incoming("someone", CALM, message="2"), send))
    await asyncio.sleep(0.3)
    assert happened == []
    go_on.set()
    await asyncio.gather(first, paused, waiting)
    assert happened == ["sent", "paused"] and (await waiting).kind == "staff"


async def test_staff_who_left_without_saying_so_do_not_leave_the_person_alone() -> None:
    person = Person(Fake())
    with database.writing() as connection:
        takeovers.begin(connection, "someone", "staff-1", "Sam", time.time() - takeovers.STALE - 1)
    assert (await person.says(CALM, "1")).kind == "answered"


def test_one_colleague_at_a_time_speaks() -> None:
    with database.writing() as connection:
        assert takeovers.begin(connection, "c", "one", "One", 10.0) and not takeovers.begin(connection, "c", "two", "Two", 11.0)
        assert takeovers.begin(connection, "c", "one", "One", 12.0) and takeovers.current(connection, "c", 12.0).began_at == 10.0  # type: ignore[union-attr]
        assert takeovers.touch(connection, "c", "one", 13.0) and not takeovers.touch(connection, "c", "two", 13.0)
        assert takeovers.end(connection, "c") and not takeovers.end(connection, "c")


def test_what_the_bot_had_ready_is_marked_as_never_sent() -> None:
    events = [BotUttered("before", timestamp=5.0), BotUttered("after", timestamp=15.0), BotUttered("staff", metadata={"by": "staff"}, timestamp=16.0)]
    with database.writing() as connection:
        conversations.append(connection, "c", "web", [event.as_dict() for event in events])
        assert takeovers.mark_unsent(connection, "c", 10.0) == 1
    assert [bool(json.loads(row.data)["metadata"].get("unsent")) for row in rows("bot")] == [False, True, False]


BUTTON = {"title": "Tell me more", "payload": "/more/withdrawal_duration"}


@pytest.mark.parametrize(
    ("payload", "text", "pressed"),
    [
        (BUTTON["payload"], BUTTON["title"], True),
        (BUTTON["payload"], "anything", True),
        (BUTTON["payload"], BUTTON["payload"], True),
        (BUTTON["payload"], DANGER, False),
        ("/more/withdrawal_sleep", "Tell me more", False),
        ("/restart", "x", False),
    ],
)
async def test_only_a_button_that_was_offered_counts_and_danger_outweighs_it(payload: str, text: str, pressed: bool) -> None:
    person = Person(Fake())
    person.agent.said = [BotUttered("hello", {"buttons": [BUTTON]})]
    await person.says(text, "1", payload=payload)
    message = person.agent.heard[0]
    assert (message.parse_data is not None) is pressed
    assert message.text == (BUTTON["title"] if pressed else base.plain_text(text))


async def test_the_log_holds_no_words(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for how in ("raises", "not ready", "cannot save"):
        await Person(Fake(how), how).says(f"xylophone {DANGER}", "1", patience=0.1)
    assert "xylophone" not in caplog.text and "kill" not in caplog.text


async def test_sending_is_tried_again_in_order_and_not_for_ever() -> None:
    sent, failures = list[str](), iter([OSError(), sending.Later(0.01), None, None])

    async def send(reply: dict[str, Any]) -> None:
        error = next(failures)
        if error:
            raise error
        sent.append(reply["text"])

    assert await sending.send_all(send, [{"text": "a"}, {"text": "b"}], first_wait=0.01) == 2 and sent == ["a", "b"]

    async def never(reply: dict[str, Any]) -> None:
        raise OSError

    assert await sending.send_all(never, [{"text": "a"}, {"text": "b"}], tries=2, first_wait=0.01) == 0


async def test_nothing_is_tried_again_for_somebody_who_has_gone() -> None:
    tries = 0

    async def send(reply: dict[str, Any]) -> None:
        nonlocal tries
        tries += 1
        raise sending.Gone

    with pytest.raises(sending.Gone):
        await sending.send_all(send, [{"text": "a"}])
    assert tries == 1


def test_a_user_event_of_ours_reads_back_as_rasas() -> None:
    event = base.user_event(base.Incoming("x", "hi", message="7"), "hi", (), 1.0)
    assert UserUttered._from_parameters(event).message_id == "7" and event["event"] == "user"
