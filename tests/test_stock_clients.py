"""Clients that others wrote hold a conversation over the website's channel: socket.io's own of two versions, and rasa-webchat in a browser.

They are fetched by npm for the test and stand nowhere in the project.
"""
from __future__ import annotations

import functools
import http.server
import json
import pathlib
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from browser import chromium  # noqa: F401
from playwright.sync_api import Browser, expect
from served import ORIGIN, Served, served  # noqa: F401

QUESTION = "how long does ket withdrawal last?"
TALK = """
const found = require("socket.io-client"), io = found.io || found.connect || found;
const [address, transport, question] = process.argv.slice(1), heard = [];
const socket = io(address, { path: "/socket.io/", transports: [transport], reconnection: false, timeout: 60000 });
const end = (why) => { console.log(JSON.stringify({ why, heard })); process.exit(0); };
socket.on("connect", () => socket.emit("session_request", { session_id: "made up here" }));
socket.on("connect_error", (error) => end(String(error.message || error)));
socket.on("session_confirm", (id) => { heard.push(["session_confirm", typeof id]); socket.emit("user_uttered", { message: question, session_id: id }); });
socket.on("bot_uttered", (line) => {
  heard.push(["bot_uttered", Object.keys(line).sort(), line.quick_replies]);
  if (heard.length === 3) end("done");
  else socket.emit("user_uttered", { message: line.quick_replies[0].payload });
});
setTimeout(() => end("too late"), 100000);
"""
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title><body><script src="/webchat.js"></script>
<script>WebChat.default({{socketUrl: "{url}", socketPath: "/socket.io/", title: "Chat", params: {{storage: "session"}}}}, null)</script>"""


@functools.cache
def installed(package: str) -> pathlib.Path | None:
    """Where npm put a package; None where it cannot be had."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="stock-client-"))
    command = ["npm", "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "--legacy-peer-deps", "--prefix", str(folder), package]
    done = subprocess.run(command, capture_output=True, timeout=240) if shutil.which("npm") else None
    return folder if done is not None and done.returncode == 0 else None


def folder_of(package: str) -> pathlib.Path:
    found = installed(package)
    if found is None:
        pytest.skip("needs npm and its registry")
    return found


def talk(served: Served, package: str, transport: str) -> dict[str, Any]:  # noqa: F811
    command = ["node", "-e", TALK, "--", served.url, transport, QUESTION]
    done = subprocess.run(command, cwd=folder_of(package), capture_output=True, text=True, timeout=180, check=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.timeout(600)
@pytest.mark.parametrize("transport", ["websocket", "polling"])
@pytest.mark.parametrize("version", ["3.1.3", "4.8.1"])
def test_socket_ios_own_client_asks_and_presses_a_button(version: str, transport: str, served: Served) -> None:  # noqa: F811
    found = talk(served, f"socket.io-client@{version}", transport)
    assert found["why"] == "done", found
    first, answer, more = found["heard"]
    assert first == ["session_confirm", "string"]
    assert answer[1] == ["quick_replies", "text"] and answer[2][0].keys() == {"content_type", "title", "payload"}
    assert more[0] == "bot_uttered" and "text" in more[1]


@pytest.mark.timeout(600)
def test_a_client_of_the_engine_before_is_told_no_and_not_left_waiting(served: Served) -> None:  # noqa: F811
    assert talk(served, "socket.io-client@2.5.0", "polling")["why"] not in ("done", "too late")


@pytest.fixture
def host() -> Iterator[dict[str, bytes]]:
    """A host page's server, at the origin that may call; what it serves by path."""
    files: dict[str, bytes] = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = files.get(self.path)
            self.send_response(200 if body else 404)
            self.send_header("content-type", "text/html" if self.path == "/" else "text/javascript")
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *given: Any) -> None:
            """Nothing is logged."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", int(ORIGIN.rsplit(":", 1)[1])), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield files
    server.shutdown()
    server.server_close()


@pytest.mark.timeout(600)
def test_rasa_webchat_holds_a_conversation(served: Served, chromium: Browser, host: dict[str, bytes]) -> None:  # noqa: F811
    script = folder_of("rasa-webchat@1.0.1") / "node_modules" / "rasa-webchat" / "lib" / "index.js"
    host.update({"/": PAGE.format(url=served.url).encode(), "/webchat.js": script.read_bytes()})
    context = chromium.new_context()
    # Its font and pictures stand elsewhere, and are not asked for.
    context.route(lambda url: not url.startswith("http://127.0.0.1"), lambda route: route.abort())
    page = context.new_page()
    page.set_default_timeout(90_000)
    page.goto(f"{ORIGIN}/")
    page.locator(".rw-launcher").click()
    answers = page.locator(".rw-response .rw-message-text")
    expect(answers).to_contain_text(["automated helper"])
    page.locator(".rw-new-message").fill(QUESTION)
    page.locator(".rw-send").click()
    expect(answers.nth(1)).to_contain_text("not yet reviewed by a clinician", timeout=90_000)
    before = answers.count()
    page.locator(".rw-reply").first.click()
    expect(answers).to_have_count(before + 1, timeout=90_000)
    context.close()
