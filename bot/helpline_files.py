"""Read `data/helplines/` into a `Register`, or say everything that is wrong with it.

A problem reads `path: what is wrong, what to do`. One bad entry refuses the whole register, so that what served before
goes on serving. `checked_on` is the day on which a register was seen to list the line, else the day on which this one
was compiled; `source_date` keeps the older date of a page that said nothing about checking.
"""
from __future__ import annotations

import datetime
import pathlib
import re
from typing import Any

import yaml

from bot.content import NEEDS
from bot.gazetteer import build_gazetteer
from bot.helpline_checks import check_register
from bot.helpline_types import (
    WAYS,
    Country,
    DoNotUse,
    Elsewhere,
    Helpline,
    HowToEnter,
    Number,
    Register,
    Serves,
    Text,
)  # fmt: skip
from bot.opening_hours import Hours, HoursError, parse_hours
from bot.yaml_reader import Reader

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
GROUPS = ("women", "men", "lgbtq", "veterans", "indigenous", "deaf", "drinking", "under_35", "away")
SOURCE_KINDS = ("operator", "government", "news", "third_party_register", "third_party", "memory")
WORDS, ELSEWHERE = "words.yml", "elsewhere.yml"
CHECK_IN = datetime.timedelta(days=90)


class RegisterError(Exception):
    """The register cannot be used; the message lists every problem, one a line."""


def load_register(folder: pathlib.Path) -> Register:
    """The register of a folder; raises RegisterError with all problems if there is one."""
    register, problems = read_register(folder)
    if problems:
        raise RegisterError("\n".join(problems))
    return register


def read_register(folder: pathlib.Path) -> tuple[Register, list[str]]:
    """The register as far as it can be read, and every problem found."""
    problems: list[str] = []
    raw = {path.name: _read_file(path, problems) for path in sorted(folder.glob("*.yml"))}
    problems += [f"{folder / name}: the file is missing, put it back" for name in (WORDS, ELSEWHERE) if name not in raw]
    words, elsewhere_raw = raw.pop(WORDS, {}), raw.pop(ELSEWHERE, {})
    countries, lines = {}, {}
    for name, file in raw.items():
        country = _country(Reader(file, str(folder / name), problems), name)
        countries[country.code] = country
        for line in country.lines:
            if line.id in lines:
                problems.append(f"{folder / name} {line.id}: there are two of this id, rename one")
            lines[line.id] = line
    outside = Reader(elsewhere_raw, str(folder / ELSEWHERE), problems)
    elsewhere = {known.code: known for known in map(_elsewhere, outside.parts("countries"))}
    register = Register(countries, elsewhere, lines, build_gazetteer(raw.values(), elsewhere_raw), words)
    return register, problems if problems else check_register(register, folder)


def _read_file(path: pathlib.Path, problems: list[str]) -> dict[str, Any]:
    try:
        file = yaml.load(path.read_text(encoding="utf-8"), LOADER)
    except (yaml.YAMLError, UnicodeDecodeError, ValueError) as fault:
        problems.append(f"{path}: it is not good YAML, mend it: {' '.join(str(fault).split())}")
        return {}
    if not isinstance(file, dict):
        problems.append(f"{path}: it should be a mapping of names to values")
        return {}
    return file


def _country(reader: Reader, file_name: str) -> Country:
    code = reader.needed("country")
    if code and file_name != f"{code.lower()}.yml":
        reader.wrong(f"`country: {code}` belongs in {code.lower()}.yml, rename the file or correct the code")
    check_in = reader.days("check_in") or CHECK_IN
    reader.mapping("places")  # countries.py reads them
    entries = reader.parts("lines")
    for entry in entries:
        entry.where = f"{reader.where} {entry.raw.get('id', entry.where.rpartition(' ')[2])}"
    if not entries:
        reader.wrong("`lines` is missing, add at least one")
    regions = reader.mapping("regions")
    country = Country(
        code=code,
        name=reader.needed("name"),
        called=reader.needed("called"),
        many_zones=reader.flag("many_zones"),
        ambulance_number=reader.text("ambulance_number"),
        police_number=reader.text("police_number"),
        how_to_enter=_how_to_enter(reader.part("how_to_enter") or Reader({}, reader.where, reader.problems)),
        regions={region: str((fields or {}).get("name", region)) for region, fields in regions.items()},
        lines=tuple(_line(entry, code, check_in) for entry in entries),
        do_not_use=tuple(_do_not_use(entry, code) for entry in reader.parts("do_not_use")),
    )
    reader.done()
    return country


def _line(reader: Reader, country: str, check_in: datetime.timedelta) -> Helpline:
    needs = reader.texts("needs", needed=True)
    for need in {*needs} - {*NEEDS}:
        reader.wrong(f"there is no need called `{need}`, use one of {', '.join(NEEDS)}")
    text, call, relay, serves = (reader.part(key) for key in ("text", "call", "relay", "serves"))
    hours, zone = _hours(reader.part("hours"), reader)
    regional = {region: _hours(part, reader)[0] for region, part in _readers(reader, "regional_hours")}
    way_hours = {way: _parse(zone, written, reader) for way, written in reader.mapping("way_hours").items()}
    for way in {*way_hours} - {*WAYS}:
        reader.wrong(f"`way_hours` has no way called {way}, use one of {', '.join(WAYS)}")
    line = Helpline(
        id=reader.needed("id"),
        country=country,
        name=reader.needed("name"),
        what=reader.text("what"),
        needs=needs,
        also=reader.texts("also"),
        audience=reader.text("audience"),
        serves=_serves(serves) if serves else Serves(),
        subdivisions=reader.texts("subdivisions"),
        not_in=reader.texts("not_in"),
        call=_number(call) if call else None,
        more_numbers=tuple(number for number in map(_number, reader.parts("more_numbers")) if number),
        relay=_number(relay) if relay else None,
        text=_text(text) if text else None,
        chat=reader.text("chat"),
        whatsapp=reader.text("whatsapp"),
        email=reader.text("email"),
        website=reader.text("website"),
        hours=hours,
        regional_hours=regional,
        way_hours=way_hours,
        languages=reader.texts("languages", needed=True),
        cost=reader.needed("cost"),
        cost_note=reader.text("cost_note"),
        privacy=reader.text("privacy"),
        privacy_note=reader.text("privacy_note"),
        caution=reader.text("caution"),
        note=reader.text("note"),
        source_url=reader.needed("source_url"),
        source_kind=reader.one_of("source_kind", SOURCE_KINDS, needed=True) or "",
        source_date=reader.day("source_date"),
        checked_on=reader.day("checked_on", needed=True) or datetime.date.min,
        checked_by=reader.one_of("checked_by", ("register", "person"), needed=True) or "",
        check_in=reader.days("check_in") or check_in,
        confidence=reader.one_of("confidence", ("high", "medium", "low"), needed=True) or "low",
    )
    reader.done()
    return line


def _hours(part: Reader | None, reader: Reader) -> tuple[Hours, str]:
    if part is None:
        reader.wrong("`hours` is missing, add {tz: ..., open: ...}")
        return Hours("UTC", "unknown"), "UTC"
    zone, written = part.needed("tz"), part.raw.pop("open", None)
    part.done()
    return _parse(zone, written, reader), zone


def _parse(zone: str, written: object, reader: Reader) -> Hours:
    try:
        return parse_hours(zone, written)
    except HoursError as fault:
        reader.wrong(str(fault))
        return Hours("UTC", "unknown")


def _readers(reader: Reader, key: str) -> list[tuple[str, Reader]]:
    return [(name, Reader(raw, reader.where, reader.problems)) for name, raw in reader.mapping(key).items()]


def _number(reader: Reader) -> Number:
    number = reader.needed("number")
    callable_, low = reader.flag("call", True), reader.one_of("confidence", ("low",)) is not None
    dial = re.sub(r"[^\d+*#]", "", number) if callable_ else None
    made = Number(number, dial, label=reader.text("label"), then=reader.text("then"), low=low)
    reader.done()
    return made


def _text(reader: Reader) -> Text:
    text = Text(reader.needed("number"), word=reader.text("word"), say=reader.text("say"))
    reader.done()
    return text


def _serves(reader: Reader) -> Serves:
    from_age = reader.raw.pop("from_age", None)
    if from_age is not None and not isinstance(from_age, int):
        reader.wrong(f"`from_age: {from_age!r}` should be a number of years")
    serves = Serves(
        about=reader.one_of("about", ("self", "other")),
        age=reader.one_of("age", ("adult", "young")),
        group=reader.one_of("group", GROUPS),
        from_age=from_age if isinstance(from_age, int) else None,
    )
    reader.done()
    return serves


def _how_to_enter(reader: Reader) -> HowToEnter:
    made = HowToEnter(
        say=reader.texts("say", needed=True),
        cost=reader.one_of("cost", ("free", "mixed", "unknown"), needed=True) or "unknown",
        self_referral=reader.one_of("self_referral", ("usual", "unknown"), needed=True) or "unknown",
        finder=reader.text("finder"),
        finder_by_region=reader.mapping("finder_by_region"),
        sources=reader.texts("sources", needed=True),
    )
    reader.done()
    return made


def _do_not_use(reader: Reader, country: str) -> DoNotUse:
    made = DoNotUse(country, reader.needed("number"), reader.needed("reason"), reader.needed("use_instead"))
    reader.done()
    return made


def _elsewhere(reader: Reader) -> Elsewhere:
    made = Elsewhere(reader.needed("country"), reader.needed("name"), reader.flag("eu"))
    for key in ("words", "careful", "unsure", "people", "spellings"):
        reader.texts(key)
    reader.done()
    return made
