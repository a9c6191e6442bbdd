"""Danger in words that were not learnt, near misses, and the exact words of every danger reply."""
from __future__ import annotations

import collections
import re
from collections.abc import Callable
from typing import Any

import pytest
import twins
from moments import NOON

from bot import care, content, helplines, render, risk
from bot.language.reading import Reader

FLOORS = twins.read(twins.TESTS / "floors.yml")["risk"]
EMERGENCIES = [
    (sign, voice)
    for danger in content.shared().dangers.values()
    for sign in danger.signs
    if sign.level == "emergency"
    for voice in sorted(sign.say)
]


@pytest.fixture(scope="module")
def ears(component: Callable[[str], Any]) -> risk.Ears:
    found: risk.Ears = component("HearDanger").ears
    return found


@pytest.fixture(scope="module")
def heard(ears: risk.Ears, reader: Reader) -> list[tuple[str, dict[str, Any], tuple[risk.Finding, ...]]]:
    return [(danger, row, risk.check(reader.read(row["text"]), ears)) for danger, row in twins.risks()]


def test_danger_is_heard_at_its_level_or_above(heard: list[tuple[str, dict[str, Any], tuple[risk.Finding, ...]]]) -> None:
    hits = collections.defaultdict(list)
    missed = collections.defaultdict(list)
    for _, row, found in heard:
        # A watch must be heard at all; an emergency or an urgent danger must not sink to a watch.
        least = "watch" if row["level"] == "watch" else "urgent"
        hit = any(care.RANK[one.level] >= care.RANK[least] for one in found)
        hits[row["level"]].append(hit)
        if not hit:
            missed[row["level"]].append(row["text"][:80])
    for level, listed in hits.items():
        print(f"\nrisk: {level} {sum(listed)} of {len(listed)} heard ({sum(listed) / len(listed):.3f}), missed such as")
        print(*missed[level][:6], sep="\n")
    for level, listed in hits.items():
        assert sum(listed) / len(listed) >= FLOORS[level], level


def test_it_is_known_who_is_in_danger(heard: list[tuple[str, dict[str, Any], tuple[risk.Finding, ...]]]) -> None:
    known = [found[0].about == row["about"] for _, row, found in heard if found and row.get("about") in ("self", "other")]
    print(f"\nrisk: about whom right in {sum(known) / len(known):.3f} of {len(known)}")
    assert sum(known) / len(known) >= FLOORS["about"]


def test_near_misses_raise_few_alarms(ears: risk.Ears, reader: Reader) -> None:
    alarms = [text for _, text in twins.near_misses() if any(one.level != "watch" for one in risk.check(reader.read(text), ears))]
    total = sum(1 for _ in twins.near_misses())
    print(f"\nrisk: {len(alarms)} alarms in {total} near misses ({len(alarms) / total:.3f}), such as")
    print(*[text[:90] for text in alarms[:8]], sep="\n")
    assert len(alarms) / total <= FLOORS["alarms"]


@pytest.mark.parametrize(("sign", "voice"), EMERGENCIES, ids=[f"{sign.name}-{voice}" for sign, voice in EMERGENCIES])
def test_an_emergency_reply_names_the_number_in_its_first_sentence(
    sign: content.Sign, voice: str, said: content.Content, register: helplines.Register
) -> None:
    for country, kind in (("GB", sign.kind), (None, sign.kind), ("SG", sign.kind)):
        scene = render.Scene(said, register, NOON, country, "young" if voice == "young" else "self")
        first = re.split(r"(?<=[.!?])\s", render.danger(sign, "other" if voice == "other" else "self", scene).text)[0]
        numbers = {helplines.emergency_number(register, country), helplines.emergency_number(register, country, kind)} if country else {None}
        wanted = {number for number in numbers if number} or {said.words["local_emergency"], said.words["local_police"]}
        assert any(number in first for number in wanted), (country, first)


@pytest.mark.parametrize("country", ["GB", None])
def test_every_danger_reply_has_a_question_and_someone_to_turn_to(country: str | None, said: content.Content, register: helplines.Register) -> None:
    for danger in said.dangers.values():
        for sign in danger.signs:
            for about in ("self", "other"):
                text = render.danger(sign, about, render.Scene(said, register, NOON, country)).text
                assert "•" in text and "{" not in text, (sign.name, about, text)
