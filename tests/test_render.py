"""Replies put together: voices, numbers by country, review dates, buttons that lead somewhere."""
from __future__ import annotations

import dataclasses
import datetime

import pytest
from moments import NOON

from bot import payloads, render
from bot.content import Answer, Content, pick
from bot.helplines import Register


@pytest.fixture
def scene(said: Content, register: Register) -> render.Scene:
    return render.Scene(said, register, NOON, "GB")


@pytest.mark.parametrize(
    ("voices", "voice", "expected"),
    [
        ({"self": "s", "family": "f"}, "family", "f"),
        ({"self": "s", "family": "f"}, "young", "s"),
        ({"self": "s", "family": "f"}, "young_family", "f"),
        ({"self": "s", "any": "a"}, "family", "s"),
        ({"any": "a"}, "young", "a"),
        ({"family": "f"}, "self", "f"),
        ({}, "self", ""),
    ],
)
def test_words_are_picked_for_the_person(voices: dict[str, str], voice: str, expected: str) -> None:
    assert pick(voices, voice) == expected


@pytest.mark.parametrize(("country", "number"), [("GB", "999"), ("US", "911"), ("DE", "112"), ("GB-SCT", "999"), (None, "your local emergency number")])
def test_the_emergency_number_is_that_of_the_country(country: str | None, number: str, scene: render.Scene) -> None:
    assert render.fill("Call {emergency_number}.", dataclasses.replace(scene, country=country)) == f"Call {number}."


def test_no_reply_leaves_a_placeholder_open(said: Content, register: Register) -> None:
    for country in ("GB", "US", None):
        scene = render.Scene(said, register, NOON, country)
        texts = [render.answer([id], scene).text for id in said.answers] + [render.more(id, scene).text for id in said.answers]
        texts += [render.turn(turn, scene).text for turn in said.turns.values()]
        texts += [render.guide(name, step, scene).text for name, guide in said.guides.items() for step in range(len(guide.steps) + 1)]
        assert [text for text in texts if "{" in text or "}" in text] == []


def test_every_button_leads_somewhere(said: Content, register: Register) -> None:
    scene = render.Scene(said, register, NOON, "GB")
    replies = [render.answer([id], scene, rule_zero=zero) for id in said.answers for zero in (False, True)]
    replies += [render.more(id, scene) for id in said.answers] + [render.turn(turn, scene) for turn in said.turns.values()]
    replies += [render.clarify(list(said.answers)[:3], scene)]
    replies += [render.guide(name, step, scene) for name, guide in said.guides.items() for step in range(len(guide.steps) + 1)]
    replies += [render.danger(sign, "self", scene) for danger in said.dangers.values() for sign in danger.signs]
    offered = {(button["title"], button["payload"]) for reply in replies for button in reply.buttons}
    assert [button for button in offered if payloads.parse(button[1], said, register) is None] == []
    assert [button for button in offered if not button[0].strip() or "/" in button[0] or "_" in button[0]] == []


def test_an_answer_says_when_it_was_written_and_that_no_clinician_has_reviewed_it(scene: render.Scene) -> None:
    assert "not yet reviewed by a clinician" in render.answer(["withdrawal_duration"], scene).text


@pytest.mark.parametrize(("periods", "withheld", "old"), [(0.5, False, False), (1.2, False, True), (2.2, True, True)])
def test_an_old_answer_is_flagged_and_then_withheld(periods: float, withheld: bool, old: bool, said: Content, scene: render.Scene) -> None:
    one: Answer = said.answers["withdrawal_duration"]
    late = datetime.datetime.combine(one.written_on, datetime.time(), datetime.timezone.utc) + periods * one.review_in
    text = render.answer([one.id], dataclasses.replace(scene, now=late)).text
    assert (said.words["withheld"].splitlines()[0] in text) is withheld
    assert (said.words["withheld"].splitlines()[0] in render.more(one.id, dataclasses.replace(scene, now=late)).text) is withheld
    assert (said.words["old_note"] in text) is old


def test_rule_zero_comes_with_its_buttons(said: Content, scene: render.Scene) -> None:
    reply = render.answer(["withdrawal_duration"], scene, rule_zero=True)
    assert "alcohol" in reply.text and reply.buttons[-1]["payload"] == "/also/none"


def test_an_answer_for_one_country_says_so_elsewhere(said: Content, scene: render.Scene) -> None:
    one = next(answer for answer in said.answers.values() if answer.region == "GB")
    assert said.words["region_note"]["GB"] in render.answer([one.id], dataclasses.replace(scene, country="US")).text
    assert said.words["region_note"]["GB"] not in render.answer([one.id], scene).text


def test_lines_are_never_listed_twice_and_never_more_than_a_few(scene: render.Scene) -> None:
    found = render.choices(["crisis", "drugs", "family", "emergency", "crisis"], dataclasses.replace(scene, voice="young"))
    ids = [choice.helpline.id for choice in found]
    assert len(ids) == len(set(ids)) <= render.MOST_LINES
