"""The conversation after a danger was heard: yes, no, doubt, new topics; never the same paragraph twice; it ends by rule."""
from __future__ import annotations

import json
from typing import Any

import pytest

from bot import care
from bot.content import Content, shared


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


QUESTIONS = [
    (sign.name, who, sign.bad_answer[who])
    for danger in shared().dangers.values()
    for sign in danger.signs
    for who in sign.ask
    if sign.bad_answer and who in ("self", "other")
]
ANSWERED = {
    "suicide": ("said_yes_suicide", "said_no"),
    "already": ("said_yes_suicide", "not_yet"),
    "open": ("silence_or_unclear", "silence_or_unclear"),
}


def test_every_question_says_which_answer_is_the_bad_one() -> None:
    asked = [(sign.name, who) for danger in shared().dangers.values() for sign in danger.signs for who in sign.ask]
    assert [(rule, who) for rule, who, _ in QUESTIONS] == asked


@pytest.mark.parametrize(("rule", "who", "bad"), QUESTIONS)
def test_a_bare_yes_or_no_is_followed_as_the_question_was_meant(rule: str, who: str, bad: str, said: Content) -> None:
    sign = care.sign_of(rule, said)
    assert sign is not None
    finding = {"danger": sign.danger, "level": sign.level, "about": who, "rule": rule, "by": "phrase", "certainty": 1.0}
    if sign.danger in care.VOICE_ONLY:
        return
    _, state = care.next_step(None, [finding], None, "not_covered", said)
    found = tuple(care.next_step(state, [], label, "flow", said)[0].name for label in ("talk/yes", "talk/no"))
    person = sign.danger in care.PERSON_DANGERS
    if bad == "yes":
        wanted = ("not_safe_from_person" if person else "said_yes_other_danger", "said_no")
    elif bad == "no":
        wanted = ("said_yes_safe", "not_safe_from_person" if person else "said_no_unsafe")
    else:
        wanted = ANSWERED[bad]
    assert found == wanted


def test_yes_after_a_second_question_is_bad_news_and_no_is_good(said: Content) -> None:
    _, state = care.next_step(opened(said, danger="unresponsive", about="other"), [], "talk/maybe", "flow", said)
    assert care.next_step(state, [], "talk/no", "flow", said)[0].name == "said_no"
    assert care.next_step(state, [], "talk/yes", "flow", said)[0].name == "said_yes_other_danger"


def test_yes_to_thoughts_of_suicide_raises_the_level(said: Content) -> None:
    step, after = care.next_step(opened(said, level="urgent"), [], "talk/yes", "flow", said)
    assert step.name == "said_yes_suicide" and after is not None and after["level"] == "emergency"


def test_nothing_done_yet_is_no_all_clear(said: Content) -> None:
    step, after = care.next_step(opened(said), [], "talk/no", "flow", said)
    assert step.name == "not_yet" and after is not None and after["stage"] == "asked" and after["level"] == "emergency"


def test_who_asks_for_a_person_in_danger_is_given_people_at_once(said: Content) -> None:
    for label in ("flow/talk_to_human", "flow/call_me_back"):
        assert care.next_step(opened(said), [], label, "flow", said)[0].name == "wants_human"


def test_a_denial_beside_a_question_gets_the_answer_and_a_gentle_line(said: Content) -> None:
    step, state = care.next_step(opened(said), [], "withdrawal_sleep", "answer", said, denied=True)
    assert step == care.Step("none", "denial_line", 0) and state is not None
    assert care.next_step(state, [], "withdrawal_sleep", "answer", said, denied=True)[0].version == 1


def test_a_denial_alone_is_heard_as_a_no_and_without_a_disclosure_as_nothing(said: Content) -> None:
    assert care.next_step(opened(said), [], None, "not_covered", said, denied=True)[0].name == "said_no"
    assert care.next_step(None, [], None, "answer", said, denied=True)[0] == care.Step("none")


def test_passive_thoughts_that_become_imminent_are_answered_anew(said: Content) -> None:
    step, state = care.next_step(opened(said, level="urgent"), [heard(said)], None, "not_covered", said)
    assert step.kind == "danger" and step.version == 0 and state is not None and state["level"] == "emergency"


def test_a_third_person_at_risk_is_heard_while_ones_own_danger_is_open(said: Content) -> None:
    step, state = care.next_step(opened(said), [heard(said, "unresponsive", about="other")], None, "not_covered", said)
    assert step.kind == "danger" and state is not None and state["about"] == "other"


def test_the_state_survives_being_stored(said: Content) -> None:
    state = opened(said)
    for label in ("talk/maybe", "talk/yes", "talk/misunderstood", "flow/talk_to_human"):
        again = json.loads(json.dumps(state))
        assert care.next_step(state, [], label, "flow", said) == care.next_step(again, [], label, "flow", said)
        _, after = care.next_step(again, [], label, "flow", said)
        assert after is not None
        state = after


def test_however_long_it_goes_on_no_wording_comes_twice(said: Content) -> None:
    state, seen = opened(said), []
    for turn in range(30):
        found = [heard(said)] if turn % 3 == 0 else []
        step, after = care.next_step(state, found, "talk/just_listen", "flow", said)
        assert after is not None
        state = after
        if step.name != care.WORDLESS:
            seen.append((step.kind, step.name, step.version))
    assert len(seen) == len(set(seen)) > 8


def test_a_denial_answers_the_question_whatever_the_words_resemble(said: Content) -> None:
    like = {**heard(said), "by": "meaning"}
    step, state = care.next_step(opened(said), [like], "emergency_suicidal_thoughts", "answer", said, denied=True)
    assert (step.kind, step.name) == ("move", "said_no")
    assert state is not None and state["stage"] == "safe"


@pytest.mark.parametrize(
    ("danger", "move"),
    [("unresponsive", "said_no_unsafe"), ("suicide", "said_yes_suicide"), ("violence", "not_safe_from_person")],
)
def test_getting_worse_is_answered_by_the_danger_that_is_open(danger: str, move: str, said: Content) -> None:
    step, state = care.next_step({**opened(said), "danger": danger}, [], "talk/getting_worse", "flow", said)
    assert (step.kind, step.name) == ("move", move)
    assert state is not None and state["stage"] == "asked"


def test_worse_news_with_no_danger_open_opens_one_so_that_the_answer_is_understood(said: Content) -> None:
    step, state = care.next_step(None, [], "talk/getting_worse", "flow", said)
    assert step.kind == "none" and state is not None
    step, state = care.next_step(state, [], "talk/no", "flow", said)
    assert (step.kind, step.name) == ("move", "said_no_unsafe")


def test_waking_up_is_said_of_the_one_whom_the_words_name(said: Content) -> None:
    _, state = care.next_step({**opened(said), "about": "self"}, [], "talk/they_woke_up", "flow", said, about="other")
    assert state is not None and state["about"] == "other"


def test_the_caller_for_help_is_not_taken_for_the_one_at_risk(said: Content) -> None:
    _, state = care.next_step({**opened(said), "about": "other"}, [], "talk/help_is_here", "flow", said, about="self")
    assert state is not None and state["about"] == "other"


def test_of_dangers_as_grave_the_one_that_kills_in_minutes_comes_first(said: Content) -> None:
    both = [heard(said, "overdose_taken", "emergency"), heard(said, "unresponsive", "emergency")]
    step, _ = care.next_step(None, both, None, "answer", said)
    assert step.name.startswith("unresponsive/")


def test_seeing_things_after_stopping_drink_makes_that_worse_and_is_no_new_subject(said: Content) -> None:
    state = {**opened(said), "danger": "dangerous_withdrawal"}
    step, _ = care.next_step(state, [heard(said, "psychosis_agitation", "urgent")], None, "answer", said)
    assert step.name == "dangerous_withdrawal/withdrawal_going_wrong"


def test_soon_after_the_person_is_safe_words_that_nothing_fits_are_listened_to(said: Content) -> None:
    _, state = care.next_step(opened(said), [], "talk/im_safe_now", "flow", said)
    step, _ = care.next_step(state, [], None, "not_covered", said)
    assert (step.kind, step.name) == ("move", "listening")


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
    step, state = care.next_step(None, [heard(said, "child_danger", "watch")], "family_children", "answer", said)
    assert (step.kind, step.name) == ("none", "watch_ask") and state is not None


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
    moves = {name for name in said.care if name not in ("new_topic_footer", "denial_line", care.YOUNG_HELLO)}
    assert {name: len(said.care[name][who]) for name in moves for who in ("self", "other") if len(said.care[name].get(who, ())) < 3} == {}
