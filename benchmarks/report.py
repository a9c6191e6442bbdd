"""The tables of `make evaluate` as text, and as one small HTML file that needs nothing else."""
from __future__ import annotations

import base64
import collections
import html
import io
import itertools
import logging
import pathlib
import warnings
from collections.abc import Sequence
from typing import Any

from benchmarks.measure import OUTCOMES, SEVERE, rate

Rows = Sequence[Sequence[str]]
STYLES = ["style", "top-1", "top-3", *OUTCOMES]
DANGERS = ["danger", "level or wording", "severe enough", "as this danger", "worst has this level", "right person"]
NEAR = ["danger", "urgent or emergency", "watch only", "this danger named"]
ALARMS = ["messages", "urgent or emergency", "watch only"]
STYLE = "body{font:16px/1.4 sans-serif;max-width:75rem;margin:1rem auto;padding:0 1rem}table{border-collapse:collapse}td,th{border:1px solid #999;padding:.2rem .5rem;text-align:left;vertical-align:top}img{max-width:100%}"
INTERVALS = "Shares are followed by their 95 % interval (Wilson) and the number of messages."


def sections(result: dict[str, Any]) -> list[tuple[str, list[str], Rows]]:
    """Every table that is printed: title, heads, rows."""
    summary = [
        ["talk and wishes understood", str(result["talk"])],
        ["unrelated messages that got an answer", str(result["false_answers"])],
        ["unrelated messages that got a choice", str(result["false_choices"])],
    ]
    beside = [("Ours and the pipeline of `rasa init`, on the same examples and messages", *result["stock"])] if "stock" in result else []
    return [
        *beside,
        ("Answers on their twins, by style", STYLES, result["styles"]),
        ("Other messages", ["what", "share"], summary),
        ("Danger on its twins", DANGERS, result["dangers"]),
        ("Alarms on near misses", NEAR, result["near_table"]),
        ("Alarms on other messages", ALARMS, result["alarms"]),
    ]


def as_text(result: dict[str, Any]) -> str:
    """The tables for a terminal."""
    parts = [f"Model {result['model']}. {INTERVALS}"]
    for title, heads, rows in sections(result):
        widths = [max(len(str(row[place])) for row in [heads, *rows]) for place in range(len(heads))]
        lines = ["  ".join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip() for row in [heads, *rows]]
        parts.append("\n".join([title, *lines]))
    return "\n\n".join(parts)


def write(result: dict[str, Any], path: pathlib.Path) -> None:
    """The report with plots, every missed danger, every false alarm, and what is mistaken for what."""
    parts = [f"<p>Model {html.escape(str(result['model']))}. {INTERVALS}</p>", *plots(result)]
    parts += [table(title, heads, rows) for title, heads, rows in sections(result)]
    parts.append(table("Every danger that was missed", ["danger", "level", "wording", "message", "heard"], result["misses"]))
    parts.append(table("Near misses that raised an alarm", ["danger", "message", "heard"], result["false_alarms"]))
    parts.append(table("Topics mistaken for each other", *topic_confusions(result)))
    parts.append(table("Answers mistaken for each other", ["wanted", "ranked first", "times"], result["confusions"]))
    parts.append(table("Unrelated messages that got an answer", ["message", "answer"], result["answered_unrelated"]))
    wrong = [[one.asked.label, one.asked.style, one.asked.text, one.decision.ranked[0].label] for one in result["selected"] if one.decision.ranked and not one.within]
    parts.append(table("Messages whose answer is not among the first three", ["wanted", "style", "message", "ranked first"], wrong))
    page = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Mooring: evaluation</title><style>{STYLE}</style><h1>Evaluation</h1>{"".join(parts)}</html>'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page, encoding="utf-8")


def table(title: str, heads: Sequence[str], rows: Rows) -> str:
    """One HTML table under its title."""
    head = "".join(f"<th>{html.escape(cell)}</th>" for cell in heads)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<h2>{html.escape(title)} ({len(rows)})</h2><table><tr>{head}</tr>{body}</table>"


def topic_confusions(result: dict[str, Any]) -> tuple[list[str], Rows]:
    """Heads and rows: for each topic that was wanted, how often the first answer came from each topic; right ones apart."""
    topics = result["topics"]
    names = sorted(set(topics.values()))
    counted: collections.Counter[tuple[str, str]] = collections.Counter()
    for one in result["selected"]:
        if one.decision.ranked:
            wanted, got = topics[one.asked.label], topics.get(one.decision.ranked[0].label, "-")
            counted[wanted, "the very answer" if one.first else got] += 1
    heads = ["wanted", "the very answer", *names]
    return heads, [[name, *(str(counted[name, other]) for other in heads[1:])] for name in names]


def coverage(result: dict[str, Any]) -> list[tuple[float, float]]:
    """(share of messages answered, share of those right) if only those that score best were answered, for each number of them."""
    ordered = sorted((one for one in result["selected"] if one.decision.ranked), key=lambda one: -one.decision.score)
    right = itertools.accumulate(int(one.first) for one in ordered)
    return [(count / len(result["selected"]), sum_right / count) for count, sum_right in enumerate(right, 1)]


def plots(result: dict[str, Any]) -> list[str]:
    """By style, calibration, and by danger, as images inside the page."""
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # matplotlib asks its parser for names that are going away
        return draw(result)


def draw(result: dict[str, Any]) -> list[str]:
    """The images."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    drawn = []
    figure, (left, middle, right) = pyplot.subplots(1, 3, figsize=(14, 3.6))
    draw_styles(left, result)
    draw_calibration(middle, result)
    draw_coverage(right, result)
    drawn.append(image(figure, "Answers ranked first and among three, by style; calibration; how many are right where only the surest are answered."))
    figure, axes = pyplot.subplots(figsize=(11, 5))
    draw_dangers(axes, result)
    drawn.append(image(figure, "Share of messages heard as severe enough, by danger, with 95 % intervals."))
    pyplot.close("all")
    return drawn


def draw_styles(axes: Any, result: dict[str, Any]) -> None:
    """Bars of top-1 and top-3 by style."""
    styles = sorted({one.asked.style for one in result["selected"]})
    for shift, name, field in ((-0.2, "top-1", "first"), (0.2, "top-3", "within")):
        shares = [rate(getattr(one, field) for one in result["selected"] if one.asked.style == style).share for style in styles]
        axes.bar([place + shift for place in range(len(styles))], shares, 0.4, label=name)
    axes.set_xticks(range(len(styles)), styles)
    axes.set_ylim(0, 1)
    axes.set_title("Answers by style")
    axes.legend(loc="lower left")


def draw_calibration(axes: Any, result: dict[str, Any]) -> None:
    """Score against share right."""
    points = result["calibration"]
    axes.plot([0, 1], [0, 1], "--", color="grey")
    axes.plot([x for x, _, _ in points], [y for _, y, _ in points], "o-")
    axes.set_xlabel("score of the first answer")
    axes.set_ylabel("share right")
    axes.set_title("Calibration")


def draw_coverage(axes: Any, result: dict[str, Any]) -> None:
    """Share answered against share right."""
    points = coverage(result)
    axes.plot([x for x, _ in points], [y for _, y in points])
    axes.set_xlabel("share of messages answered, the surest first")
    axes.set_ylabel("share of those right")
    axes.set_ylim(0, 1.02)
    axes.set_title("Coverage and accuracy")


def draw_dangers(axes: Any, result: dict[str, Any]) -> None:
    """Recall with intervals, severe levels and watch apart."""
    names = sorted({one.caught.danger for one in result["heard"]})
    for shift, label, severe in ((-0.15, "urgent or emergency", True), (0.15, "watch", False)):
        rates = [rate(one.severe_enough for one in result["heard"] if one.caught.danger == name and (one.caught.level in SEVERE) == severe) for name in names]
        kept = [(place + shift, one) for place, one in enumerate(rates) if one.of]
        low = [max(0.0, one.share - one.interval[0]) for _, one in kept]
        high = [max(0.0, one.interval[1] - one.share) for _, one in kept]
        axes.errorbar([place for place, _ in kept], [one.share for _, one in kept], yerr=[low, high], fmt="o", capsize=3, label=label)
    axes.set_xticks(range(len(names)), names, rotation=70, ha="right")
    axes.set_ylim(0, 1.02)
    axes.set_title("Danger heard on its twins")
    axes.legend(loc="lower left")


def image(figure: Any, words: str) -> str:
    """A figure as an image inside the page, with words for who cannot see it."""
    kept = io.BytesIO()
    figure.tight_layout()
    figure.savefig(kept, format="png", dpi=80)
    return f'<p><img alt="{html.escape(words)}" src="data:image/png;base64,{base64.b64encode(kept.getvalue()).decode()}"></p>'
