"""The escalation action, run by rasa-sdk itself: one case, the truth about it, and people who can be reached now."""
from __future__ import annotations

import pathlib
from typing import Any

import pytest
import sqlalchemy as sa
from moments import NOON
from rasa_sdk.executor import ActionExecutor

from bot import consent_links, content, helplines, kept, settings, staffing
from bot.storage import database, outbox, tables


@pytest.fixture
def place(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    monkeypatch.setenv("MOORING_DATABASE", f"sqlite:///{tmp_path / 'm.sqlite3'}")
    monkeypatch.setenv("MOORING_OUTBOX", str(tmp_path / "outbox"))
    monkeypatch.setenv("MOORING_STAFF_HOURS", "Europe/London Mon-Fri 09:00-17:00")
    database.upgrade()
    return tmp_path


@pytest.fixture(scope="module")
def executor() -> ActionExecutor:
    made = ActionExecutor()
    made.register_package("actions")
    return made


def call(intent: str = "talk_to_human", message: str = "m1", channel: str = "web", text: str = "can i speak to a person", **slots: Any) -> dict[str, Any]:
    """What Rasa sends to the action server."""
    latest = {
        "text": text, "intent": {"name": intent}, "entities": [], "message_id": message, "metadata": {},
        "understanding": {"decision": "flow", "chosen": [f"flow/{intent}"], "answers": []},
    }  # fmt: skip
    tracker = {
        "sender_id": "w-1", "slots": {"country": "GB", **slots}, "latest_message": latest, "events": [{"event": "user", "input_channel": channel}], "paused": False,
        "followup_action": None, "active_loop": {}, "latest_action_name": "action_listen",
    }  # fmt: skip
    return {"next_action": "action_escalate", "sender_id": "w-1", "tracker": tracker, "domain": {}}


async def run(executor: ActionExecutor, **given: Any) -> tuple[str, list[dict[str, Any]]]:
    with settings.at(NOON):
        found = await executor.run(call(**given))
    assert found is not None
    return "\n".join(message["text"] for message in found["responses"]), found["events"]


def rows() -> list[dict[str, Any]]:
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(sa.select(tables.cases)).mappings()]


def words(name: str) -> str:
    return str(content.shared().words["escalation"][name]).split("{")[0]


@pytest.fixture(autouse=True)
def served(monkeypatch: pytest.MonkeyPatch) -> None:
    """The words as they stand in data/."""
    register = helplines.load_register(settings.DATA / "helplines")
    monkeypatch.setattr(kept, "both", lambda: (content.shared(), register))


@pytest.mark.parametrize(("intent", "wish"), [("talk_to_human", "talk_now"), ("call_me_back", "call_back"), ("check_my_question", "check")])
async def test_each_wish_opens_its_case_and_says_when_the_team_works(intent: str, wish: str, place: pathlib.Path, executor: ActionExecutor) -> None:
    text, events = await run(executor, intent=intent)
    [row] = rows()
    assert row["wish"] == wish and row["conversation"] == "w-1" and row["level"] == "none" and row["country"] == "GB"
    assert words("open") in text and "17:00 today" in text and words("now") in text and "Call " in text
    assert [event for event in events if event.get("name") == "done"][0]["value"] == "action_escalate"


async def test_the_case_holds_none_of_the_persons_words(place: pathlib.Path, executor: ActionExecutor) -> None:
    await run(executor, text="please get anna on the phone, its about my sister")
    assert "sister" not in repr(rows())


async def test_a_retry_and_a_second_wish_open_nothing_twice(place: pathlib.Path, executor: ActionExecutor) -> None:
    for message in ("m1", "m1", "m2"):
        text, _ = await run(executor, message=message)
    assert len(rows()) == 1 and words("already") in text


async def test_an_open_danger_gives_the_case_its_level(place: pathlib.Path, executor: ActionExecutor) -> None:
    await run(executor, care={"level": "urgent", "danger": "self_harm", "about": "self", "moves": {}, "quiet": 1})
    assert [(row["level"], row["danger"]) for row in rows()] == [("urgent", "self_harm")]


async def test_with_the_database_away_the_wish_is_kept_and_the_person_told(
    place: pathlib.Path, executor: ActionExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "none").write_text("")
    monkeypatch.setenv("MOORING_DATABASE", f"sqlite:///{place}/none/m.sqlite3")
    text, events = await run(executor)
    assert words("waiting") in text and words("open") not in text and words("now") in text and events
    monkeypatch.setenv("MOORING_DATABASE", f"sqlite:///{place}/m.sqlite3")
    assert outbox.send() and len(rows()) == 1


async def test_where_nothing_can_be_kept_it_is_said(place: pathlib.Path, executor: ActionExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "file").write_text("")
    monkeypatch.setenv("MOORING_OUTBOX", str(place / "file" / "outbox"))
    text, _ = await run(executor)
    assert words("failed") in text and words("now") in text


@pytest.mark.parametrize(("hours", "part"), [("", "unknown"), ("none", "none"), ("Europe/London 24/7", "always"), ("nonsense", "unknown"), ("Europe/London Sat 10:00-12:00", "closed")])
async def test_what_is_said_of_the_team_follows_its_hours(
    hours: str, part: str, place: pathlib.Path, executor: ActionExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MOORING_STAFF_HOURS", hours)
    text, _ = await run(executor)
    assert words(part) in text
    assert len(rows()) == (0 if part == "none" else 1)


@pytest.mark.parametrize(("seen", "free", "part"), [(10, True, "free"), (10, False, "open"), (600, True, "away")])
async def test_who_is_at_the_console_reaches_what_people_are_told(seen: int, free: bool, part: str, place: pathlib.Path, executor: ActionExecutor) -> None:
    with database.writing() as connection:
        connection.execute(sa.text("CREATE TABLE console_presence (staff TEXT, shown_name TEXT, seen_at FLOAT, free BOOLEAN)"))
        connection.execute(staffing.presence.insert(), {"staff": "mo", "shown_name": "Mo", "seen_at": NOON.timestamp() - seen, "free": free})
    text, _ = await run(executor)
    said = content.shared().words["escalation"]
    assert [kind for kind in ("free", "open", "away") if said[kind].format(time="17:00 today (GMT)") in text] == [part]


async def test_a_number_is_taken_on_the_form_and_never_in_the_chat(
    place: pathlib.Path, executor: ActionExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("MOORING_CONSOLE_URL", raising=False)
    wishes = content.shared().words["escalation"]["wishes"]
    text, _ = await run(executor, intent="call_me_back")
    assert wishes["contact"] in text, "the website has a form of its own"
    text, _ = await run(executor, intent="leave_contact", message="m2")
    assert "call-back/" not in text, "nobody outside reaches this machine's own address"
    text, _ = await run(executor, intent="call_me_back", message="m3", channel="telegram")
    assert wishes["call_back"] in text and wishes["contact"] not in text
    monkeypatch.setenv("MOORING_CONSOLE_URL", "https://help.example.org")
    text, _ = await run(executor, intent="leave_contact", message="m4", channel="telegram")
    token = text.split("https://help.example.org/call-back/")[1].split()[0]
    assert consent_links.read(token, now=NOON.timestamp()) == rows()[0]["id"] and len(rows()) == 1


async def test_writers_who_try_it_out_open_no_case(place: pathlib.Path, executor: ActionExecutor) -> None:
    text, _ = await run(executor, channel="ask")
    assert rows() == [] and list(outbox.waiting()) == [] and words("now") in text
