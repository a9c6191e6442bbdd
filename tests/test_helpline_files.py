"""The files of the helpline register: faulty ones are refused by name, and a person is told what to check."""
from __future__ import annotations

import pathlib
import re
import shutil

import pytest
from helpline_people import FOLDER, REGISTER, TODAY

from bot import helpline_report, helplines


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
