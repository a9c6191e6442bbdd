"""Flows, put together without Rasa: the right country or none, people instead of machines, nothing untrue about staff."""
from __future__ import annotations

import dataclasses
import datetime

import pytest
from moments import NOON

from bot import flows, helplines, render, settings
from bot.content import Content
from bot.helpline_types import EUROPE, INTERNATIONAL
from bot.helplines import Register
from bot.staffing import Staffing

LATER = NOON + datetime.timedelta(hours=5)


@pytest.fixture
def scene(said: Content, register: Register) -> render.Scene:
    return render.Scene(said, register, NOON, "GB")


def countries() -> list[str]:
    register = helplines.load_register(settings.DATA / "helplines")
    return [code for code in register.countries if code not in (INTERNATIONAL, EUROPE)]


@pytest.mark.parametrize("code", [*countries(), None])
def test_the_way_into_treatment_is_that_of_the_country(code: str | None, scene: render.Scene) -> None:
    scene = dataclasses.replace(scene, country=code)
    text = flows.find_treatment(scene).text
    words = scene.content.words["treatment"]
    assert words["before_paying"] in text and words["both"] in text
    if code is None:
        assert words["country_unknown"] in text and "findahelpline" in text
    else:
        assert all(fact in text for fact in scene.register.countries[code].how_to_enter.say)
        assert helplines.banned_numbers(scene.register, text, code) == []


@pytest.mark.parametrize("code", countries())
def test_every_flow_shows_no_line_of_another_country(code: str, scene: render.Scene) -> None:
    scene = dataclasses.replace(scene, country=code)
    others = {line.name for line in scene.register.lines.values() if line.country not in (code, INTERNATIONAL, EUROPE)}
    others -= {line.name for line in scene.register.countries[code].lines}
    for said in (flows.find_helpline("", scene), flows.find_treatment(scene), flows.card(scene), flows.what_happens(scene), flows.referral(scene)):
        assert [name for name in others if f"• {name}:" in said.text] == []


@pytest.mark.parametrize(
    ("text", "part"),
    [("is there a text line", "Text "), ("a number for families of users", "famil"), ("helpline for teenagers please", "oung")],
)
def test_a_line_is_found_by_what_was_asked_for(text: str, part: str, scene: render.Scene) -> None:
    assert part in flows.find_helpline(text, scene).text


def test_a_card_holds_only_lines_that_hold_at_any_hour(scene: render.Scene) -> None:
    text = flows.card(scene).text
    assert "999" in text and "Open now until" not in text and "Closed" not in text
    assert flows.card(scene, page="https://example.org/help").text.endswith("https://example.org/help")


def test_a_card_without_a_country_names_the_emergency_rule_and_asks(scene: render.Scene) -> None:
    said = flows.card(dataclasses.replace(scene, country=None))
    assert scene.content.words["local_emergency"] in said.text and "999" not in said.text
    assert "/flow/change_country" in [button["payload"] for button in said.buttons]


@pytest.mark.parametrize("wish", ["talk_now", "call_back", "check"])
@pytest.mark.parametrize("outcome", ["opened", "already", "waiting", "failed"])
@pytest.mark.parametrize("kind", ["none", "unknown", "free", "open", "away", "closed"])
def test_whoever_wants_a_person_always_gets_lines_and_the_truth(kind: str, outcome: str, wish: str, scene: render.Scene) -> None:
    staff = Staffing(kind, LATER if kind in ("open", "away", "closed") else None)
    text = flows.escalated(wish, outcome, staff, scene).text
    assert "Samaritans" in text or "FRANK" in text or "116" in text
    assert scene.content.words["escalation"]["now"] in text and "{" not in text
    told = scene.content.words["escalation"]
    assert (told["failed"] in text) is (outcome == "failed" and kind != "none")
    assert (told["none"] in text) is (kind == "none")
    if outcome == "opened" and kind in ("open", "away", "closed"):
        assert "17:00 today" in text
    if outcome in ("waiting", "failed") and kind != "none":
        assert "the team's list" not in text


@pytest.mark.parametrize(
    ("wish", "kind", "outcome", "offered"),
    [
        ("call_back", "open", "opened", True), ("call_back", "free", "already", True), ("call_back", "away", "opened", True), ("call_back", "closed", "opened", True),
        ("call_back", "unknown", "opened", False), ("call_back", "none", "opened", False), ("call_back", "open", "failed", False), ("call_back", "open", "waiting", False),
    ],
)  # fmt: skip
def test_a_number_is_asked_for_only_where_it_is_known_when_somebody_calls(wish: str, kind: str, outcome: str, offered: bool, scene: render.Scene) -> None:
    staff = Staffing(kind, LATER if kind in ("open", "away", "closed") else None)
    said = flows.escalated(wish, outcome, staff, scene, contact=True)
    assert ("/flow/leave_contact" in [button["payload"] for button in said.buttons]) is offered
    assert (scene.content.words["escalation"]["wishes"]["contact"] in said.text) is offered
    assert "/flow/leave_contact" not in [button["payload"] for button in flows.escalated(wish, outcome, staff, scene).buttons]
    linked = flows.escalated(wish, outcome, staff, scene, contact=True, link="https://example.org/call-back/x")
    assert ("https://example.org/call-back/x" in linked.text) is offered


def test_a_team_that_is_there_day_and_night_has_no_end_to_its_hours(scene: render.Scene) -> None:
    assert "day and night" in flows.escalated("talk_now", "opened", Staffing("open"), scene).text


def test_changing_the_country_offers_every_country_and_says_which_was_set(scene: render.Scene) -> None:
    said = flows.change_country(scene)
    assert "the UK" in said.text and len(said.buttons) == len(countries()) + 1
    assert {"/country/IE", "/country/unknown"} <= {button["payload"] for button in said.buttons}


def test_a_place_that_may_be_meant_is_asked_about_and_shows_no_line_of_it(scene: render.Scene) -> None:
    said = flows.country_guess(["AU-WA", "GB-SCT", "NO"], dataclasses.replace(scene, country=None))
    assert [button["payload"] for button in said.buttons[:3]] == ["/country/AU-WA", "/country/GB-SCT", "/country/NO"]
    assert "findahelpline" in said.text and "Samaritans" not in said.text


def test_a_country_without_lines_is_named_and_sent_across_countries(scene: render.Scene) -> None:
    said = flows.country_set("Norway", dataclasses.replace(scene, country="NO"))
    assert "Norway" in said.text and "Samaritans" not in said.text


def test_every_flow_has_words_or_lines(said: Content, scene: render.Scene) -> None:
    for name in [turn.name.split("/")[1] for turn in said.turns.values() if turn.kind == "flow"]:
        for place in ("GB", None):
            for again in (False, True):
                text = flows.plain(name, dataclasses.replace(scene, country=place), again=again).text
                assert text.strip() and "{" not in text
