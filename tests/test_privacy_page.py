"""The page /privacy says in plain words what docs/privacy.md says, and loads nothing from elsewhere."""
from __future__ import annotations

import os
import re

import django
import pytest
from django.test import Client

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
django.setup()


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("MOORING_KEEP_DAYS", "17")
    answer = Client(headers={"host": "127.0.0.1"}).get("/privacy")
    assert answer.status_code == 200 and "Set-Cookie" not in answer
    return answer.content.decode()


def test_it_says_how_long_words_live_as_it_is_set(page: str) -> None:
    assert "24 hours" in page and "17 days" in page


def test_it_says_who_reads_and_how_to_delete(page: str) -> None:
    text = re.sub(r"<[^>]+>", "", page)
    assert all(words in text for words in ("Delete what I wrote", "/delete", "/export", "Telegram can see", "under 16", "A court"))


@pytest.mark.parametrize(("setting", "asked"), [("", False), ("16", False), ("0", True)])
def test_it_says_what_holds_for_the_young_and_how_a_yes_is_taken_back(setting: str, asked: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOORING_CONSENT_AGE", setting)
    text = Client(headers={"host": "127.0.0.1"}).get("/privacy").content.decode()
    assert ("We do not ask you to let us keep" in text) is not asked
    assert "Take a yes back" in text and "What you type into the chat is kept like your other words" in text


def test_it_loads_nothing_from_elsewhere(page: str) -> None:
    assert not re.search(r"(?:src|href)=[\"'](?:https?:)?//", page) and "<script>" not in page
