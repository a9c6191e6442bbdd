"""The website's channel over HTTP on a real server: who may speak, in which session, and how often."""
from __future__ import annotations

import time
import urllib.error
import urllib.request
from typing import Any

import jwt
import pytest
from served import ORIGIN, WEB_KEY, Served, served  # noqa: F401

QUESTION = "how long does ket withdrawal last?"


def forge(key: str | None = WEB_KEY, algorithm: str = "HS256", **claims: Any) -> str:
    return jwt.encode({"sub": "someone", **claims}, key, algorithm=algorithm)


@pytest.fixture
def token(served: Served) -> str:  # noqa: F811
    status, body, _ = served.post("web/session", {})
    assert status == 200 and "automated" in body["disclosure"] and body["staff"] is None and body["resumed"] is False
    return str(body["token"])


def test_a_question_is_answered_with_its_sources(served: Served, token: str) -> None:  # noqa: F811
    status, body, headers = served.post("web/message", {"token": token, "id": "1", "text": QUESTION, "country": "GB"})
    assert status == 200 and body["id"] == "1" and body["ok"]
    line = body["replies"][0]
    assert line["sources"][0]["title"] and line["buttons"] and line["reply_to"] == "1" and line["seq"] == body["last"]
    assert headers["Cache-Control"] == "no-store" and "Set-Cookie" not in headers


def test_danger_is_answered_without_an_action_server(served: Served, token: str) -> None:  # noqa: F811
    _, body, _ = served.post("web/message", {"token": token, "id": "1", "text": "I am going to kill myself tonight", "country": "GB"})
    assert len(body["replies"]) == 1 and "999" in body["replies"][0]["text"]


NO_TOKENS = {
    "none": "",
    "nonsense": "nonsense",
    "a number": 7,
    "a list": ["x"],
    "too long": "x" * 5_000,
    "a lone surrogate": "\ud800",
    "another key": forge("another key" * 5, exp=time.time() + 60),
    "unsigned": forge(None, "none", exp=time.time() + 60),
    "ended": forge(exp=time.time() - 60),
    "no end": forge(),
}


@pytest.mark.parametrize("forged", NO_TOKENS.values(), ids=NO_TOKENS)
@pytest.mark.parametrize("path", ["message", "poll", "delete", "export", "feedback"])
def test_nobody_does_anything_without_a_token_of_ours_and_still_learns_where_to_turn(forged: Any, path: str, served: Served) -> None:  # noqa: F811
    status, body, _ = served.post(f"web/{path}", {"token": forged, "id": "1", "text": "hello"})
    assert status == 401 and body["error"] == "session" and "emergency number" in body["replies"][0]["text"]


@pytest.mark.parametrize("forged", NO_TOKENS.values(), ids=NO_TOKENS)
def test_a_token_that_opens_nothing_is_answered_with_a_fresh_session(forged: Any, served: Served) -> None:  # noqa: F811
    status, body, _ = served.post("web/session", {"token": forged})
    assert status == 200 and body["resumed"] is False and body["token"] != forged


def test_a_repeated_id_is_handled_once(served: Served, token: str) -> None:  # noqa: F811
    asked = {"token": token, "id": "same", "text": "thanks"}
    first, second = served.post("web/message", asked)[1], served.post("web/message", asked)[1]
    third = served.post("web/message", {**asked, "id": "other"})[1]
    assert first["replies"] == second["replies"] and third["replies"]
    seqs = [line["seq"] for line in served.post("web/poll", {"token": token, "last": 0})[1]["lines"]]
    assert len(seqs) == 4 and seqs == sorted(set(seqs))


def test_a_poll_brings_what_came_after(served: Served, token: str) -> None:  # noqa: F811
    first = served.post("web/message", {"token": token, "id": "1", "text": "thanks"})[1]
    assert served.post("web/poll", {"token": token, "last": first["last"]})[1]["lines"] == []
    second = served.post("web/message", {"token": token, "id": "2", "text": QUESTION, "last": 0})[1]
    assert [line["kind"] for line in second["lines"]] == ["user", "line", "user"] and second["replies"]
    lines = served.post("web/poll", {"token": token, "last": first["last"]})[1]["lines"]
    assert [line["kind"] for line in lines] == ["user", "line"] and lines[0]["text"] == QUESTION


def test_the_session_of_one_is_not_that_of_another(served: Served, token: str) -> None:  # noqa: F811
    other = str(served.post("web/session", {})[1]["token"])
    offered = served.post("web/message", {"token": token, "id": "1", "text": QUESTION})[1]["replies"][0]["buttons"][0]
    body = served.post("web/message", {"token": other, "id": "1", "text": "hello", "payload": offered["payload"]})[1]
    pressed = served.post("web/message", {"token": token, "id": "2", "text": "x", "payload": offered["payload"]})[1]
    assert body["replies"][0]["text"] != pressed["replies"][0]["text"]
    assert all(line.get("text") != QUESTION for line in served.post("web/poll", {"token": other, "last": 0})[1]["lines"])


def test_a_deleted_session_is_gone_and_its_token_dead(served: Served, token: str) -> None:  # noqa: F811
    served.post("web/message", {"token": token, "id": "1", "text": QUESTION})
    assert served.post("web/export", {"token": token})[1]["export"]["said"][0]["text"] == QUESTION
    receipt = served.post("web/delete", {"token": token})[1]["receipt"]
    assert receipt["conversations"] == 1 and receipt["events"] > 3 and not receipt["held"]
    assert served.post("web/message", {"token": token, "id": "1", "text": QUESTION})[0] == 401
    fresh = served.post("web/session", {"token": token})[1]
    assert fresh["resumed"] is False and fresh["lines"] == []


def test_a_thumb_is_kept_for_a_line_of_the_bots_only(served: Served, token: str) -> None:  # noqa: F811
    line = served.post("web/message", {"token": token, "id": "1", "text": QUESTION})[1]["replies"][0]
    assert served.post("web/export", {"token": token})[1]["export"]["thumbs"] == []
    for good in (True, False):  # the last one counts
        assert served.post("web/feedback", {"token": token, "seq": line["seq"], "good": good})[0] == 200
    for wrong in ({"seq": 1, "good": True}, {"seq": line["seq"], "good": "yes"}, {"seq": None, "good": True}, {}):
        assert served.post("web/feedback", {"token": token, **wrong})[0] == 400
    (thumb,) = served.post("web/export", {"token": token})[1]["export"]["thumbs"]
    assert thumb["text"] == line["text"] and thumb["good"] is False


BODIES = [b"not json", b"[1, 2]", b'"text"', b"\xff\xfe", b"", b"{", b"[" * 50_000]


@pytest.mark.parametrize("raw", BODIES, ids=["words", "list", "text", "bytes", "nothing", "half", "deep"])
def test_what_is_no_message_is_refused_with_help(raw: bytes, served: Served) -> None:  # noqa: F811
    status, body, _ = served.post("web/message", raw=raw)
    assert status == 400 and "emergency number" in body["replies"][0]["text"]


@pytest.mark.parametrize("size", [70_000, 1_000_000])
def test_what_is_too_large_is_refused_with_help(size: int, served: Served) -> None:  # noqa: F811
    status, body, _ = served.post("web/message", raw=b'{"text": "' + b"a" * size + b'"}')
    assert status == 413 and "emergency number" in body["replies"][0]["text"]


WRONG = [{}, {"id": "1"}, {"text": "x"}, {"id": "a b", "text": "x"}, {"id": "x" * 81, "text": "x"}, {"id": "\ud800", "text": "x"}, {"id": 1, "text": "x"}]


@pytest.mark.parametrize("asked", [*WRONG, {"id": "1", "text": ["x"]}, {"id": "1", "text": "x", "payload": {}}], ids=ascii)
def test_a_message_of_another_shape_is_refused(asked: dict[str, Any], served: Served, token: str) -> None:  # noqa: F811
    assert served.post("web/message", {"token": token, **asked})[0] == 400


ODD = ["", " ", "\ud800", "/restart", '/inform_country{"country": "GB"}', "<script>alert(1)</script>", "[x](javascript:alert(1))", "\x00", "😀" * 3_000, "‮abc"]


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text[:20]))
def test_whatever_is_typed_is_read_as_text_and_answered(text: str, served: Served, token: str) -> None:  # noqa: F811
    status, body, _ = served.post("web/message", {"token": token, "id": "1", "text": text})
    assert status == 200 and body["replies"][0]["text"]
    assert "<script" not in body["replies"][0]["text"] and "javascript:" not in body["replies"][0]["text"]


def test_links_lead_to_web_pages_only(served: Served, token: str) -> None:  # noqa: F811
    body = served.post("web/message", {"token": token, "id": "1", "text": QUESTION})[1]
    assert all(source["url"].startswith(("https://", "http://")) for line in body["replies"] for source in line["sources"])


@pytest.mark.parametrize(("origin", "status"), [(ORIGIN, 200), ("https://elsewhere.example", 403), ("null", 403), (ORIGIN + ".evil.example", 403)])
def test_only_our_own_page_may_call_from_a_browser(origin: str, status: int, served: Served) -> None:  # noqa: F811
    found, body, headers = served.post("web/session", {}, origin=origin)
    assert found == status and (status == 200 or "emergency number" in body["replies"][0]["text"])
    assert headers.get("Access-Control-Allow-Origin") == (ORIGIN if status == 200 else None)
    assert "Access-Control-Allow-Credentials" not in headers


@pytest.mark.parametrize("path", ["conversations/x/tracker", "model/parse", "webhooks/rest/webhook", "status"])
def test_rasas_own_routes_are_not_there(path: str, served: Served) -> None:  # noqa: F811
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(f"{served.url}/{path}", timeout=5)
    assert error.value.code in (404, 405)


def test_too_many_messages_are_refused_with_help(served: Served, token: str) -> None:  # noqa: F811
    found = [served.post("web/message", {"token": token, "id": "same", "text": "hi"}) for _ in range(45)]
    status, body, _ = found[-1]
    assert status == 429 and "emergency number" in body["replies"][0]["text"] and 1 <= body["retry_after"] <= 60


def test_the_servers_log_holds_no_words(served: Served, token: str) -> None:  # noqa: F811
    served.post("web/message", {"token": token, "id": "1", "text": "xylophone is my word"})
    assert "xylophone" not in served.log.read_text(errors="replace")
