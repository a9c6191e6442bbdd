"""What people on Telegram get: in order, once, as plain text, and without anything of them left lying about."""
from __future__ import annotations

import asyncio
import json
import re
import time
from typing import Any

import pytest
import sqlalchemy as sa

from bot import privacy
from bot.settings import ROOT
from bot.storage import conversations, database, takeovers
from bot.storage.tables import metadata
from channels import sending
from channels.telegram import commands, inbox
from channels.telegram.desk import Desk
from channels.telegram.fake_api import TOKEN, FakeTelegram
from channels.telegram.outgoing import Outgoing
from channels.telegram.tests.conftest import Echo

SAM, KIM = 7001, 7002
WORDS = commands.words()


def rows(table: str) -> list[Any]:
    """What a table holds."""
    with database.reading() as connection:
        return list(connection.execute(sa.select(metadata.tables[table])).fetchall())


def calls(telegram: FakeTelegram, method: str) -> list[dict[str, Any]]:
    """The requests of one kind."""
    return [given for name, given in telegram.calls if name == method]


class People:
    """Who write to the desk; each method waits until all is answered."""

    def __init__(self, desk: Desk, telegram: FakeTelegram) -> None:
        self.desk, self.telegram, self.number = desk, telegram, 0

    async def give(self, update: dict[str, Any]) -> int:
        self.number += 1
        assert await self.desk.take({"update_id": self.number, **update})
        await self.desk.idle()
        return self.number

    async def say(self, chat: int, text: str, **more: Any) -> list[str]:
        """What the bot has said in the chat since."""
        before = {message["message_id"] for message in self.telegram.said(chat)}
        await self.give({"message": self.telegram.message(chat, text=text, **more)})
        return [str(one.get("text") or one.get("caption")) for one in self.telegram.said(chat) if one["message_id"] not in before]

    async def press(self, chat: int, data: str) -> str:
        """Press the newest button with this data (or its beginning); what the bot says then."""
        for shown in reversed(self.telegram.said(chat)):
            for row in shown.get("reply_markup", {}).get("inline_keyboard", []):
                if row[0]["callback_data"].startswith(data):
                    number = self.telegram.press(chat, shown["message_id"], row[0]["callback_data"])
                    update = next(one for one in self.telegram.updates if one["update_id"] == number)
                    before = {message["message_id"] for message in self.telegram.said(chat)}
                    await self.give({"callback_query": update["callback_query"]})
                    return "\n".join(message["text"] for message in self.telegram.said(chat) if message["message_id"] not in before)
        raise LookupError(f"no button {data}")


@pytest.fixture
def people(desk: Desk, telegram: FakeTelegram) -> People:
    return People(desk, telegram)


async def test_the_first_reply_says_that_this_is_a_machine_and_the_second_does_not(people: People) -> None:
    assert await people.say(SAM, "hello") == ["You said: hello\n\nTHE DISCLOSURE"]
    assert await people.say(SAM, "hello") == ["You said: hello"]


async def test_a_repeated_update_is_answered_once_over_restarts_too(people: People, telegram: FakeTelegram, echo: Echo) -> None:
    update = {"update_id": 77, "message": telegram.message(SAM, text="hello")}
    for _ in range(3):
        await people.give(update)
    again = Desk(echo, people.desk._out)
    assert await again.take(update)
    await again.idle()
    assert len(telegram.said(SAM)) == 1


async def test_messages_of_one_chat_are_answered_in_their_order_though_another_chat_is_quicker(
    desk: Desk, telegram: FakeTelegram, echo: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()

    async def slowly(conversation: str, text: str, payload: str | None, update: str) -> list[dict[str, Any]]:
        if text == "0":
            await go_on.wait()
        return [{"text": text, "buttons": [], "sources": []}]

    monkeypatch.setattr(echo, "answer", slowly)
    for number in range(8):
        await desk.take({"update_id": number + 1, "message": telegram.message(SAM, text=str(number))})
    await desk.take({"update_id": 50, "message": telegram.message(KIM, text="x")})
    await telegram.wait_for_replies(KIM, 1)
    assert not telegram.said(SAM)
    go_on.set()
    await desk.idle()
    assert [message["text"][0] for message in telegram.said(SAM)] == list("01234567")


async def test_an_album_is_answered_once(people: People, telegram: FakeTelegram) -> None:
    for _ in range(4):
        await people.give({"message": telegram.message(SAM, photo=[], media_group_id="9")})
    assert len(telegram.said(SAM)) == 1


async def test_a_caption_is_read_and_the_picture_is_said_not_to_be_seen(people: People, telegram: FakeTelegram, echo: Echo) -> None:
    await people.give({"message": telegram.message(SAM, photo=[], caption="is this too much")})
    assert echo.heard == [("is this too much", None)]
    assert WORDS["caption_note"] in telegram.said(SAM)[0]["text"]


@pytest.mark.parametrize(("text", "answered"), [("I meant a week", False), ("I want to die", True)])
async def test_an_edit_is_answered_only_where_it_tells_of_danger(
    text: str, answered: bool, people: People, telegram: FakeTelegram, echo: Echo
) -> None:
    await people.say(SAM, "hello")
    await people.give({"edited_message": {**telegram.message(SAM, text=text), "message_id": 1}})
    assert [heard for heard, _ in echo.heard] == ["hello", *([text] if answered else [])]


async def test_text_is_sent_as_it_is_without_markup_or_preview(people: People, telegram: FakeTelegram, echo: Echo) -> None:
    odd = "*bold* _it_ <b>x</b> [a](tg://user?id=1) & https://example.org"
    echo.replies = [{"text": odd, "buttons": [], "sources": ["A study"]}]
    await people.say(SAM, "hello")
    given = calls(telegram, "sendMessage")[0]
    assert given["text"].startswith(odd) and "parse_mode" not in given
    assert given["link_preview_options"] == {"is_disabled": True}
    quoted = given["entities"][0]
    assert quoted["type"] == "expandable_blockquote" and quoted["offset"] + quoted["length"] == len(given["text"])


async def test_a_long_reply_comes_in_parts_with_the_buttons_under_the_last(people: People, telegram: FakeTelegram, echo: Echo) -> None:
    echo.replies = [{"text": "\n\n".join(["word " * 200] * 12), "buttons": [{"title": "Next", "payload": "/x"}], "sources": []}]
    await people.say(SAM, "hello")
    assert [bool(message.get("reply_markup")) for message in telegram.said(SAM)] == [False, False, True]


async def test_a_pressed_button_is_acknowledged_answered_and_gone(people: People, telegram: FakeTelegram, echo: Echo) -> None:
    echo.replies = [{"text": "Breathe", "buttons": [{"title": "Next", "payload": "/guide/breathing/1"}], "sources": []}]
    await people.say(SAM, "breathe")
    echo.replies = None
    await people.press(SAM, "/guide")
    assert echo.heard[-1] == ("Next", "/guide/breathing/1")
    assert len(calls(telegram, "answerCallbackQuery")) == 1
    assert not any("reply_markup" in message for message in telegram.said(SAM))


async def test_a_press_is_answered_though_telegram_no_longer_acknowledges_it(people: People, telegram: FakeTelegram) -> None:
    query = {"id": "unknown", "from": {"id": SAM, "is_bot": False, "first_name": "S"}, "chat_instance": "1", "data": "/made/up"}
    await people.give({"callback_query": {**query, "message": {"message_id": 5, "date": 0, "chat": {"id": SAM, "type": "private"}}}})
    assert len(telegram.said(SAM)) == 1


@pytest.mark.parametrize("data", ["!", "!delete", "!delete/all", "!delete/all/0", "!delete/all/x", "!delete/all/99999999999999", "!delete/data/²"])
async def test_a_question_about_deleting_that_was_never_asked_deletes_nothing(data: str, people: People, telegram: FakeTelegram) -> None:
    await people.say(SAM, "hello")
    query = {"id": "1", "from": {"id": SAM, "is_bot": False, "first_name": "S"}, "chat_instance": "1", "data": data}
    await people.give({"callback_query": {**query, "message": {"message_id": 5, "date": 0, "chat": {"id": SAM, "type": "private"}}}})
    assert "deleted" in telegram.said(SAM)[-1]["text"] and rows("addresses")


async def test_a_group_is_refused_with_the_private_link_and_nothing_is_kept(people: People, telegram: FakeTelegram) -> None:
    await people.desk._out.start([], webhook=None, secret="")
    await people.give({"message": {**telegram.message(SAM, text="our secret"), "chat": {"id": -77, "type": "group", "title": "G"}}})
    assert "https://t.me/mooring_test_bot" in telegram.said(-77)[0]["text"]
    assert calls(telegram, "leaveChat") == [{"chat_id": -77}]
    kept = {name: rows(name) for name in metadata.tables if name not in ("seen", "storage_version")}
    assert not any(kept.values()) and [row.conversation for row in rows("seen")] == [inbox.NOBODY]


async def test_too_many_messages_are_refused_once_with_the_way_to_help_and_danger_is_still_heard(people: People, telegram: FakeTelegram) -> None:
    for _ in range(45):
        await people.say(SAM, "hello")
    assert [message["text"] for message in telegram.said(SAM)][40:] == [f"{WORDS['slow_down']}\n\nTHE STRIP"]
    assert await people.say(SAM, "I want to die") == ["You said: I want to die"]


async def test_when_telegram_asks_for_quiet_the_reply_comes_after(people: People, telegram: FakeTelegram) -> None:
    telegram.flooded[SAM] = (1, 1)
    began = time.monotonic()
    await people.say(SAM, "hello")
    assert len(telegram.said(SAM)) == 1 and time.monotonic() - began >= 1


@pytest.mark.parametrize(
    "refused",
    ["Forbidden: bot was blocked by the user", "Forbidden: user is deactivated", "Bad Request: chat not found", "Bad Request: PEER_ID_INVALID"],
)
async def test_who_has_gone_is_marked_and_not_tried_again(refused: str, people: People, telegram: FakeTelegram) -> None:
    telegram.blocked[SAM] = refused
    await people.say(SAM, "hello")
    assert len(calls(telegram, "sendMessage")) == 1
    assert rows("addresses")[0].gone_at and not rows("inbox")
    with pytest.raises(sending.Gone):
        await sending.push("telegram", rows("addresses")[0].conversation, {"text": "Are you there?"})


async def test_a_chat_that_moved_is_marked_gone(people: People, telegram: FakeTelegram) -> None:
    telegram.migrated[SAM] = -100
    await people.say(SAM, "hello")
    assert rows("addresses")[0].gone_at


async def test_who_blocks_the_bot_is_gone_and_who_comes_back_is_there(people: People) -> None:
    person = {"id": SAM, "is_bot": False, "first_name": "S"}
    bot = {"id": 7, "is_bot": True, "first_name": "M"}
    for status, gone in (("kicked", True), ("member", False)):
        change = {"chat": {"id": SAM, "type": "private"}, "from": person, "date": 0, "old_chat_member": {"user": bot, "status": "left"}}
        await people.give({"my_chat_member": {**change, "new_chat_member": {"user": bot, "status": status, "until_date": 0}}})
        assert bool(rows("addresses")[0].gone_at) == gone


async def test_while_telegram_is_away_replies_wait_and_come_after(desk: Desk, telegram: FakeTelegram) -> None:
    telegram.away = True
    for number, chat in enumerate((SAM, KIM), 1):
        await desk.take({"update_id": number, "message": telegram.message(chat, text="hello")})
    await asyncio.sleep(0.15)
    assert len(rows("inbox")) == 2
    telegram.away = False
    await desk.idle()
    assert len(telegram.said(SAM)) == len(telegram.said(KIM)) == 1 and not rows("inbox")


async def test_a_message_that_telegram_never_takes_is_given_up(people: People, telegram: FakeTelegram, echo: Echo) -> None:
    telegram.away = True
    await people.say(SAM, "hello")
    assert not rows("inbox")


async def test_buttons_that_telegram_refuses_do_not_keep_the_words_back(
    people: People, telegram: FakeTelegram, echo: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("channels.telegram.parts.LONGEST_DATA", 999)
    echo.replies = [{"text": "words", "buttons": [{"title": "a", "payload": "/" + "x" * 99}], "sources": []}]
    await people.say(SAM, "hello")
    assert [message["text"][:5] for message in telegram.said(SAM)] == ["words"]


async def test_words_from_staff_reach_the_person_under_the_name_they_chose(people: People, telegram: FakeTelegram) -> None:
    await people.say(SAM, "hello")
    assert await sending.push("telegram", rows("addresses")[0].conversation, {"text": "I am here.", "name": "Ada"})
    assert telegram.said(SAM)[-1]["text"] == f"{WORDS['staff'].format(name='Ada')}\n\nI am here."


async def test_a_person_is_told_when_staff_come_and_go(people: People, telegram: FakeTelegram) -> None:
    await people.say(SAM, "hello")
    whose = rows("addresses")[0].conversation
    assert await sending.push("telegram", whose, {"present": True, "name": "Ada"})
    assert await sending.push("telegram", whose, {"present": False, "name": None})
    left = WORDS["staff_left"].format(name=WORDS["someone"])
    assert [shown["text"] for shown in telegram.said(SAM)][1:] == [WORDS["staff_here"].format(name="Ada"), left]


def test_that_staff_come_and_go_is_said_as_on_the_website() -> None:
    strings = dict(re.findall(r'^  (\w+): "(.*)",$', (ROOT / "widget" / "src" / "strings.ts").read_text(encoding="utf-8"), re.MULTILINE))
    for ours, theirs in (("staff_here", "joined"), ("staff_left", "left"), ("someone", "someone")):
        assert WORDS[ours] == strings[theirs]


async def test_once_staff_speak_not_even_a_reply_that_was_ready_is_sent(
    people: People, telegram: FakeTelegram, echo: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    await people.say(SAM, "hello")

    async def meanwhile(conversation: str, *_: Any) -> list[dict[str, Any]]:
        with database.writing() as connection:
            takeovers.begin(connection, conversation, "ada@example.org", "Ada", time.time())
        return [{"text": "too late", "buttons": [], "sources": []}]

    monkeypatch.setattr(echo, "answer", meanwhile)
    assert await people.say(SAM, "are you there") == [] and not rows("inbox")
    assert len(await people.say(SAM, "/privacy")) == 1


async def test_whatever_breaks_the_person_is_told(people: People, echo: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any) -> None:
        raise RuntimeError

    monkeypatch.setattr(echo, "answer", fail)
    assert await people.say(SAM, "hello") == [WORDS["not_now"].strip()] and not rows("inbox")


async def test_what_was_left_unanswered_is_answered_after_a_restart_from_where_it_stopped(desk: Desk, telegram: FakeTelegram, echo: Echo) -> None:
    echo.replies = [{"text": "\n\n".join(["word " * 200] * 12), "buttons": [], "sources": []}]
    telegram.flooded[SAM] = (0, 0)
    await desk.take({"update_id": 1, "message": telegram.message(SAM, text="hello")})
    await telegram.wait_for_replies(SAM, 1)
    telegram.away = True
    await desk.stop(grace=0.3)
    before = len(telegram.said(SAM))
    telegram.away = False
    again = Desk(echo, Outgoing(TOKEN, telegram.url), first_wait=0.02)
    await again.resume()
    await again.idle()
    assert 1 <= before <= 3 and len(telegram.said(SAM)) == 3 and not rows("inbox")


async def ended_while_sending(desk: Desk, telegram: FakeTelegram, echo: Echo, text: str) -> list[str]:
    """What stands in the chat after a process that died while Telegram had taken its reply and not said so, and a start after that."""
    telegram.slow = 30
    await desk.take({"update_id": 1, "message": telegram.message(SAM, text=text)})
    await desk.take({"update_id": 2, "message": telegram.message(SAM, text="and this")})
    await telegram.wait_for_replies(SAM, 1)
    await desk.stop(grace=0)
    telegram.slow = 0
    again = Desk(echo, Outgoing(TOKEN, telegram.url), first_wait=0.02)
    await again.resume()
    await again.idle()
    assert not rows("inbox")
    return [shown["text"] for shown in telegram.said(SAM)]


@pytest.mark.parametrize("buttons", [[], [{"title": "Next", "payload": "/x"}]], ids=["plain", "with buttons"])
async def test_what_telegram_took_from_a_process_that_died_is_not_sent_again(
    buttons: list[Any], desk: Desk, telegram: FakeTelegram, echo: Echo
) -> None:
    echo.replies = [{"text": "once", "buttons": buttons, "sources": []}]
    said = await ended_while_sending(desk, telegram, echo, "hello")
    assert [text.split("\n")[0] for text in said] == ["once", "once"]  # one for each message
    assert {int(row.message) for row in rows("sent")} == set(telegram.chats[SAM])
    assert all(bool(shown.get("reply_markup")) == bool(buttons) for shown in telegram.said(SAM))


async def test_what_is_said_to_somebody_in_danger_comes_rather_twice_than_not_at_all(desk: Desk, telegram: FakeTelegram, echo: Echo) -> None:
    said = await ended_while_sending(desk, telegram, echo, "I want to die")
    assert [text.split("\n")[0] for text in said] == ["You said: I want to die"] * 2 + ["You said: and this"]


@pytest.mark.parametrize("text", ["hello", "I want to die"])
async def test_what_telegram_had_not_taken_when_a_process_died_is_sent(text: str, desk: Desk, telegram: FakeTelegram, echo: Echo) -> None:
    telegram.flooded[SAM] = (100, 30)
    await desk.take({"update_id": 1, "message": telegram.message(SAM, text=text)})
    await telegram.wait_for(lambda: calls(telegram, "sendMessage"))
    await desk.stop(grace=0)
    telegram.flooded.clear()
    again = Desk(echo, Outgoing(TOKEN, telegram.url), first_wait=0.02)
    await again.resume()
    await again.idle()
    assert len(telegram.said(SAM)) == 1 and not rows("inbox")


async def test_a_reply_whose_confirmation_was_lost_on_the_way_is_not_sent_again(people: People, telegram: FakeTelegram) -> None:
    telegram.unheard[SAM] = 1
    assert len(await people.say(SAM, "hello")) == 1
    assert {int(row.message) for row in rows("sent")} == set(telegram.chats[SAM])


async def test_while_telegram_cannot_be_reached_nothing_is_asked_of_it_beside_the_reply(people: People, telegram: FakeTelegram) -> None:
    telegram.flooded[SAM] = (1, 1)
    await people.say(SAM, "hello")
    assert not calls(telegram, "editMessageReplyMarkup")


async def test_with_the_database_away_a_person_is_still_answered_once(
    desk: Desk, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise OSError("away")

    monkeypatch.setattr(inbox, "take", away)
    update = {"update_id": 1, "message": telegram.message(SAM, text="hello")}
    assert await desk.take(update) and await desk.take(update)
    assert len(telegram.said(SAM)) == 1


async def test_neither_chat_nor_words_nor_token_is_readable_in_the_database_or_the_logs(
    people: People, kept: str, caplog: pytest.LogCaptureFixture, telegram: FakeTelegram
) -> None:
    caplog.set_level("DEBUG")
    telegram.blocked[SAM] = "Bad Request: something about 7001"
    await people.say(SAM, "my secret")
    telegram.blocked.clear()
    await people.say(SAM, "my secret")
    with database.reading() as connection:
        stored = b"\n".join(repr(tuple(row)).encode() for name in metadata.tables for row in connection.execute(sa.select(metadata.tables[name])))
    for secret in ("my secret", str(SAM), TOKEN):
        assert secret.encode() not in stored and secret not in caplog.text


async def test_every_command_is_registered_and_answered(people: People, telegram: FakeTelegram) -> None:
    await people.desk._out.start(commands.registered(), webhook=None, secret="")
    assert [one["command"] for one in telegram.commands] == "start help human country plan privacy delete export exit".split()
    for one in telegram.commands:
        assert len(await people.say(SAM, f"/{one['command']}")) == 1, one


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("/help i want to die", "i want to die"),
        ("/start@mooring_test_bot i want to die", "i want to die"),
        ("/delete i want to die", "i want to die"),
        ("/help how long does it last", "how long does it last"),
        ("/country Ireland", "Ireland"),
        ("/unknown thing", "/unknown thing"),
        ("/", "/"),
        ("/I want to die", "/I want to die"),
    ],
)
async def test_words_after_a_command_are_read(text: str, read: str, people: People, echo: Echo) -> None:
    await people.say(SAM, text)
    assert [heard for heard, _ in echo.heard] == [read]


@pytest.mark.parametrize("text", ["/start", "/start aGVsbG8_x", "/HELP", "/help ", "/privacy@mooring_test_bot"])
async def test_a_command_alone_is_not_read_as_a_message(text: str, people: People, echo: Echo, telegram: FakeTelegram) -> None:
    await people.say(SAM, text)
    assert not echo.heard and len(telegram.said(SAM)) == 1


async def test_start_discloses_before_anything_else(people: People) -> None:
    assert (await people.say(SAM, "/start"))[0].startswith("THE DISCLOSURE")


async def test_privacy_offers_keeping_once_notes_a_yes_and_takes_it_back(people: People) -> None:
    assert WORDS["keep_day"].strip() in "\n".join(await people.say(SAM, "/privacy")), "nothing was written yet"
    with pytest.raises(LookupError):
        await people.press(SAM, "!keep/yes")
    conversation = privacy.pseudonym(inbox.CHANNEL, str(SAM))
    said = {"event": "user", "text": "hello", "timestamp": time.time(), "parse_data": {}, "input_channel": "telegram"}
    with database.writing() as connection:
        conversations.append(connection, conversation, inbox.CHANNEL, [said])
    await people.say(SAM, "/privacy")
    assert "Thank you" in await people.press(SAM, "!keep/yes")
    assert [row.consent for row in rows("conversations")] == ["keep"]
    assert WORDS["keep_agreed"].format(days="30") in "\n".join(await people.say(SAM, "/privacy"))
    assert WORDS["keep_taken_back"].split(".")[0] in await people.press(SAM, "!keep/no")
    assert [row.consent for row in rows("conversations")] == ["refused"]


async def test_delete_asks_once_then_deletes_everything_with_a_receipt(people: People, telegram: FakeTelegram) -> None:
    await people.say(SAM, "hello")
    await people.say(KIM, "hello")
    await people.say(SAM, "/delete")
    assert len(rows("addresses")) == 2
    told = await people.press(SAM, "!delete/data")
    assert WORDS["deleted"] in told and rows("removals")[0].id in told
    (left,) = rows("addresses")
    assert {row.conversation for name in ("sent", "inbox", "seen") for row in rows(name)} <= {left.conversation, inbox.NOBODY}
    assert len(telegram.said(SAM)) == 3


async def test_delete_can_take_the_messages_away_too(people: People, telegram: FakeTelegram) -> None:
    await people.say(SAM, "hello")
    await people.say(SAM, "/delete")
    told = await people.press(SAM, "!delete/all")
    assert [message["text"] for message in telegram.said(SAM)] == [told]


async def test_delete_can_be_thought_better_of(people: People) -> None:
    await people.say(SAM, "/delete")
    assert await people.press(SAM, "!delete/no") == WORDS["kept_it"] and rows("addresses")


async def test_what_cannot_be_deleted_now_is_said_so(people: People, echo: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(conversation: str) -> None:
        raise OSError("away")

    monkeypatch.setattr(echo, "delete", fail)
    await people.say(SAM, "/delete")
    assert await people.press(SAM, "!delete/data") == WORDS["not_now"].strip()


async def test_export_gives_a_file(people: People, telegram: FakeTelegram) -> None:
    await people.say(SAM, "/export")
    (shown,) = telegram.said(SAM)
    assert json.loads(shown["content"])["said"][0]["text"] == "something" and shown["caption"] == WORDS["export"]


async def test_exit_takes_both_sides_of_the_chat_away_and_tells_how_to_clear_the_rest(people: People, telegram: FakeTelegram) -> None:
    await people.say(SAM, "hello")
    await people.say(SAM, "and this")
    told = await people.say(SAM, "/exit")
    assert [message.get("text") for message in telegram.chats[SAM].values()] == told == [WORDS["exit"]]
    assert rows("addresses")


async def test_a_message_number_that_comes_twice_is_noted_once(people: People, telegram: FakeTelegram) -> None:
    message = {**telegram.message(SAM, text="hello"), "message_id": 2}  # the number that the reply will have
    await people.give({"message": message})
    assert [row.message for row in rows("sent")] == ["2"] and not rows("inbox")
    (noted,) = rows("sent")
    with database.writing() as connection:
        inbox.note_sent(connection, noted.conversation, [2, 3, 3], time.time())
    assert sorted(row.message for row in rows("sent")) == ["2", "3"]


async def test_exit_does_not_claim_what_it_could_not_do(people: People, telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: Any) -> None:
        raise TimeoutError

    await people.say(SAM, "hello")
    monkeypatch.setattr(people.desk._out, "delete", fail)
    told = await people.say(SAM, "/exit")
    assert WORDS["exit_failed"] in told and WORDS["exit"] not in told and rows("sent")


def test_the_words_hold_no_telephone_number_and_a_description_for_each_command() -> None:
    assert not re.search(r"\d[\d ().-]*\d[\d ().-]*\d", json.dumps(WORDS))
    assert all(1 <= len(what) <= 256 for _, what in commands.registered())

