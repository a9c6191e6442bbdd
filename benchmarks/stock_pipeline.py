"""Our pipeline and the one that `rasa init` writes, side by side: the same examples, the same messages, the same run.

    python -m benchmarks.stock_pipeline            both, trained by Rasa in processes of their own; prints a table
    python -m benchmarks.stock_pipeline --epochs 20

Both learn what `data/` says now (benchmarks/stock/examples.py); the messages are the twins of tests/answers, the talk and
the unrelated messages of tests/dialogue. The stock pipeline (benchmarks/stock/config.yml) trains long, and at the lowest
priority, so its model is kept under var/stock/ by its content; ours is trained anew each time, on the adapted encoder
that is there. Neither listens for danger here: the stock pipeline cannot.
"""
from __future__ import annotations

import argparse
import dataclasses
import json
import pathlib
import subprocess
import sys
import tempfile
from typing import Any

import yaml

from bot import logs

logs.quiet()

from benchmarks import benchmark, twins  # noqa: E402
from benchmarks.measure import Rate, Selected, rate  # noqa: E402
from bot.answers import Decision, Ranked  # noqa: E402
from bot.settings import ROOT  # noqa: E402

STOCK = ROOT / "benchmarks" / "stock" / "config.yml"
KEPT = ROOT / "var" / "stock"
FALLBACK, SAID = "nlu_fallback", ("answer", "talk", "refuse", "other_drug")
Config = dict[str, Any]


@dataclasses.dataclass(frozen=True)
class Measured:
    """What one pipeline did."""

    epochs: str
    trained: dict[str, Any]  # seconds, processor_seconds
    seconds: list[float]  # of each message
    memory: int  # bytes
    asked: list[Selected]
    talked: list[Selected]
    unrelated: list[Selected]


def main(arguments: list[str] | None = None) -> int:
    """The command: see `--help`."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--epochs", type=int, help="rounds of the stock pipeline's training, in place of those that its file says")
    parser.add_argument("--every", type=int, default=1, help="take only every so many messages, for a quick look")
    parser.add_argument("--anew", action="store_true", help="train the stock pipeline though its model is kept")
    options = parser.parse_args(arguments)
    try:
        heads, rows = compare(epochs=options.epochs, every=options.every, anew=options.anew)
    except subprocess.CalledProcessError as error:
        print(failed(error), file=sys.stderr)
        return 1
    widths = [max(len(row[place]) for row in [heads, *rows]) for place in range(len(heads))]
    for row in [heads, *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())
    return 0


def failed(error: subprocess.CalledProcessError) -> str:
    """What to say of a process that failed."""
    return f"`python {' '.join(error.cmd[1:5])}` failed: what it said stands above, mend that or leave the stock pipeline out"


def compare(*, epochs: int | None = None, every: int = 1, anew: bool = False) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of the table. Raises subprocess.CalledProcessError when training or asking failed."""
    ours = measure(our_config(), read_ours, every)
    stock = measure(stock_config(epochs), read_stock, every, kept=KEPT, anew=anew)
    return ["what", "ours", "stock"], [[name, one, other] for (name, one), (_, other) in zip(figures(ours), figures(stock))]


def stock_config(epochs: int | None = None) -> Config:
    """The stock pipeline, with other epochs where they are given."""
    config: Config = yaml.safe_load(STOCK.read_text(encoding="utf-8"))
    for part in config["pipeline"]:
        if epochs is not None and "epochs" in part:
            part["epochs"] = epochs
    return config


def our_config() -> Config:
    """What the assistant reads and selects with; what hears danger is left out, to compare like with like."""
    config: Config = yaml.safe_load((ROOT / "config.yml").read_text(encoding="utf-8"))
    parts = [part for part in config["pipeline"] if not part["name"].endswith(".HearDanger")]
    return {"recipe": config["recipe"], "assistant_id": "ours", "language": config["language"], "pipeline": parts}


def measure(config: Config, read: Any, every: int, *, kept: pathlib.Path | None = None, anew: bool = False) -> Measured:
    """Train, or take what is kept, and put every message to it."""
    groups = [twins.asked()[::every], twins.talked()[::every], [twins.Asked(text, "", "unrelated") for text in twins.unrelated()[::every]]]
    with tempfile.TemporaryDirectory(prefix="mooring-") as folder:
        model, trained = train(config, pathlib.Path(folder), kept=kept, anew=anew)
        found = work("ask", str(model), given=[one.text for group in groups for one in group])
    told = iter(found["told"])
    asked, talked, unrelated = ([Selected(one, read(next(told)), "") for one in group] for group in groups)
    epochs = "/".join(str(part["epochs"]) for part in config["pipeline"] if "epochs" in part) or "-"
    return Measured(epochs, trained, found["seconds"], found["memory"], asked, talked, unrelated)


def train(config: Config, folder: pathlib.Path, *, kept: pathlib.Path | None, anew: bool) -> tuple[pathlib.Path, dict[str, Any]]:
    """The model's path and the figures of its training: those that are kept under `kept` for the same configuration and examples, or new ones."""
    from benchmarks.stock import examples

    place = (kept or folder) / examples.digest(json.dumps(config))
    figures = place / "trained.json"
    if anew or not figures.exists():
        place.mkdir(parents=True, exist_ok=True)
        written = place / "config.yml"
        written.write_text(yaml.safe_dump({**config, "importers": [{"name": "benchmarks.stock.examples.Examples"}]}), encoding="utf-8")
        print(f"Compare: training {config['assistant_id']}{', which may take an hour, at the lowest priority' if kept else ''} ...", file=sys.stderr, flush=True)
        figures.write_text(json.dumps(work("train", str(written), str(place))), encoding="utf-8")
    trained: dict[str, Any] = json.loads(figures.read_text(encoding="utf-8"))
    return place / trained["model"], trained


def work(*arguments: str, given: Any = None) -> dict[str, Any]:
    """What a process of benchmarks/stock/work.py found. Raises subprocess.CalledProcessError."""
    command = [sys.executable, "-m", "benchmarks.stock.work", *arguments]
    ran = subprocess.run(command, input=json.dumps(given), stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def read_ours(told: dict[str, Any]) -> Decision:
    """The decision that the assistant's selector made."""
    found = told["understanding"]
    return Decision(found["decision"], tuple(found["chosen"]), tuple(Ranked(**one) for one in found["answers"]))


def read_stock(told: dict[str, Any]) -> Decision:
    """What a stock assistant would do: say its selector's first where the intent has answers, follow the intent else, or fall back."""
    ranked = tuple(Ranked(key.removeprefix("answer/"), score, "") for key, score in told["ranking"] if key.startswith("answer/"))
    intent, first = told["intent"], told["ranking"][0][0] if told["ranking"] else ""
    if intent in (FALLBACK, "out_of_scope", None):
        return Decision("not_covered", (), ranked)
    if intent not in SAID:
        return Decision("flow", (f"flow/{intent}",), ranked)
    if first.startswith("answer/"):
        return Decision("answer", (first.removeprefix("answer/"),), ranked)
    return Decision("not_covered" if first.startswith("other_drug/") else "flow", (first,), ranked)


def figures(found: Measured) -> list[tuple[str, str]]:
    """The rows of the table for one pipeline."""
    speed = benchmark.quantiles(found.seconds, "one message")
    styles = sorted({one.asked.style for one in found.asked})
    return [
        ("epochs of training (intents, responses)", found.epochs),
        ("right answer first", str(rate(one.first for one in found.asked))),
        *((f"  {style}", short(rate(one.first for one in found.asked if one.asked.style == style))) for style in styles),
        ("right answer among three", str(rate(one.within for one in found.asked))),
        *((f"  {style}", short(rate(one.within for one in found.asked if one.asked.style == style))) for style in styles),
        ("right answer said at once", short(rate(one.given for one in found.asked))),
        ("another answer said", short(rate(one.decision.kind == "answer" and not one.given for one in found.asked))),
        ("talk, wishes and refusals understood", str(rate(one.given for one in found.talked))),
        ("unrelated messages that got an answer", str(rate(one.decision.kind == "answer" for one in found.unrelated))),
        ("training, s", f"{found.trained['seconds']:.0f}"),
        ("training, s of processor time", f"{found.trained['processor_seconds']:.0f}"),
        *((name, f"{value:.1f}") for name, value in speed.items()),
        ("memory of the process, MB", f"{found.memory / 1e6:.0f}"),
    ]


def short(found: Rate) -> str:
    """A share without its interval."""
    return f"{100 * found.share:.1f} %"


if __name__ == "__main__":
    sys.exit(main())
