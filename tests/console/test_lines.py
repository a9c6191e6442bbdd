"""A wrong helpline number is found in the list of all lines, taken out, seen by whom, and put back."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.storage import withdrawn
from console.care import lines_views

Make = Callable[..., Any]


@pytest.fixture
def line(register: Any) -> Any:
    """A line of the United Kingdom that can be withdrawn."""
    return next(one for one in register.countries["GB"].lines if one.call and not one.never_withheld() and one.confidence != "low")


def ids(page: Any) -> list[str]:
    return [row.line.id for _, rows in page.context["places"] for row in rows]


def test_every_line_of_every_country_is_listed_once(signed_in: Make, register: Any) -> None:
    page = signed_in("lead").get("/staff/lines")
    assert sorted(ids(page)) == sorted(register.lines)
    assert [country.name for country, _ in page.context["places"]] == sorted(one.name for one in register.countries.values() if one.lines)


@pytest.mark.parametrize("ask", [
    lambda line: line.name, lambda line: line.call.number, lambda line: line.call.number.replace(" ", ""), lambda line: f"{line.name} united kingdom",
    lambda line: f"  {line.name.upper()} gb ", lambda line: line.id,
])  # fmt: skip
def test_a_line_is_found_by_name_number_or_country(signed_in: Make, line: Any, ask: Callable[[Any], str]) -> None:
    found = ids(signed_in("lead").get("/staff/lines", {"q": ask(line)}))
    assert line.id in found and len(found) < 20


def test_a_country_shows_its_own_lines_alone(signed_in: Make, register: Any) -> None:
    found = ids(signed_in("lead").get("/staff/lines", {"q": register.countries["IE"].name}))
    assert {one.id for one in register.countries["IE"].lines} <= set(found)


def test_nothing_found_and_odd_searches_are_no_error(signed_in: Make) -> None:
    client = signed_in("lead")
    for odd in ("xylophone", "\x00", "<script>", "(" * 500, "\u202e"):
        assert client.get("/staff/lines", {"q": odd}).status_code == 200
    assert "No line fits" in client.get("/staff/lines", {"q": "xylophone"}).content.decode()


def test_a_wrong_line_is_withdrawn_from_the_list_shown_with_its_reason_and_put_back(signed_in: Make, line: Any) -> None:
    lead, path = signed_in("lead"), f"/staff/withdrawn/helpline/{line.id}"
    assert path in lead.get("/staff/lines").content.decode()
    lead.post(path, {"act": "withdraw", "reason": "rings out since Monday"})
    assert withdrawn.read().helplines == {line.id}
    page = lead.get("/staff/lines?show=out")
    text = page.content.decode()
    assert ids(page) == [line.id] and "Withdrawn by lead" in text and "rings out since Monday" in text and "Put back" in text
    assert "1 out of use" in lead.get("/staff/lines").content.decode()
    assert line.name in lead.get("/staff/withdrawn").content.decode() and line.name in lead.get(path).content.decode()
    lead.post(path, {"act": "restore"})
    assert withdrawn.read().helplines == frozenset() and ids(lead.get("/staff/lines?show=out")) == []


def test_who_cannot_withdraw_sees_the_list_without_buttons_and_whom_to_ask(signed_in: Make, line: Any) -> None:
    signed_in("lead").post(f"/staff/withdrawn/helpline/{line.id}", {"act": "withdraw", "reason": "wrong"})
    page = signed_in("reviewer").get("/staff/lines").content.decode()
    assert "/staff/withdrawn/helpline/" not in page and "A lead can put it back" in page
    assert signed_in("volunteer").get("/staff/lines").status_code == 404


def test_emergency_numbers_have_no_button(signed_in: Make, register: Any) -> None:
    page = signed_in("lead").get("/staff/lines").content.decode()
    for one in register.lines.values():
        assert (f'/staff/withdrawn/helpline/{one.id}"' in page) is not one.never_withheld(), one.id


def test_what_the_assistant_never_says_is_marked(register: Any, line: Any) -> None:
    import dataclasses
    import datetime

    today = datetime.date(2026, 11, 24)
    checked = {"checked_on": today, "check_in": datetime.timedelta(30)}
    for changed, state in (({}, "fine"), ({"checked_on": today - datetime.timedelta(40)}, "due"), ({"checked_on": today - datetime.timedelta(61)}, "old"),
                           ({"confidence": "low"}, "unsure")):  # fmt: skip
        assert lines_views.state_of(dataclasses.replace(line, **{**checked, **changed}), today) == state
