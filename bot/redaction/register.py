"""What must never be removed: the numbers, addresses and pages of the helpline register, withdrawn or not."""
from __future__ import annotations

import functools

from bot import kept
from bot.redaction.shapes import digits

SHORTEST = 5  # digits of the end of a number that tell it from others


@functools.lru_cache(maxsize=1)
def numbers() -> frozenset[str]:
    """Every number of the register as digits, with and without what stands before it at home and abroad."""
    register = kept.both()[1]
    said: list[str | None] = []
    for line in register.lines.values():
        said += [one.number for one in (line.call, *line.more_numbers, line.relay) if one]
        said += [one.dial for one in (line.call, *line.more_numbers, line.relay) if one]
        said += [line.text.number if line.text else None, line.whatsapp]
    for country in register.countries.values():
        said += [country.ambulance_number, country.police_number, *(one.number for one in country.do_not_use)]
    codes = [code.lstrip("+") for code in register.gazetteer.calling_codes]
    return frozenset(form for number in said if number for form in forms(digits(number), codes))


def forms(number: str, codes: list[str]) -> set[str]:
    """A number as it may be written: with its country's code, with 0, or with neither."""
    bare = number.removeprefix("00")
    found = {number, bare, bare.lstrip("0"), f"0{bare.lstrip('0')}"}
    for code in codes:
        if bare.startswith(code) and len(bare) - len(code) >= SHORTEST:
            home = bare[len(code) :].lstrip("0")
            found |= {home, f"0{home}"}
    return {form for form in found if form}


def is_helpline(number: str) -> bool:
    """Whether these digits are a number of the register, written in any way."""
    known = numbers()
    bare = number.removeprefix("00").lstrip("0")
    return number in known or bare in known or any(bare[cut:].lstrip("0") in known for cut in (1, 2, 3) if len(bare) - cut >= SHORTEST + 1)


@functools.lru_cache(maxsize=1)
def emails() -> frozenset[str]:
    """Every e-mail address of the register."""
    return frozenset(line.email.lower() for line in kept.both()[1].lines.values() if line.email)


@functools.lru_cache(maxsize=1)
def websites() -> frozenset[str]:
    """Every page of the register, with and without its scheme."""
    found = set()
    for line in kept.both()[1].lines.values():
        for page in (line.website, line.chat, line.source_url):
            if page:
                whole = page.lower().rstrip("/")
                bare = whole.split("://", 1)[-1]
                found |= {whole, bare, bare.removeprefix("www.")}
    return frozenset(found)
