"""What a person has to check in the helpline register, and a way to try a choice by hand.

    python -m bot.helplines --report
    python -m bot.helplines --show GB crisis 2026-11-23T21:00:00Z --region SCT
"""
from __future__ import annotations

import argparse
import datetime
import pathlib
from collections.abc import Sequence

from bot.content import DATA, NEEDS
from bot.helpline_types import WAYS, Helpline, Register

FOLDER = DATA / "helplines"
# The needs that are used most come first: a wrong number there does the most harm.
MOST_USED = (
    "emergency", "crisis", "drugs", "family", "treatment_finder", "domestic_violence", "sexual_assault",
    "child_protection", "medical", "poison", "youth", "overdose_prevention", "peer",
)  # fmt: skip


def due(register: Register, today: datetime.date) -> list[Helpline]:
    """The lines whose check is due or past due, most used needs first."""
    return [line for line in in_order(register) if line.check_due() <= today and line.confidence != "low"]


def expired(register: Register, today: datetime.date) -> list[Helpline]:
    """The lines that are withheld because nobody checked them in time, most used needs first."""
    return [line for line in in_order(register) if line.expired(today) and line.confidence != "low"]


def in_order(register: Register) -> list[Helpline]:
    """All lines as a person should check them: by need, then by day due, then the oldest source, low ones last."""
    return sorted(register.lines.values(), key=_urgency)


def _urgency(line: Helpline) -> tuple[bool, int, datetime.date, datetime.date, str]:
    need = min(MOST_USED.index(need) for need in line.needs)
    return line.confidence == "low", need, line.check_due(), line.source_date or datetime.date.min, line.id


def report(register: Register, today: datetime.date) -> str:
    """The table of all that a person must check, and when."""
    late, gone = due(register, today), expired(register, today)
    rows = [
        f"{len(register.lines)} lines. Due for a check on {today}: {len(late)}. Withheld because too old: {len(gone)}.",
        "",
        f"{'due':10}  {'state':8}  {'confidence':10}  {'source':20}  {'source date':11}  {'id':34}  open this page",
    ]
    for line in in_order(register):
        state = "withheld" if line in gone else "due" if line in late else "not shown" if line.confidence == "low" else "ok"
        rows.append(
            f"{line.check_due()}  {state:9} {line.confidence:10}  {line.source_kind:20}  {line.source_date or 'unknown'!s:11}  "
            f"{line.id:34}  {line.source_url}"
        )
        if line.note:
            rows.append(f"{'':12}{line.note}")
    return "\n".join(rows)


def _show(register: Register, chosen: argparse.Namespace) -> str:
    from bot.helplines import choose, emergency_number, render  # it runs this file

    country, need, written = chosen.show
    now = datetime.datetime.fromisoformat(written.replace("Z", "+00:00"))
    country = None if country in ("unknown", "-") else country.upper()
    choices = choose(
        register, country=country, need=need, about=chosen.about, age_group=chosen.age, now=now, region=chosen.region,
        ways=tuple(chosen.ways), languages=tuple(chosen.languages), limit=chosen.limit,
    )  # fmt: skip
    numbers = ", ".join(f"{kind} {emergency_number(register, country, kind)}" for kind in ("medical", "police"))
    reasons = "\n".join(f"{choice.helpline.id}: {choice.reason}" for choice in choices)
    return f"{render(choices, register.words)}\n\n{numbers}\n{reasons}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line."""
    from bot.helplines import RegisterError, load_register  # it runs this file

    parser = argparse.ArgumentParser(prog="python -m bot.helplines", description=__doc__)
    parser.add_argument("--report", action="store_true", help="what a person has to check, most used needs first")
    parser.add_argument("--show", nargs=3, metavar=("COUNTRY", "NEED", "TIME"), help=f"NEED is one of {', '.join(NEEDS)}")
    parser.add_argument("--today", type=datetime.date.fromisoformat, default=datetime.date.today())
    parser.add_argument("--about", choices=("self", "other"), default="self")
    parser.add_argument("--age", choices=("adult", "young"), default="adult")
    parser.add_argument("--region", help="such as SCT or GB-SCT")
    parser.add_argument("--ways", nargs="*", choices=WAYS, default=())
    parser.add_argument("--languages", nargs="*", default=("en",))
    parser.add_argument("--limit", type=int, default=3)
    parser.add_argument("--folder", type=pathlib.Path, default=FOLDER)
    chosen = parser.parse_args(arguments)
    if not (chosen.report or chosen.show):
        parser.error("ask for --report or --show")
    try:
        register = load_register(chosen.folder)
    except RegisterError as fault:
        print(fault)
        return 1
    print(report(register, chosen.today) if chosen.report else _show(register, chosen))
    return 0
