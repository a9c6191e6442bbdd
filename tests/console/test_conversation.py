"""One conversation: hostile text stays text, hidden words stay hidden without a reason, and two who save at once find out."""
from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bot import settings
from bot.storage import conversations, database, tables
from console.audit import log
from console.audit.models import Entry
from console.review.models import Note, Review, Tag

PAGE = "/staff/conversation/{}/"


def logged(label: str) -> list[tuple[str, str]]:
    return list(Entry.objects.filter(subject=label).order_by("id").values_list("act", "detail"))


@pytest.fixture
def reviewer(signed_in: Any) -> Any:
    return signed_in("reviewer")


def test_it_shows_what_was_said_and_why(reviewer: Any, conversation: Any) -> None:
    conversation("c1", ["I want to end it", "Call somebody now."], danger="suicide", level="emergency")
    text = reviewer.get(PAGE.format("c1")).content.decode()
    for shown in ("I want to end it", "Call somebody now.", "suicide/plan", "by phrase", "81 %", "withdrawal_sleep", "utter_answer", "after 1.0 s"):
        assert shown in text, shown
    covered = re.search(r'<details class="covered">.*?</details>', text, re.DOTALL)
    assert covered and "I want to end it" in covered[0] and "Open when you are ready" in covered[0]


def test_reading_is_logged_and_news_without_words_are_not(reviewer: Any, conversation: Any) -> None:
    conversation("c1")
    reviewer.get(PAGE.format("c1"))
    assert reviewer.get(PAGE.format("c1") + "news/?after=1").json() == {"news": False}
    assert reviewer.get(PAGE.format("c1") + "news/?after=0").json() == {"news": True}
    assert logged(log.label("c1")) == [("read", "")]


@pytest.mark.parametrize("consent", ["session", "refused"])
def test_words_that_may_not_be_kept_are_hidden_until_a_reason_is_given(consent: str, reviewer: Any, conversation: Any) -> None:
    conversation("c1", ["my secret", "a reply"], consent=consent)
    text = reviewer.get(PAGE.format("c1")).content.decode()
    assert "my secret" not in text and "a reply" not in text and "withdrawal_sleep" in text
    assert reviewer.post(PAGE.format("c1") + "reveal/", {"reason": "curious"}, follow=True).content.decode().count("my secret") == 0
    assert "my secret" not in reviewer.post(PAGE.format("c1") + "reveal/", {"reason": "other", "more": ""}, follow=True).content.decode()
    shown = reviewer.post(PAGE.format("c1") + "reveal/", {"reason": "danger", "more": "call me on +44 7700 900123"}, follow=True)
    assert "my secret" in shown.content.decode()
    acts = logged(log.label("c1"))
    assert ("read", "without words") in acts
    assert acts[-1][0] == "revealed" and acts[-1][1].startswith("danger") and "900123" not in acts[-1][1]


def test_a_reason_opens_one_conversation_and_for_a_while(reviewer: Any, conversation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    conversation("c1", ["my secret"], consent="session")
    conversation("c2", ["other secret"], consent="session")
    reviewer.post(PAGE.format("c1") + "reveal/", {"reason": "quality"})
    assert "my secret" in reviewer.get(PAGE.format("c1")).content.decode()
    assert "other secret" not in reviewer.get(PAGE.format("c2")).content.decode()
    later = settings.now().timestamp() + 1_000
    with settings.at(settings.parse_moment("2026-01-01T00:00:00Z").fromtimestamp(later, settings.now().tzinfo)):
        assert "my secret" not in reviewer.get(PAGE.format("c1")).content.decode()


def test_whoever_owns_the_case_reads_the_words_and_others_find_nothing(signed_in: Any, conversation: Any, db: Any) -> None:
    conversation("c1", ["my secret"], consent="session")
    owner, other = signed_in("volunteer", name="ash"), signed_in("volunteer", name="bo")
    columns = {"channel": "web", "level": "urgent", "wish": "talk_now", "opened_at": 1.0, "version": 1, "state": "taken", "owner": "ash"}
    with database.writing(db) as writing:
        writing.execute(tables.cases.insert().values(id="k", conversation="c1", **columns))
    assert "my secret" in owner.get(PAGE.format("c1")).content.decode()
    refused, missing = other.get(PAGE.format("c1")), other.get(PAGE.format("not-there"))
    assert refused.status_code == missing.status_code == 404
    assert re.sub("csrf.*?>", "", refused.content.decode()) == re.sub("csrf.*?>", "", missing.content.decode())
    assert ("refused", "") in logged(log.label("c1"))


@pytest.mark.parametrize("path", ["news/", "next/"])
def test_no_way_around_the_door_by_get(path: str, signed_in: Any, conversation: Any) -> None:
    conversation("c1", ["my secret"])
    answer = signed_in("volunteer").get(PAGE.format("c1") + path)
    assert answer.status_code == 404 or answer["Location"] == "/staff/"


@pytest.mark.parametrize("path", ["mark/", "annotate/", "reveal/", "export/", "delete/"])
def test_no_way_around_the_door_by_post(path: str, signed_in: Any, conversation: Any) -> None:
    conversation("c1", ["my secret"])
    form = {"status": "done", "version": "0", "note": "x", "reason": "danger", "label": log.label("c1")}
    assert signed_in("volunteer").post(PAGE.format("c1") + path, form).status_code == 404
    assert not Review.objects.exists() and not Note.objects.exists()


@pytest.mark.parametrize("id", ["../../admin", "%00", "c1'--", "a" * 500, "\u202ec1", "1 OR 1=1"])
def test_a_forged_id_is_not_there(id: str, reviewer: Any, conversation: Any) -> None:
    conversation("c1")
    assert reviewer.get(f"/staff/conversation/{id}/").status_code == 404


HOSTILE = {
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{{ settings.SECRET_KEY }} {% load x %}",
    "attribute": "\" onmouseover='x'",
    "direction": "abc \u202e drowssap \u2066 \u200f",
    "control": "a\x08\x1b[31mb",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_shown_as_text(name: str, reviewer: Any, conversation: Any) -> None:
    conversation("c1", [HOSTILE[name], HOSTILE[name]])
    text = reviewer.get(PAGE.format("c1")).content.decode()
    assert "<script>alert" not in text and "<img src=x" not in text and "onmouseover='x'" not in text
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200f\x08\x1b]", text)
    assert "{{ settings" in text or name != "template"


def test_a_huge_message_is_cut_and_a_broken_event_shown(reviewer: Any, conversation: Any, db: Any) -> None:
    conversation("c1", ["x" * 200_000, "reply"])
    with database.writing(db) as writing:
        writing.execute(tables.events.update().where(tables.events.c.seq == 1).values(data="{broken"))
    answer = reviewer.get(PAGE.format("c1"))
    assert answer.status_code == 200 and len(answer.content) < 60_000 and "The message is longer" in answer.content.decode()
    assert "reply" in answer.content.decode()


@pytest.mark.parametrize("at", [0.0, -1e12, 9e15])
def test_a_clock_that_is_wrong_breaks_no_page(at: float, reviewer: Any, conversation: Any) -> None:
    conversation("c1", at=at)
    assert reviewer.get(PAGE.format("c1")).status_code == 200 and reviewer.get("/staff/").status_code == 200


def test_two_who_save_at_once_find_out(signed_in: Any, conversation: Any) -> None:
    conversation("c1")
    one, two = signed_in("reviewer", name="ash"), signed_in("reviewer", name="bo")
    for client in (one, two):
        client.get(PAGE.format("c1"))
    one.post(PAGE.format("c1") + "mark/", {"status": "later", "reviewer": "ash", "version": "0"})
    answer = two.post(PAGE.format("c1") + "mark/", {"status": "done", "reviewer": "bo", "version": "0"}, follow=True)
    assert "Somebody else changed this" in answer.content.decode()
    review = Review.objects.get()
    assert (review.status, review.reviewer, review.version) == ("later", "ash", 1)
    two.post(PAGE.format("c1") + "mark/", {"status": "done", "reviewer": "ash", "version": "1"})
    assert Review.objects.get().status == "done"


@pytest.mark.parametrize("form", [{"status": "x", "version": "0"}, {"status": "done", "version": "-1"}, {"status": "done"}, {"status": "done", "version": "0", "reviewer": "nobody"}])
def test_a_forged_mark_changes_nothing(form: dict[str, str], reviewer: Any, conversation: Any) -> None:
    conversation("c1")
    assert reviewer.post(PAGE.format("c1") + "mark/", form).status_code == 404 and not Review.objects.exists()


def test_notes_and_tags_are_redacted_and_logged(reviewer: Any, conversation: Any) -> None:
    conversation("c1")
    reviewer.post(PAGE.format("c1") + "annotate/", {"note": "ring jo@example.org <b>soon</b>"})
    reviewer.post(PAGE.format("c1") + "annotate/", {"tag": "  Wrong   ANSWER "})
    reviewer.post(PAGE.format("c1") + "annotate/", {"tag": "wrong answer"})
    text = reviewer.get(PAGE.format("c1")).content.decode()
    assert "jo@example.org" not in text and "<b>soon" not in text
    assert [tag.name for tag in Tag.objects.all()] == ["wrong answer"]
    reviewer.post(PAGE.format("c1") + "annotate/", {"untag": "wrong answer"})
    assert not Tag.objects.exists()
    assert [act for act, _ in logged(log.label("c1"))] == ["noted", "tagged", "read", "untagged"]


def test_a_conversation_deleted_in_another_tab_is_said_to_be_gone(reviewer: Any, conversation: Any, db: Any) -> None:
    conversation("c1")
    reviewer.post(PAGE.format("c1") + "annotate/", {"note": "a note"})
    reviewer.get(PAGE.format("c1"))
    with database.writing(db) as writing:
        conversations.delete(writing, "c1", "person")
    for path, form in (("", None), ("news/", None), ("mark/", {"status": "done", "version": "0"}), ("annotate/", {"note": "again"})):
        answer = reviewer.get(PAGE.format("c1") + path) if form is None else reviewer.post(PAGE.format("c1") + path, form)
        assert answer.status_code == 404 and "may have deleted it" in answer.content.decode(), path
    assert not Note.objects.exists() and not Review.objects.exists()


def test_a_lead_exports_and_deletes_and_both_are_logged(signed_in: Any, conversation: Any) -> None:
    conversation("c1")
    lead, label = signed_in("lead"), log.label("c1")
    exported = lead.post(PAGE.format("c1") + "export/")
    assert exported.json()["said"][0]["text"] == "I cannot sleep" and label in exported["Content-Disposition"]
    lead.post(PAGE.format("c1") + "delete/", {"label": "C-wrong"})
    assert lead.get(PAGE.format("c1")).status_code == 200
    assert lead.post(PAGE.format("c1") + "delete/", {"label": label}).status_code == 302
    assert lead.get(PAGE.format("c1")).status_code == 404
    assert [act for act, _ in logged(label)][0] == "exported" and Entry.objects.filter(act="deleted").count() == 1


def test_next_follows_the_filters_of_the_inbox(reviewer: Any, conversation: Any) -> None:
    now = settings.now().timestamp()
    for place, channel in enumerate(("web", "telegram", "web", "web")):
        conversation(f"c{place}", channel=channel, at=now - 1_000 - place * 10)
    reviewer.get("/staff/?channel=web")
    assert reviewer.get(PAGE.format("c0") + "next/")["Location"] == PAGE.format("c2")
    done = reviewer.post(PAGE.format("c2") + "mark/", {"status": "done", "version": "0", "then": "next"})
    assert done["Location"] == PAGE.format("c3")
    assert reviewer.get(PAGE.format("c3") + "next/")["Location"] == "/staff/"


def test_a_form_without_its_token_is_refused(signed_in: Any, conversation: Any) -> None:
    conversation("c1")
    inner = signed_in("reviewer")
    strict = Client(enforce_csrf_checks=True, headers={"host": "127.0.0.1"})
    strict.cookies = inner.cookies
    assert strict.post(PAGE.format("c1") + "mark/", {"status": "done", "version": "0"}).status_code == 403
    assert not Review.objects.exists()


def test_a_long_conversation_takes_as_many_queries_as_a_short_one(reviewer: Any, conversation: Any) -> None:
    conversation("short", ["a", "b"])
    conversation("long", ["a", "b"] * 300, danger="suicide", level="urgent")
    counts = []
    for id in ("short", "long"):
        with CaptureQueriesContext(connection) as counted:
            assert reviewer.get(PAGE.format(id)).status_code == 200
        counts.append(len(counted))
    assert counts[0] == counts[1] <= 24, counts


def test_only_a_lead_assigns_to_others(signed_in: Any, person: Any, conversation: Any) -> None:
    conversation("c1")
    person("reviewer", name="mo")
    form = {"status": "open", "version": "0", "reviewer": "mo"}
    assert signed_in("reviewer").post(PAGE.format("c1") + "mark/", form).status_code == 404 and not Review.objects.exists()
    assert signed_in("lead").post(PAGE.format("c1") + "mark/", form).status_code == 302 and Review.objects.get().reviewer == "mo"
    assert ("assigned", "mo") in logged(log.label("c1"))


def test_nothing_is_assigned_to_somebody_who_reads_no_conversations(signed_in: Any, person: Any, conversation: Any) -> None:
    conversation("c1")
    person("administrator", name="boss")
    assert signed_in("lead").post(PAGE.format("c1") + "mark/", {"status": "open", "version": "0", "reviewer": "boss"}).status_code == 404


def test_whoever_speaks_with_a_person_reads_what_they_write(signed_in: Any, conversation: Any, db: Any) -> None:
    conversation("c1", ["my secret"], consent="session")
    volunteer, now = signed_in("volunteer", name="ash"), settings.now().timestamp()
    with database.writing(db) as writing:
        writing.execute(tables.takeovers.insert().values(conversation="c1", staff="ash", shown_name="Ash", began_at=now, last_at=now))
    assert "my secret" in volunteer.get(PAGE.format("c1")).content.decode()


def test_an_assigned_volunteer_marks_and_may_not_reveal(signed_in: Any, conversation: Any) -> None:
    conversation("c1", ["my secret"], consent="session")
    volunteer = signed_in("volunteer")
    signed_in("lead").post(PAGE.format("c1") + "mark/", {"status": "open", "version": "0", "reviewer": "volunteer"})
    text = volunteer.get(PAGE.format("c1")).content.decode()
    assert "my secret" not in text and "Ask a reviewer or a lead" in text
    assert volunteer.post(PAGE.format("c1") + "reveal/", {"reason": "danger"}).status_code == 404
    assert volunteer.post(PAGE.format("c1") + "mark/", {"status": "done", "version": "1"}).status_code == 302


def test_leads_see_who_read_it_and_others_do_not(signed_in: Any, conversation: Any) -> None:
    conversation("c1")
    reviewer, lead = signed_in("reviewer", name="mo"), signed_in("lead", name="jo")
    reviewer.get(PAGE.format("c1"))
    assert [one.staff for one in lead.get(PAGE.format("c1")).context["readers"]] == ["jo", "mo"]
    assert reviewer.get(PAGE.format("c1")).context["readers"] == []


def test_only_the_newest_events_of_an_endless_conversation_are_read(reviewer: Any, conversation: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.review.access.LONGEST", 3)
    conversation("c1", [f"word{place}" for place in range(8)])
    assert [turn.text for turn in reviewer.get(PAGE.format("c1")).context["found"].turns] == ["word5", "word6", "word7"]
