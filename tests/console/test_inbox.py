"""The inbox finds by every filter, walks page by page without losing or repeating, and shows no words."""
from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bot import settings
from bot.storage import database, tables
from console.audit.models import Entry
from console.review import finding, inbox
from console.review.filters import Wish, cursor_of, wish_of

NOW = settings.now().timestamp()


def found(client: Any, query: str) -> set[str]:
    return {row.conversation.id for row in client.get(f"/staff/?{query}").context["rows"]}


@pytest.fixture
def reviewer(signed_in: Any) -> Any:
    return signed_in("reviewer")


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("channel=telegram", {"channel": "telegram"}),
        ("country=gb", {"country": "GB-SCT"}),
        ("level=urgent", {"danger": "suicide", "level": "urgent"}),
        ("level=any", {"danger": "suicide", "level": "watch"}),
        ("danger=cannot_pee", {"danger": "cannot_pee", "level": "urgent"}),
        ("answer=harm_liver_bile", {"answer": "harm_liver_bile"}),
        ("intent=refuse", {"intent": "refuse"}),
        ("decision=not_covered", {"decision": "not_covered"}),
        ("score_to=30", {"score": 0.25}),
        ("score_from=90", {"score": 0.95}),
        ("score_from=20&score_to=30", {"score": 0.25}),
        ("language=other", {"language": "other"}),
        ("language=other&score_to=30&decision=clarify", {"language": "other", "score": 0.25, "decision": "clarify"}),
    ],
)
def test_a_filter_finds_what_it_names_and_nothing_else(query: str, columns: dict[str, Any], reviewer: Any, conversation: Any) -> None:
    conversation("other", country="US")
    conversation("wanted", **columns)
    assert found(reviewer, query) == {"wanted"}
    assert found(reviewer, "") == {"wanted", "other"}


@pytest.mark.parametrize(("query", "messages"), [("one", 1), ("short", 3), ("medium", 10), ("long", 40)])
def test_length_is_counted_in_the_persons_messages(query: str, messages: int, reviewer: Any, conversation: Any) -> None:
    conversation("wanted", ["hi"], messages=messages)
    for place, other in enumerate({1, 3, 10, 40} - {messages}):
        conversation(f"other{place}", ["hi"], messages=other)
    assert found(reviewer, f"length={query}") == {"wanted"}


def test_days_are_whole_and_in_utc(reviewer: Any, conversation: Any) -> None:
    conversation("early", at=settings.parse_moment("2026-11-20T23:59:00Z").timestamp())
    conversation("late", at=settings.parse_moment("2026-11-21T00:01:00Z").timestamp())
    assert found(reviewer, "since=2026-11-21&until=2026-11-21") == {"late"}
    assert found(reviewer, "until=2026-11-20") == {"early"}


def test_words_are_found_in_any_form_and_odd_searches_break_nothing(reviewer: Any, conversation: Any) -> None:
    conversation("a", ["my bladder hurts at night", "Call somebody."])
    conversation("b", ["how do I sleep", "Sleep comes back."])
    assert found(reviewer, "q=hurting+bladder") == {"a"}
    assert found(reviewer, "q=sleeping") == {"b"}
    for odd in ('"', "'; DROP TABLE events; --", "*", "NEAR(", "a OR", "%00", "\u202e", "-x", "(" * 190, "text:sleep"):
        assert reviewer.get("/staff/", {"q": odd}).status_code == 200, odd


def test_what_staff_wrote_is_a_filter_too(reviewer: Any, conversation: Any, db: Any) -> None:
    for name in ("a", "b", "c"):
        conversation(name)
    reviewer.post("/staff/conversation/a/mark/", {"status": "later", "reviewer": "reviewer", "version": "0"})
    reviewer.post("/staff/conversation/b/annotate/", {"tag": "Wrong Answer"})
    with database.writing(db) as writing:
        writing.execute(tables.feedback.insert().values(conversation="c", seq=1, good=False, at=NOW))
    assert found(reviewer, "status=later") == {"a"} == found(reviewer, "reviewer=reviewer")
    assert found(reviewer, "status=new") == {"b", "c"}
    assert found(reviewer, "tag=wrong+answer") == {"b"}
    assert found(reviewer, "feedback=down") == {"c"} and found(reviewer, "feedback=up") == set()


def test_what_was_opened_is_read_until_something_new_is_said(reviewer: Any, conversation: Any, db: Any) -> None:
    conversation("a")
    conversation("b")
    assert found(reviewer, "unread=1") == {"a", "b"}
    reviewer.get("/staff/conversation/a/")
    assert found(reviewer, "unread=1") == {"b"}
    with database.writing(db) as writing:
        writing.execute(tables.conversations.update().where(tables.conversations.c.id == "a").values(last_at=NOW + 3_600))
    assert found(reviewer, "unread=1") == {"a", "b"}


@pytest.mark.parametrize("same_moment", [True, False])
def test_pages_lose_and_repeat_nothing(same_moment: bool, reviewer: Any, conversation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "PAGE", 3)
    names = {conversation(f"c{place}", ["hi"], at=NOW - 9_000.1234567 - (0 if same_moment else place * 0.1)) for place in range(10)}
    address, seen = "/staff/", []
    while address:
        context = reviewer.get(address).context
        seen += [row.conversation.id for row in context["rows"]]
        address = context["more"]
    assert len(seen) == len(set(seen)) and set(seen) == names


def test_a_page_that_finds_little_stops_and_says_so(reviewer: Any, conversation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "CHUNK", 3)
    monkeypatch.setattr(finding, "WALKED", 6)
    monkeypatch.setattr(finding, "FEW", 0)
    for place in range(12):
        conversation(f"c{place:02}", ["hi"], at=NOW - 9_000 - place)
    reviewer.post("/staff/conversation/c11/annotate/", {"tag": "rare"})
    first = reviewer.get("/staff/?tag=rare")
    assert not first.context["rows"] and b"Look further back" in first.content
    assert [row.conversation.id for row in reviewer.get(first.context["more"]).context["rows"]] == ["c11"]


@pytest.mark.parametrize("query", ["tag=rare", "status=later", "reviewer=reviewer", "feedback=down", "answer=harm_liver_bile", "language=other", "intent=refuse"])
def test_what_is_rare_is_found_however_far_back_it_is(
    query: str, reviewer: Any, conversation: Any, db: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(finding, "CHUNK", 3)
    monkeypatch.setattr(finding, "WALKED", 6)
    for place in range(12):
        conversation(f"c{place:02}", ["hi"], at=NOW - 9_000 - place)
    conversation("old", ["hi"], at=NOW - 90_000, answer="harm_liver_bile", language="other", intent="refuse")
    reviewer.post("/staff/conversation/old/annotate/", {"tag": "rare"})
    reviewer.post("/staff/conversation/old/mark/", {"status": "later", "reviewer": "reviewer", "version": "0"})
    with database.writing(db) as writing:
        writing.execute(tables.feedback.insert().values(conversation="old", seq=1, good=False, at=NOW))
    assert found(reviewer, query) == {"old"}


def test_unread_and_new_are_found_behind_any_number_of_others(reviewer: Any, conversation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "CHUNK", 3)
    monkeypatch.setattr(finding, "WALKED", 6)
    for place in range(12):
        conversation(f"c{place:02}", ["hi"], at=NOW - 9_000 - place)
    for place in range(11):
        reviewer.get(f"/staff/conversation/c{place:02}/")
        reviewer.post(f"/staff/conversation/c{place:02}/mark/", {"status": "done", "version": "0"})
    assert found(reviewer, "unread=1") == {"c11"} == found(reviewer, "status=new")


@pytest.mark.parametrize("query", ["answer=withdrawal_sleep&score_to=30", "language=en&score_from=90", "decision=answer&intent=refuse"])
def test_of_several_filters_each_must_fit(query: str, reviewer: Any, conversation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "FEW", 0)
    conversation("a", score=0.5)
    conversation("b", score=0.25, answer="harm_liver_bile", language="other", decision="clarify", intent="refuse")
    assert found(reviewer, query) == set()


def test_a_conversation_in_another_language_is_told_apart_in_the_list(reviewer: Any, conversation: Any) -> None:
    conversation("a", language="other")
    conversation("b")
    page = reviewer.get("/staff/").content.decode()
    assert page.count("not in English") == 1


@pytest.mark.parametrize("few", [0, 1_500])
def test_rare_and_common_events_are_found_alike(few: int, reviewer: Any, conversation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "FEW", few)
    conversation("a", decision="not_covered")
    conversation("b")
    assert found(reviewer, "decision=not_covered") == {"a"}


def test_the_list_holds_no_words_and_takes_a_bounded_number_of_queries(reviewer: Any, conversation: Any) -> None:
    for place in range(60):
        conversation(f"c{place}", [f"secret words {place}", "reply"], danger="suicide", level="urgent")
    for query in ("", "q=secret", "unread=1&status=new&decision=answer&score_from=10"):
        with CaptureQueriesContext(connection) as counted:
            answer = reviewer.get(f"/staff/?{query}")
        assert len(answer.context["rows"]) == finding.PAGE and len(counted) <= 24, (query, len(counted))
        assert b"secret words" not in answer.content


@pytest.mark.parametrize("after", ["", "x", "9" * 400, "1~' OR 1=1", "~", "1e9~c1", "-5~c1"])
def test_a_forged_place_in_the_list_is_the_first_page(after: str) -> None:
    assert cursor_of(after) is None


def test_filters_that_make_no_sense_are_left_out() -> None:
    nonsense = {"level": "huge", "score_from": "\u0664", "since": "yesterday", "status": "x", "answer": "<script>", "country": "'; --"}
    assert wish_of(nonsense) == Wish()


def test_saved_filters_are_ones_own(reviewer: Any, signed_in: Any) -> None:
    reviewer.post("/staff/filters/", {"name": "Urgent ones", "query": "level=urgent&next=//evil.example"})
    saved = list(reviewer.get("/staff/").context["saved"])
    assert [(one.name, one.query) for one in saved] == [("Urgent ones", "level=urgent")]
    assert signed_in("lead").post(f"/staff/filters/{saved[0].pk}/").status_code == 404
    assert reviewer.post(f"/staff/filters/{saved[0].pk}/").status_code == 302
    assert not list(reviewer.get("/staff/").context["saved"])


def test_a_volunteer_sees_what_is_theirs(signed_in: Any, conversation: Any, db: Any) -> None:
    volunteer = signed_in("volunteer")
    for name in ("theirs", "others", "done"):
        conversation(name)
    common = {"channel": "web", "level": "urgent", "wish": "talk_now", "opened_at": NOW, "version": 1}
    with database.writing(db) as writing:
        for place, (name, owner, state) in enumerate((("theirs", "volunteer", "taken"), ("others", "mo", "taken"), ("done", "volunteer", "done"))):
            writing.execute(tables.cases.insert().values(id=str(place), conversation=name, owner=owner, state=state, **common))
    assert found(volunteer, "") == {"theirs"}
    assert found(volunteer, "q=sleep") == {"theirs"}


def test_the_list_says_who_speaks_which_case_is_open_and_what_was_not_understood(reviewer: Any, conversation: Any, db: Any) -> None:
    conversation("a", decision="not_covered")
    common = {"channel": "web", "level": "urgent", "wish": "talk_now", "opened_at": NOW, "version": 1}
    with database.writing(db) as writing:
        writing.execute(tables.takeovers.insert().values(conversation="a", staff="mo", shown_name="Mo", began_at=NOW, last_at=NOW))
        writing.execute(tables.cases.insert().values(id="1", conversation="a", owner="mo", state="taken", **common))
        writing.execute(tables.cases.insert().values(id="2", conversation="a", owner="mo", state="done", **common))
    page = reviewer.get("/staff/").content.decode()
    assert "Mo is speaking" in page and "case taken" in page and "1 not understood" in page


def test_a_search_is_logged_without_its_words(reviewer: Any, conversation: Any) -> None:
    reviewer.get("/staff/?q=bladder")
    reviewer.get("/staff/?level=any")
    assert [(one.act, one.subject, one.detail) for one in Entry.objects.all()] == [("searched", "", "")]


def test_nobody_saves_filters_without_end_and_a_name_is_used_once(reviewer: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "MOST_FILTERS", 2)
    for name, query in (("a", "level=any"), ("b", "unread=1"), ("c", "unread=1"), ("a", "level=watch")):
        reviewer.post("/staff/filters/", {"name": name, "query": query})
    assert [(one.name, one.query) for one in reviewer.get("/staff/").context["saved"]] == [("a", "level=watch"), ("b", "unread=1")]


def test_a_volunteer_sees_what_was_assigned_to_them_until_it_is_done(signed_in: Any, conversation: Any) -> None:
    lead, volunteer = signed_in("lead"), signed_in("volunteer")
    conversation("a")
    lead.post("/staff/conversation/a/mark/", {"status": "open", "reviewer": "volunteer", "version": "0"})
    assert found(volunteer, "") == {"a"}
    lead.post("/staff/conversation/a/mark/", {"status": "done", "reviewer": "volunteer", "version": "1"})
    assert found(volunteer, "") == set()
