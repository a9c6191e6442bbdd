"""Build the website chat: the offline card from the register, then one bundle under widget/dist, when something has changed.

The card holds what is true at any hour and without a server: emergency numbers, lines that are open day and night or
whose hours are stated, websites, and the step-by-step guides. Without Node the page shows helplines and a plain form.
"""
from __future__ import annotations

import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.parse
from collections.abc import Iterator, Mapping
from typing import Any

from bot import content, helplines
from bot.helpline_types import INTERNATIONAL, Country, Helpline, Register
from bot.helpline_words import links
from bot.opening_hours import DAY_MINUTES, DAYS, Hours
from bot.settings import DATA, ROOT

WIDGET = ROOT / "widget"
CARD = WIDGET / "built"
DIST = WIDGET / "dist"
NEEDS = ("emergency", "crisis", "drugs", "family", "youth", "poison", "medical", "domestic_violence", "sexual_assault", "child_protection")
OWN_PLAN = "safety_plan"  # the chat has a form of its own for it
IN_LABEL = re.compile(r"[+#]?\d(?:[ .-]?\d)+")  # the number in a label such as "Call 116 123"; the same stands in rest.ts
CALL, SITE = "Call ", "Website: "
NO_NODE = (
    "Build: Node was not found, so the website chat is not built: the page shows helplines and a plain form instead.\n"
    "For the chat, install Node 18 or later (with npm) and run `make build` again."
)


def card(register: Register, said: content.Content) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What the first screen must know (`first`), what the chat (`core`), and what may come a moment later still (`rest`)."""
    countries = sorted(register.countries.values(), key=lambda country: country.name)
    first = {
        "disclosure": said.words["disclosure"],
        "local": said.words["local_emergency"],
        "numbers": {one.code: one.ambulance_number for one in countries if one.ambulance_number},
        "anywhere": quick(register.countries[INTERNATIONAL], register),
    }
    core = {
        "note": said.words["date_note"].split("{")[0],
        "places": {
            one.code: [one.name, one.called, one.ambulance_number, one.police_number, quick(one, register)]
            for one in countries
            if one.code != INTERNATIONAL
        },
    }
    rest = {
        "lines": {one.code: [entry for line in one.lines if (entry := shown(line, register))] for one in countries},
        "numbers": numbers(register),
        "guides": {name: [one.title, list(one.steps), one.done] for name, one in said.guides.items() if name != OWN_PLAN},
    }
    return first, core, rest


def packed(rest: Mapping[str, Any]) -> dict[str, Any]:
    """The same, shorter, as widget/src/rest.ts unpacks it: an address that its label tells is left out, and so is a number that a label holds."""
    listed, lines = dict[str, str](), dict[str, list[dict[str, Any]]]()
    for code, entries in rest["lines"].items():
        lines[code] = [{**entry, "w": [shorter(way) for way in entry["w"]]} for entry in entries]
        ways = [way for entry in entries for way in entry["w"] if len(way) > 1 and way[1].startswith(("tel:", "sms:"))]
        listed |= {found[0]: way[1] for way in ways if (found := IN_LABEL.search(way[0]))}
    if strange := set(listed) - set(rest["numbers"]):
        raise ValueError(f"{', '.join(sorted(strange))}: in a label, but no number of the register; mend IN_LABEL")
    left = {number: 0 if href == dialled(number) else href for number, href in rest["numbers"].items() if listed.get(number) != href}
    return {**rest, "lines": lines, "numbers": left}


def shorter(way: list[str]) -> list[str]:
    """A way without what the other half tells."""
    label, *href = way
    if href and label.startswith(CALL) and dialled(label) == href[0]:
        return [label, ""]
    if href and label == f"{SITE}{urllib.parse.urlsplit(href[0]).netloc.removeprefix('www.')}":
        return ["", href[0]]
    return way


def dialled(number: str) -> str:
    """The address that calls a number as it is written."""
    return f"tel:{re.sub(r'[^0-9+*#]', '', number)}"


def quick(country: Country, register: Register) -> list[str] | None:
    """The one line of a country beside its emergency number, as [name, label, address]: for anyone in crisis, at any hour."""
    for line in country.lines:
        general = line.serves.about != "other" and not (line.serves.age or line.serves.group or line.serves.from_age or line.subdivisions)
        if line.confidence != "low" and "crisis" in line.needs and general and line.hours.kind in ("always", "website"):
            first = links(line, register.words)[0]
            return [line.name, first["label"], first["href"]]
    return None


def shown(line: Helpline, register: Register) -> dict[str, Any] | None:
    """One line of the card, or None where nothing certain can be said of it."""
    if line.confidence == "low" or line.hours.kind == "unknown" or not set(line.needs) & set(NEEDS):
        return None
    words = register.words
    found = {
        "n": line.name,
        "a": " ".join(about(line, register)),
        "w": list(ways(line, words)),
        "h": hours_in_words(line.hours, words),
        "c": " ".join(text for text in (words["costs"][line.cost] if line.ways() else None, line.cost_note, line.caution) if text),
        "u": None if line.never_withheld() else (line.checked_on + 2 * line.check_in).isoformat(),
    }
    return {key: value for key, value in found.items() if value} if found["w"] else None


def about(line: Helpline, register: Register) -> Iterator[str]:
    """What it is, for whom and where."""
    say = register.words["lines"]
    if line.what:
        yield say["sentence"].format(text=line.what)
    if line.audience:
        yield say["audience"].format(audience=line.audience)
    if line.subdivisions:
        *first, last = [register.countries[line.country].regions[one] for one in line.subdivisions]
        yield say["covers"].format(regions=say["and"].format(first=", ".join(first), last=last) if first else last)


def ways(line: Helpline, words: Mapping[str, Any]) -> Iterator[list[str]]:
    """Each way to reach it as [label, address], with its own hours where they differ; ways of unknown hours are left out."""
    for link in links(line, words):
        href = link["href"]
        way = {"tel": "call", "sms": "text"}.get(href.split(":")[0]) or ("whatsapp" if "//wa.me/" in href else "chat")
        own = line.way_hours.get(way) if href != line.website or line.website == line.chat else None
        if href.startswith("mailto:") or (own and own.kind == "unknown"):
            continue
        label = link["label"]
        if own:
            label = f"{label} ({hours_in_words(own, words).rstrip('.')})"
        elif line.regional_hours:
            label = f"{label} {words['ways']['hours_unknown']}"
        yield [label, href]
    for number in (line.call, *line.more_numbers, line.relay):
        if number and not number.low and (number is not line.call or not number.dial):
            label = f"{number.label}: {number.number}" if number.label else number.number
            yield [label, f"tel:{number.dial}"] if number.dial else [label]


def hours_in_words(hours: Hours, words: Mapping[str, Any]) -> str:
    """Stated hours without a moment: "Mon-Fri 09:00-17:00"; empty for websites, which are always there."""
    if hours.kind != "times":
        return str(words["hours"]["always"]) if hours.kind == "always" else ""
    by_time: dict[str, list[int]] = {}
    for start, end in hours.spans:
        day, minute = divmod(start, DAY_MINUTES)
        if end - start > DAY_MINUTES:
            last, closing = divmod(end, DAY_MINUTES)
            by_time.setdefault(f"{clock(minute)}-{DAYS[last % 7]} {clock(closing)}", []).append(day)
        else:
            by_time.setdefault(f"{clock(minute)}-{clock(end - day * DAY_MINUTES)}", []).append(day)
    zone = words["zones"].get(hours.zone)
    told = ", ".join(f"{day_range(days)} {time}" for time, days in by_time.items())
    return f"{told} ({zone})." if zone else f"{told}."


def clock(minutes: int) -> str:
    """Minutes of a day as people read them."""
    hour, minute = divmod(minutes, 60)
    return f"{hour if hour == 24 else hour % 24:02d}:{minute:02d}"


def day_range(days: list[int]) -> str:
    """Days of the week, joined where they follow each other: "Mon-Fri", "Mon,Wed"."""
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in runs)


def numbers(register: Register) -> dict[str, str]:
    """Every number that people may be shown, as written, with the address that reaches it: only these become links."""
    found: dict[str, str] = {}
    for line in register.lines.values():
        if line.confidence == "low":
            continue
        for number in (line.call, *line.more_numbers, line.relay):
            if number and number.dial and not number.low:
                found[number.number] = f"tel:{number.dial}"
        if line.text:
            found.setdefault(line.text.number, f"sms:{''.join(one for one in line.text.number if one.isdigit() or one == '+')}")
    for country in register.countries.values():
        for emergency in (country.ambulance_number, country.police_number):
            if emergency:
                found[emergency] = f"tel:{emergency}"
    return dict(sorted(found.items()))


def wanted() -> str:
    """The hash of all that goes into the bundle."""
    sources = [*sorted((WIDGET / "src").rglob("*.*")), *(WIDGET / name for name in ("build.mjs", "package-lock.json", "tsconfig.json"))]
    data = [*sorted((DATA / "helplines").glob("*.yml")), DATA / "dialogue" / "guides.yml", DATA / "words.yml", pathlib.Path(__file__)]
    return hashlib.sha256(b"".join(path.read_bytes() for path in (*sources, *data))).hexdigest()


def write_card() -> None:
    """Put the card where the bundler finds it. Raises ContentError or RegisterError where the data is broken."""
    CARD.mkdir(exist_ok=True)
    first, core, rest = card(helplines.load_register(DATA / "helplines"), content.shared())
    for name, part in (("first", first), ("core", core), ("rest", packed(rest))):
        (CARD / f"{name}.json").write_text(json.dumps(part, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")


def main() -> int:
    """Build if needed and if Node is there; without it the pages still work."""
    stamp = DIST / "built"
    if stamp.exists() and stamp.read_text() == wanted():
        return 0
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        print(NO_NODE, file=sys.stderr)
        return 0
    print("Build: the website chat (a few seconds; the first time also its tools) ...", file=sys.stderr)
    write_card()
    for command in ([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], [npm, "run", "--silent", "build"]):
        ran = subprocess.run(command, cwd=WIDGET, capture_output=True, text=True)
        if ran.returncode:
            said = f"{ran.stdout}{ran.stderr}".strip()
            print(f"Build: `npm {' '.join(command[1:])}` failed in widget/, so the chat stays as it was:\n{said}", file=sys.stderr)
            return 0
    stamp.write_text(wanted())
    return 0


if __name__ == "__main__":
    sys.exit(main())
