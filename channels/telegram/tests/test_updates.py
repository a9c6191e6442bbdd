"""Every kind of update there is, and many that there are not: taken, no traceback, at most one reply."""
from __future__ import annotations

import json
import pathlib
from typing import Any

import pytest
from telegram import Update

from channels.telegram import fuzz, updates
from channels.telegram.desk import Desk
from channels.telegram.fake_api import FakeTelegram
from channels.telegram.tests.conftest import Echo

FOLDER = pathlib.Path(__file__).parent.parent / "payloads"
PAYLOADS = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
READ = {*(f"message_{kind}" for kind in "text command forwarded reply photo_with_caption".split()), "callback_query", "callback_query_old_message"}
REFUSED = {
    "message_in_a_group",
    "message_in_a_small_group",
    "message_group_migrates",
    "message_new_members",
    "message_sent_for_a_channel",
    "my_chat_member_added_to_group",
}
ONLY_TEXT = {
    f"message_{kind}"
    for kind in (
        "photo album voice audio video video_note animation document sticker location venue contact dice poll story game checklist paid_media "
        "successful_payment passport of_a_newer_kind"
    ).split()
}
CHAT = 7001


def sent(telegram: FakeTelegram) -> list[dict[str, Any]]:
    """Every message that went out, to whomever."""
    return [given for name, given in telegram.calls if name.startswith("send") and name != "sendChatAction"]


@pytest.mark.parametrize("kind", Update.ALL_TYPES)
def test_there_is_a_payload_of_every_update_type_that_the_library_knows(kind: str) -> None:
    found = [name for name, payload in PAYLOADS.items() if kind in payload]
    assert found, f"channels/telegram/payloads: there is none of {kind}, write one"
    assert any(getattr(Update.de_json(PAYLOADS[name], None), kind) is not None for name in found)


@pytest.mark.parametrize("name", PAYLOADS)
async def test_every_update_is_taken_and_gets_at_most_one_reply(name: str, desk: Desk, telegram: FakeTelegram, echo: Echo) -> None:
    assert await desk.take(PAYLOADS[name])
    assert await desk.take(PAYLOADS[name])
    await desk.idle()
    replies = sent(telegram)
    assert len(replies) == (name in READ | REFUSED | ONLY_TEXT)
    assert bool(echo.heard) == (name in READ - {"message_command"})
    if name in ONLY_TEXT:
        assert "only read text" in replies[0]["text"] and replies[0]["text"].endswith("THE STRIP")
    if name in REFUSED:
        assert replies[0]["chat_id"] < 0 and "groups" in replies[0]["text"]


@pytest.mark.parametrize(
    ("field", "broken"),
    [("reply_to_message", "?"), ("entities", [{"type": 5}]), ("poll", {"id": "1"}), ("forward_origin", {}), ("quote", 3), ("sticker", [])],
)
def test_a_broken_part_of_a_message_does_not_keep_its_words_from_us(field: str, broken: Any) -> None:
    update = json.loads(json.dumps(PAYLOADS["message_text"]))
    update["message"][field] = broken
    note = updates.read(update)
    assert note is not None and note.text == update["message"]["text"]


@pytest.mark.parametrize(
    "raw",
    [None, 5, "text", [], {}, {"update_id": "x"}, {"update_id": 1}, {"update_id": 1, "message": None}, {"update_id": 1, "message": []}],
    ids=repr,
)
def test_what_is_no_update_means_nothing(raw: Any) -> None:
    assert updates.read(raw) is None


@pytest.mark.parametrize(
    "change",
    [
        {"chat": {"id": -5, "type": "private"}},
        {"chat": {"id": "7", "type": "private"}},
        {"chat": {"id": 2**70, "type": "private"}},
        {"chat": {"id": 5, "type": "secret"}},
        {"message_id": "7"},
    ],
    ids=str,
)
def test_a_message_from_a_place_that_cannot_be_means_nothing(change: dict[str, Any]) -> None:
    assert updates.read({"update_id": 1, "message": {**PAYLOADS["message_text"]["message"], **change}}) is None


def test_no_name_is_in_what_is_kept() -> None:
    for name, payload in PAYLOADS.items():
        note = updates.read(payload)
        assert note is None or "Sam" not in note.pack() and "sam_example" not in note.pack(), name


@pytest.mark.parametrize("text", ["\ud800", "\u202egnp.exe", "a\x00b", "\u200b", "﷽" * 4_000, "z͑ͫ̓ͪ̂ͫ̽͏" * 300, "🏳️‍🌈" * 900], ids=ascii)
async def test_odd_letters_are_read_and_answered_once(text: str, desk: Desk, telegram: FakeTelegram) -> None:
    update = json.loads(json.dumps(PAYLOADS["message_text"]))
    update["message"]["text"] = text
    update["message"]["from"]["first_name"] = text
    assert await desk.take(update)
    await desk.idle()
    assert len(telegram.said(CHAT)) == sum(name == "sendMessage" for name, _ in telegram.calls) >= 1


async def test_hundreds_of_broken_updates_are_taken_and_get_at_most_one_reply_each(
    desk: Desk, telegram: FakeTelegram, caplog: pytest.LogCaptureFixture
) -> None:
    for number, update in enumerate(fuzz.updates(PAYLOADS, 400, seed=8)):
        before = len(sent(telegram))
        assert await desk.take(update), update
        await desk.idle()
        assert len(sent(telegram)) - before <= 1, (number, update)
    assert not [record for record in caplog.records if record.exc_info or record.levelname == "ERROR"], caplog.text
