"""The pages anyone may see: they hold helplines without a script, and ask nothing of a third party."""
from __future__ import annotations

import os
import re

import django
import pytest
from django.test import Client

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "console.settings")
django.setup()


@pytest.fixture
def page() -> Client:
    return Client(headers={"host": "127.0.0.1"})


@pytest.mark.parametrize("path", ["/", "/help"])
def test_a_page_opens_with_headers_that_keep_it_to_itself(path: str, page: Client) -> None:
    answer = page.get(path)
    assert answer.status_code == 200
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "unsafe" not in policy
    assert answer["Referrer-Policy"] == "no-referrer" and answer["Cache-Control"] == "no-store"
    assert answer["X-Content-Type-Options"] == "nosniff" and "Set-Cookie" not in answer


@pytest.mark.parametrize("path", ["/", "/help"])
def test_a_page_loads_nothing_from_elsewhere(path: str, page: Client) -> None:
    loaded = re.findall(r"<(?:script|link|img|iframe|source)[^>]+(?:src|href)=[\"']([^\"']+)", page.get(path).content.decode())
    assert loaded and all(address.startswith("/") and not address.startswith("//") for address in loaded)
    assert "<script>" not in page.get(path).content.decode() and " style=" not in page.get(path).content.decode()


@pytest.mark.parametrize("path", ["/", "/help"])
def test_helplines_are_there_without_a_script(path: str, page: Client) -> None:
    text = re.sub(r"<script.*?</script>", "", page.get(path).content.decode(), flags=re.DOTALL)
    for words in ("999", "116 123", "911", "988", "findahelpline.com", "local emergency number"):
        assert words in text, words


def test_the_page_says_that_it_is_a_machine_and_that_nobody_has_reviewed_it(page: Client) -> None:
    text = page.get("/").content.decode()
    assert "automated" in text and "No clinician has reviewed" in text and "not an emergency service" in text


@pytest.mark.parametrize("path", ["/static/chat.js", "/static/page.css", "/static/icon.svg"])
def test_its_own_files_are_served(path: str, page: Client) -> None:
    assert page.get(path).status_code == 200


def test_the_script_never_writes_html_and_calls_no_other_host() -> None:
    from bot.settings import ROOT

    script = (ROOT / "console" / "static" / "chat.js").read_text()
    assert not re.search(r"innerHTML|insertAdjacentHTML|document\.write|eval\(", script)
    assert not re.search(r"https?://(?!www\.w3\.org)", script)


def test_other_pages_are_not_there(page: Client) -> None:
    assert page.get("/admin/").status_code == 404


@pytest.mark.parametrize("path", ["/", "/help"])
def test_a_number_can_be_tapped_and_nothing_else_is_in_its_link(path: str, page: Client) -> None:
    found = dict(re.findall(r'<a href="((?:tel|sms):[^"]+)">([^<]+)</a>', page.get(path).content.decode()))
    assert (found["tel:999"], found["tel:116123"], found["sms:85258?body=SHOUT"]) == ("Call 999", "Call 116 123", "Text SHOUT to 85258")
    for href, text in found.items():
        assert re.sub(r"\D", "", href.split("?")[0]) in re.sub(r"\D", "", text), (href, text)


def test_numbers_stay_on_paper() -> None:
    from bot.settings import ROOT

    printed = re.findall(r"@media print \{(.*)\}", (ROOT / "console" / "static" / "page.css").read_text())
    assert printed and not re.search(r"(?<!nav )\ba \{ display: none", "".join(printed))
