"""Start everything under one supervisor, wait until the assistant truly answers, print the address.

Ends every process on Ctrl-C, or when one of them dies.
"""
from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.request

from honcho.environ import parse_procfile
from honcho.manager import Manager

from bot.settings import ROOT

PORTS = {"RASA_PORT": 5005, "ACTION_PORT": 5055, "CONSOLE_PORT": 8000}
LONGEST = 180  # seconds to wait for the first answer
QUESTION = "how long does ket withdrawal last?"


def environment() -> dict[str, str]:
    """What every process is given: ports, addresses of each other, and no telemetry."""
    ports = {name: os.environ.get(name, str(port)) for name, port in PORTS.items()}
    page = f"http://127.0.0.1:{ports['CONSOLE_PORT']} http://localhost:{ports['CONSOLE_PORT']}"
    given = {
        "ACTION_URL": f"http://127.0.0.1:{ports['ACTION_PORT']}/webhook",
        "MOORING_CHAT_URL": f"http://127.0.0.1:{ports['RASA_PORT']}/webhooks/web",
        "MOORING_ORIGINS": page,
        "PYTHONPATH": str(ROOT),
    }
    return {**os.environ, **given, **{k: v for k, v in os.environ.items() if k in given}, **ports, "RASA_TELEMETRY_ENABLED": "false"}


def taken(ports: dict[str, int]) -> list[str]:
    """What to say of ports that something else listens on."""
    problems = []
    for name, port in ports.items():
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                problems.append(f"Port {port} is in use. Free it, or choose another: make run {name}={port + 1000}")
    return problems


def post(url: str, body: dict[str, str]) -> dict[str, object]:
    """The JSON that a route of the web channel answers."""
    request = urllib.request.Request(url, json.dumps(body).encode(), {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: dict[str, object] = json.load(answer)
    return found


def announce(env: dict[str, str], manager: Manager, started: float) -> None:
    """Wait for a real answer, then print where the page is."""
    chat, page = env["MOORING_CHAT_URL"], f"http://127.0.0.1:{env['CONSOLE_PORT']}/"
    while time.monotonic() - started < LONGEST and manager.returncode is None:
        time.sleep(0.5)
        try:
            with urllib.request.urlopen(f"{chat}/health", timeout=2), urllib.request.urlopen(page, timeout=5):
                token = str(post(f"{chat}/session", {})["token"])
                answered = post(f"{chat}/message", {"token": token, "id": "ready", "text": QUESTION})["replies"]
                post(f"{chat}/delete", {"token": token})  # nobody asked it
        except OSError:
            continue
        if answered:
            print(f"\nMooring answers after {time.monotonic() - started:.0f} s. Open {page}  (Ctrl-C ends it)", file=sys.stderr)
            print(f"Staff sign in at {page}staff/\n", file=sys.stderr, flush=True)
            return
    if manager.returncode is None:
        print(f"Mooring did not answer within {LONGEST} s: the messages above say why.", file=sys.stderr, flush=True)
        manager.terminate()


def main() -> int:
    """Run what the Procfile names."""
    env = environment()
    problems = taken({name: int(env[name]) for name in PORTS})
    if problems:
        print("\n".join(problems), file=sys.stderr)
        return 1
    if subprocess.run([sys.executable, "-m", "console", "first-account"], env=env, cwd=ROOT).returncode:
        return 1
    print("Run: starting the assistant, the action server and the pages (about twenty seconds) ...", file=sys.stderr)
    manager = Manager()
    for name, command in parse_procfile((ROOT / "Procfile").read_text()).processes.items():
        manager.add_process(name, f"exec {command}", env=env, cwd=str(ROOT))
    threading.Thread(target=announce, args=(env, manager, time.monotonic()), daemon=True).start()
    manager.loop()
    return int(manager.returncode or 0)


if __name__ == "__main__":
    sys.exit(main())
