"""Measure answers and danger on the held-out messages: prints tables and writes reports/evaluate.html."""
from __future__ import annotations

import argparse
import json
import pathlib
import subprocess
import sys
import time
from typing import Any

from bot import logs

logs.quiet()

from benchmarks import measure, report, stock_pipeline, trained, twins  # noqa: E402
from benchmarks.measure import SEVERE, Heard, Rate, Selected, rate  # noqa: E402
from bot import risk  # noqa: E402
from bot.settings import ROOT  # noqa: E402

OUT = ROOT / "reports" / "evaluate.html"


def main(arguments: list[str] | None = None) -> int:
    """The command: see `--help`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=pathlib.Path, help="write the numbers to this file too")
    parser.add_argument("--html", type=pathlib.Path, default=OUT, help="where the report goes")
    parser.add_argument("--every", type=int, default=1, help="take only every so many messages, for a quick look")
    parser.add_argument("--stock", action="store_true", help="train and measure the pipeline of `rasa init` beside ours; the first time takes long")
    parser.add_argument("--epochs", type=int, help="with --stock: rounds of its training, in place of those that its file says")
    options = parser.parse_args(arguments)
    try:
        parts = trained.load()
    except FileNotFoundError as error:
        print(error, file=sys.stderr)
        return 1
    result = evaluate(parts, options.every)
    if options.stock:
        try:
            result["stock"] = stock_pipeline.compare(epochs=options.epochs, every=options.every)
        except subprocess.CalledProcessError as error:
            print(stock_pipeline.failed(error), file=sys.stderr)
            return 1
    print(report.as_text(result))
    report.write(result, options.html)
    print(f"\nThe report with plots and every miss: {options.html}")
    if options.json:
        options.json.write_text(json.dumps(result["numbers"], indent=1), encoding="utf-8")
    return 0


def evaluate(parts: trained.Trained, every: int = 1) -> dict[str, Any]:
    """All tables, lists and numbers."""
    started = time.monotonic()

    def tell(count: int) -> None:
        if count % 500 == 0:
            print(f"Evaluate: {count} messages, {time.monotonic() - started:.0f} s", file=sys.stderr)

    instrument = measure.Instrument(parts, tell)
    selected = instrument.select(twins.asked()[::every])
    talked = instrument.select(twins.talked()[::every])
    unrelated = instrument.select([twins.Asked(text, "", "unrelated") for text in twins.unrelated()[::every]])
    heard = instrument.hear(twins.caught()[::every])
    near = [(danger, text, risk.check(instrument.read(text), parts.ears)) for danger, text in twins.not_caught()[::every]]
    return {
        "model": parts.model,
        "styles": measure.by_style(selected),
        "confusions": measure.by_topic_confusions(selected),
        "topics": twins.topics(),
        "calibration": measure.calibration(selected),
        "dangers": measure.by_danger(heard),
        "near_table": near_table(near),
        "alarms": alarms(selected, talked, unrelated),
        "selected": selected,
        "heard": heard,
        "talk": rate(one.given for one in talked),
        "false_answers": rate(one.decision.kind == "answer" for one in unrelated),
        "false_choices": rate(one.decision.kind == "clarify" for one in unrelated),
        "misses": [miss(one) for one in heard if not one.severe_enough],
        "false_alarms": [[danger, text, shown(found)] for danger, text, found in near if measure.worst(found) in SEVERE],
        "answered_unrelated": [[one.asked.text, one.decision.chosen[0]] for one in unrelated if one.decision.kind == "answer"],
        "numbers": numbers(selected, talked, unrelated, heard, near),
    }


Near = list[tuple[str, str, tuple[risk.Finding, ...]]]


def near_table(near: Near) -> list[list[str]]:
    """A table of near misses: danger, urgent or emergency heard, a gentle check-in, this danger named."""
    names = sorted({danger for danger, _, _ in near})
    groups = [(name, [one for one in near if one[0] == name]) for name in names] + [("all", near)]
    return [
        [
            name,
            str(rate(measure.worst(found) in SEVERE for _, _, found in some)),
            str(rate(measure.worst(found) == "watch" for _, _, found in some)),
            str(rate(any(one.danger == danger for one in found) for danger, _, found in some)),
        ]
        for name, some in groups
    ]


def alarms(selected: list[Selected], talked: list[Selected], unrelated: list[Selected]) -> list[list[str]]:
    """A table of alarms on messages of other twins. Those of the topic `emergency` are about danger, so they stand apart."""
    emergency = {path.stem for path in (twins.TESTS / "answers" / "emergency").glob("*.yml")}
    groups = {
        "answers, topic emergency": [one for one in selected if one.asked.label in emergency],
        "answers, other topics": [one for one in selected if one.asked.label not in emergency],
        "talk and wishes": talked,
        "unrelated": unrelated,
    }
    return [[name, *(str(rate(one.alarm in levels for one in some)) for levels in (SEVERE, ("watch",)))] for name, some in groups.items()]


def miss(one: Heard) -> list[str]:
    """A row of the list of misses."""
    return [one.caught.danger, one.caught.level, one.caught.wording, one.caught.text, shown(one.findings)]


def shown(findings: tuple[risk.Finding, ...]) -> str:
    """Findings in a few words."""
    return ", ".join(f"{one.rule} ({one.level}, {one.by})" for one in findings) or "nothing"


def numbers(selected: list[Selected], talked: list[Selected], unrelated: list[Selected], heard: list[Heard], near: Near) -> dict[str, Any]:
    """What `--json` writes."""
    rates: dict[str, Rate] = {
        "top_1": rate(one.first for one in selected),
        "top_3": rate(one.within for one in selected),
        "answered_rightly": rate(one.given for one in selected),
        "clarify": rate(one.decision.kind == "clarify" for one in selected),
        "answered_wrongly": rate(one.decision.kind == "answer" and not one.given for one in selected),
        "talk": rate(one.given for one in talked),
        "unrelated_answered": rate(one.decision.kind == "answer" for one in unrelated),
        "danger_explicit": rate(one.severe_enough for one in heard if one.caught.wording == "explicit"),
        "danger_veiled": rate(one.severe_enough for one in heard if one.caught.wording != "explicit"),
        "right_person": rate(one.right_person for one in heard if one.findings and one.caught.about != "unclear"),
        "near_misses_alarm": rate(measure.worst(found) in SEVERE for _, _, found in near),
    }
    rates |= {f"danger/{name}": rate(one.severe_enough for one in heard if one.caught.danger == name) for name in sorted({one.caught.danger for one in heard})}
    return {name: {"share": round(one.share, 4), "low": round(one.interval[0], 4), "high": round(one.interval[1], 4), "of": one.of} for name, one in rates.items()}


if __name__ == "__main__":
    sys.exit(main())
