"""What is built into the chat from the register: only what is true at any hour, and nothing that is not in the register."""
from __future__ import annotations

import datetime
import gzip
import json
import pathlib
import re
import shutil
import subprocess

import pytest

from bot import content, helplines
from bot.opening_hours import parse_hours
from bot.settings import DATA, ROOT
from scripts import widget


@pytest.fixture(scope="module")
def register() -> helplines.Register:
    return helplines.load_register(DATA / "helplines")


@pytest.fixture(scope="module")
def parts(register: helplines.Register) -> tuple[dict, dict]:
    return widget.card(register, content.shared())[1:]


def test_every_country_has_its_emergency_number(parts: tuple[dict, dict], register: helplines.Register) -> None:
    core, _ = parts
    for code, (_, _, ambulance, police, _) in core["places"].items():
        assert (ambulance, police) == (register.countries[code].ambulance_number, register.countries[code].police_number), code


def test_no_line_of_unknown_hours_or_little_confidence_is_on_the_card(parts: tuple[dict, dict], register: helplines.Register) -> None:
    _, rest = parts
    for code, entries in rest["lines"].items():
        for entry in entries:
            line = next(one for one in register.countries[code].lines if one.name == entry["n"] and one.confidence != "low" and one.hours.kind != "unknown")
            assert "h" in entry or line.hours.kind == "website", entry["n"]


def test_a_way_of_unknown_hours_is_left_out(parts: tuple[dict, dict]) -> None:
    _, rest = parts
    lifeline = next(entry for entry in rest["lines"]["AU"] if entry["n"].startswith("Lifeline"))
    assert not [label for label, *_ in lifeline["w"] if label.startswith("Chat")]


def test_no_number_that_must_not_be_used_is_on_the_card(parts: tuple[dict, dict], register: helplines.Register) -> None:
    _, rest = parts
    for code, entries in rest["lines"].items():
        assert helplines.banned_numbers(register, json.dumps(entries, ensure_ascii=False), code) == [], code


def test_every_address_is_one_that_a_device_may_open(parts: tuple[dict, dict]) -> None:
    _, rest = parts
    for entries in rest["lines"].values():
        for entry in entries:
            for _, *href in entry["w"]:
                assert all(re.match(r"(?:tel:[+#*\d]|sms:[+\d]|https://)", one) for one in href), entry


def test_a_line_says_until_when_it_may_be_shown_and_emergency_numbers_for_ever(parts: tuple[dict, dict]) -> None:
    _, rest = parts
    for code, entries in rest["lines"].items():
        for entry in entries:
            assert "u" not in entry or datetime.date.fromisoformat(entry["u"])
        assert code == "ZZ" or any("u" not in entry for entry in entries), code


@pytest.mark.parametrize("written,said", [
    ("24/7", "Open 24 hours, every day."),
    ("website", ""),
    (["Mon-Fri 09:00-17:00"], "Mon-Fri 09:00-17:00."),
    (["Mon,Wed 09:00-17:00", "Tue 10:00-18:00"], "Mon,Wed 09:00-17:00, Tue 10:00-18:00."),
    (["Mon-Sun 17:00-24:00"], "Mon-Sun 17:00-24:00."),
    (["Fri 22:00-03:00"], "Fri 22:00-03:00."),
])
def test_hours_are_said_as_they_are_written(written: object, said: str, register: helplines.Register) -> None:
    assert widget.hours_in_words(parse_hours("Europe/London", written), register.words) == said


def test_what_was_packed_is_unpacked_as_it_was(parts: tuple[dict, dict], tmp_path: pathlib.Path) -> None:
    if not shutil.which("node") or not (widget.WIDGET / "node_modules").exists():
        pytest.skip("needs Node: run `make build`")
    whole = tmp_path / "rest.mjs"
    esbuild = [str(widget.WIDGET / "node_modules" / ".bin" / "esbuild"), "src/rest.ts", "--bundle", "--format=esm", f"--outfile={whole}"]
    subprocess.run(esbuild, cwd=widget.WIDGET, check=True, capture_output=True)
    code = f"import {{ rest, numbers }} from {json.dumps(whole.as_uri())}; console.log(JSON.stringify([rest.lines, numbers]))"
    lines, numbers = json.loads(subprocess.run(["node", "--input-type=module", "-e", code], check=True, capture_output=True, text=True).stdout)
    assert numbers == parts[1]["numbers"]
    plain = {code: [[[label.removeprefix("Website: "), *href] for label, *href in entry["w"]] for entry in entries] for code, entries in parts[1]["lines"].items()}
    assert {code: [[[label.removeprefix("Website: "), *href] for label, *href in entry["w"]] for entry in entries] for code, entries in lines.items()} == plain


def test_the_lock_has_hashes_and_no_addresses() -> None:
    locked = json.loads((ROOT / "widget" / "package-lock.json").read_text())["packages"]
    assert all("integrity" in one and "resolved" not in one for name, one in locked.items() if name)


def test_the_bundle_is_small_and_asks_nobody_else() -> None:
    scripts = list(widget.DIST.glob("*.js"))
    if not scripts:
        pytest.skip("needs Node: run `make build`")
    assert sum(len(gzip.compress(path.read_bytes(), 9)) for path in scripts) <= 40_000
    assert len(gzip.compress((widget.DIST / "widget.js").read_bytes(), 9)) <= 6_000, "the first screen comes in one breath"
    code = (widget.DIST / "widget.js").read_text() + (widget.DIST / "mooring-chat.js").read_text()
    assert "WeakMap" not in code, "private members are written _name: what stands in for #name is slow and long"
    assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|localStorage|document\.cookie", code)
    # The page that "leave" opens, and the directory that works without a country.
    assert set(re.findall(r"https://[\w.-]+", code)) == {"https://www.bbc.co.uk", "https://findahelpline.com"}


def test_without_node_it_says_what_to_do_and_goes_on(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path) -> None:
    monkeypatch.setattr(shutil, "which", lambda name: None)
    monkeypatch.setattr(widget, "DIST", tmp_path)
    assert widget.main() == 0
    assert "Node was not found" in capsys.readouterr().err
