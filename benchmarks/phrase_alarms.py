"""Which `catch` phrases of data/risk alarm on calm examples, beside how often each finds its own danger.

    python -m benchmarks.phrase_alarms              the 60 worst, over all dangers
    python -m benchmarks.phrase_alarms violence     those of one danger

Calm examples are every `not` of data/risk and every way of asking of the answers and turns. A phrase that alarms more
often than it finds wants narrowing, or a cue in data/language/scope.yml. About 90 seconds.
"""
from __future__ import annotations

import argparse
import collections
import copy
import sys

from bot import logs

logs.quiet()

from bot import kept, risk, risk_training  # noqa: E402
from bot.rasa_parts.danger import deaf_ears  # noqa: E402
from bot.rasa_parts.reading import shared_reader  # noqa: E402

ALARMING = ("urgent", "emergency")
Phrase = tuple[str, str]  # the sign's name and the phrase


def count() -> tuple[dict[Phrase, list[str]], collections.Counter[Phrase], int]:
    """For each phrase the calm texts that it alarms on, how often it finds its own danger, and how many calm texts there are."""
    ears, reader = deaf_ears(), copy.copy(shared_reader())
    reader.encoder = None  # phrases need no meaning, and it costs most
    alarms: dict[Phrase, list[str]] = collections.defaultdict(list)
    finds: collections.Counter[Phrase] = collections.Counter()
    texts, rules = risk_training.examples(kept.said(), reader.clean)
    for text, rule in zip(texts, rules):
        for hit, sign, level in risk.heard_phrases(reader.read(text), ears):
            if rule == risk.CALM and level in ALARMING:
                alarms[hit.key, hit.phrase].append(text)
            elif sign.danger == rule.split("/")[0]:
                finds[hit.key, hit.phrase] += 1
    return alarms, finds, sum(rule == risk.CALM for rule in rules)


def main() -> int:
    """Print the phrases, worst first."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.phrase_alarms", description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("danger", nargs="?", default="")
    parser.add_argument("--most", type=int, default=60)
    options = parser.parse_args()
    alarms, finds, calm = count()
    alarmed = len({text for texts in alarms.values() for text in texts})
    print(f"{calm} calm examples, {alarmed} of them raise an alarm by a phrase ({alarmed / calm:.1%})")
    listed = sorted(((key, texts) for key, texts in alarms.items() if key[0].startswith(options.danger)), key=lambda pair: -len(pair[1]))
    for (sign, phrase), texts in listed[: options.most]:
        print(f"{len(texts):4} alarms {finds[sign, phrase]:4} found  {sign}  {phrase}\n      such as: {texts[0][:140]}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
