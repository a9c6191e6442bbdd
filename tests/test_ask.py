"""`make ask`: the shape of its JSON, lines that cannot be read, and the clock."""
from __future__ import annotations

import io
import json
from typing import Any

import pytest

from bot import ask, settings
from bot.settings import parse_moment


async def lines(agent: Any, text: str, at: Any = None) -> tuple[int, list[dict[str, Any]]]:
    out = io.StringIO()
    status = await ask.ask_all(agent, io.StringIO(text), out, at)
    return status, [json.loads(line) for line in out.getvalue().splitlines()]


async def test_each_line_is_a_conversation_with_all_that_was_decided(agent: Any) -> None:
    status, [one, two] = await lines(agent, '{"text": "how long does ket withdrawal last?", "country": "GB"}\n\nthanks\n')
    assert status == 0
    [turn] = one["turns"]
    assert set(turn) == {"text", "risk", "intent", "answers", "decision", "replies"}
    assert turn["decision"] == "answer" and turn["answers"][0]["id"] == "withdrawal_duration" and len(turn["answers"]) >= 3
    assert set(turn["answers"][0]) == {"id", "score", "why"} and 0 < turn["answers"][0]["score"] <= 1
    assert set(turn["replies"][0]) == {"text", "buttons", "sources"} and turn["replies"][0]["sources"]
    assert two["turns"][0]["decision"] == "flow" and two["turns"][0]["intent"].startswith("talk/")


async def test_a_danger_is_reported_with_its_rule_and_never_with_words(agent: Any) -> None:
    _, [one] = await lines(agent, '{"turns": ["I am going to kill myself tonight"], "country": "GB"}')
    [turn] = one["turns"]
    assert turn["decision"] == "risk" and turn["risk"][0]["danger"] == "suicide"
    assert set(turn["risk"][0]) == {"danger", "level", "about", "why"} and turn["risk"][0]["why"].startswith("suicide/")
    assert "999" in turn["replies"][0]["text"]


async def test_turns_of_one_line_share_a_conversation_and_lines_do_not(agent: Any) -> None:
    _, [one, two] = await lines(agent, '{"turns": ["I live in the US", "give me a helpline"]}\n{"turns": ["give me a helpline"]}')
    assert len(one["turns"]) == 2
    assert one["turns"][1]["replies"][0]["text"] != two["turns"][0]["replies"][0]["text"]


@pytest.mark.parametrize("line", ["{not json", '{"turns": []}', '{"turns": "x"}', '{"text": 3}', "{}", '{"text": "hi", "at": "noon"}'])
async def test_a_line_that_cannot_be_read_is_named_and_the_rest_goes_on(line: str, agent: Any) -> None:
    status, [bad, good] = await lines(agent, f"{line}\nhello there\n")
    assert status == 1 and "line 1" in bad["error"] and good["turns"]


async def test_the_clock_can_be_fixed(agent: Any) -> None:
    asked = '{"text": "how long does ket withdrawal last?", "country": "GB"}'
    _, [now] = await lines(agent, asked, parse_moment("2026-11-25T11:00:00Z"))
    _, [late] = await lines(agent, asked, parse_moment("2031-11-25T11:00:00Z"))
    _, [own] = await lines(agent, asked.replace("}", ', "at": "2031-11-25T11:00:00Z"}'), parse_moment("2026-11-25T11:00:00Z"))
    assert "out of date" not in now["turns"][0]["replies"][0]["text"]
    assert "out of date" in late["turns"][0]["replies"][0]["text"]
    assert late["turns"][0]["replies"] == own["turns"][0]["replies"]
    assert abs((settings.now() - settings.datetime.datetime.now(settings.datetime.timezone.utc)).total_seconds()) < 5


@pytest.mark.parametrize(("text", "hour"), [("2026-11-23T21:00:00Z", 21), ("2026-11-23T21:00:00+01:00", 21), ("2026-11-23", 0)])
def test_moments_are_read(text: str, hour: int) -> None:
    assert parse_moment(text).hour == hour


def test_what_is_no_moment_is_refused_with_the_form_that_is_wanted() -> None:
    with pytest.raises(ValueError, match="2026-11-23T21:00:00Z"):
        parse_moment("tomorrow")
