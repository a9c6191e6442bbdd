"""Cases: opened once however often it is tried, kept while the database is away, told to staff without a word of anybody's."""
from __future__ import annotations

import http.server
import json
import pathlib
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from bot import care, privacy, watch
from bot.storage import cases, conversations, database, outbox, tables


@pytest.fixture
def place(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A database and an outbox of the test's own."""
    monkeypatch.setenv("MOORING_DATABASE", f"sqlite:///{tmp_path / 'm.sqlite3'}")
    monkeypatch.setenv("MOORING_OUTBOX", str(tmp_path / "outbox"))
    for name in ("MOORING_STAFF_WEBHOOK", "MOORING_STAFF_EMAIL"):
        monkeypatch.delenv(name, raising=False)
    database.upgrade()
    return tmp_path


@pytest.fixture
def away(place: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """The same with a database that cannot be reached."""
    monkeypatch.setenv("MOORING_DATABASE", f"sqlite:///{place}/none/there/m.sqlite3")
    (place / "none").write_text("a file where a folder should be")
    return place


def case(message: str = "m1", **other: Any) -> cases.Case:
    made = {"conversation": "w-1", "channel": "web", "level": "none", "danger": None, "wish": "talk_now", "country": "GB", "opened_at": 1000.0, **other}
    return cases.Case(id=cases.case_id(made["conversation"], message, made["wish"]), **made)


def stored() -> list[dict[str, Any]]:
    with database.reading() as connection:
        return [dict(row) for row in connection.execute(sa.select(tables.cases).order_by(tables.cases.c.opened_at)).mappings()]


def test_a_case_holds_wish_level_danger_and_country_and_no_words(place: pathlib.Path) -> None:
    assert outbox.put(case(level="urgent", danger="suicide")) and outbox.send()
    [row] = stored()
    assert {key: row[key] for key in ("wish", "level", "danger", "country", "state")} == {
        "wish": "talk_now", "level": "urgent", "danger": "suicide", "country": "GB", "state": "new",
    }  # fmt: skip
    assert list(outbox.waiting()) == []


def test_the_same_message_tried_three_times_opens_one_case(place: pathlib.Path) -> None:
    for _ in range(3):
        outbox.put(case())
        outbox.send()
    assert len(stored()) == 1


def test_a_second_wish_of_the_same_kind_waits_with_the_first_and_the_graver_level_counts(place: pathlib.Path) -> None:
    for message, level in (("m1", "urgent"), ("m2", "emergency"), ("m3", "watch")):
        outbox.put(case(message, level=level))
        outbox.send()
    [row] = stored()
    assert row["level"] == "emergency" and row["version"] == 2 and row["told_at"] is None


def test_another_wish_and_a_wish_after_the_first_is_done_are_cases_of_their_own(place: pathlib.Path) -> None:
    outbox.put(case())
    outbox.put(case(wish="call_back"))
    outbox.send()
    with database.writing() as connection:
        connection.execute(tables.cases.update().values(state="done"))
    outbox.put(case("m2"))
    outbox.send()
    assert [row["wish"] for row in stored()].count("talk_now") == 2 and len(stored()) == 3
    outbox.put(case("m1"))  # the old message again: its case was there, and stays done
    outbox.send()
    assert len(stored()) == 3


def test_while_the_database_is_away_cases_wait_and_then_go_once(away: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert outbox.put(case()) and outbox.put(case("m2", conversation="w-2"))
    assert not outbox.send() and len(list(outbox.waiting())) == 2
    monkeypatch.setenv("MOORING_DATABASE", f"sqlite:///{away / 'm.sqlite3'}")
    assert outbox.send() and outbox.send()
    assert sorted(row["conversation"] for row in stored()) == ["w-1", "w-2"] and list(outbox.waiting()) == []


def test_many_threads_that_send_the_same_cases_open_each_once(place: pathlib.Path) -> None:
    def work() -> None:
        for number in range(5):
            outbox.put(case("m", conversation=f"w-{number}"))
            outbox.send()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outbox.send()
    assert len(stored()) == 5


def test_a_file_that_holds_no_case_is_put_aside_and_the_rest_goes(place: pathlib.Path) -> None:
    outbox.put(case())
    (outbox.folder() / "broken.json").write_text("{")
    assert outbox.send() and len(stored()) == 1
    assert [path.name for path in outbox.folder().iterdir()] == ["broken.bad"]


def test_an_outbox_that_cannot_be_written_is_said_to_have_failed(place: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "file").write_text("")
    monkeypatch.setenv("MOORING_OUTBOX", str(place / "file" / "outbox"))
    assert not outbox.put(case())


def test_waiting_cases_are_private_and_go_with_the_conversation(place: pathlib.Path) -> None:
    outbox.put(case())
    [path] = outbox.folder().iterdir()
    assert path.stat().st_mode & 0o077 == 0
    outbox.put(case("m2", wish="danger", level="urgent", danger="suicide"))
    outbox.put(case("m3", wish="danger", level="urgent", danger="suicide", conversation="w-2"))
    with database.writing() as connection:
        assert conversations.delete(connection, "w-1", "person")
    assert sorted((case.wish, case.conversation or "", case.country or "") for _, case in outbox.waiting()) == [("danger", "", ""), ("danger", "w-2", "GB")]
    assert outbox.send() and len(stored()) == 2


def test_a_number_to_call_is_kept_sealed_and_only_the_last_one(place: pathlib.Path) -> None:
    with database.writing() as connection:
        cases.open_case(connection, case())
        for contact in ("old", "new"):
            assert cases.leave_contact(connection, case().id, contact, now=5.0)
        assert [privacy.unseal(bytes(row.sealed)) for row in connection.execute(sa.select(tables.contacts))] == ["new"]


def state(level: str = "urgent") -> dict[str, Any]:
    return {"care": {"level": level, "danger": "suicide"}, "country": "GB"}


@pytest.mark.parametrize(
    ("step", "before", "after", "wishes"),
    [
        (care.Step("danger", "suicide/active"), {}, state(), ["danger"]),
        (care.Step("danger", "suicide/imminent"), state(), state("emergency"), ["danger"]),
        (care.Step("move", "listening"), state(), state(), []),
        (care.Step("danger", "hopelessness/no_hope"), {}, state("watch"), []),
        (care.Step("move", "wants_human"), state(), state(), ["talk_now"]),
    ],
)
def test_a_danger_that_is_new_or_grows_and_a_person_who_is_wanted_become_cases(
    step: care.Step, before: dict[str, Any], after: dict[str, Any], wishes: list[str], place: pathlib.Path
) -> None:
    watch.notice("w-9", "web", step, before, after)
    watch.notice("w-9", "ask", step, before, after)
    assert [(case.wish, case.level, case.danger) for _, case in outbox.waiting()] == [(wish, after["care"]["level"], "suicide") for wish in wishes]


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """A webhook that keeps what it is sent."""
    got: list[dict[str, Any]] = []

    class Keep(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            got.append(json.loads(self.rfile.read(int(self.headers["content-length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            return None

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Keep)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("MOORING_STAFF_WEBHOOK", f"http://127.0.0.1:{server.server_port}/")
    yield got
    server.shutdown()


def test_staff_are_told_of_what_presses_once_and_without_who(place: pathlib.Path, hook: list[dict[str, Any]]) -> None:
    calm, grave = case(wish="check"), case("m2", conversation="w-2", level="emergency", danger="suicide", wish="danger")
    for one in (calm, grave):
        outbox.put(one)
    outbox.send()
    assert outbox.tell_staff(1010.0) == 1 and outbox.tell_staff(1020.0) == 0
    assert hook == [{"case": grave.id, "level": "emergency", "wish": "danger"}]
    assert [row["told_at"] for row in stored() if row["id"] == grave.id] == [1010.0]


def test_a_webhook_that_is_down_is_tried_again(place: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOORING_STAFF_WEBHOOK", "http://127.0.0.1:9/")
    outbox.put(case())
    outbox.send()
    assert outbox.tell_staff(1010.0) == 0 and stored()[0]["told_at"] is None
