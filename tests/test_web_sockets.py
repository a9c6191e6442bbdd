"""The website's channel over Socket.IO on a real server: drops, restarts, tabs, strangers, floods and broken frames."""
from __future__ import annotations

import asyncio
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from typing import Any

import pytest
import socketio  # type: ignore[import-untyped]
import websockets
from served import ORIGIN, Served, Tab, served  # noqa: F401

QUESTION = "how long does ket withdrawal last?"
OTHER = "what helps with cravings?"


@pytest.fixture
async def tab(served: Served) -> AsyncIterator[Tab]:  # noqa: F811
    made = Tab(served)
    await made.open()
    yield made
    await made.client.disconnect()


async def settle(check: Any, seconds: float = 5.0) -> None:
    """Wait until something holds."""
    for _ in range(int(seconds / 0.05)):
        if check():
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it did not come true in time")


@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_a_conversation_over(transport: str, served: Served) -> None:  # noqa: F811
    tab = Tab(served, [transport])
    confirmed = await tab.open()
    assert confirmed["resumed"] is False and "automated" in confirmed["disclosure"] and tab.got[0] == ("session_confirm", confirmed)
    acknowledged = await tab.say("1", QUESTION, country="GB")
    line = tab.lines()[0]
    assert acknowledged == {"ok": True, "id": "1", "last": line["seq"]} and line["reply_to"] == "1" and line["by"] == "bot"
    pressed = await tab.say("2", line["buttons"][0]["title"], payload=line["buttons"][0]["payload"])
    assert pressed["ok"] and tab.lines()[1]["text"] != line["text"]
    await tab.drop()


async def test_a_socket_that_drops_before_the_answer_gets_it_once(tab: Tab) -> None:
    await tab.say("1", "thanks")
    had = tab.last
    await tab.client.emit("user_uttered", {"id": "2", "message": QUESTION})
    await asyncio.sleep(0.01)
    await tab.drop()
    await asyncio.sleep(1.0)
    tab.got.clear()
    assert (await tab.open(tab.token, had))["resumed"] is True
    again = await tab.say("2", QUESTION)
    assert again["ok"]
    lines = {line["seq"]: line for line in tab.lines()}
    assert [line["reply_to"] for line in lines.values()] == ["2"] and min(lines) > had


async def test_what_a_client_has_is_not_sent_again(tab: Tab) -> None:
    for number in range(3):
        await tab.say(str(number), "thanks")
    seqs = [line["seq"] for line in tab.lines()]
    assert len(seqs) == 3 and seqs == sorted(seqs)
    for last, missing in ((seqs[-1], []), (seqs[0], seqs[1:]), (0, seqs)):
        await tab.drop()
        tab.got.clear()
        await tab.open(tab.token, last)
        await settle(lambda wanted=len(missing): len(tab.lines()) >= wanted)
        assert [line["seq"] for line in tab.lines()] == missing


async def test_several_tabs_see_the_same(tab: Tab, served: Served) -> None:  # noqa: F811
    await tab.say("1", "thanks")
    second = Tab(served)
    assert (await second.open(tab.token))["resumed"] is True
    await settle(lambda: len(second.lines()) == 1)
    await second.say("2", QUESTION)
    await settle(lambda: len(tab.lines()) == 2)
    assert tab.lines() == second.lines()
    shown = [[(data["seq"], data["text"]) for event, data in each.got if event != "session_confirm"] for each in (tab, second)]
    assert shown[0] == shown[1]
    await second.client.disconnect()


async def test_two_tabs_that_send_at_once_lose_nothing(tab: Tab, served: Served) -> None:  # noqa: F811
    second = Tab(served)
    await second.open(tab.token)
    await asyncio.gather(*(each.say(f"{place}-{number}", "thanks") for number in range(5) for place, each in enumerate((tab, second))))
    await settle(lambda: len(tab.lines()) == len(second.lines()) == 10)
    assert tab.lines() == second.lines() and len({line["reply_to"] for line in tab.lines()}) == 10
    await second.client.disconnect()


async def test_the_same_message_at_once_from_two_tabs_is_handled_once(tab: Tab, served: Served) -> None:  # noqa: F811
    second = Tab(served)
    await second.open(tab.token)
    await asyncio.gather(tab.say("same", QUESTION), second.say("same", QUESTION))
    assert len({line["seq"] for line in [*tab.lines(), *second.lines()]}) == 1
    await second.client.disconnect()


async def test_a_stranger_reads_nothing_and_writes_nothing(tab: Tab, served: Served) -> None:  # noqa: F811
    await tab.say("1", QUESTION)
    claims = [tab.token[:-3] + "abc", tab.client.get_sid(), "web-" + tab.token[:20], ""]
    for claim in claims:
        stranger = Tab(served)
        confirmed = await stranger.open(claim)
        assert confirmed["resumed"] is False and confirmed["token"] != tab.token
        for event in ("session_request", "user_uttered"):
            await stranger.client.emit(event, {"session_id": claim, "message": "I was here", "id": "x", "room": tab.client.get_sid()})
        await stranger.say("1", "thanks")
        assert stranger.lines() and tab.lines()[0]["text"] not in [line["text"] for line in stranger.lines()]
        await stranger.client.disconnect()
    assert len(tab.lines()) == 1
    said = (await tab.client.call("session_export", {}))["export"]["said"]
    assert [line["text"] for line in said if line["by"] == "you"] == [QUESTION]


async def test_deleting_empties_every_tab_and_ends_the_token(tab: Tab, served: Served) -> None:  # noqa: F811
    second = Tab(served)
    await second.open(tab.token)
    await tab.say("1", QUESTION)
    assert (await tab.client.call("session_delete", {}))["receipt"]["conversations"] == 1
    await settle(lambda: ("session_deleted", {}) in second.got and ("session_deleted", {}) in tab.got)
    for each in (tab, second):
        assert (await each.say("2", "hello"))["error"] == "session"
    third = Tab(served)
    assert (await third.open(tab.token))["resumed"] is False and third.lines() == []
    for each in (second, third):
        await each.client.disconnect()


@pytest.mark.parametrize(
    "given",
    [None, 7, "text", [], [1], b"\x00\xff", {}, {"id": "1"}, {"id": "1", "message": 7}, {"id": "\ud800", "message": "x"}, {"id": "1", "message": {"a": 1}}],
    ids=ascii,
)
async def test_what_is_no_message_is_refused_with_help(given: Any, tab: Tab) -> None:
    answer = await tab.client.call("user_uttered", given, timeout=10)
    assert answer["ok"] is False and answer["error"] == "bad" and "emergency number" in answer["replies"][0]["text"]
    assert (await tab.say("after", "thanks"))["ok"]


async def test_a_message_over_the_length_is_refused_and_one_at_it_is_read(tab: Tab) -> None:
    assert (await tab.say("1", "a" * 10_001))["error"] == "size"
    assert (await tab.say("2", "a " * 5_000))["ok"]


FRAMES = ["4", "42", '42["user_uttered"]', '42["no_such_event",{}]', "4999", '451-["user_uttered",{"_placeholder":true,"num":0}]', "hello", "42{", '42["connect",{}]', "42[]", '42[{"a":1}]', '42["disconnect"]']


@pytest.mark.parametrize("frame", [*FRAMES, b"\x04\x00\xff", "4" + "2" * 1_000_000, "x" * 200_000], ids=lambda frame: ascii(frame[:24]))
async def test_a_broken_frame_harms_nobody_else(frame: Any, tab: Tab, served: Served) -> None:  # noqa: F811
    address = served.url.replace("http", "ws") + "/socket.io/?EIO=4&transport=websocket"
    async with websockets.connect(address) as raw:
        await raw.recv()
        await raw.send("40")
        await raw.recv()
        await raw.send(frame)
        await asyncio.sleep(0.05)
    assert (await tab.say("1", "thanks"))["ok"]
    assert served.process.poll() is None


async def test_a_flood_is_refused_with_help_and_then_waits_end(tab: Tab, served: Served) -> None:  # noqa: F811
    answers = await asyncio.gather(*(tab.say(f"f-{number}", "thanks") for number in range(100)))
    refused = [answer for answer in answers if not answer["ok"]]
    assert 55 <= len(refused) <= 65 and {answer["error"] for answer in refused} == {"limit"}
    assert all(answer["retry_after"] >= 1 and "emergency number" in answer["replies"][0]["text"] for answer in refused)
    assert len(tab.lines()) == 100 - len(refused)
    calm = Tab(served)
    await calm.open()
    assert (await calm.say("1", "thanks"))["ok"]
    await calm.client.disconnect()


@pytest.mark.parametrize(("origin", "welcome"), [(ORIGIN, True), (None, True), ("https://elsewhere.example", False), ("null", False)])
@pytest.mark.parametrize("transport", ["websocket", "polling"])
async def test_a_socket_opens_only_from_our_own_pages(origin: str | None, welcome: bool, transport: str, served: Served) -> None:  # noqa: F811
    tab = Tab(served, [transport])
    headers = {"Origin": origin} if origin else {}
    if welcome:
        assert (await tab.open(headers=headers))["token"]
        await tab.drop()
    else:
        with pytest.raises(socketio.exceptions.ConnectionError):
            await tab.open(headers=headers)


async def test_a_stock_client_holds_a_conversation_in_its_own_dialect(served: Served) -> None:  # noqa: F811
    tab = Tab(served)
    await tab.client.connect(served.url, transports=["websocket"])
    await tab.client.emit("session_request", {"session_id": "my-own-name"})
    await settle(lambda: bool(tab.got))
    confirmed = tab.got[0][1]
    assert isinstance(confirmed, str) and confirmed != "my-own-name"
    await tab.client.emit("user_uttered", {"message": QUESTION, "session_id": "somebody-elses", "customData": {"language": "en"}})
    await settle(lambda: len(tab.lines()) == 1)
    line = tab.lines()[0]
    assert set(line) == {"text", "quick_replies"} and line["quick_replies"][0]["content_type"] == "text"
    await tab.client.emit("user_uttered", {"message": line["quick_replies"][0]["payload"], "session_id": confirmed})
    await settle(lambda: len(tab.lines()) == 2)
    await tab.client.emit("user_uttered", {"message": '/inform_country{"country": "GB"}', "session_id": confirmed})
    await settle(lambda: len(tab.lines()) == 3)
    await tab.drop()
    tab.got.clear()
    await tab.client.connect(served.url, transports=["websocket"])
    await tab.client.emit("session_request", {"session_id": confirmed})
    await settle(lambda: bool(tab.got))
    assert tab.got == [("session_confirm", confirmed)]
    await tab.client.disconnect()


async def test_a_bare_client_that_asks_for_no_session_is_answered(served: Served) -> None:  # noqa: F811
    tab = Tab(served)
    await tab.client.connect(served.url, transports=["websocket"])
    await tab.client.emit("user_uttered", {"message": "I am going to kill myself tonight"})
    await settle(lambda: bool(tab.lines()))
    assert "emergency number" in tab.lines()[0]["text"] or "999" in tab.lines()[0]["text"]
    await tab.client.disconnect()


async def test_a_message_sent_before_the_session_is_confirmed_is_spoken_in_it(served: Served) -> None:  # noqa: F811
    tab = Tab(served)
    await tab.client.connect(served.url, transports=["websocket"])
    await tab.client.emit("session_request", {"mooring": 1})
    assert (await tab.say("1", "thanks"))["ok"]
    assert [event for event, _ in tab.got] == ["session_confirm", "user_echo", "bot_uttered"]
    await tab.client.disconnect()


def test_an_engine_of_version_three_is_turned_away(served: Served) -> None:  # noqa: F811
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(f"{served.url}/socket.io/?EIO=3&transport=polling", timeout=5)
    assert error.value.code == 400


async def test_sockets_and_http_are_one_session(tab: Tab, served: Served) -> None:  # noqa: F811
    body = await asyncio.to_thread(served.post, "web/message", {"token": tab.token, "id": "h", "text": OTHER})
    await settle(lambda: len(tab.lines()) == 1)
    assert tab.lines() == body[1]["replies"]


async def test_staff_speak_in_the_bots_place_and_leave_again(tab: Tab, served: Served) -> None:  # noqa: F811
    await tab.say("1", "thanks")
    name = conversation_of(tab)

    def staff(path: str, **body: str) -> Any:
        return asyncio.to_thread(served.staff, path, conversation=name, staff="sam", **body)

    assert (await staff("say", text="too early", id="0"))[0] == 409
    assert (await staff("pause", name="Sam"))[0] == 200
    assert await tab.say("2", "I want to die") == {"ok": True, "id": "2", "last": tab.last}
    assert len(tab.lines()) == 1
    for _ in range(2):
        status, told = await staff("say", text="Hello, I am Sam.", id="s1")
        assert (status, told) == (200, {"ok": True, "delivered": True, "gone": False})
    await settle(lambda: len(tab.lines()) == 2)
    assert [tab.lines()[1][key] for key in ("by", "name", "text", "reply_to")] == ["staff", "Sam", "Hello, I am Sam.", None]
    second = Tab(served)
    assert (await second.open(tab.token))["staff"] == {"name": "Sam"}
    await settle(lambda: len(second.lines()) == 2)
    await second.client.disconnect()
    assert (await staff("resume"))[0] == 200
    assert (await tab.say("3", "thanks"))["ok"] and tab.lines()[-1]["by"] == "bot"
    assert [data["present"] for event, data in tab.got if event == "staff"] == [True, False]
    said = (await tab.client.call("session_export", {}))["export"]["said"]
    assert "Hello, I am Sam." in [line["text"] for line in said] and any(line["danger"] == "suicide" for line in said)


async def test_no_word_of_the_bots_comes_after_staff_have_begun(tab: Tab, served: Served) -> None:  # noqa: F811
    await tab.say("0", "thanks")
    name = conversation_of(tab)
    sending = [asyncio.create_task(tab.say(str(number), QUESTION)) for number in range(1, 9)]
    await asyncio.sleep(0.1)
    assert (await asyncio.to_thread(served.staff, "pause", conversation=name, staff="sam", name="Sam"))[0] == 200
    await settle(lambda: any(event == "staff" for event, _ in tab.got))
    place = next(at for at, (event, _) in enumerate(tab.got) if event == "staff")
    await asyncio.gather(*sending)
    await asyncio.sleep(0.2)
    assert [data for event, data in tab.got[place:] if event == "bot_uttered"] == []


async def test_words_from_staff_wait_for_whoever_comes_back(tab: Tab, served: Served) -> None:  # noqa: F811
    await tab.say("1", "thanks")
    name, had = conversation_of(tab), tab.last
    await tab.drop()
    await asyncio.to_thread(served.staff, "pause", conversation=name, staff="sam", name="Sam")
    await settle(lambda: not served.staff("say", conversation=name, staff="sam", text="are you there?", id="s")[1]["delivered"])
    tab.got.clear()
    await tab.open(tab.token, had)
    await settle(lambda: len(tab.lines()) == 1)
    assert tab.lines()[0]["text"] == "are you there?"


async def test_staff_can_delete_a_conversation(tab: Tab, served: Served) -> None:  # noqa: F811
    await tab.say("1", QUESTION)
    status, told = await asyncio.to_thread(served.staff, "delete", conversation=conversation_of(tab), staff="sam")
    assert status == 200 and told["receipt"]["conversations"] == 1
    await settle(lambda: ("session_deleted", {}) in tab.got)


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, {"conversation": "x", "staff": "s"}, 401),
        ({"authorization": "Bearer wrong"}, {"conversation": "x", "staff": "s"}, 401),
        ({"authorization": "Bearer for-tests-of-staff", "x_forwarded_for": "10.0.0.1"}, {"conversation": "x", "staff": "s"}, 403),
        ({"authorization": "Bearer for-tests-of-staff"}, {"conversation": "unknown", "staff": "s"}, 404),
        ({"authorization": "Bearer for-tests-of-staff"}, {"conversation": 7, "staff": "s"}, 400),
        ({"authorization": "Bearer for-tests-of-staff"}, ["x"], 400),
        ({"authorization": "Bearer for-tests-of-staff"}, {"conversation": "x" * 100, "staff": "s"}, 400),
    ],
)
def test_only_the_console_on_this_machine_reaches_the_routes_for_staff(headers: dict[str, str], body: Any, status: int, served: Served) -> None:  # noqa: F811
    assert served.post("staff/resume", body, **headers)[0] == status


def conversation_of(tab: Tab) -> str:
    """The pseudonym of a tab's session, as the server makes it."""
    import base64

    import jwt

    from bot import privacy

    address = jwt.decode(tab.token, options={"verify_signature": False})["sub"]
    return privacy.Ring((base64.urlsafe_b64encode(b"k" * 32).decode(),)).pseudonyms("web", address)[0]


@pytest.mark.timeout(900)
async def test_killed_and_started_again_nothing_is_lost_or_doubled(served: Served) -> None:  # noqa: F811
    tab = Tab(served)
    await tab.open()
    first = await tab.say("1", QUESTION)
    had = tab.lines()[0]
    await tab.client.emit("user_uttered", {"id": "2", "message": OTHER})
    await asyncio.to_thread(served.kill)
    tab.client = tab.make()
    await asyncio.to_thread(served.start)
    tab.got.clear()
    assert (await tab.open(tab.token, 0))["resumed"] is True
    await settle(lambda: len(tab.lines()) >= 1)
    assert tab.lines()[0] == had and had["seq"] == first["last"]
    for _ in range(2):
        assert (await tab.say("1", QUESTION))["ok"] and (await tab.say("2", OTHER))["ok"]
    lines = {line["seq"]: line["reply_to"] for line in tab.lines()}
    assert list(lines.values()) == ["1", "2"] and list(lines) == sorted(lines)
    await tab.client.disconnect()
