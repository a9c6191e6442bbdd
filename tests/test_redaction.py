"""Redaction: hits and near misses of each recogniser, what must never be removed, and that understanding stays."""
from __future__ import annotations

import pathlib
import re
import socket
import time
from typing import Any

import pytest
import twins
import yaml

from bot import content, kept, redaction
from bot.language.reading import Reader
from bot.redaction import engine, shapes

TABLES = pathlib.Path(__file__).parent / "redaction"
RECOGNISERS = sorted(path.stem for path in (pathlib.Path(redaction.__file__).parent / "recognisers").glob("[a-z]*.py"))
BY_NAME = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(TABLES.glob("*.yml"))}


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: Any, **kwargs: Any) -> None:
        raise AssertionError("redaction asked the network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_every_recogniser_has_a_table_and_every_table_a_recogniser() -> None:
    assert sorted(BY_NAME) == RECOGNISERS == sorted(type(one).__module__.rsplit(".", 1)[-1] for one in shapes.all_recognisers())


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, table in BY_NAME.items() for text in table["hits"]])
def test_it_is_found(name: str, text: str) -> None:
    """The part between « and » must go, and only that."""
    plain = text.replace("«", "").replace("»", "")
    finder = next(one for one in shapes.all_recognisers() if type(one).__module__.endswith(f".{name}"))
    assert list(finder.found(plain)), f"{name} does not see it"
    out = redaction.redact(plain).text
    assert [secret for secret in re.findall("«(.*?)»", text) if secret in out] == []
    kept_words = re.sub("«.*?»", " ", text).split()
    assert re.sub(r"\[[a-z -]+\]", " ", out).split() == kept_words


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, table in BY_NAME.items() for text in table["misses"]])
def test_a_near_miss_stays_as_it_is(name: str, text: str) -> None:
    assert redaction.redact(text).text == text


def test_no_helpline_of_the_register_is_ever_removed() -> None:
    removed = []
    for line in kept.register().lines.values():
        numbers = [one.number for one in (line.call, *line.more_numbers, line.relay) if one] + [line.text.number if line.text else None, line.whatsapp, line.email, line.website]
        for said in filter(None, numbers):
            for sentence in (f"I rang {said} and nobody answered",):
                if redaction.redact(sentence).text != sentence:
                    removed.append((line.id, sentence, redaction.redact(sentence).text))
    assert removed == []


@pytest.mark.parametrize(
    "text",
    ["since 3 May", "day 12", "took 250mg then 500 mg", "I'm 16", "im 15 and scared", "on 12/03/2024 I stopped", "for 3 weeks, 2 grams a day", "my son is 19 years old", "from 10.30 to 11.45", "100 200 300 mg", "1.5g over 48 hours",
     "call 999", "£2000 a month", "2019-2024", "5 out of 10 pain", "I was born 3 weeks early", "10 days clean, 30 to go"],
)  # fmt: skip
def test_doses_ages_durations_and_dates_that_matter_stay(text: str) -> None:
    assert redaction.redact(text).text == text


def planted(text: str, place: int) -> str:
    name = ("Daniel", "Aoife", "Priya", "Thabo")[place % 4]
    with_relation = re.sub(r"\b(my (?:son|daughter|brother|sister|husband|wife|partner|boyfriend|girlfriend))\b(?=\s[a-z])(?! and| or| on| is as)", rf"\1 {name}", text, count=1, flags=re.IGNORECASE)
    return with_relation if with_relation != text else f"I'm {name}. {text}"


def test_a_message_is_read_the_same_without_its_names(reader: Reader) -> None:
    asks = [ask for answer in content.shared().answers.values() for ask in answer.ask][::12]
    asks += [text for _, _, text in twins.answers()][::60]
    asks = [ask for ask in asks if redaction.redact(ask).text == ask]  # some name people of their own
    other = []
    for place, ask in enumerate(asks):
        out = redaction.redact(planted(ask, place)).text
        if reader.clean(out) != reader.clean(ask):
            other.append((out, reader.clean(out)))
    assert len(other) <= len(asks) * 0.005, other[:20]


def test_little_that_is_harmless_is_altered() -> None:
    from benchmarks import redaction as benchmark

    share, altered, _ = benchmark.alterations(every=12)
    assert share <= 0.005, altered


def test_personal_data_split_over_two_messages_is_seen() -> None:
    assert redaction.redact("Tadhg", before="hi, my name is").text == "[name]"
    assert redaction.redact("900 123", before="ring me on 07700").text == "[phone number]"
    assert redaction.redact("I can't sleep", before="my name is Tadhg").text == "I can't sleep"


def test_a_failure_removes_more_and_not_less(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    def fail(text: str) -> None:
        raise RuntimeError(f"cannot read {text}")

    monkeypatch.setattr(engine, "analyze", fail)
    out = redaction.redact("I am scared, my son Daniel Murphy is on 07700 900123 or a@b.ie").text
    assert not re.search("Daniel|Murphy|900|@", out) and "scared" in out
    assert "Daniel" not in caplog.text and "RuntimeError" in caplog.text


@pytest.mark.parametrize("text", ["", "   ", "\x00", "\ud800", "😀" * 500, "a" * 12_001, "1 " * 6000, "my name is " * 900, "((((" * 3000, "+" * 9000, "@" * 9000, "www." * 3000, "oh " * 4000])
def test_any_text_is_taken_and_in_time(text: str) -> None:
    began = time.perf_counter()
    assert isinstance(redaction.redact(text).text, str)
    assert time.perf_counter() - began < 3


def test_a_message_takes_a_few_milliseconds() -> None:
    asks = [ask for answer in content.shared().answers.values() for ask in answer.ask][::6]
    took = []
    redaction.ready()
    for ask in asks:
        began = time.thread_time()
        redaction.redact(ask)
        took.append(time.thread_time() - began)
    assert sorted(took)[int(len(took) * 0.95)] < 0.005


def test_made_up_messages_lose_their_personal_data() -> None:
    from benchmarks import redaction as benchmark

    recall, missed = benchmark.measure(12)
    hit, total = (sum(one[place] for one in recall.values()) for place in (0, 1))
    assert hit / total >= 0.97, missed
