"""The channel's two ways in: a webhook that only Telegram can use, and long polling; and a start without Telegram."""
from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import yaml

from bot.settings import ROOT
from channels.telegram import channel, updates
from channels.telegram.channel import SetUpProblem, TelegramInput
from channels.telegram.fake_api import TOKEN, FakeTelegram
from channels.telegram.tests.conftest import SECRET, Echo

SAM = 7001
URL = "https://example.org/webhooks/telegram/webhook"


@pytest.fixture
async def hooked(telegram: FakeTelegram, echo: Echo, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TelegramInput]:
    """The channel with a webhook, started."""
    monkeypatch.setattr(channel, "Assistant", lambda agent: echo)
    made = TelegramInput(TOKEN, url=URL, secret=SECRET, api=telegram.url)
    await made.start(None)
    await telegram.wait_for(lambda: made.ready)
    yield made
    await made.stop()


@pytest.fixture
async def polling(telegram: FakeTelegram, echo: Echo, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[TelegramInput]:
    """The channel that polls, started."""
    monkeypatch.setattr(channel, "Assistant", lambda agent: echo)
    monkeypatch.setattr(channel, "FIRST_WAIT", 0.02)
    made = TelegramInput(TOKEN, api=telegram.url)
    await made.start(None)
    yield made
    await made.stop()


def written(number: int, text: str = "hello") -> bytes:
    """An update as Telegram posts it."""
    message = {"message_id": number, "date": 0, "text": text, "chat": {"id": SAM, "type": "private"}}
    return json.dumps({"update_id": number, "message": message}).encode()


@pytest.mark.parametrize("secret", ["", "short", "with spaces in it, which Telegram refuses", "ä" * 20])
def test_a_webhook_without_a_good_secret_does_not_start(secret: str) -> None:
    with pytest.raises(SetUpProblem, match="MOORING_TELEGRAM_SECRET"):
        TelegramInput(TOKEN, url=URL, secret=secret)


@pytest.mark.parametrize("token", ["none", "7", "7:", "${MOORING_TELEGRAM_TOKEN}"])
def test_what_is_no_token_does_not_start_and_is_not_repeated(token: str) -> None:
    with pytest.raises(SetUpProblem, match="BotFather") as problem:
        TelegramInput(token)
    assert token == "7" or token not in str(problem.value).replace("MOORING_TELEGRAM_TOKEN", "")


async def test_the_webhook_is_set_with_its_secret_and_asks_only_for_what_is_read(hooked: TelegramInput, telegram: FakeTelegram) -> None:
    assert telegram.webhook["secret_token"] == SECRET and telegram.webhook["url"] == URL
    assert telegram.webhook["allowed_updates"] == updates.WANTED and "business_message" not in telegram.webhook["allowed_updates"]


@pytest.mark.parametrize("secret", ["", "wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "ä"])
async def test_a_forged_update_is_refused_and_not_read(secret: str, hooked: TelegramInput, telegram: FakeTelegram, echo: Echo) -> None:
    assert await hooked.receive(secret, written(1)) == 401
    await asyncio.sleep(0.05)
    assert not echo.heard and not telegram.said(SAM)


async def test_without_a_webhook_nothing_is_received_not_even_with_an_empty_secret(polling: TelegramInput) -> None:
    assert await polling.receive("", written(1)) == 401


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[1]", b"null", b"\xff\xfe", b'"text"', b"[" * 100_000, b'{"update_id": 1, "message": {"text": "' + b"a" * 2_000_000 + b'"}}'],
    ids=["nothing", "broken", "list", "null", "bytes", "text", "deep", "huge"],
)
async def test_what_is_no_update_is_taken_and_forgotten(body: bytes, hooked: TelegramInput, telegram: FakeTelegram) -> None:
    assert await hooked.receive(SECRET, body) == 200
    assert not telegram.said(SAM)


async def test_the_webhook_answers_at_once_and_the_reply_follows(
    hooked: TelegramInput, telegram: FakeTelegram, echo: Echo, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def slowly(*_: Any) -> list[dict[str, Any]]:
        await asyncio.sleep(0.4)
        return [{"text": "there", "buttons": [], "sources": []}]

    monkeypatch.setattr(echo, "answer", slowly)
    assert await asyncio.wait_for(hooked.receive(SECRET, written(1)), 0.3) == 200
    assert not telegram.said(SAM)
    await telegram.wait_for_replies(SAM, 1)


async def test_updates_that_are_asked_for_are_answered_once(polling: TelegramInput, telegram: FakeTelegram) -> None:
    for number in range(5):
        telegram.say(SAM, f"message {number}")
    replies = await telegram.wait_for_replies(SAM, 5)
    await telegram.wait_until_delivered()
    assert [reply["text"][-1] for reply in replies[1:]] == list("1234") and len(telegram.said(SAM)) == 5


async def test_the_server_starts_while_telegram_is_away_and_finds_it_later(telegram: FakeTelegram, polling: TelegramInput) -> None:
    telegram.away = True
    await asyncio.sleep(0.1)
    telegram.say(SAM, "hello")
    telegram.away = False
    await telegram.wait_for_replies(SAM, 1)
    assert polling.ready and telegram.commands


async def test_a_webhook_of_before_is_taken_away_for_polling(telegram: FakeTelegram, echo: Echo, monkeypatch: pytest.MonkeyPatch) -> None:
    telegram.webhook = {"url": URL}
    monkeypatch.setattr(channel, "Assistant", lambda agent: echo)
    made = TelegramInput(TOKEN, api=telegram.url)
    await made.start(None)
    telegram.say(SAM, "hello")
    await telegram.wait_for_replies(SAM, 1)
    await made.stop()


async def test_one_broken_update_does_not_hold_up_the_others(polling: TelegramInput, telegram: FakeTelegram) -> None:
    telegram.push({"message": {"chat": 5}})
    telegram.push({"poll": "?"})
    telegram.say(SAM, "hello")
    await telegram.wait_for_replies(SAM, 1)
    await telegram.wait_until_delivered()


async def test_the_token_is_in_no_log(telegram: FakeTelegram, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, echo: Echo) -> None:
    caplog.set_level("DEBUG")
    monkeypatch.setattr(channel, "Assistant", lambda agent: echo)
    monkeypatch.setattr(channel, "FIRST_WAIT", 0.02)
    made = TelegramInput("8:another-token", api=telegram.url)
    await made.start(None)
    await telegram.wait_for(lambda: len(telegram.calls) > 2)
    await made.stop()
    assert "another-token" not in caplog.text and "could not be set up (InvalidToken)" in caplog.text


async def test_telegram_is_asked_who_we_are_once(polling: TelegramInput, telegram: FakeTelegram) -> None:
    for number in range(3):
        telegram.say(SAM, f"message {number}")
    await telegram.wait_for_replies(SAM, 3)
    assert sum(name == "getMe" for name, _ in telegram.calls) == 1


def test_the_only_routes_are_the_webhook_and_health() -> None:
    routes = TelegramInput(TOKEN).blueprint(None)._future_routes  # type: ignore[arg-type]
    assert {(route.uri, *sorted(route.methods or ())) for route in routes} == {("/webhook", "POST"), ("/health", "GET")}


def test_without_a_token_the_server_has_no_such_route(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MOORING_TELEGRAM_TOKEN", raising=False)
    off = TelegramInput.from_credentials(yaml.safe_load((ROOT / "credentials.yml").read_text())["channels.telegram.channel.TelegramInput"])
    assert not list(off.blueprint(None)._future_routes) and not list(off.blueprint(None)._future_listeners)  # type: ignore[arg-type]


def test_with_a_token_and_a_webhook_but_no_secret_the_server_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOORING_TELEGRAM_TOKEN", TOKEN)
    monkeypatch.setenv("MOORING_TELEGRAM_URL", URL)
    monkeypatch.delenv("MOORING_TELEGRAM_SECRET", raising=False)
    with pytest.raises(SetUpProblem):
        TelegramInput.from_credentials({})
