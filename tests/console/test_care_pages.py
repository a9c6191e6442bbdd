"""The pages of care: who may do what, and what happens when two do it at once or a link is forged."""
from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from django.test import Client

from bot import consent_links, settings
from bot.storage import cases as opened
from bot.storage import database, tables, takeovers
from console.audit.models import Entry
from console.care import assistant, handing, replies
from console.care.models import Handled, Sample
from console.care.queues import counts

Make = Callable[..., Any]


@pytest.fixture(autouse=True)
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOORING_KEYS", "k" * 42 + "A=")


@pytest.fixture
def case(db: Any, conversation: Make) -> Make:
    def make(id: str = "case", *, said: str = "c1", **fields: Any) -> str:
        level = fields.pop("level", "urgent")
        conversation(said, level=None if level == "none" else level, danger=None if level == "none" else "suicide", consent="session")
        now = settings.now().timestamp() - 300
        base = {"channel": "web", "danger": "suicide", "wish": "call_back", "country": "GB", "opened_at": now}
        with database.writing(db) as connection:
            opened.open_case(connection, opened.Case(id=id, conversation=said, level=level, **{**base, **fields}))
        return id

    return make


def row(db: Any, id: str = "case") -> Any:
    with database.reading(db) as connection:
        return connection.execute(sa.select(tables.cases).where(tables.cases.c.id == id)).mappings().one()


def test_the_safety_queue_puts_the_gravest_first_and_holds_no_words(signed_in: Make, case: Make) -> None:
    case("one", said="c1", level="urgent")
    case("two", said="c2", level="emergency")
    page = signed_in("volunteer").get("/staff/queues").content.decode()
    assert page.index("/staff/cases/two") < page.index("/staff/cases/one")
    assert "I cannot sleep" not in page


def test_a_flagged_conversation_without_a_case_is_in_the_queue_until_somebody_takes_it(signed_in: Make, conversation: Make, db: Any) -> None:
    conversation("c1", level="emergency", danger="overdose_taken")
    client = signed_in("lead")
    assert "Overdose taken" in client.get("/staff/queues").content.decode()
    answer = client.post("/staff/cases/open", {"conversation": "c1"})
    with database.reading(db) as connection:
        made = connection.execute(sa.select(tables.cases)).mappings().one()
    assert answer["Location"] == f"/staff/cases/{made['id']}" and made["owner"] == "lead" and made["state"] == "taken"
    client.post("/staff/cases/open", {"conversation": "c1"})
    with database.reading(db) as connection:
        assert len(connection.execute(sa.select(tables.cases)).all()) == 1


@pytest.mark.parametrize(("name", "columns"), [
    ("not-understood", {"decision": "not_covered", "score": 0.1}),
    ("low-score", {"score": 0.31}),
    ("low-score", {"decision": "clarify", "score": 0.3}),
])  # fmt: skip
def test_a_doubtful_message_waits_until_it_is_judged_or_put_aside(signed_in: Make, conversation: Make, name: str, columns: Any) -> None:
    conversation("c1", **columns)
    client = signed_in("reviewer")
    assert "I cannot sleep" in client.get(f"/staff/queues/{name}").content.decode()
    client.post("/staff/queues/aside", {"queue": name, "conversation": "c1", "seq": "0"})
    assert Handled.objects.count() == 1 and counts(settings.now().timestamp())[name] == 0
    assert "Nothing waits here" in client.get(f"/staff/queues/{name}").content.decode()


def test_words_of_somebody_who_has_not_agreed_are_not_in_the_queues(signed_in: Make, conversation: Make) -> None:
    conversation("c1", decision="not_covered", consent="session")
    page = signed_in("reviewer").get("/staff/queues/not-understood").content.decode()
    assert "Nothing waits here" in page and "I cannot sleep" not in page


def test_words_shown_in_a_queue_are_logged_as_read(signed_in: Make, conversation: Make) -> None:
    conversation("c1", decision="not_covered")
    signed_in("reviewer").get("/staff/queues/not-understood")
    assert Entry.objects.filter(act="read", detail="single messages").count() == 1


def test_a_thumb_down_comes_up_and_hostile_text_stays_text(signed_in: Make, conversation: Make, db: Any) -> None:
    conversation("c1", ["hello", "<script>alert(1)</script>\u202eevil"])
    with database.writing(db) as connection:
        connection.execute(tables.feedback.insert(), {"conversation": "c1", "seq": 1, "good": False, "at": settings.now().timestamp()})
    page = signed_in("reviewer").get("/staff/queues/thumbs-down").content.decode()
    assert "&lt;script&gt;" in page and "<script>alert" not in page and "\u202e" not in page


def test_a_volunteer_sees_people_who_wait_and_not_what_others_wrote(signed_in: Make, conversation: Make) -> None:
    conversation("c1", decision="not_covered")
    client = signed_in("volunteer")
    assert client.get("/staff/queues/not-understood").status_code == 404
    assert client.get("/staff/queues/sample").status_code == 404


def test_whoever_takes_a_case_second_is_told_so(signed_in: Make, case: Make, db: Any, person: Make) -> None:
    case()
    first, second = signed_in("volunteer", name="mo"), signed_in("volunteer", name="jo")
    for client in (first, second):
        answer = client.post("/staff/cases/case/take", {"version": "1"}, follow=True)
    assert "A colleague was quicker" in answer.content.decode() and row(db)["owner"] == "mo"


def test_the_way_to_call_is_shown_to_the_owner_alone_and_logged(signed_in: Make, case: Make) -> None:
    case()
    token = consent_links.make("case", now=settings.now().timestamp())
    public = Client(headers={"host": "127.0.0.1"})
    assert public.post(f"/call-back/{token}", {"contact": "the green door", "agree": "yes"}).status_code == 200
    mo, jo = signed_in("lead", name="mo"), signed_in("lead", name="jo")
    assert mo.post("/staff/cases/case/contact").status_code == 404
    mo.post("/staff/cases/case/take", {"version": "1"})
    assert "green door" in mo.post("/staff/cases/case/contact").content.decode()
    assert "green door" not in mo.get("/staff/cases/case").content.decode()
    assert jo.post("/staff/cases/case/contact").status_code == 404
    mo.post("/staff/cases/case/pass", {"version": "2", "to": "jo"})
    assert mo.post("/staff/cases/case/contact").status_code == 404
    assert "green door" in jo.post("/staff/cases/case/contact").content.decode()
    jo.post("/staff/cases/case/done", {"version": "3"})
    assert jo.post("/staff/cases/case/contact").status_code == 404
    assert Entry.objects.filter(act="contact_seen").count() == 2 and Entry.objects.filter(act="refused").count() >= 3


@pytest.mark.parametrize(("token", "status", "words"), [
    ("forged", 404, "does not work"), (lambda now: consent_links.make("case", now=now - 7_200), 410, "too old"),
    (lambda now: consent_links.make("gone", now=now), 410, "closed"),
])  # fmt: skip
def test_a_link_that_is_forged_old_or_of_no_case_keeps_nothing(db: Any, token: Any, status: int, words: str) -> None:
    path = f"/call-back/{token(settings.now().timestamp()) if callable(token) else token}"
    public = Client(headers={"host": "127.0.0.1"})
    for answer in (public.get(path), public.post(path, {"contact": "x", "agree": "yes"})):
        assert answer.status_code == status and words in answer.content.decode()
    with database.reading(db) as connection:
        assert connection.execute(sa.select(tables.contacts)).first() is None


def test_the_form_needs_consent_and_csrf(case: Make, db: Any) -> None:
    case()
    path = f"/call-back/{consent_links.make('case', now=settings.now().timestamp())}"
    assert Client(headers={"host": "127.0.0.1"}).post(path, {"contact": "x"}).status_code == 400
    assert Client(headers={"host": "127.0.0.1"}, enforce_csrf_checks=True).post(path, {"contact": "x", "agree": "yes"}).status_code == 403
    with database.reading(db) as connection:
        assert connection.execute(sa.select(tables.contacts)).first() is None


def test_the_sample_is_read_blind(signed_in: Make, conversation: Make) -> None:
    now = settings.now().timestamp()
    for number in range(6):
        conversation(f"calm{number}", ["a quiet word", "SECRET REPLY"], at=now - 90_000)
    conversation("loud", ["a loud word", "CRISIS REPLY"], at=now - 90_000, level="urgent", danger="suicide")
    client = signed_in("reviewer")
    client.post("/staff/queues/sample/draw")
    assert Sample.objects.filter(heard=True).count() == 1 and Sample.objects.count() == 7
    for one in list(Sample.objects.all()):
        page = client.get(f"/staff/queues/sample/{one.conversation}").content.decode()
        assert "word" in page and "REPLY" not in page and "urgent" not in page and "suicide" not in page.replace("Missed danger", "")
        client.post(f"/staff/queues/sample/{one.conversation}", {"verdict": "danger" if one.heard else "calm"})
    page = client.get("/staff/queues/sample").content.decode()
    assert "100 %" in page and "1 of 1" in page


def test_two_who_read_the_same_conversation_give_one_verdict(signed_in: Make, conversation: Make) -> None:
    conversation("c1", at=settings.now().timestamp() - 90_000)
    Sample.objects.create(conversation="c1", drawn_at=0, heard=False)
    signed_in("reviewer", name="mo").post("/staff/queues/sample/c1", {"verdict": "calm"})
    signed_in("reviewer", name="jo").post("/staff/queues/sample/c1", {"verdict": "danger"})
    assert Sample.objects.get().verdict == "calm" and Sample.objects.get().reader == "mo"


def test_an_answer_is_withdrawn_with_a_reason_and_put_back(signed_in: Make, db: Any) -> None:
    from bot.storage import withdrawn

    client, path = signed_in("lead"), "/staff/withdrawn/answer/withdrawal_sleep"
    assert client.post(path, {"act": "withdraw", "reason": " "}).status_code == 400
    client.post(path, {"act": "withdraw", "reason": "the source has changed"})
    assert withdrawn.read().answers == {"withdrawal_sleep"}
    assert "the source has changed" in client.get("/staff/withdrawn").content.decode()
    client.post(path, {"act": "restore"})
    assert withdrawn.read().answers == frozenset()
    assert [entry.act for entry in Entry.objects.order_by("pk")] == ["withdrew", "restored"]
    assert signed_in("reviewer").post(path, {"act": "withdraw", "reason": "x"}).status_code == 404


def test_emergency_numbers_cannot_be_withdrawn(signed_in: Make, register: Any, db: Any) -> None:
    line = next(line for line in register.lines.values() if line.never_withheld())
    assert signed_in("lead").post(f"/staff/withdrawn/helpline/{line.id}", {"act": "withdraw", "reason": "x"}).status_code == 400


def test_what_is_not_there_cannot_be_withdrawn(signed_in: Make) -> None:
    assert signed_in("lead").get("/staff/withdrawn/answer/nothing").status_code == 404
    assert signed_in("lead", name="b").get("/staff/withdrawn/kind/withdrawal_sleep").status_code == 404


class Server:
    """The assistant's staff routes, with the real table behind them; what is said is kept here."""

    def __init__(self, db: Any) -> None:
        self.db, self.said, self.away = db, [], False

    def post(self, act: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.away:
            raise assistant.Away(act)
        now, conversation, staff = settings.now().timestamp(), body["conversation"], body["staff"]
        with database.writing(self.db) as connection:
            if act == "pause":
                return (200 if takeovers.begin(connection, conversation, staff, body["name"], now) else 409), {}
            if act == "resume":
                takeovers.end(connection, conversation)
                self.said.append(body["words"])
                return 200, {}
            if not takeovers.touch(connection, conversation, staff, now):
                return 409, {}
        self.said.append(body["text"])
        return 200, {"delivered": True, "gone": False}


@pytest.fixture
def server(db: Any, monkeypatch: pytest.MonkeyPatch) -> Server:
    found = Server(db)
    monkeypatch.setattr(assistant, "post", found.post)
    return found


def test_one_speaks_at_a_time_and_the_other_is_told(signed_in: Make, case: Make, server: Server) -> None:
    case()
    mo, jo = signed_in("lead", name="mo"), signed_in("lead", name="jo")
    mo.post("/staff/talk/c1/begin")
    assert "A colleague already speaks" in jo.post("/staff/talk/c1/begin", follow=True).content.decode()
    assert jo.post("/staff/talk/c1/say", {"text": "hello"}, headers={"x-poll": "1"}).json() == {"state": "not_speaking"}
    assert mo.post("/staff/talk/c1/say", {"text": "hello"}, headers={"x-poll": "1"}).json() == {"state": "said"}
    jo.post("/staff/talk/c1/end")
    assert mo.get("/staff/talk/c1/news?after=1").json()["mine"] is True
    mo.post("/staff/talk/c1/end")
    assert server.said[0] == "hello" and "automated helper again" in server.said[1] and "Robin" in server.said[1]
    assert mo.get("/staff/talk/c1/news?after=1").json() == {"turns": [], "last": 1, "mine": False, "who": ""}


def test_whoever_speaks_reads_the_words_and_what_was_heard_in_them(signed_in: Make, case: Make, server: Server) -> None:
    case()
    volunteer = signed_in("volunteer")
    assert volunteer.get("/staff/talk/c1").status_code == 404, "not theirs yet"
    volunteer.post("/staff/cases/case/take", {"version": "1"})
    volunteer.post("/staff/talk/c1/begin")
    page = volunteer.get("/staff/talk/c1").content.decode()
    assert "I cannot sleep" in page and "urgent: suicide" in page and "You speak as" in page
    heard = volunteer.get("/staff/talk/c1/news?after=-1").json()["turns"][0]["heard"]
    assert heard == [{"danger": "suicide", "level": "urgent", "about": "self"}]


def test_words_are_not_lost_when_the_assistants_server_is_away(signed_in: Make, case: Make, server: Server) -> None:
    case()
    client = signed_in("lead")
    client.post("/staff/talk/c1/begin")
    server.away = True
    answer = client.post("/staff/talk/c1/say", {"text": "hello"}, headers={"x-poll": "1"})
    assert answer.status_code == 409 and answer.json() == {"state": "unknown_whether_said"}
    assert "does not answer" in client.post("/staff/talk/c1/end", follow=True).content.decode()


def test_a_talk_that_was_left_goes_back_to_the_assistant_with_helplines(db: Any, conversation: Make, server: Server, register: Any) -> None:
    conversation("c1", country="GB")
    conversation("c2", country="GB")
    now = settings.now().timestamp()
    with database.writing(db) as connection:
        takeovers.begin(connection, "c1", "mo", "Mo", now - takeovers.STALE - 5)
        takeovers.begin(connection, "c2", "jo", "Jo", now - takeovers.STALE + 60)
    assert handing.sweep(now) == 1 and len(server.said) == 1
    names = [line.name for line in register.lines.values() if line.country == "GB"]
    assert "Mo has not written" in server.said[0] and any(name in server.said[0] for name in names)


def test_ready_words_hold_the_countrys_numbers_and_a_link_only_where_there_is_one() -> None:
    without, there = replies.prepared("GB"), replies.prepared("GB", link="https://here.example/x")
    assert len(there) == len(without) + 1
    assert not any("{" in one.text for one in there)
    assert next(one for one in without if one.title == "Emergency").text != next(one for one in replies.prepared("US") if one.title == "Emergency").text


def test_no_word_of_a_contact_is_in_the_events_or_the_audit_log(signed_in: Make, case: Make, db: Any) -> None:
    case()
    path = f"/call-back/{consent_links.make('case', now=settings.now().timestamp())}"
    Client(headers={"host": "127.0.0.1"}).post(path, {"contact": "the green door", "agree": "yes"})
    with database.reading(db) as connection:
        held = [str(row) for table in ("events", "cases", "contacts", "console_audit") for row in connection.execute(sa.text(f"SELECT * FROM {table}"))]
    assert not any("green door" in one for one in held)


def test_a_deleted_conversation_takes_its_queue_rows_with_it(conversation: Make, db: Any) -> None:
    conversation("c1")
    Handled.objects.create(queue="safety", conversation="c1", by="mo", at=1)
    Sample.objects.create(conversation="c1", drawn_at=1, heard=False)
    with database.writing(db) as connection:
        connection.execute(tables.conversations.delete())
    assert Handled.objects.count() == Sample.objects.count() == 0


@pytest.mark.parametrize("path", ["/staff/queues", "/staff/queues/not-understood", "/staff/cases", "/staff/queues/sample", "/staff/content", "/staff/learn"])
def test_a_page_asks_the_database_a_bounded_number_of_questions(
    signed_in: Make, case: Make, conversation: Make, path: str, django_queries: Callable[[], int]
) -> None:
    client = signed_in("lead", "reviewer")
    for number in range(30):
        case(f"case{number}", said=f"c{number}")
        conversation(f"d{number}", decision="not_covered")
    before = django_queries()
    assert client.get(path).status_code == 200
    assert django_queries() - before <= 40


@pytest.fixture
def django_queries(db: Any) -> Any:
    from django.db import connection

    connection.force_debug_cursor = True
    yield lambda: len(connection.queries_log)
    connection.force_debug_cursor = False


def test_a_form_is_on_every_page_with_its_token(signed_in: Make, case: Make) -> None:
    case()
    page = signed_in("lead").get("/staff/cases/case").content.decode()
    assert len(re.findall(r'<form method="post"', page)) == page.count("csrfmiddlewaretoken")


def test_a_new_danger_brings_back_what_was_put_aside(signed_in: Make, conversation: Make, db: Any) -> None:
    now = settings.now().timestamp()
    conversation("c1", level="urgent", danger="suicide", at=now - 500)
    client = signed_in("lead")
    client.post("/staff/queues/aside", {"queue": "safety", "conversation": "c1"})
    assert counts(now)["safety"] == 0
    with database.writing(db) as connection:
        connection.execute(tables.conversations.update().values(level_at=now + 30, level="emergency"))
    assert counts(now)["safety"] == 1


def test_what_nobody_has_taken_stands_before_what_somebody_has(signed_in: Make, case: Make, db: Any) -> None:
    case("taken", said="c1", level="emergency")
    case("waiting", said="c2", level="urgent")
    client = signed_in("lead")
    client.post("/staff/cases/taken/take", {"version": "1"})
    page = client.get("/staff/queues").content.decode()
    assert page.index("/staff/cases/waiting") < page.index("/staff/cases/taken")


@pytest.mark.parametrize("name", ["not-understood", "low-score", "thumbs-down", "safety"])
def test_the_queues_look_back_thirty_days_and_no_further(conversation: Make, db: Any, name: str) -> None:
    now = settings.now().timestamp()
    for id, at in (("old", now - 31 * 86_400), ("new", now - 29 * 86_400)):
        if name == "safety":
            conversation(id, at=at, level="urgent", danger="suicide")
        else:
            conversation(id, at=at, decision="not_covered" if name == "not-understood" else "clarify")
        with database.writing(db) as connection:
            connection.execute(tables.feedback.insert(), {"conversation": id, "seq": 1, "good": False, "at": at})
    assert counts(now)[name] == 1


def test_only_words_that_may_be_kept_and_talks_that_have_ended_are_drawn_and_once(signed_in: Make, conversation: Make) -> None:
    now = settings.now().timestamp()
    conversation("kept", at=now - 90_000)
    conversation("not kept", at=now - 90_000, consent="session")
    conversation("going on", at=now - 600)
    conversation("old", at=now - 31 * 86_400)
    client = signed_in("reviewer")
    for _ in range(2):
        client.post("/staff/queues/sample/draw")
    assert [one.conversation for one in Sample.objects.all()] == ["kept"]


def test_staff_say_that_they_are_free_and_that_they_are_not(signed_in: Make, db: Any) -> None:
    from bot import staffing

    client = signed_in("volunteer")
    for free, there in (("yes", ["volunteer"]), ("no", [])):
        client.post("/staff/here", {"free": free})
        with database.reading(db) as connection:
            assert list(staffing.free(connection, settings.now())) == there
    client.post("/staff/here", {"free": "yes"})
    assert client.post("/staff/here", headers={"x-poll": "1"}).status_code == 204
    with database.reading(db) as connection:
        assert list(staffing.free(connection, settings.now())) == ["volunteer"], "looking for news changes nothing"


def test_taking_over_speaking_and_handing_back_are_logged(signed_in: Make, case: Make, server: Server) -> None:
    case()
    client = signed_in("lead")
    client.post("/staff/talk/c1/begin")
    client.post("/staff/talk/c1/say", {"text": "hello"})
    client.post("/staff/talk/c1/end")
    assert [entry.act for entry in Entry.objects.exclude(act="read").order_by("pk")] == ["took", "spoke", "handed_back"]
    assert "hello" not in str(list(Entry.objects.values()))


def test_a_case_is_put_back_for_others_by_its_owner_alone(signed_in: Make, case: Make, db: Any) -> None:
    case()
    mo, jo = signed_in("volunteer", name="mo"), signed_in("volunteer", name="jo")
    mo.post("/staff/cases/case/take", {"version": "1"})
    jo.post("/staff/cases/case/release", {"version": "2"})
    assert row(db)["owner"] == "mo"
    mo.post("/staff/cases/case/release", {"version": "2"})
    assert row(db)["owner"] is None and row(db)["state"] == "new"


def test_a_case_is_passed_to_nobody_who_cannot_take_it(signed_in: Make, person: Make, case: Make, db: Any) -> None:
    case()
    person("administrator", name="boss")
    mo = signed_in("volunteer", name="mo")
    mo.post("/staff/cases/case/take", {"version": "1"})
    assert mo.post("/staff/cases/case/pass", {"version": "2", "to": "boss"}).status_code == 404 and row(db)["owner"] == "mo"
