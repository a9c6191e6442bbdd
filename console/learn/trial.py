"""A place to try: the trained assistant itself, in a process of its own that sees neither the database nor staff's e-mail.

It is `bot.ask`, started when it is first needed and ended when nobody has asked for a while. Nothing that is tried is
stored or counted, and a case that it opens goes nowhere.
"""
from __future__ import annotations

import dataclasses
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from typing import IO, Any

from bot.settings import ROOT
from bot.storage import database

IDLE = 600.0  # seconds without a question after which the process ends
LONGEST = 240.0  # seconds to wait for an answer; the first one starts the model, on a busy machine slowly
APART = ("MOORING_STAFF_WEBHOOK", "MOORING_STAFF_EMAIL", "MOORING_STAFF_HOURS")


class TrialTrouble(Exception):
    """The assistant could not be tried; the message says why."""


@dataclasses.dataclass
class Trial:
    """One process, asked by one page at a time."""

    command: Sequence[str] = (sys.executable, "-m", "bot.ask")
    process: subprocess.Popen[str] | None = None
    folder: str = ""
    asked_at: float = 0.0
    lock: threading.Lock = dataclasses.field(default_factory=threading.Lock)

    def ask(self, turns: Sequence[str], *, country: str = "", voice: str = "") -> dict[str, Any]:
        """What the assistant did in the last of the turns. Raises TrialTrouble."""
        line = {"turns": list(turns)} | ({"country": country} if country else {}) | ({"voice": voice} if voice else {})
        if not self.lock.acquire(timeout=LONGEST):
            raise TrialTrouble("busy")
        try:
            self.asked_at = time.monotonic()
            found = self._exchange(json.dumps(line))
        finally:
            self.lock.release()
        if "error" in found or not found.get("turns"):
            raise TrialTrouble("unreadable")
        last: dict[str, Any] = found["turns"][-1]
        return last

    def start(self) -> None:
        """Begin, so that the first answer comes sooner."""
        if self.process is not None and self.process.poll() is None:
            return
        self.end()
        self.folder = tempfile.mkdtemp(prefix="mooring-try-")
        apart = f"sqlite:///{pathlib.Path(self.folder) / 'try.sqlite3'}"
        database.upgrade(apart)
        kept = {name: value for name, value in os.environ.items() if name not in APART}
        given = {"MOORING_DATABASE": apart, "RASA_TELEMETRY_ENABLED": "false", "PYTHONPATH": str(ROOT)}
        self.process = subprocess.Popen(
            self.command, cwd=ROOT, env={**kept, **given}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        self.asked_at = time.monotonic()
        threading.Thread(target=self._end_when_idle, args=(self.process,), daemon=True).start()

    def end(self) -> None:
        """End the process and forget what it wrote."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            for pipe in (self.process.stdin, self.process.stdout):
                if pipe is not None:
                    pipe.close()
        self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def _exchange(self, line: str) -> dict[str, Any]:
        self.start()
        process = self.process
        assert process is not None and process.stdin is not None and process.stdout is not None
        guard = threading.Timer(LONGEST, process.kill)
        guard.start()
        try:
            process.stdin.write(line + "\n")
            process.stdin.flush()
            return read_json(process.stdout)
        except OSError:
            raise TrialTrouble("no_model") from None
        finally:
            guard.cancel()

    def _end_when_idle(self, process: subprocess.Popen[str]) -> None:
        while process.poll() is None:
            time.sleep(min(IDLE, 15.0))
            if time.monotonic() - self.asked_at > IDLE and self.lock.acquire(blocking=False):
                try:
                    if self.process is process:
                        self.end()
                finally:
                    self.lock.release()


def read_json(out: IO[str]) -> dict[str, Any]:
    """The next line that is JSON. Raises TrialTrouble at the end of what there is."""
    for line in out:
        if line.startswith("{"):
            found: dict[str, Any] = json.loads(line)
            return found
    raise TrialTrouble("no_model")


shared = Trial()
