"""Ways of asking that were not learnt, through the trained selector: the floors of tests/floors.yml hold."""
from __future__ import annotations

import collections
from collections.abc import Callable
from typing import Any

import pytest
import twins

from bot import understanding
from bot.helplines import Register
from bot.language.reading import Reader

FLOORS = twins.read(twins.TESTS / "floors.yml")["answers"]


@pytest.fixture(scope="module")
def understood(component: Callable[[str], Any], reader: Reader, register: Register) -> Callable[[str], understanding.Understood]:
    selector = component("SelectAnswer")._selector
    return lambda text: understanding.understand(reader.read(text), selector, reader, register)


@pytest.fixture(scope="module")
def results(understood: Callable[[str], understanding.Understood]) -> list[tuple[str, str, str, Any]]:
    return [(id, manner, text, understood(text).decision) for id, manner, text in twins.answers()]


def share(hits: list[bool]) -> float:
    return sum(hits) / max(1, len(hits))


def test_the_right_answer_is_ranked_first_or_among_three(results: list[tuple[str, str, str, Any]]) -> None:
    first = [bool(decision.ranked) and decision.ranked[0].label == id for id, _, _, decision in results]
    three = [id in [one.label for one in decision.ranked[:3]] for id, _, _, decision in results]
    by_manner = collections.defaultdict(list)
    for (_, manner, _, _), hit in zip(results, first):
        by_manner[manner].append(hit)
    print(f"\nanswers: {len(results)} messages, top-1 {share(first):.3f}, top-3 {share(three):.3f}")
    print({manner: round(share(hits), 3) for manner, hits in by_manner.items()})
    assert share(first) >= FLOORS["top_1"]
    assert share(three) >= FLOORS["top_3"]


def test_few_messages_get_an_answer_to_another_question(results: list[tuple[str, str, str, Any]]) -> None:
    wrong = [(text[:70], decision.chosen) for id, _, text, decision in results if decision.kind == "answer" and id not in decision.chosen]
    print(f"\nanswers: {len(wrong) / len(results):.3f} got another answer, such as", *wrong[:8], sep="\n  ")
    assert len(wrong) / len(results) <= FLOORS["wrong_answers"]


def test_few_messages_about_something_else_get_an_answer(understood: Callable[[str], understanding.Understood]) -> None:
    outside = twins.read(twins.TESTS / "dialogue" / "unrelated.yml")["unrelated"]
    answered = [(text, decision.chosen) for text in outside if (decision := understood(text).decision).kind == "answer"]
    print(f"\nout of scope: {len(answered)} of {len(outside)} answered", *answered[:8], sep="\n  ")
    assert len(answered) / len(outside) <= FLOORS["out_of_scope_answered"]


def test_every_answer_can_be_reached_in_other_words(results: list[tuple[str, str, str, Any]]) -> None:
    reached = {id for id, _, _, decision in results if id in [one.label for one in decision.ranked[:3]]}
    assert sorted({id for id, *_ in results} - reached) == []
