"""Set-up: telemetry is off wherever Rasa starts, and Rasa refuses to start without the parts that hear danger."""
from __future__ import annotations

import copy
import os
import re
import subprocess
import sys

import pytest
import rasa.shared.utils.io
from rasa.shared.exceptions import InvalidConfigException

from bot import logs
from bot.rasa_parts import importer
from bot.settings import ROOT
from scripts import run, train

CONFIG = rasa.shared.utils.io.read_model_configuration(str(ROOT / "config.yml"))
IMPORTS_RASA = [
    path.relative_to(ROOT).as_posix()
    for folder in ("bot", "scripts", "benchmarks", "console", "actions")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if re.search(r"^if __name__ == ", path.read_text(), re.MULTILINE) and re.search(r"^\s*(?:import|from) rasa", path.read_text(), re.MULTILINE)
]


def test_the_makefile_switches_telemetry_off_for_every_target() -> None:
    assert re.search(r"^export RASA_TELEMETRY_ENABLED := false$", (ROOT / "Makefile").read_text(), re.MULTILINE)


def test_every_process_that_is_started_is_told_so() -> None:
    assert run.environment()["RASA_TELEMETRY_ENABLED"] == "false"


def test_the_processes_are_started_through_our_own_modules_and_never_through_the_rasa_command() -> None:
    for line in (ROOT / "Procfile").read_text().splitlines():
        assert re.fullmatch(r"\w+: \.venv/bin/python -m (?:scripts|console|bot)[.\w]*(?: [-\w]+)*", line), line


@pytest.mark.parametrize("name", IMPORTS_RASA)
def test_every_entry_point_is_quiet_before_it_imports_rasa(name: str) -> None:
    text = (ROOT / name).read_text()
    first = re.search(r"^\s*(?:import|from) rasa", text, re.MULTILINE)
    assert first and re.search(r"logs\.quiet\(", text[: first.start()]), f"{name}: call bot.logs.quiet() before Rasa is imported"


def test_quiet_switches_telemetry_off_even_where_it_was_on() -> None:
    code = "import os; from bot import logs; logs.quiet(); from rasa import telemetry; print(telemetry.is_telemetry_enabled())"
    on = {**os.environ, "RASA_TELEMETRY_ENABLED": "true", "PYTHONPATH": str(ROOT)}
    ran = subprocess.run([sys.executable, "-c", code], env=on, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.stdout.strip().splitlines()[-1] == "False", ran.stderr[-500:]


def test_logs_never_hold_what_people_say() -> None:
    kept = logs.drop_words(None, "error", {"event": "processor.message.parse", "parse_data_text": "my name is Ann", "text": "x", "sender_id": "y"})
    assert kept == {"event": "processor.message.parse"}


def test_the_configuration_is_whole() -> None:
    importer.check_config(CONFIG)


@pytest.mark.parametrize(("section", "name"), [("pipeline", "HearDanger"), ("pipeline", "ReadMessage"), ("pipeline", "SelectAnswer"), ("policies", "SafetyPolicy")])
def test_rasa_refuses_a_configuration_that_cannot_hear_danger(section: str, name: str) -> None:
    without = copy.deepcopy(dict(CONFIG))
    without[section] = [part for part in without[section] if not part["name"].endswith(name)]
    with pytest.raises(InvalidConfigException, match=name):
        importer.check_config(without)


def test_a_training_is_due_when_and_only_when_something_changed() -> None:
    assert train.wanted() == train.wanted()
    assert len(train.wanted()) == 64


def test_a_taken_port_is_named_with_its_remedy() -> None:
    import socket

    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        [problem] = run.taken({"RASA_PORT": other.getsockname()[1]})
    assert "RASA_PORT=" in problem and "in use" in problem


@pytest.mark.parametrize("name", ["scripts/serve.py", "scripts/run.py", "scripts/actions.py", "console/__main__.py"])
def test_servers_listen_on_this_machine_only(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "127.0.0.1" in text and "0.0.0.0" not in text


def test_rasas_own_api_stays_off() -> None:
    assert "enable_api=False" in (ROOT / "scripts" / "serve.py").read_text()
