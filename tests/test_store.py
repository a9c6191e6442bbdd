"""The tracker store by itself: order, once, failures, damage, deletion, and the same state as Rasa's own after any events."""
from __future__ import annotations

import asyncio
import os
import pathlib
import subprocess
import sys
import time
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from postgres import postgres, postgres_server  # noqa: F401
from rasa.core.agent import Agent
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core import events as rasa_events
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from sqlalchemy.exc import OperationalError

from bot import privacy
from bot.rasa_parts import store as stores
from bot.rasa_parts.store import Store
from bot.storage import conversations, database, journal, tables
from channels.base import offered_buttons

DOMAIN = Domain.from_yaml(
    """
    version: "3.1"
    intents: [ask, inform]
    entities: [city]
    slots:
      city: {type: text, mappings: [{type: custom}]}
      mood: {type: categorical, values: [low, high], initial_value: low, mappings: [{type: custom}]}
      told: {type: any, mappings: [{type: custom}]}
    forms:
      call_form: {required_slots: [city]}
      plan_form: {required_slots: [mood]}
    actions: [utter_a, utter_b]
    responses:
      utter_a: [{text: a}]
      utter_b: [{text: b}]
    """
)


@pytest.fixture(autouse=True)
def private(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys and a journal of the test's own, and no long waits."""
    monkeypatch.setenv("MOORING_KEYS", privacy.new_key())
    monkeypatch.setenv("MOORING_JOURNAL", str(tmp_path / "journal"))
    monkeypatch.setattr(stores, "WAITS", (0.01, 0.02))


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: pathlib.Path) -> str:
    """An empty database of each kind."""
    found: str = request.getfixturevalue("postgres") if request.param == "postgresql" else f"sqlite:///{tmp_path / 'kept.sqlite3'}"
    return found


@pytest.fixture
def store(address: str) -> Store:
    """Our store on it."""
    return Store(DOMAIN, host=address)


def user(text: str, intent: str = "ask") -> rasa_events.UserUttered:
    return rasa_events.UserUttered(text, {"name": intent, "confidence": 1.0}, parse_data={"intent": {"name": intent}, "text": text}, input_channel="web")  # type: ignore[typeddict-item]


def turn(text: str, *more: rasa_events.Event) -> list[rasa_events.Event]:
    """What Rasa notes of a message and its answer."""
    said = rasa_events.BotUttered(f"re {text}", {"buttons": [{"title": text, "payload": f"/{text}"}]})
    return [user(text), *more, rasa_events.ActionExecuted("utter_a"), said, rasa_events.ActionExecuted("action_listen")]


async def take(store: TrackerStore, sender: str, *events: rasa_events.Event) -> DialogueStateTracker:
    """One turn: load, add, save."""
    tracker = await store.get_or_create_tracker(sender, append_action_listen=False)
    tracker.update_with_events(list(events), DOMAIN)
    await store.save(tracker)
    return tracker


def texts(store: Store, sender: str = "c") -> list[str]:
    """What the person said, as it is kept."""
    query = sa.select(tables.events.c.text).where(tables.events.c.conversation == sender, tables.events.c.kind == "user").order_by(tables.events.c.seq)
    with store.engine.connect() as connection:
        return list(connection.execute(query).scalars())


def snapshot(store: Store, sender: str = "c") -> Any:
    with store.engine.connect() as connection:
        return stores.snapshot_of(connection.execute(sa.select(tables.conversations).filter_by(id=sender)).mappings().one())


# What a conversation may hold, by kind. Undoing reaches back by itself, so it comes often enough to be met.
LOOPS = st.sampled_from(["call_form", "plan_form", None])
STEPS = st.one_of(
    st.tuples(st.just("turn"), st.integers(0, 9)),
    st.tuples(st.just("turn"), st.integers(0, 9)),
    st.tuples(st.just("turn"), st.integers(0, 9)),
    st.tuples(st.just("slot"), st.sampled_from([("city", "Cork"), ("city", None), ("mood", "high"), ("told", {"b": 1, "a": [2]})])),
    st.tuples(st.just("loop"), LOOPS),
    st.tuples(st.just("form"), st.sampled_from(["call_form", "plan_form"])),
    st.tuples(st.just("one"), st.sampled_from(["pause", "resume", "restart", "session", "reset", "rewind", "undo", "followup", "reject", "interrupt", "reminder"])),
)


def events_of(step: tuple[str, Any]) -> list[rasa_events.Event]:
    """Fresh events for a step."""
    kind, what = step
    if kind == "turn":
        return turn(f"q{what}")
    if kind == "slot":
        return [rasa_events.SlotSet(*what)]
    if kind == "loop":
        return [rasa_events.ActiveLoop(what)]
    if kind == "form":
        return [user("inform", "inform"), rasa_events.ActionExecuted(what), rasa_events.ActiveLoop(what), rasa_events.ActionExecuted("action_listen")]
    return {
        "pause": [rasa_events.ConversationPaused()],
        "resume": [rasa_events.ConversationResumed()],
        "restart": [rasa_events.Restarted()],
        "session": [rasa_events.ActionExecuted("action_session_start"), rasa_events.SessionStarted(), rasa_events.ActionExecuted("action_listen")],
        "reset": [rasa_events.AllSlotsReset()],
        "rewind": [rasa_events.UserUtteranceReverted()],
        "undo": [rasa_events.ActionReverted()],
        "followup": [rasa_events.FollowupAction("utter_b")],
        "reject": [rasa_events.ActionExecutionRejected("call_form")],
        "interrupt": [rasa_events.LoopInterrupted(True)],
        "reminder": [rasa_events.ReminderScheduled("ask", trigger_date_time=rasa_events.datetime(2030, 1, 1), name="r")],
    }[what]


def look(tracker: DialogueStateTracker | None) -> dict[str, Any]:
    """Everything of the state that Rasa, our policy and our channels read, and the last states that rules are matched on."""
    assert tracker is not None
    loop = tracker.active_loop
    return {
        "slots": tracker.current_slot_values(),
        "loop": loop and (loop.name, loop.is_interrupted, loop.rejected),
        "paused": tracker.is_paused(),
        "followup": tracker.followup_action,
        "action": tracker.latest_action_name,
        "message": tracker.latest_message and tracker.latest_message.text,
        "last": getattr(tracker.get_last_event_for(rasa_events.UserUttered), "text", None),
        "channel": tracker.get_latest_input_channel(),
        "offered": offered_buttons(tracker),
        "reminded": any(isinstance(event, rasa_events.ReminderScheduled) for event in tracker.applied_events()),
        "states": tracker.past_states(DOMAIN)[-4:],
        "copied": tracker.copy().current_slot_values(),
    }


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.lists(STEPS, min_size=1, max_size=3), min_size=1, max_size=40))
def test_after_any_events_the_state_is_that_of_rasas_own_store(tmp_path_factory: pytest.TempPathFactory, steps: list[list[Any]]) -> None:
    async def play() -> None:
        folder = tmp_path_factory.mktemp("any")
        ours = Store(DOMAIN, host=f"sqlite:///{folder / 'kept.sqlite3'}", turns=2)
        theirs = SQLTrackerStore(DOMAIN, db=str(folder / "rasa.sqlite3"))
        for step in steps:
            for kept in (ours, theirs):
                await take(kept, "c", *[event for part in step for event in events_of(part)])
            seen, expected = look(await ours.retrieve("c")), look(await theirs.retrieve("c"))
            # A rule that looks further back than what is read would differ: the oldest states are not compared.
            seen["states"], expected["states"] = seen["states"][-2:], expected["states"][-2:]
            assert seen == expected
        await asyncio.sleep(0)

    asyncio.run(play())


async def test_a_long_conversation_is_read_in_part_and_kept_in_full(store: Store) -> None:
    for number in range(30):
        await take(store, "c", *turn(f"q{number}", rasa_events.SlotSet("city", f"town {number}")))
    tracker, whole = await store.retrieve("c"), await store.retrieve_full_tracker("c")
    assert tracker and whole
    assert len([event for event in tracker.events if isinstance(event, rasa_events.UserUttered)]) == store.turns
    assert len(whole.events) == 150 and texts(store) == [f"q{number}" for number in range(30)]
    assert look(tracker) == look(whole)
    assert offered_buttons(tracker) == {f"/q{number}": f"q{number}" for number in range(30)}


async def test_made_up_events_are_never_written(store: Store) -> None:
    for number in range(12):
        tracker = await take(store, "c", *turn(f"q{number}"))
        await store.save(tracker)
    with store.engine.connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.events)).scalar() == 48
        assert list(connection.execute(sa.select(tables.events.c.seq).order_by(tables.events.c.seq)).scalars()) == list(range(48))


async def test_a_copied_tracker_is_saved_like_the_tracker_itself(store: Store) -> None:
    await take(store, "c", *turn("one"))
    tracker = await store.retrieve("c")
    assert tracker
    copied = tracker.copy()
    copied.update(user("two"))
    await store.save(copied)
    assert texts(store) == ["one", "two"]


async def test_what_others_wrote_meanwhile_is_neither_lost_nor_overwritten(store: Store) -> None:
    await take(store, "c", *turn("one"))
    first, second = await store.retrieve("c"), await store.retrieve("c")
    assert first and second
    first.update_with_events(turn("first"), DOMAIN)
    second.update_with_events(turn("second"), DOMAIN)
    with database.writing(store.engine) as connection:
        conversations.append(connection, "c", "web", [{"event": "bot", "timestamp": time.time(), "text": "staff here", "data": {}}])
    await store.save(first)
    await store.save(second)
    assert texts(store) == ["one", "first", "second"]
    for number in range(6):
        await take(store, "c", *turn(f"q{number}"))
    assert texts(store) == ["one", "first", "second", *(f"q{number}" for number in range(6))]
    assert snapshot(store)["from"] > 0


async def test_a_conversation_that_was_deleted_meanwhile_does_not_come_back(store: Store) -> None:
    await take(store, "c", *turn("one"))
    tracker = await store.retrieve("c")
    assert tracker
    with database.writing(store.engine) as connection:
        conversations.delete(connection, "c", "person")
    tracker.update_with_events(turn("two"), DOMAIN)
    await store.save(tracker)
    assert texts(store) == [] and not await store.exists("c")
    await take(store, "c", *turn("three"))
    await store.save(tracker)
    assert texts(store) == ["three"]


async def test_a_write_that_succeeded_though_its_answer_was_lost_is_not_repeated(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await take(store, "c", *turn("one"))
    honest = store._write
    tries = []

    def lose(*given: Any, **more: Any) -> Any:
        done = honest(*given, **more)
        tries.append(done)
        if len(tries) == 1:
            raise OperationalError("", {}, Exception("connection lost"))
        return done

    with monkeypatch.context() as broken:
        broken.setattr(store, "_write", lose)
        tracker = await take(store, "c", *turn("two"))
    assert len(tries) == 2 and texts(store) == ["one", "two"]
    tracker.update_with_events(turn("three"), DOMAIN)
    await store.save(tracker)
    assert texts(store) == ["one", "two", "three"]


async def test_a_message_that_cannot_be_saved_is_journalled_and_saved_before_the_next(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await take(store, "c", *turn("one"))

    def fail(*given: Any, **more: Any) -> None:
        raise OperationalError("", {}, Exception("database or disk is full"))

    with monkeypatch.context() as broken, pytest.raises(database.DatabaseProblem, match="disk is full"):
        broken.setattr(store, "_write", fail)
        await take(store, "c", *turn("two"))
    (kept,) = journal.waiting("c")
    assert b"two" not in kept.read_bytes()
    await take(store, "c", *turn("three"))
    assert texts(store) == ["one", "two", "three"] and journal.waiting() == []


async def test_a_journalled_message_of_a_deleted_conversation_does_not_come_back(store: Store) -> None:
    await take(store, "c", *turn("one"))
    with store.engine.connect() as connection:
        began = connection.execute(sa.select(tables.conversations.c.started_at)).scalar()
    with database.writing(store.engine) as connection:
        conversations.delete(connection, "c", "person")
    journal.keep("c", "web", [user("late").as_dict()], began=began)
    assert await store.retrieve("c") is None
    assert texts(store) == [] and journal.waiting() == []


async def test_a_read_that_fails_raises_instead_of_forgetting_the_conversation(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*given: Any) -> None:
        raise OperationalError("", {}, Exception("database is locked"))

    monkeypatch.setattr(store, "_load", fail)
    with pytest.raises(database.DatabaseProblem, match="Another process kept the database"):
        await store.retrieve("c")


async def test_a_failure_that_passes_is_not_noticed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    honest, tries = store._load, []

    def once(*given: Any) -> Any:
        tries.append(1)
        if len(tries) == 1:
            raise OperationalError("", {}, Exception("database is locked"))
        return honest(*given)

    await take(store, "c", *turn("one"))
    monkeypatch.setattr(store, "_load", once)
    assert await store.retrieve("c") is not None


def spoil(store: Store, **values: Any) -> None:
    with database.writing(store.engine) as connection:
        connection.execute(tables.conversations.update().values(**values))


@pytest.mark.parametrize("damaged", ["", "{half", "[]", "null", '{"from": 3, "slots": null}', '{"from": "x"}'])
async def test_a_snapshot_that_cannot_be_read_is_made_again(store: Store, damaged: str, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(8):
        await take(store, "c", *turn(f"q{number}", rasa_events.SlotSet("city", f"town {number}")))
    expected = look(await store.retrieve("c"))
    spoil(store, snapshot=damaged)
    assert look(await store.retrieve("c")) == expected
    await take(store, "c", *turn("more"))
    assert snapshot(store)["from"] > 0


async def test_events_that_cannot_be_read_are_left_out_and_named_without_words(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    await take(store, "c", *turn("one"), *turn("two"))
    with database.writing(store.engine) as connection:
        for seq, data in ((0, "{half"), (1, "[]"), (2, '{"event": "from_another_rasa"}'), (3, '{"event": "slot"}')):
            connection.execute(tables.events.update().where(tables.events.c.seq == seq).values(data=data))
    tracker = await store.retrieve("c")
    assert tracker and tracker.latest_message and tracker.latest_message.text == "two"
    assert "is damaged and was left out" in caplog.text and "from_another_rasa cannot be used" in caplog.text
    await take(store, "c", *turn("three"))
    assert texts(store)[-1] == "three"


async def test_a_conversation_holds_what_no_database_likes(store: Store) -> None:
    nasty = "nul \x00 half \ud800 quote ' \" ; -- \u202e 🧡"
    await take(store, "c", *turn(nasty, rasa_events.SlotSet("told", {"x": nasty})))
    tracker = await store.retrieve("c")
    assert tracker and tracker.latest_message and tracker.latest_message.text == nasty and tracker.get_slot("told") == {"x": nasty}


async def test_events_are_published_once_and_only_after_they_are_saved(address: str) -> None:
    published: list[Any] = []

    class Broker(EventBroker):
        def publish(self, event: dict[str, Any]) -> None:
            published.append(event.get("text"))

    broker: Any = Broker()
    store = Store(DOMAIN, broker, host=address)
    await take(store, "c", user("one"))
    await take(store, "c", user("two"))
    assert published == ["one", "two"]


async def test_rasa_finds_the_store_by_its_name_and_uses_it_without_wrapping(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = Agent._create_tracker_store
    try:
        stores.own()
        made = TrackerStore.create(EndpointConfig(type="bot.rasa_parts.store.Store", url=address, turns=3), DOMAIN)
        agent = Agent(domain=DOMAIN, tracker_store=made)
        assert agent.tracker_store is made and isinstance(made, Store) and made.turns == 3
        with pytest.raises(database.DatabaseProblem, match="endpoints.yml"):
            Agent(domain=DOMAIN)
    finally:
        Agent._create_tracker_store = staticmethod(before)  # type: ignore[method-assign]


async def test_rasas_export_finds_every_conversation(store: Store) -> None:
    for sender in ("a", "b"):
        await take(store, sender, *turn("hello"))
    assert sorted(await store.keys()) == ["a", "b"]


def limited(script: str, address: str, **more: str) -> subprocess.CompletedProcess[str]:
    """A script in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": ".", "MOORING_DATABASE": address, **more}
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, timeout=120)


FILL = """
import resource, signal, sys
from bot.storage import conversations, database
from sqlalchemy.exc import DBAPIError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
database.upgrade()
resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))
done = 0
try:
    for number in range(10_000):
        with database.writing() as connection:
            conversations.append(connection, "c", "web", [{"event": "user", "timestamp": number + 1.0, "text": "x" * 5000}])
        done += 1
except DBAPIError as error:
    print(done, database.explain(error))
"""


def test_a_full_disk_loses_nothing_that_was_saved_and_says_so(tmp_path: pathlib.Path) -> None:
    address = f"sqlite:///{tmp_path / 'kept.sqlite3'}"
    done = limited(FILL, address)
    number, _, said = done.stdout.partition(" ")
    assert "free some space" in said or "disk failed" in said, done
    with database.engine(address).connect() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(tables.events)).scalar() == int(number)
        assert connection.execute(sa.text("PRAGMA integrity_check")).scalar() == "ok"


def test_a_database_that_may_not_be_written_is_refused_with_the_remedy(tmp_path: pathlib.Path) -> None:
    address = f"sqlite:///{tmp_path / 'kept.sqlite3'}"
    database.upgrade(address)
    made = database.engine(address)
    with made.connect() as connection:
        connection.exec_driver_sql("PRAGMA query_only=ON")
        with pytest.raises(sa.exc.OperationalError) as caught:
            connection.execute(tables.conversations.delete())
    assert "right to write" in str(database.explain(caught.value))
    made.dispose()


async def test_a_million_events_by_one_sender_cost_no_more_than_a_few(tmp_path: pathlib.Path) -> None:
    store = Store(DOMAIN, host=f"sqlite:///{tmp_path / 'kept.sqlite3'}")
    for number in range(12):
        await take(store, "c", *turn(f"q{number}"))
    before = snapshot(store)
    # Written past our own code, for the test's own speed: the same events moved a million places on.
    with database.writing(store.engine) as connection:
        connection.execute(sa.text("DROP TRIGGER events_words_in"))
        connection.execute(sa.text("UPDATE events SET seq = seq + 1000000"))
        connection.execute(
            sa.text(
                "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 999999) "
                "INSERT INTO events (conversation, seq, at, kind, text, data) SELECT 'c', i, 1, 'user', NULL, '{\"event\": \"user\", \"text\": \"x\"}' FROM n"
            )
        )
        values = {"snapshot": stores.json.dumps({**before, "from": before["from"] + 1_000_000}), "events": 1_000_060}
        connection.execute(tables.conversations.update().values(**values))
    began = time.process_time()  # which does not depend on what else the machine does
    tracker = await take(store, "c", *turn("one more"))
    assert time.process_time() - began < 1
    assert len(tracker.events) < 60
