"""Every page asks the database as often for much as for little; numbers that somebody made up break none."""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bot import settings
from bot.storage import cases, database, tables
from console.care.models import Sample
from console.learn.models import Judgement, Paraphrase
from console.numbers import whole

Make = Callable[..., Any]
MOST = 26  # queries of one page, with those of the session and of who asks
PAGES = [
    "/staff/", "/staff/?q=sleep", "/staff/queues/safety", "/staff/queues/not-understood", "/staff/queues/low-score", "/staff/queues/thumbs-down",
    "/staff/queues/sample", "/staff/queues/content-due", "/staff/queues/helplines-due", "/staff/queues/counts", "/staff/cases", "/staff/cases?show=done",
    "/staff/cases/case1", "/staff/conversation/a1/", "/staff/talk/a1", "/staff/lines", "/staff/withdrawn", "/staff/learn", "/staff/learn/judge/a1/0",
    "/staff/content", "/staff/figures/", "/staff/figures/safety/2026/", "/staff/audit/", "/staff/people/", "/staff/account/", "/staff/try",
]  # fmt: skip


@pytest.fixture
def fill(conversation: Make, person: Make, db: Any) -> Make:
    """Put `count` more of everything into the database."""

    def make(first: int, count: int) -> None:
        now = settings.now().timestamp()
        for place in range(first, first + count):
            for name, columns in (("a", {"decision": "not_covered"}), ("b", {"score": 0.3}), ("c", {"level": "urgent", "danger": "suicide"}), ("d", {})):
                conversation(f"{name}{place}", ["I cannot sleep", "Sleep comes back.", "and now"], **columns)
            person("volunteer", name=f"helper{place}")
            Judgement.objects.create(conversation=f"d{place}", seq=0, right=False, meant="missing", batch=f"b{place}", by="mo", at=now)
            for state in ("written", "confirmed"):
                Paraphrase.objects.create(batch=f"b{place}", answer="withdrawal_sleep", text="words", state=state, written_by="mo", written_at=now)
            Sample.objects.create(conversation=f"d{place}", drawn_at=now, heard=False)
            with database.writing(db) as writing:
                for state, said in (("case", "a"), ("done", "b")):
                    cases.open_case(writing, cases.Case(f"{state}{place}", f"{said}{place}", "web", "urgent", "suicide", "call_back", "GB", now))
                writing.execute(tables.cases.update().where(tables.cases.c.id == f"done{place}").values(state="done", closed_at=now, owner="mo"))
                writing.execute(tables.cases.update().where(tables.cases.c.id == f"case{place}").values(state="taken", taken_at=now, owner="robin"))
                writing.execute(tables.feedback.insert(), {"conversation": f"d{place}", "seq": 1, "good": False, "at": now})
                writing.execute(tables.withdrawn.insert(), {"kind": "answer", "id": f"x{place}", "at": now, "by": "mo", "reason": "wrong"})

    return make


def asked(client: Any) -> dict[str, int]:
    """How often each page asks."""
    found = {}
    for page in PAGES:
        client.get(page)  # what is remembered after the first time does not count
        with CaptureQueriesContext(connection) as counted:
            answer = client.get(page)
        assert answer.status_code in (200, 302), (page, answer.status_code)
        found[page] = len(counted)
    return found


def test_no_page_asks_more_often_where_there_is_more_to_show(
    signed_in: Make, fill: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.learn.trial_views.start", lambda: None)
    client = signed_in("lead", "reviewer", "administrator", name="robin")
    with settings.at(settings.now()):  # a session that is a minute older is noted, which asks too
        fill(1, 2)
        little = asked(client)
        fill(3, 12)
        much = asked(client)
    assert {page: (little[page], much[page]) for page in PAGES if much[page] > little[page]} == {}
    assert {page: count for page, count in much.items() if count > MOST} == {}


def test_an_export_asks_once_for_all_that_leaves(signed_in: Make, fill: Make) -> None:
    client, counts = signed_in("reviewer", name="jo"), []
    for first, count in ((1, 2), (3, 12)):
        fill(first, count)
        with CaptureQueriesContext(connection) as counted:
            client.post("/staff/learn/patch")
        counts.append(len(counted))
    assert counts[0] == counts[1]


@pytest.mark.parametrize(("text", "number"), [
    ("0", 0), ("7", 7), ("007", 7), ("999999999", 999_999_999), ("1000000000", None), ("", None), ("-1", None), ("1.5", None), ("\u0664", None),
    ("\u00b2", None), ("1" * 5_000, None), ("x", None), (" 1", None),
])  # fmt: skip
def test_a_number_is_plain_digits_and_nothing_else(text: str, number: int | None) -> None:
    assert whole(text) == number


@pytest.mark.parametrize("odd", ["\u00b2", "--5", "9" * 400, "\x00", "-1", "1e9", ""])
def test_numbers_that_somebody_made_up_are_no_error(odd: str, signed_in: Make, fill: Make) -> None:
    fill(1, 1)
    client = signed_in("lead", "reviewer", name="robin")
    for path, given in (
        ("/staff/queues/aside", {"queue": "low-score", "conversation": "b1", "seq": odd}), ("/staff/cases/case1/release", {"version": odd}),
        ("/staff/cases/case1/pass", {"version": "1", "to": odd}), ("/staff/conversation/a1/mark/", {"status": "done", "version": odd}),
        ("/staff/learn/judge/a1/0", {"meant": "missing", "also": [f"b1:{odd}", f"{odd}:1"]}),
    ):  # fmt: skip
        assert client.post(path, given).status_code in (302, 404), path
    for path in ("/staff/conversation/a1/news/?after=", "/staff/talk/a1/news?after=", "/staff/audit/?before=", "/staff/?score_to="):
        assert client.get(path + odd.replace("\x00", "%00")).status_code == 200, path
