"""The website's channel on a real server: who may speak, in which session, and how often."""
from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import jwt
import pytest

from bot.settings import ROOT

ORIGIN = "http://127.0.0.1:8123"
Post = Callable[..., tuple[int, dict[str, Any], dict[str, str]]]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """Where the server listens; started once, ended by its own id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    env = {**os.environ, "RASA_PORT": str(port), "MOORING_ORIGINS": ORIGIN, "MOORING_WEB_KEY": "for-tests-" * 5, "PYTHONPATH": str(ROOT)}
    env |= {"ACTION_URL": "http://127.0.0.1:9/webhook", "RASA_TELEMETRY_ENABLED": "false"}
    server = subprocess.Popen([sys.executable, "-m", "scripts.serve"], cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    found = f"http://127.0.0.1:{port}/webhooks/web"
    try:
        for _ in range(240):
            time.sleep(0.5)
            assert server.poll() is None, server.stderr and server.stderr.read()[-800:]
            try:
                with urllib.request.urlopen(f"{found}/health", timeout=2):
                    break
            except OSError:
                continue
        yield found
    finally:
        server.terminate()
        server.wait(20)


@pytest.fixture(scope="module")
def post(address: str) -> Post:
    def send(path: str, body: Any, *, raw: bytes | None = None, **headers: str) -> tuple[int, dict[str, Any], dict[str, str]]:
        data = raw if raw is not None else json.dumps(body).encode()
        request = urllib.request.Request(f"{address}/{path}", data, {"content-type": "application/json", **headers})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer), dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}"), dict(error.headers)

    return send


@pytest.fixture
def token(post: Post) -> str:
    status, body, _ = post("session", {})
    assert status == 200 and "automated" in body["disclosure"]
    return str(body["token"])


def test_a_question_is_answered_with_its_sources(post: Post, token: str) -> None:
    status, body, headers = post("message", {"token": token, "id": "1", "text": "how long does ket withdrawal last?", "country": "GB"})
    assert status == 200 and body["id"] == "1" and body["replies"][0]["sources"][0]["title"]
    assert headers["Cache-Control"] == "no-store"


def test_danger_is_answered_without_an_action_server(post: Post, token: str) -> None:
    _, body, _ = post("message", {"token": token, "id": "1", "text": "I am going to kill myself tonight", "country": "GB"})
    assert len(body["replies"]) == 1 and "999" in body["replies"][0]["text"]


@pytest.mark.parametrize(
    "forged",
    [
        "",
        "nonsense",
        jwt.encode({"sub": "someone", "exp": time.time() + 60}, "another key" * 5, algorithm="HS256"),
        jwt.encode({"sub": "someone", "exp": time.time() + 60}, None, algorithm="none"),
        jwt.encode({"sub": "someone", "exp": time.time() - 60}, "for-tests-" * 5, algorithm="HS256"),
        jwt.encode({"sub": "someone"}, "for-tests-" * 5, algorithm="HS256"),
    ],
    ids=["none", "nonsense", "another key", "unsigned", "expired", "no end"],
)
def test_nobody_speaks_without_a_token_of_ours_and_still_learns_where_to_turn(forged: str, post: Post) -> None:
    status, body, _ = post("message", {"token": forged, "id": "1", "text": "hello"})
    assert status == 401 and "emergency number" in body["replies"][0]["text"]


def test_a_repeated_id_is_handled_once(post: Post, token: str) -> None:
    asked = {"token": token, "id": "same", "text": "thanks"}
    first, second = post("message", asked)[1], post("message", asked)[1]
    third = post("message", {**asked, "id": "other"})[1]
    assert first == second and third["replies"]


def test_the_session_of_one_is_not_that_of_another(post: Post, token: str) -> None:
    other = str(post("session", {})[1]["token"])
    offered = post("message", {"token": token, "id": "1", "text": "how long does ket withdrawal last?"})[1]["replies"][0]["buttons"][0]
    body = post("message", {"token": other, "id": "1", "text": "hello", "payload": offered["payload"]})[1]
    assert body["replies"][0]["text"] != post("message", {"token": token, "id": "2", "text": "x", "payload": offered["payload"]})[1]["replies"][0]["text"]


@pytest.mark.parametrize(
    ("raw", "status"),
    [(b"not json", 400), (b"[1, 2]", 400), (b'"text"', 400), (b"\xff\xfe", 400), (b"", 400), (b'{"token": "x", "text": "' + b"a" * 70_000 + b'"}', 413)],
    ids=["words", "list", "text", "bytes", "nothing", "too large"],
)
def test_what_is_no_message_is_refused_with_help(raw: bytes, status: int, post: Post) -> None:
    found, body, _ = post("message", None, raw=raw)
    assert found == status and "emergency number" in body["replies"][0]["text"]


@pytest.mark.parametrize(("origin", "status"), [(ORIGIN, 200), ("https://elsewhere.example", 403), ("null", 403)])
def test_only_our_own_page_may_call_from_a_browser(origin: str, status: int, post: Post) -> None:
    found, _, headers = post("session", {}, origin=origin)
    assert found == status
    assert headers.get("Access-Control-Allow-Origin") == (ORIGIN if status == 200 else None)


@pytest.mark.parametrize("path", ["conversations/x/tracker", "model/parse", "webhooks/rest/webhook", "status"])
def test_rasas_own_routes_are_not_there(path: str, address: str) -> None:
    root = address.removesuffix("/webhooks/web")
    with pytest.raises(urllib.error.HTTPError) as error:
        urllib.request.urlopen(f"{root}/{path}", timeout=5)
    assert error.value.code in (404, 405)


def test_too_many_messages_are_refused_with_help(post: Post, token: str) -> None:
    found = [post("message", {"token": token, "id": "same", "text": "hi"}) for _ in range(45)]
    status, body, _ = found[-1]
    assert status == 429 and "emergency number" in body["replies"][0]["text"]
