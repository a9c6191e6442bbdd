"""The pages of learning: a judgement, a paraphrase that two people saw, and a patch that holds nobody's words."""
from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from console.audit.models import Entry
from console.learn import similar, trial
from console.learn.models import Judgement, Paraphrase

Make = Callable[..., Any]
SAID = "the lad next door gave my brother a bag and now he will not get up"
OWN = "a neighbour supplies him and he stays in bed all day"


def judge(client: Client, **fields: Any) -> Any:
    return client.post("/staff/learn/judge/c1/0", {"meant": "family_signs", **fields})


def test_the_page_shows_the_message_its_candidates_and_the_reply(signed_in: Make, conversation: Make) -> None:
    conversation("c1", [SAID, "I do not have an answer."], decision="not_covered")
    page = signed_in("reviewer").get("/staff/learn/judge/c1/0").content.decode()
    assert SAID in page and "I do not have an answer." in page and 'value="withdrawal_sleep"' in page


def test_only_a_persons_message_can_be_judged(signed_in: Make, conversation: Make) -> None:
    conversation("c1")
    client = signed_in("reviewer")
    assert client.get("/staff/learn/judge/c1/1").status_code == client.get("/staff/learn/judge/c1/9").status_code == 404
    assert client.get("/staff/learn/judge/other/0").status_code == 404


def test_a_judged_message_leaves_the_queue_and_a_second_judge_changes_nothing(signed_in: Make, conversation: Make) -> None:
    conversation("c1", [SAID], decision="not_covered")
    judge(signed_in("reviewer", name="mo"))
    judge(signed_in("reviewer", name="jo"), meant="missing")
    one = Judgement.objects.get()
    assert (one.by, one.meant, one.right) == ("mo", "family_signs", False)
    assert "Nothing waits here" in signed_in("lead", "reviewer", name="al").get("/staff/queues/not-understood").content.decode()


def test_what_was_answered_rightly_is_noted_as_right(signed_in: Make, conversation: Make) -> None:
    conversation("c1", [SAID], answer="family_signs", score=0.3)
    judge(signed_in("reviewer"))
    assert Judgement.objects.get().right


@pytest.mark.parametrize("meant", ["", "no_such_answer", "../x"])
def test_an_answer_that_does_not_exist_is_refused(signed_in: Make, conversation: Make, meant: str) -> None:
    conversation("c1", [SAID], decision="not_covered")
    assert judge(signed_in("reviewer"), meant=meant).status_code == 400 and not Judgement.objects.exists()


def test_six_of_the_persons_words_in_a_row_are_refused(signed_in: Make, conversation: Make) -> None:
    conversation("c1", [SAID], decision="not_covered")
    answer = judge(signed_in("reviewer"), text="Well, my brother a bag and now he sleeps")
    assert answer.status_code == 400 and "six words in a row" in answer.content.decode() and not Paraphrase.objects.exists()


def test_a_paraphrase_leaves_only_after_a_second_person_has_confirmed_it(signed_in: Make, conversation: Make) -> None:
    conversation("c1", [SAID], decision="not_covered")
    mo, jo = signed_in("reviewer", name="mo"), signed_in("reviewer", name="jo")
    judge(mo, text=OWN)
    one = Paraphrase.objects.get()
    assert "has to confirm" in mo.post(f"/staff/learn/paraphrase/{one.pk}/confirm", follow=True).content.decode()
    assert mo.post("/staff/learn/patch").status_code == 302, "nothing to export yet"
    jo.post(f"/staff/learn/paraphrase/{one.pk}/confirm")
    made = mo.post("/staff/learn/patch")
    body = made.content.decode()
    assert made["Content-Type"].startswith("text/x-patch") and f"+- {OWN}" in body and "data/answers/families/family_signs.yml" in body
    assert SAID not in body and "c1" not in body and "mo" not in body.replace("more", "").split("+++")[0]
    assert mo.post("/staff/learn/patch").status_code == 302, "it leaves once"
    assert Entry.objects.filter(act="confirmed", staff="jo").exists() and Entry.objects.filter(act="exported").exists()


def test_a_paraphrase_that_was_made_to_look_confirmed_is_checked_again_on_its_way_out(signed_in: Make, conversation: Make) -> None:
    conversation("c1", [SAID], decision="not_covered")
    client = signed_in("reviewer")
    judge(client)
    batch = Judgement.objects.get().batch
    Paraphrase.objects.create(batch=batch, answer="family_signs", text=SAID, written_by="mo", written_at=1, state="confirmed", confirmed_by="jo")
    page = client.post("/staff/learn/patch", follow=True).content.decode()
    assert "too near" in page and SAID not in page and Paraphrase.objects.get().state == "refused"


def test_a_paraphrase_that_was_refused_does_not_leave(signed_in: Make, conversation: Make) -> None:
    conversation("c1", [SAID], decision="not_covered")
    mo, jo = signed_in("reviewer", name="mo"), signed_in("reviewer", name="jo")
    judge(mo, text=OWN)
    one = Paraphrase.objects.get()
    jo.post(f"/staff/learn/paraphrase/{one.pk}/refuse")
    jo.post(f"/staff/learn/paraphrase/{one.pk}/confirm")
    assert Paraphrase.objects.get().state == "refused"


def test_messages_that_mean_much_the_same_are_judged_at_once(signed_in: Make, conversation: Make) -> None:
    texts = ("my hands will not stop shaking at night", "at night my hands keep shaking", "who won the football")
    for number, text in enumerate(texts, 1):
        conversation(f"c{number}", [text], decision="not_covered")
    conversation("c4", [texts[1]], decision="not_covered", consent="session")
    client = signed_in("reviewer")
    page = client.get("/staff/learn/judge/c1/0?similar=1").content.decode()
    assert 'value="c2:0"' in page and 'value="c3:0"' not in page and 'value="c4:0"' not in page
    judge(client, also=["c2:0", "c4:0", "made:up:x", "c9:1"])
    assert {(one.conversation, one.batch) for one in Judgement.objects.all()} == {(id, Judgement.objects.first().batch) for id in ("c1", "c2")}


def test_vectors_are_kept_nowhere(signed_in: Make, conversation: Make, db: Any) -> None:
    import sqlalchemy as sa

    before = set(sa.inspect(db).get_table_names())
    assert similar.nearest("hello there", {"a": "hello there", "b": "the price of tin"})[0][0] == "a"
    assert set(sa.inspect(db).get_table_names()) == before


def test_a_judgement_goes_with_its_conversation_and_a_paraphrase_stays_without_a_trace_of_it(signed_in: Make, conversation: Make, db: Any) -> None:
    from bot.storage import database, tables

    conversation("of-somebody", [SAID], decision="not_covered")
    signed_in("reviewer").post("/staff/learn/judge/of-somebody/0", {"meant": "family_signs", "text": OWN})
    assert Judgement.objects.exists()
    with database.writing(db) as connection:
        connection.execute(tables.conversations.delete())
    assert not Judgement.objects.exists() and "somebody" not in str(Paraphrase.objects.values().get())


def test_the_content_page_shows_sources_age_and_how_often_an_answer_was_given(signed_in: Make, conversation: Make) -> None:
    for number in range(3):
        conversation(f"c{number}", answer="withdrawal_sleep")
    page = signed_in("reviewer").get("/staff/content?sort=asked").content.decode()
    first = page.index("<details id")
    assert 'id="withdrawal_sleep"' in page[first : first + 60] and "asked 3 times" in page[first : first + 400]
    assert "not reviewed by a clinician" in page and page.count("<details") >= 130
    assert "No answer is in this state" in signed_in("lead", name="b").get("/staff/content?state=withheld").content.decode()


FAKE = textwrap.dedent('''
    import json, os, sys
    for line in sys.stdin:
        asked = json.loads(line)
        print("some noise")
        print(json.dumps({"turns": [{"text": text, "replies": [], "database": os.environ["MOORING_DATABASE"], "hook": os.environ.get("MOORING_STAFF_WEBHOOK")}
                                    for text in asked["turns"]]}), flush=True)
''')


def test_a_trial_is_apart_from_the_database_and_from_staffs_alarms(monkeypatch: pytest.MonkeyPatch, db: Any) -> None:
    monkeypatch.setenv("MOORING_STAFF_WEBHOOK", "https://example.org/hook")
    one = trial.Trial(command=(sys.executable, "-c", FAKE))
    try:
        found = one.ask(["hello", "and then"])
        assert found["text"] == "and then" and "try.sqlite3" in found["database"] and found["hook"] is None
        assert one.ask(["again"])["text"] == "again"
        folder = one.folder
    finally:
        one.end()
    import pathlib

    assert not pathlib.Path(folder).exists()


def test_a_trial_without_a_model_says_so(db: Any) -> None:
    one = trial.Trial(command=(sys.executable, "-c", "raise SystemExit(1)"))
    try:
        with pytest.raises(trial.TrialTrouble, match="no_model"):
            one.ask(["hello"])
    finally:
        one.end()


def test_the_trial_page_answers_with_what_the_assistant_did(signed_in: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    one = trial.Trial(command=(sys.executable, "-c", FAKE))
    monkeypatch.setattr(trial, "shared", one)
    client = signed_in("reviewer")
    try:
        assert client.get("/staff/try").status_code == 200
        assert client.post("/staff/try/ask", {"turns": json.dumps(["hello"])}).json()["text"] == "hello"
        assert client.post("/staff/try/ask", {"turns": "[]"}).status_code == 400
        assert client.post("/staff/try/ask", {"turns": "{"}).status_code == 400
    finally:
        one.end()


@pytest.mark.parametrize(("days", "withdrawn", "state"), [
    (0, False, "fine"), (-29, False, "soon"), (1, False, "due"), (100_000, False, "withheld"), (0, True, "withdrawn"), (100_000, True, "withdrawn"),
])  # fmt: skip
def test_an_answers_state_tells_whether_it_is_said(days: int, withdrawn: bool, state: str) -> None:
    import datetime

    from bot import kept
    from console.learn.content_views import state_of

    one = next(iter(kept.said().answers.values()))
    today = one.review_due() + datetime.timedelta(days=days) if days else one.review_due() - datetime.timedelta(days=60)
    assert state_of(one, today, {one.id} if withdrawn else set()) == state


def test_questions_without_an_answer_are_listed_for_whoever_writes_answers(signed_in: Make, conversation: Make) -> None:
    conversation("c1", [SAID], decision="not_covered")
    conversation("c2", ["not to be kept"], decision="not_covered")
    client = signed_in("reviewer")
    judge(client, meant="missing")
    client.post("/staff/learn/judge/c2/0", {"meant": "missing"})
    from bot.storage import database, tables

    with database.writing() as connection:
        connection.execute(tables.conversations.update().where(tables.conversations.c.id == "c2").values(consent="refused"))
    page = client.get("/staff/learn").content.decode()
    assert SAID in page and "not to be kept" not in page and "(hidden)" in page
    assert Entry.objects.filter(act="read", detail="single messages").count() == 1
