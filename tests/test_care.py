"""The conversation after a danger was heard: yes, no, doubt, new topics; never the same paragraph twice; it ends by rule."""
from __future__ import annotations

from typing import Any

import pytest

from bot import care
from bot.content import Content


def heard(content: Content, danger: str = "suicide", level: str = "emergency", about: str = "self") -> dict[str, Any]:
    """What the risk check hands on."""
    sign = next(sign for sign in content.dangers[danger].signs if sign.level == level)
    return {"danger": danger, "level": level, "about": about, "rule": sign.name, "by": "phrase", "certainty": 1.0}


def opened(content: Content, **finding: Any) -> dict[str, Any]:
    """The state after one danger."""
    step, state = care.next_step(None, [heard(content, **finding)], None, "answer", content)
    assert step.kind == "danger" and state is not None
    return state


def test_without_danger_nothing_happens(said: Content) -> None:
    assert care.next_step(None, [], "talk/yes", "flow", said) == (care.Step("none"), None)


def test_a_danger_is_answered_in_its_own_words_and_remembered(said: Content) -> None:
    finding = heard(said)
    step, state = care.next_step(None, [finding], None, "answer", said)
    assert (step.kind, step.name, step.version) == ("danger", finding["rule"], 0)
    assert state is not None and state["level"] == "emergency" and state["danger"] == "suicide"


def test_the_worst_of_several_dangers_is_answered(said: Content) -> None:
    worst, lesser = heard(said), heard(said, "hopelessness", "watch")
    step, state = care.next_step(None, [lesser, worst], None, "answer", said)
    assert step.name == worst["rule"] and state is not None and set(state["open"]) == {"suicide", "hopelessness"}


def test_yes_to_the_question_about_suicide_is_an_emergency(said: Content) -> None:
    state = opened(said, level="urgent") if any(s.level == "urgent" for s in said.dangers["suicide"].signs) else opened(said)
    step, after = care.next_step(state, [], "talk/yes", "flow", said)
    assert step.kind == "move" and step.name.startswith("said_yes") and after is not None
    if step.name == "said_yes_suicide":
        assert after["level"] == "emergency"


@pytest.mark.parametrize("label", ["talk/misunderstood", "talk/just_testing", "talk/im_safe_now", "talk/word_scares_me"])
def test_what_takes_it_back_is_believed_and_the_door_stays_open(label: str, said: Content) -> None:
    step, state = care.next_step(opened(said), [], label, "flow", said)
    assert step == care.Step("move", care.MOVES[label], 0)
    assert state is not None and state["stage"] == "safe"


def test_a_new_topic_is_answered_and_the_contacts_are_pointed_to(said: Content) -> None:
    step, state = care.next_step(opened(said), [], "withdrawal_duration", "answer", said)
    assert step.kind == "none" and step.footer and state is not None


def test_after_the_person_is_safe_it_ends_within_a_few_turns(said: Content) -> None:
    _, state = care.next_step(opened(said), [], "talk/im_safe_now", "flow", said)
    turns = 0
    while state is not None and turns < 50:
        _, state = care.next_step(state, [], "withdrawal_duration", "answer", said)
        turns += 1
    assert turns == care.QUIET_AFTER_NO + 1


def test_it_ends_by_itself_when_nothing_more_is_heard(said: Content) -> None:
    state: dict[str, Any] | None = opened(said)
    turns = 0
    while state is not None and turns < 50:
        _, state = care.next_step(state, [], "withdrawal_duration", "answer", said)
        turns += 1
    assert turns == care.QUIET_ANYHOW + 1


def test_a_watch_beside_an_answer_lets_the_answer_come_first(said: Content) -> None:
    step, state = care.next_step(None, [heard(said, "hopelessness", "watch")], "withdrawal_low_mood", "answer", said)
    assert (step.kind, step.name) == ("none", "watch_checkin") and state is not None


def test_a_lesser_danger_never_lowers_the_level(said: Content) -> None:
    _, state = care.next_step(opened(said), [heard(said, "hopelessness", "watch")], None, "not_covered", said)
    assert state is not None and state["level"] == "emergency"


def test_a_new_danger_is_answered_in_the_middle_of_the_old_one(said: Content) -> None:
    overdose = heard(said, "overdose_taken")
    step, state = care.next_step(opened(said), [overdose], "talk/no", "flow", said)
    assert step.name == overdose["rule"] and state is not None and state["danger"] == "overdose_taken"


@pytest.mark.parametrize("about", ["self", "other"])
@pytest.mark.parametrize("label", ["talk/yes", "talk/no", "talk/maybe", "talk/cant_call", "talk/keep_it_secret", "talk/gibberish"])
def test_the_same_paragraph_is_never_said_twice(label: str, about: str, said: Content) -> None:
    state: dict[str, Any] | None = opened(said, about=about)
    words = []
    for _ in range(5):
        step, state = care.next_step(state, [], label, "flow", said)
        if step.kind == "move":
            versions = said.care[step.name].get(about) or said.care[step.name]["self"]
            words.append(versions[step.version % len(versions)])
        if state is None:
            break
    assert len(words) >= 3 and len(words) == len(set(words))


def test_the_same_danger_again_and_again_gets_other_words_each_time(said: Content) -> None:
    state, steps = None, []
    for _ in range(4):
        step, state = care.next_step(state, [heard(said)], None, "not_covered", said)
        steps.append((step.kind, step.name, step.version))
    assert len(set(steps)) == len(steps)


@pytest.mark.parametrize("label", sorted(care.MOVES))
def test_every_turn_of_talk_that_is_named_exists(label: str, said: Content) -> None:
    assert label in said.turns


def test_every_move_has_three_versions_for_each_person(said: Content) -> None:
    moves = {name for name in said.care if name not in ("new_topic_footer", "denial_line")}
    assert {name: len(said.care[name][who]) for name in moves for who in ("self", "other") if len(said.care[name].get(who, ())) < 3} == {}
