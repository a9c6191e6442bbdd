"""The helpline register and the choice from it: twins per country, properties over all hours, and faulty files."""
from __future__ import annotations

import dataclasses
import datetime
import functools
import pathlib
import random
import re
import shutil
import time
import zoneinfo
from typing import Any

import pytest
import textstat
import yaml
from bot import helpline_report, helplines, opening_hours
from bot.content import DATA, NEEDS
from bot.helplines import Choice, Register
from hypothesis import given, settings
from hypothesis import strategies as st

FOLDER = DATA / "helplines"
TWINS = pathlib.Path(__file__).parent / "helplines"
UTC = datetime.timezone.utc
TODAY = datetime.datetime(2026, 11, 24, 12, tzinfo=UTC)
REGISTER = helplines.load_register(FOLDER)
COUNTRIES = (*REGISTER.countries, *REGISTER.elsewhere, None, "XX")
LEAP_YEAR = st.integers(0, 366 * 24 * 60 - 1).map(
    lambda minute: datetime.datetime(2028, 1, 1, tzinfo=UTC) + datetime.timedelta(minutes=minute)
)
PEOPLE = {
    "country": st.sampled_from(COUNTRIES),
    "need": st.sampled_from(NEEDS),
    "about": st.sampled_from(["self", "other"]),
    "age_group": st.sampled_from(["adult", "young"]),
    "region": st.sampled_from([None, *sorted({region for home in REGISTER.countries.values() for region in home.regions})]),
    "ways": st.sampled_from([(), ("call",), ("text", "chat", "whatsapp")]),
    "limit": st.integers(1, 5),
}


@functools.lru_cache(maxsize=512)
def checked_on(day: datetime.date) -> Register:
    """The register as if everything had been checked on a day."""
    countries = {}
    for code, home in REGISTER.countries.items():
        lines = tuple(dataclasses.replace(line, checked_on=day) for line in home.lines)
        countries[code] = dataclasses.replace(home, lines=lines)
    lines = {line.id: line for home in countries.values() for line in home.lines}
    return dataclasses.replace(REGISTER, countries=countries, lines=lines)


def moment(written: str) -> datetime.datetime:
    """A time as a twin writes it."""
    return datetime.datetime.fromisoformat(written.replace("Z", "+00:00"))


def rows() -> list[Any]:
    """Every row of every country's twin."""
    found = []
    for path in sorted(TWINS.glob("*.yml")):
        file = yaml.safe_load(path.read_text(encoding="utf-8"))
        for number, row in enumerate(file.get("rows", ()), 1):
            found.append(pytest.param(file["country"], row, id=f"{path.stem}-{number}-{row['need']}"))
    return found


def pick(register: Register, country: str | None, row: dict[str, Any]) -> list[Choice]:
    """What the person of a row is given."""
    return helplines.choose(
        register,
        country=country,
        need=row["need"],
        about=row.get("about", "self"),
        age_group=row.get("age", "adult"),
        now=moment(row["at"]),
        languages=row.get("languages", ("en",)),
        ways=row.get("ways", ()),
        region=row.get("region"),
        limit=row.get("limit", 3),
    )


@pytest.mark.parametrize(("country", "row"), rows())
def test_a_person_is_given_the_right_lines(country: str | None, row: dict[str, Any]) -> None:
    chosen = pick(checked_on(moment(row["at"]).date()), country, row)
    by_id = {choice.helpline.id: choice for choice in chosen}
    text = helplines.render(chosen, REGISTER.words)
    for id in {*row.get("must", ()), *row.get("must_not", ())}:
        assert id in REGISTER.lines, id
    assert {*row.get("must", ())} <= {*by_id}, [*by_id]
    assert not {*row.get("must_not", ())} & {*by_id}, [*by_id]
    if "first" in row:
        assert [*by_id][0] == row["first"]
    for state, said in (("open", True), ("closed", False), ("unknown", None)):
        for id in row.get(state, ()):
            assert by_id[id].open_now is said, (id, by_id[id])
    for words in row.get("says", ()):
        assert words in text, text
    for words in row.get("silent", ()):
        assert words not in text, text


@pytest.mark.parametrize("path", sorted(FOLDER.glob("??.yml")), ids=lambda path: path.stem)
def test_every_country_has_a_twin_of_eight_rows_or_more(path: pathlib.Path) -> None:
    twin = yaml.safe_load((TWINS / path.name).read_text(encoding="utf-8"))
    assert len(twin["rows"]) >= 8


@settings(max_examples=400, deadline=None)
@given(now=LEAP_YEAR, **PEOPLE)
def test_everyone_gets_a_line_that_may_be_given_at_every_minute(now: datetime.datetime, **person: Any) -> None:
    register = checked_on(now.date().replace(day=1))
    chosen = helplines.choose(register, now=now, **person)
    assert 1 <= len(chosen) <= person["limit"]
    assert len({choice.helpline.id for choice in chosen}) == len(chosen)
    for choice in chosen:
        is_allowed(choice, register, person, now)
    by_hour = [choice.open_now is True for choice in chosen if choice.reason != "cannot_wait"]
    assert person["ways"] or by_hour == sorted(by_hour, reverse=True)


def is_allowed(choice: Choice, register: Register, person: dict[str, Any], now: datetime.datetime) -> None:
    """Fails where a line is of another country, of low confidence, too old, banned, or not open when said to be."""
    line, country = choice.helpline, person["country"]
    outside = country not in REGISTER.countries or country == "EU"
    eu = country == "EU" or (country in REGISTER.elsewhere and REGISTER.elsewhere[country].eu)
    assert line.country in ({country, "ZZ"} if not outside else {"ZZ", "EU"} if eu else {"ZZ"})
    assert line.confidence != "low"
    assert not line.expired(now.date())
    assert not helplines.banned_numbers(register, "\n".join(helplines.describe(choice, register.words)), line.country)
    home = REGISTER.countries[line.country]
    region = person["region"] if person["region"] in home.regions else None
    if region:
        assert not line.subdivisions or region in line.subdivisions
        assert region not in line.not_in
    if choice.open_now:
        hours = line.hours_of(next(iter(line.ways()), None), region)
        assert hours.kind == "always" or wall_clock_is_in(hours, now)
        assert choice.until is None or choice.until > now
    elif choice.open_now is False:
        assert choice.opens_at is not None and choice.opens_at > now


def wall_clock_is_in(hours: opening_hours.Hours, now: datetime.datetime) -> bool:
    """Whether the clock on the wall shows a minute of the opening hours; a second way to reckon them."""
    wall = now.astimezone(zoneinfo.ZoneInfo(hours.zone))
    minute = wall.weekday() * 1440 + wall.hour * 60 + wall.minute
    return any(start <= minute + week < end for start, end in hours.spans for week in (0, 7 * 1440))


@settings(max_examples=300, deadline=None)
@given(now=LEAP_YEAR, line=st.sampled_from([one for one in REGISTER.lines.values() if one.hours.kind == "times"]))
def test_open_and_closed_follow_the_clock_on_the_wall(now: datetime.datetime, line: helplines.Helpline) -> None:
    found = opening_hours.state(line.hours, now)
    day = datetime.timedelta(hours=26)
    zone = zoneinfo.ZoneInfo(line.hours.zone)
    steady = (now - day).astimezone(zone).utcoffset() == (now + day).astimezone(zone).utcoffset()
    if found.open or steady:
        assert found.open is wall_clock_is_in(line.hours, now)


@settings(max_examples=200, deadline=None)
@given(days=st.integers(0, 1500), **PEOPLE)
def test_nothing_too_old_is_given_and_nobody_is_left_without(days: int, **person: Any) -> None:
    now = TODAY + datetime.timedelta(days=days)
    chosen = helplines.choose(REGISTER, now=now, **person)
    assert chosen
    for choice in chosen:
        is_allowed(choice, REGISTER, person, now)


@pytest.mark.parametrize("country", [*REGISTER.countries, "IT"])
def test_emergency_numbers_and_the_directory_are_never_withheld(country: str) -> None:
    late = TODAY + datetime.timedelta(days=4000)
    emergency = helplines.choose(REGISTER, country=country, need="emergency", now=late)
    assert "emergency" in emergency[0].helpline.needs
    crisis = helplines.choose(REGISTER, country=country, need="crisis", now=late)
    assert "zz-findahelpline" in {choice.helpline.id for choice in crisis}


@pytest.mark.parametrize("need", NEEDS)
@pytest.mark.parametrize("country", COUNTRIES)
def test_every_need_of_every_country_gets_a_line_or_an_honest_nearest_one(country: str | None, need: str) -> None:
    for choice in helplines.choose(REGISTER, country=country, need=need, now=TODAY):
        if choice.reason == "fits":
            assert need in choice.helpline.needs
        elif choice.reason.startswith("nearest"):
            assert choice.place and choice.place in " ".join(helplines.describe(choice, REGISTER.words))
        elif choice.reason == "international":
            assert choice.helpline.country == "ZZ"


@pytest.mark.parametrize(
    ("country", "ambulance", "police"),
    [
        ("GB", "999", "999"), ("IE", "112", "112"), ("US", "911", "911"), ("CA", "911", "911"), ("AU", "000", "000"),
        ("NZ", "111", "111"), ("HK", "999", "999"), ("SG", "995", "999"), ("IN", "112", "112"), ("DE", "112", "110"),
        ("NL", "112", "112"), ("FR", "15", "112"), ("ES", "112", "112"), ("ZA", "10177", "10111"),
        ("MY", "999", "999"), ("TW", "119", "110"), ("IT", "112", "112"), ("NO", None, None), (None, None, None),
    ],
)  # fmt: skip
def test_emergency_numbers(country: str | None, ambulance: str | None, police: str | None) -> None:
    assert helplines.emergency_number(REGISTER, country) == ambulance
    assert helplines.emergency_number(REGISTER, country, "police") == police


@pytest.mark.parametrize(
    ("country", "need", "expected"),
    [("GB", "drugs", True), ("GB", "medical", True), ("IE", "crisis", False), ("CA", "drugs", True), (None, "drugs", False)],
)
def test_asking_for_the_region_helps_only_where_lines_differ(country: str | None, need: str, expected: bool) -> None:
    assert helplines.region_would_help(REGISTER, country, need) is expected


@pytest.mark.parametrize(
    ("text", "country", "banned"),
    [
        ("call 0800 77 66 00 now", None, True),
        ("call 0800-776600 now", None, True),
        ("call 0300 123 6600 now", None, False),
        ("ring 113", None, False),  # dead in France, alive in the Netherlands and Taiwan
        ("ring 113", "FR", True),
        ("ring 113", "NL", False),
        ("ring 1933", "IN", True),
        ("in 1933", "GB", False),
        ("988, then press 3", None, True),
        ("988, then press 1", None, False),
    ],
)
def test_banned_numbers_are_found_in_any_text(text: str, country: str | None, banned: bool) -> None:
    assert bool(helplines.banned_numbers(REGISTER, text, country)) is banned


@pytest.mark.parametrize(
    ("id", "hrefs"),
    [
        ("us-crisis-text-line", ["sms:741741?body=HOME", "https://www.crisistextline.org/"]),
        ("gb-samaritans", ["tel:116123", "mailto:jo@samaritans.org",
                           "https://www.samaritans.org/how-we-can-help/contact-samaritan/"]),
        ("sg-sos", ["tel:1767", "https://wa.me/6591511767", "https://www.sos.org.sg/"]),
    ],
)  # fmt: skip
def test_links_are_made_from_the_number_once(id: str, hrefs: list[str]) -> None:
    assert [link["href"] for link in helplines.links(REGISTER.lines[id], REGISTER.words)] == hrefs


@pytest.mark.parametrize("row", yaml.safe_load((TWINS / "words.yml").read_text(encoding="utf-8"))["said"])
def test_a_line_is_said_word_for_word(row: dict[str, Any]) -> None:
    assert helplines.render(pick(REGISTER, row["country"], row), REGISTER.words) == row["text"]


@pytest.mark.parametrize("line", REGISTER.lines.values(), ids=lambda line: line.id)
def test_what_we_say_of_a_line_is_easy_to_read(line: helplines.Helpline) -> None:
    ours = (line.what, line.caution, line.cost_note, line.privacy_note, f"For {line.audience}" if line.audience else None)
    text = ". ".join(part.rstrip(".") for part in ours if part)
    assert not re.search(r"\b(?:addict|abuser|junkie)s?\b", text)
    if len(text.split()) >= 20:
        assert textstat.flesch_kincaid_grade(text) <= 8, text


def test_how_to_enter_treatment_is_known_or_said_to_be_unknown() -> None:
    for home in REGISTER.countries.values():
        how = home.how_to_enter
        if "unknown" in (how.cost, how.self_referral):
            assert any("do not know" in sentence for sentence in how.say), home.code


def test_choosing_takes_less_than_a_millisecond() -> None:
    chance = random.Random(4)
    spent = []
    for _ in range(1500):
        now = TODAY + datetime.timedelta(minutes=chance.randrange(100_000))
        country, need, age = chance.choice(COUNTRIES), chance.choice(NEEDS), chance.choice(("adult", "young"))
        begun = time.thread_time_ns()
        helplines.choose(REGISTER, country=country, need=need, age_group=age, now=now)
        spent.append(time.thread_time_ns() - begun)
    assert sorted(spent)[int(0.95 * len(spent))] < 1_000_000


@pytest.mark.parametrize(
    ("before", "after", "complaint"),
    [
        ("open: 24/7", "open: always", "ie.yml ie-112: hours 'always' are not 24/7"),
        ("tz: Europe/Dublin", "tz: Europe/Dubln", "no time zone is called 'Europe/Dubln'"),
        ("needs: [emergency]", "needs: [emergncy]", "there is no need called `emergncy`"),
        ("confidence: high", "confidence: certain", "`confidence: certain` is not one of high, medium, low"),
        ("checked_on: 2026-10-01", "checked_on: last week", "is no date"),
        ("id: ie-samaritans", "id: ie-112", "ie-112: there are two of this id"),
        ("cost: free", "cost: peanuts", "the cost peanuts has no words"),
        ('number: "116 123"', 'number: "1850 60 90 90"', "is on the do-not-use list"),
        ("name: Samaritans Ireland", "nam: Samaritans Ireland", "`nam` is not a known field"),
        ("country: IE", "country: UK", "belongs in uk.yml"),
        ('police_number: "112"', 'police_number: "113"', "`police_number: 113` is on no emergency line"),
        ("[Mon-Fri 09:30-17:30]", "[Fri-Mon 09:30-17:30]", "'Fri-Mon' runs backwards"),
        ("[Mon-Fri 09:30-17:30]", "[Mon-Fri 09:30-25:30]", "'25:30' is no time of day"),
        ("finder: ie-drugs-ie", "finder: ie-na", "the finder `ie-na` is no line that may be shown"),
        ("subdivisions: [IE-LH,", "subdivisions: [IE-XX,", "IE-XX is not among the regions"),
        ("lines:\n", "lines: [\n", "it is not good YAML"),
    ],
)
def test_a_bad_entry_is_named_and_refused(tmp_path: pathlib.Path, before: str, after: str, complaint: str) -> None:
    folder = tmp_path / "helplines"
    shutil.copytree(FOLDER, folder)
    text = (folder / "ie.yml").read_text(encoding="utf-8")
    assert before in text
    (folder / "ie.yml").write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(helplines.RegisterError, match=re.escape(complaint)):
        helplines.load_register(folder)


def test_all_problems_are_named_at_once(tmp_path: pathlib.Path) -> None:
    folder = tmp_path / "helplines"
    shutil.copytree(FOLDER, folder)
    (folder / "elsewhere.yml").unlink()
    text = (folder / "gb.yml").read_text(encoding="utf-8")
    (folder / "gb.yml").write_text(text.replace("cost: free", "price: free", 2), encoding="utf-8")
    problems = helplines.read_register(folder)[1]
    assert [problem for problem in problems if "elsewhere.yml: the file is missing" in problem]
    assert len([problem for problem in problems if "`price` is not a known field" in problem]) == 2


def test_the_report_lists_every_line_with_the_most_used_needs_first() -> None:
    text = helpline_report.report(REGISTER, TODAY.date())
    assert all(f" {id} " in text for id in REGISTER.lines)
    assert text.index(" gb-999 ") < text.index(" gb-samaritans ") < text.index(" gb-frank ") < text.index(" gb-smart ")
    late = {line.id for line in helpline_report.due(REGISTER, TODAY.date())}
    assert "ca-on-connex" in late and "gb-samaritans" not in late
    assert not helpline_report.expired(REGISTER, TODAY.date())


def test_a_choice_can_be_tried_by_hand(capsys: pytest.CaptureFixture[str]) -> None:
    assert helpline_report.main(["--show", "gb", "crisis", "2026-11-23T21:00:00Z", "--region", "SCT"]) == 0
    assert "Breathing Space" in capsys.readouterr().out


@pytest.mark.parametrize("wrong", [{"need": "money"}, {"now": datetime.datetime(2026, 11, 24)}])
def test_a_wrong_question_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        helplines.choose(REGISTER, **{"country": "GB", "need": "crisis", "now": TODAY, **wrong})
