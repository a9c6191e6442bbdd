"""Train the learnt layer of `bot.risk` from the content's own examples. Runs at training time only."""
from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from bot.content import Content
from bot.language.encoder import Vectors
from bot.risk import CALM

# Which sign a phrase in another language stands for: plain words for the danger, so the plain sign of it.
FOREIGN = {
    "suicide": "suicide/active",
    "self_harm": "self_harm/urges_or_now",
    "overdose": "overdose_taken/took_too_much",
    "violence": "violence/hurt_lately",
}
QUESTIONS_ABOUT_DANGER = frozenset({"emergency"})
STRENGTH = 0.5  # weak: what is learnt must also fit people who write unlike our examples
KEPT_BACK = 6  # every sixth example
ALARMS = {"urgent": 0.011, "watch": 0.058}  # the share of calm messages that may pass, by cross-validation


def foreign_rules(said: Mapping[str, Mapping[str, Sequence[str]]]) -> dict[str, list[str]]:
    """Phrases of all languages by the sign they stand for."""
    found: dict[str, list[str]] = {}
    for kinds in said.values():
        for kind, listed in kinds.items():
            if kind in FOREIGN:
                found.setdefault(FOREIGN[kind], []).extend(phrase.lower() for phrase in listed)
    return found


def examples(content: Content, clean: Callable[[str], str]) -> tuple[list[str], list[str]]:
    """Cleaned texts and their rule: `like` of every sign, and CALM for near misses and for all that people ask."""
    pairs: dict[str, str] = {}
    for answer in content.answers.values():
        if answer.topic not in QUESTIONS_ABOUT_DANGER:
            pairs.update({clean(text): CALM for text in answer.ask})
    for turn in content.turns.values():
        if turn.kind != "refuse":
            pairs.update({clean(text): CALM for text in turn.ask})
    pairs.update({clean(text): CALM for text in content.unrelated})
    for danger in content.dangers.values():
        pairs.update({clean(text): CALM for text in danger.near_misses})
    for danger in content.dangers.values():
        for sign in danger.signs:
            pairs.update({clean(text): sign.name for text in sign.like})
    return list(pairs), list(pairs.values())


def gravities(rules: Sequence[str], content: Content) -> list[int]:
    """How grave each example is: 0 calm, 1 watch, 2 urgent or worse."""
    levels_of = {sign.name: sign.level for danger in content.dangers.values() for sign in danger.signs}
    return [0 if rule == CALM else 1 if levels_of[rule] == "watch" else 2 for rule in rules]


def is_kept_back(text: str) -> bool:
    """Whether an example is kept from the encoder's adaptation, so that thresholds are set on what it has not seen."""
    return zlib.crc32(text.encode()) % KEPT_BACK == 0


def train(texts: Sequence[str], rules: Sequence[str], vectors: Vectors, content: Content) -> dict[str, Any]:
    """The state of a `bot.risk.Meaning`.

    One model hears how grave a message is (calm, watch, grave), another names the sign. The thresholds are those at
    which cross-validation lets no more than ALARMS of the calm messages pass that the encoder has not seen.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict

    levels_of = {sign.name: sign.level for danger in content.dangers.values() for sign in danger.signs}
    grade = np.array(gravities(rules, content))
    weight = np.where(grade == 0, 1.0, 1.5)
    hearer = LogisticRegression(C=STRENGTH, max_iter=150, tol=1e-3)
    held_out = cross_val_predict(hearer, vectors, grade, cv=3, method="predict_proba", fit_params={"sample_weight": weight})
    hearer.fit(vectors, grade, sample_weight=weight)
    some = grade > 0
    named = np.array(rules)[some]
    namer = LogisticRegression(C=STRENGTH, max_iter=200, tol=1e-2).fit(vectors[some], named)
    names = [str(name) for name in namer.classes_]
    unseen = np.array([is_kept_back(text) for text in texts])
    calm = held_out[(grade == 0) & unseen]
    return {
        "rules": names,
        "levels": [levels_of[name] for name in names],
        "hearer": (hearer.coef_.T.astype(np.float64), hearer.intercept_.astype(np.float64)),
        "namer": (namer.coef_.T.astype(np.float64), namer.intercept_.astype(np.float64)),
        "thresholds": {
            "urgent": float(np.quantile(calm[:, 2], 1 - ALARMS["urgent"])),
            "watch": float(np.quantile(1 - calm[:, 0], 1 - ALARMS["watch"])),
        },
    }
