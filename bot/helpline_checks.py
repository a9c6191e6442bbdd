"""What has to hold across the files of the helpline register, beyond the shape of one entry."""
from __future__ import annotations

import pathlib
import re
from collections.abc import Iterator

from bot.helpline_types import EUROPE, INTERNATIONAL, Country, Helpline, Register

WORD_GROUPS = ("ways", "needs", "reasons", "costs", "privacy", "hours", "days", "languages", "zones", "lines")


def check_register(register: Register, folder: pathlib.Path) -> list[str]:
    """Every problem between entries, countries and words."""
    problems = [f"{folder / 'words.yml'}: `{group}` is missing, add it" for group in WORD_GROUPS if group not in register.words]
    if problems:
        return problems
    for name in (INTERNATIONAL, EUROPE):
        if name not in register.countries:
            problems.append(f"{folder / (name.lower() + '.yml')}: the file is missing, put it back")
    for code, country in register.countries.items():
        where = folder / f"{code.lower()}.yml"
        problems += [f"{where}: {what}" for what in _country_problems(register, country)]
        for line in country.lines:
            problems += [f"{where} {line.id}: {what}" for what in _line_problems(register, country, line)]
    for code in set(register.elsewhere) & set(register.countries):
        problems.append(f"{folder / 'elsewhere.yml'}: `{code}` has a file of its own, remove it here")
    return problems


def numbers_of(line: Helpline) -> dict[str, str]:
    """Every number of a line that we would show, by its digits."""
    shown = [number.number for number in (line.call, line.relay, *line.more_numbers) if number and not number.low]
    shown += [number for number in (line.text and line.text.number, line.whatsapp) if number]
    return {digits(number): number for number in shown}


def digits(number: str) -> str:
    """A number without spaces and signs."""
    return re.sub(r"\D", "", number)


def _country_problems(register: Register, country: Country) -> Iterator[str]:
    emergency = {dial for line in country.lines if "emergency" in line.needs for dial in numbers_of(line)}
    for key, number in (("ambulance_number", country.ambulance_number), ("police_number", country.police_number)):
        if number is None and country.code != INTERNATIONAL:
            yield f"`{key}` is missing, add it"
        elif number and digits(number) not in emergency:
            yield f"`{key}: {number}` is on no emergency line of this file, correct one of them"
    finders = (country.how_to_enter.finder, *country.how_to_enter.finder_by_region.values())
    for finder in filter(None, finders):
        if finder not in register.lines or register.lines[finder].confidence == "low":
            yield f"the finder `{finder}` is no line that may be shown, name another or null"
    for region in {*country.how_to_enter.finder_by_region} - {*country.regions}:
        yield f"`finder_by_region` names {region}, which is not among the regions"
    for banned in country.do_not_use:
        if banned.use_instead not in register.lines:
            yield f"do_not_use {banned.number}: there is no line `{banned.use_instead}`, name another"


def _line_problems(register: Register, country: Country, line: Helpline) -> Iterator[str]:
    words = register.words
    if not line.id.startswith(f"{country.code.lower()}-"):
        yield f"its id should begin with {country.code.lower()}-"
    if not (line.ways() or line.website) and line.confidence != "low":
        yield "there is no way to reach it, add one or set its confidence to low"
    for need in {*line.also} - {*line.needs}:
        yield f"`also` has {need}, which is not among its needs"
    for region in ({*line.subdivisions, *line.not_in, *line.regional_hours}) - {*country.regions}:
        yield f"{region} is not among the regions of this file, add it or correct it"
    for way in {*line.way_hours} - {*line.ways()}:
        yield f"`way_hours` has {way}, but the line has no {way}"
    for language in {*line.languages} - {*words["languages"]}:
        yield f"the language {language} has no name in words.yml, add it"
    if line.cost not in words["costs"]:
        yield f"the cost {line.cost} has no words in words.yml, add them or use {', '.join(words['costs'])}"
    if line.privacy and line.privacy not in words["privacy"]:
        yield f"the privacy {line.privacy} has no words in words.yml, add them or use a privacy_note"
    if country.many_zones and line.hours.kind == "times" and line.hours.zone not in words["zones"]:
        yield f"the zone {line.hours.zone} has no name in words.yml, add it"
    banned = {digits(entry.number): entry for entry in country.do_not_use if "press" not in entry.number}
    for plain in {*numbers_of(line)} & {*banned}:
        yield f"{banned[plain].number} is on the do-not-use list ({banned[plain].reason}), remove it"
