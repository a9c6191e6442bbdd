"""What leaves is staff's own words, seen by two people, as a patch that git takes; never a run of the person's words."""
from __future__ import annotations

import pathlib
import subprocess
from typing import Any

import pytest
import yaml

from console.care import sampling
from console.learn import paraphrase, patch

SAID = "My brother hides the little bags behind the boiler and says they are for the cat"


@pytest.mark.parametrize(("written", "against"), [
    ("I found bags at the back of the heater, and he blames a pet", []),
    ("he told me that the little bags behind the boiler are not his", ["shared"]),
    ("HIDES — the LITTLE bags; behind the... boiler!", ["shared"]),
    ("hides the little bags behind", []),
    ("", ["empty"]),
    ("...", ["empty"]),
    ("ring me on jo@example.org about bags", ["address"]),
    ("bags <PERSON> hid in the shed", ["placeholder"]),
    ("bags in the \u202eshed", ["hidden"]),
    ("x " * 600, ["long"]),
])  # fmt: skip
def test_a_paraphrase_is_refused_when_it_says_too_much(written: str, against: list[str]) -> None:
    assert paraphrase.problems(written, [SAID]) == against


def test_six_words_in_a_row_are_too_many_and_five_are_not() -> None:
    assert paraphrase.shared_run(SAID, "so " + " ".join(SAID.split()[3:9])) is not None
    assert paraphrase.shared_run(SAID, "so " + " ".join(SAID.split()[3:8]) + " shelf") is None


def test_a_short_message_may_not_be_copied_whole() -> None:
    assert paraphrase.shared_run("can't feel my feet", "I can't feel my feet today") is not None
    assert paraphrase.shared_run("bladder?", "is it my bladder") is None, "one word is nobody's"


@pytest.fixture
def tree(tmp_path: pathlib.Path) -> pathlib.Path:
    """A small project in git: one answer and its twin."""
    for folder, text in (
        ("data", "# Sleep. Example: \"why am I awake\"\ntitle: Sleep\nask:\n- why am I awake\n- no sleep\nsay:\n  any: It comes back.\nsources: [a]\n"),
        ("tests", "plain:\n- how do I sleep\ntexting:\n- no slep\n"),
    ):
        path = tmp_path / folder / "answers" / "withdrawal"
        path.mkdir(parents=True)
        (path / "withdrawal_sleep.yml").write_text(text, encoding="utf-8")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    return tmp_path


def apply(tree: pathlib.Path, made: str) -> None:
    (tree / "out.patch").write_text(made, encoding="utf-8")
    subprocess.run(["git", "apply", "out.patch"], cwd=tree, check=True, capture_output=True)


def test_a_patch_adds_examples_and_twins_and_git_takes_it(tree: pathlib.Path) -> None:
    hard = "it's 4am: awake again # why? \"help\""
    line = patch.Line
    made = patch.make(
        [line("withdrawal_sleep", hard), line("withdrawal_sleep", "up all night"), line("withdrawal_sleep", "cant nod off", True, "texting"),
         line("withdrawal_sleep", "The ceiling knows me well", True, "indirect")],
        tree,
    )  # fmt: skip
    apply(tree, made)
    answer = yaml.safe_load((tree / "data/answers/withdrawal/withdrawal_sleep.yml").read_text())
    twin = yaml.safe_load((tree / "tests/answers/withdrawal/withdrawal_sleep.yml").read_text())
    assert answer["ask"] == ["why am I awake", "no sleep", hard, "up all night"] and answer["say"] == {"any": "It comes back."}
    assert twin == {"plain": ["how do I sleep"], "texting": ["no slep", "cant nod off"], "indirect": ["The ceiling knows me well"]}


@pytest.mark.parametrize("text", ["yes", "- x", "1990", "a: b", "'quoted'", "x #y", "null", "*star", "@me", "{a}", "ends with:", "ünïcode ☕", "a\nb"])
def test_any_text_comes_back_from_the_file_as_it_was_written(tree: pathlib.Path, text: str) -> None:
    apply(tree, patch.make([patch.Line("withdrawal_sleep", text)], tree))
    assert yaml.safe_load((tree / "data/answers/withdrawal/withdrawal_sleep.yml").read_text())["ask"][-1] == " ".join(text.split())


def test_what_is_there_already_makes_no_patch(tree: pathlib.Path) -> None:
    assert patch.make([patch.Line("withdrawal_sleep", "no sleep")], tree) == ""


@pytest.mark.parametrize("answer", ["no_such_answer", "../../etc/passwd", "*"])
def test_an_answer_that_does_not_exist_makes_no_patch(tree: pathlib.Path, answer: str) -> None:
    with pytest.raises(patch.PatchTrouble, match="no answer is called"):
        patch.make([patch.Line(answer, "x")], tree)


def test_a_patch_fits_every_answer_of_the_project(tmp_path: pathlib.Path) -> None:
    from bot import kept
    from bot.settings import ROOT

    ids = list(kept.said().answers)
    made = patch.make([patch.Line(id, "a line that nobody has written before", twin) for id in ids for twin in (False, True)], ROOT)
    (tmp_path / "all.patch").write_text(made, encoding="utf-8")
    subprocess.run(["git", "apply", "--check", str(tmp_path / "all.patch")], cwd=ROOT, check=True, capture_output=True)


def test_recall_is_estimated_with_an_interval_that_holds_it() -> None:
    found = sampling.estimate(heard=50, silent=1_000, read=200, missed=1)
    assert found.recall == pytest.approx(50 / 55, abs=0.001)
    assert found.low is not None and found.high is not None and found.low < 50 / 55 < found.high
    perfect = sampling.estimate(heard=50, silent=1_000, read=200, missed=0)
    assert perfect.recall == 1.0 and perfect.low is not None and perfect.low < 0.8, "none seen in 200 does not mean none"
    assert sampling.estimate(heard=3, silent=10, read=0, missed=0).recall is None


@pytest.mark.parametrize(("found", "of", "low", "high"), [(0, 100, 0.0, 0.037), (1, 100, 0.0018, 0.0545), (5, 10, 0.2366, 0.7634), (0, 0, 0.0, 1.0)])
def test_the_interval_of_a_share_is_wilsons(found: int, of: int, low: float, high: float) -> None:
    assert sampling.wilson(found, of) == (pytest.approx(low, abs=0.001), pytest.approx(high, abs=0.001))


def test_every_conversation_is_as_likely_to_be_drawn() -> None:
    import random

    counted: dict[str, Any] = {}
    for seed in range(600):
        for id in sampling.draw(list("abcdef"), 2, rng=random.Random(seed)):
            counted[id] = counted.get(id, 0) + 1
    assert set(counted) == set("abcdef") and all(140 < times < 260 for times in counted.values())
