"""Rasa's real server with our channels, started once for all tests that need it, on a database of its own.

In a test module: `from served import served` (a fixture that gives a `Served`).
"""
from __future__ import annotations

import atexit
import base64
import functools
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from typing import Any

import aiohttp
import pytest

if not hasattr(aiohttp, "ClientWSTimeout"):
    # python-socketio's client asks for a class that the aiohttp of Rasa does not have yet; there the time alone is given.
    aiohttp.ClientWSTimeout = lambda ws_close=None: ws_close  # type: ignore[attr-defined]

import socketio  # type: ignore[import-untyped]  # noqa: E402

from bot.settings import ROOT  # noqa: E402

ORIGIN = "http://127.0.0.1:8123"
STAFF_KEY = "for-tests-of-staff"
WEB_KEY = "for-tests-" * 5


class Served:
    """A server that runs; `url` is its root."""

    def __init__(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="mooring-test-"))
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = f"sqlite:///{self.folder / 'm.sqlite3'}"
        self.log = self.folder / "log"
        self.keys, self.web_key = base64.urlsafe_b64encode(b"k" * 32).decode(), WEB_KEY

    def start(self) -> None:
        env = {**os.environ, "RASA_PORT": str(self.port), "PYTHONPATH": str(ROOT), "RASA_TELEMETRY_ENABLED": "false"}
        env |= {"MOORING_ORIGINS": ORIGIN, "MOORING_WEB_KEY": WEB_KEY, "MOORING_STAFF_KEY": STAFF_KEY, "ACTION_URL": "http://127.0.0.1:9/webhook"}
        env |= {"MOORING_KEYS": self.keys, "MOORING_DATABASE": self.database}
        env |= {"MOORING_JOURNAL": str(self.folder / "journal"), "MOORING_OUTBOX": str(self.folder / "outbox"), "MOORING_LIMIT_ADDRESS": "2000/minute"}
        with self.log.open("ab") as log:
            self.process = subprocess.Popen([sys.executable, "-m", "scripts.serve"], cwd=ROOT, env=env, stdout=log, stderr=log)
        for _ in range(560):
            time.sleep(0.5)
            assert self.process.poll() is None, self.log.read_text(errors="replace")[-800:]
            try:
                with urllib.request.urlopen(f"{self.url}/webhooks/web/health", timeout=2):
                    return
            except OSError:
                continue
        raise AssertionError("the server did not become ready")

    def kill(self) -> None:
        """As if the power had gone."""
        self.process.kill()
        self.process.wait(20)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def post(self, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str) -> tuple[int, dict[str, Any], dict[str, str]]:
        """Status, JSON and headers of a route, such as web/session."""
        data = raw if raw is not None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"{self.url}/webhooks/{path}", data, {"content-type": "application/json", **named})
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer), dict(answer.headers)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or b"{}"), dict(error.headers)

    def staff(self, path: str, **body: str) -> tuple[int, dict[str, Any]]:
        """Status and JSON of a route for staff."""
        return self.post(f"staff/{path}", body, authorization=f"Bearer {STAFF_KEY}")[:2]


class Tab:
    """A client of ours: what it was sent, and its session."""

    def __init__(self, served: Served, transports: list[str] | None = None) -> None:
        self.served, self.transports, self.token, self.got = served, transports or ["websocket"], "", list[tuple[str, Any]]()
        self.client = self.make()

    def make(self) -> Any:
        client = socketio.AsyncClient(reconnection=False, request_timeout=60)
        for event in ("session_confirm", "bot_uttered", "user_echo", "staff", "session_deleted"):
            client.on(event, functools.partial(self._keep, event))
        return client

    def _keep(self, event: str, data: Any) -> None:
        self.got.append((event, data))

    async def open(self, token: str = "", last: int = 0, **more: Any) -> dict[str, Any]:
        """Connect and ask for a session."""
        await self.client.connect(self.served.url, transports=self.transports, wait_timeout=60, **more)
        confirmed: dict[str, Any] = await self.client.call("session_request", {"mooring": 1, "token": token, "last": last}, timeout=120)
        self.token = confirmed.get("token", "")
        return confirmed

    async def say(self, id: str, message: Any, **more: Any) -> dict[str, Any]:
        """Send a message and wait for its acknowledgement."""
        found: dict[str, Any] = await self.client.call("user_uttered", {"id": id, "message": message, **more}, timeout=120)
        return found

    async def drop(self) -> None:
        """Lose the connection, as a phone does."""
        await self.client.eio.disconnect(abort=True)
        self.client = self.make()

    def lines(self) -> list[dict[str, Any]]:
        """The lines in the order in which they came."""
        return [data for event, data in self.got if event == "bot_uttered"]

    @property
    def last(self) -> int:
        return max((data["seq"] for event, data in self.got if event in ("bot_uttered", "user_echo")), default=0)


@functools.lru_cache(maxsize=1)
def shared() -> Served | Exception:
    """The server, ended with the tests; or why it did not start, so that this is tried once."""
    found = Served()
    try:
        found.start()
    except Exception as error:
        return error
    finally:
        atexit.register(found.stop)
    return found


@pytest.fixture(scope="session")
def served() -> Served:
    """See `Served`. On a busy machine Rasa takes minutes to start."""
    found = shared()
    if isinstance(found, Exception):
        raise found
    return found
