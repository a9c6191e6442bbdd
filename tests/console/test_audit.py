"""The audit log is written once: code and the database refuse to change it; leads see it, and that is logged."""
from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection
from postgres import postgres, postgres_server  # noqa: F401

from bot.storage import conversations, database
from console.audit import log
from console.audit.models import Entry
from console.care.models import Handled
from console.learn.models import Judgement
from console.review.models import Note


def acts(**wanted: Any) -> list[str]:
    return list(Entry.objects.filter(**wanted).order_by("id").values_list("act", flat=True))


@pytest.mark.parametrize("change", ["UPDATE console_audit SET staff = 'x'", "DELETE FROM console_audit"])
def test_the_database_refuses_to_change_it(change: str, db: Any) -> None:
    log.write("mo", "read", conversation="c1")
    with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(change)
    assert acts() == ["read"]


def test_the_code_refuses_to_change_it(db: Any) -> None:
    log.write("mo", "read", conversation="c1")
    entry = Entry.objects.get()
    for change in (entry.save, entry.delete, Entry.objects.all().delete, lambda: Entry.objects.update(staff="x")):
        with pytest.raises(TypeError, match="append-only"):
            change()
    with pytest.raises(ValueError, match="not listed"):
        log.write("mo", "peeked")


def test_postgresql_refuses_to_change_it_too(postgres: str, monkeypatch: pytest.MonkeyPatch, made: Any) -> None:  # noqa: F811
    from django.core.management import call_command
    from pointing import point

    monkeypatch.setenv("MOORING_DATABASE", postgres)
    database.upgrade(postgres)
    point(postgres)
    call_command("migrate", verbosity=0)
    log.write("mo", "read", conversation="c1")
    for change in ("UPDATE console_audit SET staff = 'x'", "DELETE FROM console_audit", "TRUNCATE console_audit"):
        with pytest.raises(DatabaseError, match="append-only"), connection.cursor() as cursor:
            cursor.execute(change)
    assert acts() == ["read"]
    Note.objects.create(conversation="c1", text="a note", by="mo", at=1.0)
    Handled.objects.create(queue="safety", conversation="c1", by="mo", at=1.0)
    Judgement.objects.create(conversation="c1", seq=0, right=True, batch="b", by="mo", at=1.0)
    with database.writing(database.engine(postgres)) as writing:
        conversations.append(writing, "c1", "web", [{"event": "user", "text": "hello", "timestamp": 1.0}])
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM conversations")
    assert not Note.objects.exists() and not Handled.objects.exists() and not Judgement.objects.exists(), "what staff wrote goes with it"
    connection.close()


def test_leads_see_it_and_their_look_is_logged(signed_in: Any, conversation: Any) -> None:
    conversation("c1")
    reviewer, lead = signed_in("reviewer"), signed_in("lead")
    reviewer.get("/staff/conversation/c1/")
    text = lead.get("/staff/audit/", {"staff": "reviewer", "act": "read"}).content.decode()
    assert log.label("c1") in text and "c1<" not in text
    assert acts(staff="lead") == ["audit_read"]
    assert reviewer.get("/staff/audit/").status_code == 404
    answer = lead.post("/staff/audit/csv/")
    assert answer["Content-Type"].startswith("text/csv") and log.label("c1") in answer.content.decode()


def test_its_filters_survive_nonsense(signed_in: Any) -> None:
    lead = signed_in("lead")
    for odd in ({"before": "9" * 30}, {"before": "x"}, {"act": "'"}, {"since": "never"}, {"subject": "\x00"}, {"staff": "a" * 900}):
        assert lead.get("/staff/audit/", odd).status_code == 200


def test_it_pages(signed_in: Any) -> None:
    lead = signed_in("lead")
    for place in range(230):
        log.write("mo", "read", subject=f"n{place}")
    address, seen = "/staff/audit/?staff=mo", []
    while address:
        context = lead.get(address).context
        seen += [row.subject for row in context["rows"]]
        address = context["more"]
    assert seen == [f"n{place}" for place in reversed(range(230))]


def test_a_deleted_conversation_cannot_be_found_from_it(signed_in: Any, conversation: Any, db: Any) -> None:
    conversation("c1")
    signed_in("reviewer").get("/staff/conversation/c1/")
    with database.writing(db) as writing:
        conversations.delete(writing, "c1", "person")
    assert not any("c1" in str(value) for row in Entry.objects.values_list("subject", "detail") for value in row)
