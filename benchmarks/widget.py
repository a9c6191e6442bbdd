"""How large the website chat is, and how soon one can write in it on a slow phone, beside two others.

    .venv/bin/python -m benchmarks.widget

Fetches the others with `npm pack` into a temporary folder; needs Node and Chromium. Writes reports/widget.json.
rasa-webchat shows nothing while no server answers it, which is its own default; then "never" is printed.
Ours can be written in before the rest has come, and holds what was written; "sending" is when it goes out.
A slow phone is Chromium with 400 ms before each answer, 400 kbit/s and a processor slowed down four times.
"""
from __future__ import annotations

import gzip
import http.server
import json
import pathlib
import statistics
import subprocess
import sys
import tarfile
import tempfile
import threading
from typing import Any

from bot.settings import ROOT

OTHERS = {"rasa-webchat": ("1.0.1", "package/lib/index.js"), "deep-chat": ("2.4.2", "package/dist/deepChat.bundle.js")}
OURS = ("widget.js", "mooring-chat.js", "mooring-more.js")
RUNS = 3
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
READY = {
    "mooring": "document.querySelector('mooring-chat')?.shadowRoot?.querySelector('textarea')",
    "mooring, sending": "document.querySelector('mooring-chat')?.shadowRoot?.querySelector('dialog')",
    "deep-chat": "document.querySelector('deep-chat')?.shadowRoot?.querySelector('#text-input')",
    "rasa-webchat": "document.querySelector('.rw-launcher')",
}
BODY = {
    "mooring": '<script type="module" src="/widget.js"></script><mooring-chat position="page"></mooring-chat>',
    "deep-chat": '<script type="module" src="/deep-chat.js"></script><deep-chat demo="true"></deep-chat>',
    "rasa-webchat": '<script src="/rasa-webchat.js"></script><script>WebChat.default({socketUrl: location.origin, socketPath: "/no/"}, null)</script>',
}


def fetch(name: str, version: str, path: str, folder: pathlib.Path) -> bytes:
    """The script of a package, as npm gives it. Raises CalledProcessError where npm cannot get it."""
    packed = subprocess.run(["npm", "pack", "--silent", f"{name}@{version}"], cwd=folder, capture_output=True, text=True, check=True)
    with tarfile.open(folder / packed.stdout.strip().splitlines()[-1]) as archive:
        found = archive.extractfile(path)
        assert found, f"{name} {version} holds no {path}"
        return found.read()


def serve(files: dict[str, bytes]) -> http.server.ThreadingHTTPServer:
    """The files, gzipped, and one page for each chat, on a free port."""

    packed = {name: gzip.compress(body, 9) for name, body in files.items()}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.strip("/")
            page = f"<!doctype html><html lang=en><meta charset=utf-8><title>x</title>{BODY[name]}".encode() if name in BODY else None
            body = gzip.compress(page) if page else packed.get(name)
            self.send_response(200 if body else 404)
            self.send_header("content-type", "text/html" if page else "text/javascript")
            self.send_header("content-encoding", "gzip")
            self.end_headers()
            self.wfile.write(body or b"")

        def log_message(self, *given: Any) -> None:
            """Nothing is logged."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
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
        f"{{ const look = () => ({ready}) ? requestAnimationFrame(() => setTimeout(() => (window.readyAt = performance.now()))) : requestAnimationFrame(look); look(); }}"
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
            address = f"http://127.0.0.1:{server.server_port}/{name.split(',')[0]}"
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
