"""A database of its own for each test, made once and copied; people with each group, signed in with both factors."""
from __future__ import annotations

import json
import os
import pathlib
import shutil
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # a browser's driver keeps a loop in the test's thread
os.environ.setdefault("MOORING_CONSOLE_KEY", "a key for tests, and for nothing else at all")

import django  # noqa: E402

django.setup()

import pytest  # noqa: E402
import sqlalchemy as sa  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connections  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import setup_test_environment, teardown_test_environment  # noqa: E402
from pointing import point  # noqa: E402

from bot import settings  # noqa: E402
from bot.storage import database, tables  # noqa: E402

Make = Callable[..., Any]
NOW = 1_795_500_000.0  # any moment
FAST = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pathlib.Path]:
    """A migrated, empty database, to be copied."""
    before = dict(connections.databases["default"])
    path = tmp_path_factory.mktemp("console") / "made.sqlite3"
    address = f"sqlite:///{path}"
    database.upgrade(address)
    database.engine(address).dispose()
    point(address)
    call_command("migrate", verbosity=0)
    connections.close_all()
    setup_test_environment()
    yield path
    teardown_test_environment()
    connections.databases["default"] = before


@pytest.fixture
def db(made: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[sa.engine.Engine]:
    """The database of one test, for Django and for bot.storage alike."""
    path = tmp_path / "console.sqlite3"
    shutil.copy(made, path)
    address = f"sqlite:///{path}"
    monkeypatch.setenv("MOORING_DATABASE", address)
    point(address)
    engine = database.engine(address)
    with override_settings(PASSWORD_HASHERS=FAST):
        yield engine
    connections.close_all()
    engine.dispose()


@pytest.fixture
def person(db: Any) -> Make:
    """Make an account: `person("lead")`, `person("reviewer", name="mo")`."""
    from django.contrib.auth.models import Group
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from console.people.models import Staff

    def make(*groups: str, name: str = "", password: str = "four quiet words here") -> Staff:
        staff = Staff(username=name or "-".join(groups) or "nobody", shown_name="Robin")
        staff.set_password(password)
        staff.save()
        staff.groups.set(Group.objects.filter(name__in=groups))
        TOTPDevice.objects.create(user=staff, name="phone", confirmed=True)
        return staff

    return make


@pytest.fixture
def signed_in(person: Make) -> Make:
    """A browser that is signed in with both factors: `signed_in("reviewer")`; its account is `client.staff`."""

    def make(*groups: str, staff: Any = None, **options: Any) -> Client:
        from django_otp.plugins.otp_totp.models import TOTPDevice

        someone = staff or person(*groups, **options)
        client = Client(headers={"host": "127.0.0.1"})
        client.force_login(someone)
        session = client.session
        session["otp_device_id"] = TOTPDevice.objects.get(user=someone).persistent_id
        session["signed_in_at"] = session["seen_at"] = settings.now().timestamp()
        session.save()
        client.staff = someone
        return client

    return make


@pytest.fixture
def conversation(db: sa.engine.Engine) -> Make:
    """Store a conversation: `conversation("c1", ["I can't sleep", "Sleep comes back ..."], level="urgent")`, person and bot in turn."""

    def make(id: str = "c1", said: Any = ("I cannot sleep", "Sleep comes back."), *, at: float | None = None, **columns: Any) -> str:
        at = settings.now().timestamp() - 600 if at is None else at
        level = columns.get("level")
        rows = [event(id, place, at + place, text, columns) for place, text in enumerate(said)]
        whole = {"channel": "web", "started_at": at, "last_at": at + len(rows), "events": len(rows), "messages": (len(rows) + 1) // 2, "consent": "keep"}
        named = {key: value for key, value in columns.items() if key in tables.conversations.c}
        with database.writing(db) as connection:
            connection.execute(tables.conversations.insert(), {**whole, "id": id, "level_at": at if level else None, **named})
            if rows:
                connection.execute(tables.events.insert(), rows)
        return id

    return make


def event(conversation: str, seq: int, at: float, text: str, columns: dict[str, Any]) -> dict[str, Any]:
    """One stored event: the person's at even places, the bot's at odd ones."""
    row: dict[str, Any] = {key: None for key in ("name", "answer", "score", "decision", "danger", "level", "language")}
    row |= {"conversation": conversation, "seq": seq, "at": at, "text": text}
    if seq % 2:
        return {**row, "kind": "bot", "data": json.dumps({"event": "bot", "text": text, "metadata": {"utter_action": "utter_answer"}})}
    danger, level = columns.get("danger"), columns.get("level")
    answers = [{"label": columns.get("answer", "withdrawal_sleep"), "score": columns.get("score", 0.81), "why": "why can't I sleep"}]
    risk = [{"danger": danger, "level": level, "about": "self", "rule": f"{danger}/plan", "by": "phrase", "certainty": 1.0}] if danger else []
    decision = columns.get("decision", "answer")
    parsed = {"intent": {"name": decision}, "risk": risk, "understanding": {"decision": decision, "chosen": [], "answers": answers}}
    row |= {"kind": "user", "name": columns.get("intent", decision), "answer": answers[0]["label"], "score": answers[0]["score"], "decision": decision}
    row |= {"danger": danger, "level": level, "language": columns.get("language", "en")}
    return {**row, "data": json.dumps({"event": "user", "text": text, "parse_data": parsed})}
