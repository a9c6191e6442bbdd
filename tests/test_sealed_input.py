"""What a person gives to be called, and their yes or no to keeping, over the real server: sealed, and in nothing else."""
from __future__ import annotations

import pathlib
from typing import Any

import pytest
import sqlalchemy as sa
from served import Served, Tab, served  # noqa: F401

from bot import privacy
from bot.storage import cases, conversations, database, tables
from channels.web import tokens

NUMBER = "oh seven seven double-o nine-hundred and \u2460\u2461\u2462 zebra-contact"
PARTS = ("zebra-contact", "\u2460\u2461\u2462", "after-six-quagga")


@pytest.fixture
def token(served: Served, monkeypatch: pytest.MonkeyPatch) -> str:  # noqa: F811
    """Of a session in which something was written; this process has the server's keys."""
    monkeypatch.setenv("MOORING_KEYS", served.keys)
    monkeypatch.setenv("MOORING_WEB_KEY", served.web_key)
    found = str(served.post("web/session", {})[1]["token"])
    assert served.post("web/message", {"token": found, "id": "1", "text": "thanks"})[0] == 200
    return found


def open_case(served: Served, token: str) -> str:  # noqa: F811
    conversation = str(tokens.session(token))
    case = cases.Case(cases.case_id(conversation, "1", "call_back"), conversation, "web", "none", None, "call_back", "GB", 1.0)
    with database.writing(database.engine(served.database)) as connection:
        cases.open_case(connection, case)
    return case.id


def test_a_number_is_sealed_with_its_case_and_stands_in_no_event_index_log_or_file(served: Served, token: str) -> None:  # noqa: F811
    given = {"token": token, "contact": NUMBER, "when": "after-six-quagga", "agree": True}
    assert served.post("web/contact", given)[0] == 410, "nobody waits for it yet"
    case = open_case(served, token)
    assert served.post("web/contact", {**given, "agree": False})[0] == 400
    status, body, _ = served.post("web/contact", given)
    assert (status, body) == (200, {"ok": True})
    engine = database.engine(served.database)
    with database.reading(engine) as connection:
        sealed = connection.execute(sa.select(tables.contacts.c.sealed).where(tables.contacts.c.case == case)).scalar()
        assert conversations.search(connection, "quagga") == []
        export = conversations.export(connection, str(tokens.session(token)))
    assert privacy.unseal(bytes(sealed)) == f"{NUMBER}\nafter-six-quagga"
    assert export["sealed"]["call_back"] is True and "quagga" not in repr(export)
    everything = b"".join(path.read_bytes() for path in pathlib.Path(served.folder).rglob("*") if path.is_file())
    assert [part for part in PARTS if part.encode() in everything] == []
    poll = served.post("web/poll", {"token": token, "last": 0})[1]
    assert "quagga" not in repr(poll)


def test_a_number_is_left_a_few_times_an_hour_at_most_and_only_in_ones_own_session(served: Served, token: str) -> None:  # noqa: F811
    open_case(served, token)
    given = {"token": token, "contact": "x", "agree": True}
    assert [served.post("web/contact", given)[0] for _ in range(8)] == [200] * 6 + [429] * 2
    assert served.post("web/contact", {**given, "token": "forged"})[0] == 401
    assert served.post("web/contact", given, origin="https://evil.example")[0] == 403
    assert served.post("web/contact", {**given, "contact": "x" * 251})[0] == 413


async def test_a_yes_to_keeping_is_given_and_taken_back_over_a_socket_and_http(served: Served, token: str) -> None:  # noqa: F811
    tab = Tab(served)
    await tab.open(token)
    told: dict[str, Any] = await tab.client.call("session_keeping", {}, timeout=60)
    assert told["ok"], (told["error"], served.log.read_text(errors="replace")[-400:])
    assert (told["keeping"]["consent"], told["keeping"]["quiet"], told["keeping"]["age"]) == ("session", True, 16)
    assert (await tab.client.call("session_keeping", {"keep": True}, timeout=60))["error"] == "bad", "no age was said"
    agreed = await tab.client.call("session_keeping", {"keep": True, "of_age": True, "token": token}, timeout=60)
    assert agreed["keeping"]["consent"] == "keep" and tokens.session(agreed["token"]) == tokens.session(token)
    assert served.post("web/poll", {"token": agreed["token"], "last": 0})[0] == 200
    status, body, _ = served.post("web/keeping", {"token": agreed["token"], "keep": False})
    assert (status, body["keeping"]["consent"], body["keeping"]["quiet"]) == (200, "refused", False) and "token" not in body
    assert (await tab.say("2", "thanks"))["ok"], "no help is lost by a no"
    await tab.drop()
