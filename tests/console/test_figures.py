"""Figures count once, outlive the words, hide what is small, and run nothing in a spreadsheet."""
from __future__ import annotations

import datetime
from typing import Any

import hypothesis
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import strategies as st

from bot import settings
from bot.storage import conversations, database, tables
from console.figures import counting
from console.figures.models import Count
from console.figures.small import FEW, guarded, safe_cell, total

NOW = settings.now().timestamp()


def number(measure: str, key: str = "", channel: str | None = None) -> int:
    rows = Count.objects.filter(measure=measure, key=key)
    return sum(row.number for row in (rows.filter(channel=channel) if channel else rows))


def test_each_event_is_counted_once_however_often_one_counts(conversation: Any) -> None:
    conversation("a", danger="suicide", level="urgent")
    conversation("b", channel="telegram", decision="not_covered")
    for _ in range(3):
        assert counting.catch_up()
    conversation("c", ["hello"])
    counting.catch_up()
    assert number("conversation") == 3 == number("message")
    assert number("message", channel="telegram") == 1 == number("decision", "not_covered")
    assert number("danger", "suicide/urgent") == 1 and number("topic", "withdrawal_sleep") == 2


def test_batches_add_up(conversation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "BATCH", 3)
    for place in range(7):
        conversation(f"c{place}")
    assert not counting.catch_up(batches=1)
    assert counting.catch_up()
    assert number("message") == 7


def test_counts_stay_when_the_words_go(conversation: Any, db: Any) -> None:
    conversation("a")
    counting.catch_up()
    with database.writing(db) as writing:
        conversations.delete(writing, "a", "person")
    counting.catch_up()
    assert number("conversation") == 1
    assert "a" not in {value for row in Count.objects.values_list() for value in row}


def test_time_to_pick_up_is_counted_by_level(db: Any) -> None:
    common = {"channel": "web", "wish": "danger", "state": "taken", "version": 1, "opened_at": NOW - 9_000}
    with database.writing(db) as writing:
        writing.execute(tables.cases.insert().values(id="1", level="emergency", taken_at=NOW - 8_900, **common))
        writing.execute(tables.cases.insert().values(id="2", level="urgent", taken_at=NOW - 1_000, **common))
    counting.catch_up()
    counting.catch_up()
    assert number("picked_up", "emergency/within 5 minutes") == 1 == number("picked_up", "urgent/within a day")
    assert number("outcome", "escalated") == 2 == number("case", "danger")


@pytest.mark.parametrize("at", [float("nan"), 1e300, -1e300])
def test_a_broken_clock_stops_no_count(at: float) -> None:
    assert counting.day_of(at) == settings.now().date()


@hypothesis.settings(deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
@hypothesis.given(st.lists(st.integers(0, 12), max_size=6))
def test_no_small_count_can_be_reckoned_back_from_its_total(numbers: list[int]) -> None:
    counts = {str(place): number for place, number in enumerate(numbers)}
    shown = guarded(counts)
    assert not any(cell.isdigit() and 0 < int(cell) < 5 for cell in shown.values())
    hidden = [name for name, cell in shown.items() if not cell.isdigit()]
    alone = len(hidden) == 1 and total(counts) != FEW
    assert not alone


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "|cmd", "%x"])
def test_a_cell_is_no_formula(text: str) -> None:
    assert safe_cell(text) == "'" + text and safe_cell("12") == "12" and safe_cell("") == ""


def test_the_page_hides_small_counts_and_the_file_too(signed_in: Any, conversation: Any) -> None:
    lead = signed_in("lead")
    for place in range(3):
        conversation(f"c{place}", decision="=cmd|x")
    page = lead.get("/staff/figures/")
    assert page.status_code == 200 and "&lt;5" in page.content.decode()
    answer = lead.get("/staff/figures/decisions.csv")
    assert answer["Content-Disposition"] == 'attachment; filename="decisions.csv"'
    assert "'=cmd|x" in answer.content.decode() and ",3" not in answer.content.decode()
    assert lead.get("/staff/figures/nothing.csv").status_code == 404


def test_figures_by_channel_and_week_are_plotted(signed_in: Any, conversation: Any) -> None:
    reviewer = signed_in("reviewer")
    for place in range(12):
        conversation(f"c{place}", channel="telegram" if place % 2 else "web", at=NOW - (place % 2) * 8 * 86_400)
    text = reviewer.get("/staff/figures/?weeks=4&channel=telegram").content.decode()
    assert "<svg" in text and ">6<" in text.replace("<strong>", "").replace("</strong>", "")
    for odd in ("weeks=abc", "weeks=-1", "channel=%00", "channel=<script>"):
        assert reviewer.get(f"/staff/figures/?{odd}").status_code == 200


def test_the_page_asks_a_bounded_number_of_queries(signed_in: Any, conversation: Any) -> None:
    reviewer = signed_in("reviewer")
    for place in range(30):
        conversation(f"c{place}")
    reviewer.get("/staff/figures/")
    with CaptureQueriesContext(connection) as counted:
        reviewer.get("/staff/figures/?weeks=52")
    assert len(counted) <= 24, len(counted)


def test_the_yearly_report_counts_referrals_and_names_nobody(signed_in: Any, conversation: Any, db: Any) -> None:
    reviewer, year = signed_in("reviewer"), datetime.date.today().year
    for place in range(6):
        conversation(f"person-{place}", danger="suicide", level="emergency")
        with database.writing(db) as writing:
            conversations.append(writing, f"person-{place}", "web", [{"event": "action", "name": "utter_care", "timestamp": NOW}])
    text = reviewer.get(f"/staff/figures/safety/{settings.now().year}/").content.decode()
    assert "Replies with crisis words and contacts: <strong>6</strong>" in text and "<strong>6</strong></p>\n<div" in text.replace("\n\n", "\n")
    assert "person-" not in text and reviewer.get(f"/staff/figures/safety/{year + 40}/").status_code == 404


def test_referrals_and_plans_are_outcomes(conversation: Any, db: Any) -> None:
    conversation("a")
    with database.writing(db) as writing:
        acts = ("utter_referral", "action_find_helpline", "action_save_card", "action_listen", "utter_care")
        conversations.append(writing, "a", "web", [{"event": "action", "name": name, "timestamp": NOW} for name in acts])
    counting.catch_up()
    assert number("outcome", "referred") == 3 and number("outcome", "plan made") == 1 == number("crisis")


def test_thumbs_are_counted_by_channel(conversation: Any, db: Any) -> None:
    conversation("a", channel="telegram")
    with database.writing(db) as writing:
        writing.execute(tables.feedback.insert(), [{"conversation": "a", "seq": seq, "good": seq == 1, "at": NOW} for seq in (1, 3)])
    counting.catch_up()
    counting.catch_up()
    assert number("thumb", "up", "telegram") == 1 == number("thumb", "down", "telegram")


def test_a_year_without_a_single_small_count_of_suicide_shows_no_number_that_gives_it_away(conversation: Any) -> None:
    from console.figures import tables as shown

    Count.objects.bulk_create(
        Count(day=datetime.date(2026, 3, 1), channel="web", measure="danger", key=key, number=number)
        for key, number in (("suicide/urgent", 9), ("self_harm/watch", 2), ("overdose_taken/emergency", 30))
    )
    report = shown.safety_year(2026)
    assert "11" not in (report.suicide, *dict(report.heard).values()) and dict(report.heard)["self_harm"] == FEW
    assert not report.suicide.isdigit(), "9 beside a total of 11 gives 2 away"
