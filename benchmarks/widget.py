"""How large the website chat is, and how soon one can write in it on a slow phone, beside two others.

    .venv/bin/python -m benchmarks.widget

Fetches the others with `npm pack` into a temporary folder; needs Node and Chromium. Writes reports/widget.json.
All stand in the page. rasa-webchat shows nothing before a server has confirmed a session, so one does at once (`confirmed`).
Two of ours: the script alone, and with the field of /embed inside the element, as our own page has it, whose words the chat takes over.
Both can be written in before the rest has come, and hold what was written; "sending" is when it goes out.
A slow phone is Chromium with 400 ms before each answer, 400 kbit/s and a processor slowed down four times.
"until one can write" ends when the first frame with a field that takes words has been drawn.
"""
from __future__ import annotations

import gzip
import json
import pathlib
import socketserver
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading
import urllib.parse
from collections.abc import Callable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from bot.settings import ROOT

OTHERS = {"rasa-webchat": ("1.0.1", "package/lib/index.js"), "deep-chat": ("2.4.2", "package/dist/deepChat.bundle.js")}
OURS = ("widget.js", "mooring-chat.js", "mooring-more.js")
RUNS = 3
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
READY = {
    "mooring": "document.querySelector('mooring-chat textarea') || document.querySelector('mooring-chat')?.shadowRoot?.querySelector('textarea')",
    "mooring, script alone": "document.querySelector('mooring-chat')?.shadowRoot?.querySelector('textarea')",
    "mooring, sending": "document.querySelector('mooring-chat')?.shadowRoot?.querySelector('dialog')",
    "deep-chat": "document.querySelector('deep-chat')?.shadowRoot?.querySelector('#text-input')",
    "rasa-webchat": "document.querySelector('.rw-new-message:not(:disabled)')",
}
BODY = {
    "mooring": '<script type="module" src="/widget.js"></script><mooring-chat position="page"><textarea aria-label="Write"></textarea></mooring-chat>',
    "mooring, script alone": '<script type="module" src="/widget.js"></script><mooring-chat position="page"></mooring-chat>',
    "deep-chat": '<script type="module" src="/deep-chat.js"></script><deep-chat demo="true"></deep-chat>',
    "rasa-webchat": '<script src="/rasa-webchat.js"></script><script>WebChat.default({socketUrl: location.origin, embedded: true}, null)</script>',
}


class Threaded(socketserver.ThreadingMixIn, WSGIServer):
    """One thread for each request."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    """Nothing is logged."""

    def log_message(self, format: str, *given: Any) -> None:
        """Nothing."""


def fetch(name: str, version: str, path: str, folder: pathlib.Path) -> bytes:
    """The script of a package, as npm gives it. Raises CalledProcessError where npm cannot get it."""
    packed = subprocess.run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=folder, capture_output=True, text=True, check=True)
    with tarfile.open(folder / packed.stdout.strip().splitlines()[-1]) as archive:
        found = archive.extractfile(path)
        assert found, f"{name} {version} holds no {path}"
        return found.read()


def confirmed() -> Any:
    """A Socket.IO server that gives every client its session, by long polling, and says nothing else."""
    import socketio  # type: ignore[import-untyped]

    server = socketio.Server(async_mode="threading", allow_upgrades=False, cors_allowed_origins="*")
    server.on("session_request", lambda sid, given: server.emit("session_confirm", sid, to=sid))
    return server


def serve(files: dict[str, bytes]) -> WSGIServer:
    """The files, gzipped, and one page for each chat, on a free port."""
    import socketio

    packed = {f"/{name}": gzip.compress(body, 9) for name, body in files.items()}
    pages = {f"/{name}": gzip.compress(f"<!doctype html><html lang=en><meta charset=utf-8><title>x</title>{body}".encode()) for name, body in BODY.items()}

    def answer(asked: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        path = asked["PATH_INFO"]
        kind = "text/html" if path in pages else "text/javascript"
        body = pages.get(path) or packed.get(path)
        start("200 OK" if body else "404 Not Found", [("content-type", kind), ("content-encoding", "gzip")])
        return [body or b""]

    server = make_server("127.0.0.1", 0, socketio.WSGIApp(confirmed(), answer), Threaded, Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def interactive(browser: Any, address: str, ready: str) -> float | None:
    """Milliseconds from asking for the page until one can write or open the chat; None where that never comes."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("Network.enable")
    tools.send("Network.emulateNetworkConditions", SLOW)
    tools.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.add_init_script(
        f"{{ const look = () => ({ready}) ? setTimeout(() => (window.readyAt = performance.now())) : requestAnimationFrame(look); requestAnimationFrame(look); }}"
    )
    page.goto(address, wait_until="commit")
    try:
        page.wait_for_function("() => window.readyAt", timeout=60_000)
        return float(page.evaluate("() => window.readyAt"))
    except Exception:
        return None
    finally:
        context.close()


def main() -> int:
    """Measure and print."""
    from playwright.sync_api import sync_playwright

    files = {path.name: path.read_bytes() for path in (ROOT / "widget" / "dist").glob("*.js")}
    if "widget.js" not in files:
        print("The chat is not built: run `make build` (with Node).", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        for name, (version, path) in OTHERS.items():
            files[f"{name}.js"] = fetch(name, version, path, pathlib.Path(folder))
    sizes = {name: len(gzip.compress(body, 9)) for name, body in files.items()}
    server = serve(files)
    found: dict[str, Any] = {"gzipped_bytes": sizes, "all_of_mooring": sum(sizes[name] for name in OURS), "milliseconds": {}}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"])
        for name, ready in READY.items():
            # The first visit warms the browser up and is not counted.
            address = f"http://127.0.0.1:{server.server_port}/{urllib.parse.quote(name if name in BODY else name.split(',')[0])}"
            times = [interactive(browser, address, ready) for _ in range(RUNS + 1)][1:]
            known = [time for time in times if time is not None]
            found["milliseconds"][name] = round(statistics.median(known)) if known else None
        browser.close()
    server.shutdown()
    (ROOT / "reports").mkdir(exist_ok=True)
    (ROOT / "reports" / "widget.json").write_text(json.dumps(found, indent=2) + "\n")
    for name, size in sizes.items():
        print(f"{name:20} {size:8} bytes gzipped")
    print(f"{'mooring, all in':20} {found['all_of_mooring']:8} bytes gzipped")
    for name, time in found["milliseconds"].items():
        print(f"{name:20} {time if time is not None else 'never':>8} ms until one can write (slow network, slow processor, median of {RUNS})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
