"""The hazard log and the papers point at what exists."""
from __future__ import annotations

import re

import pytest
import yaml

from bot.settings import ROOT

HAZARDS = yaml.safe_load((ROOT / "docs" / "hazards.yml").read_text(encoding="utf-8"))
PAPERS = ("privacy.md", "dpia.md", "deploying-lawfully.md", "safety-case.md", "incident.md")
MUST = {"old_python", "old_sanic", "no_clinician", "unreviewed_languages"}


@pytest.mark.parametrize("hazard", HAZARDS, ids=lambda hazard: hazard["id"])
def test_every_hazard_is_whole_and_its_tests_exist(hazard: dict[str, object]) -> None:
    assert set(hazard) == {"id", "harm", "control", "tests", "stays"} and hazard["tests"]
    for name in hazard["tests"]:  # type: ignore[attr-defined]
        path, _, function = name.partition("::")
        assert re.search(rf"^(?:async )?def {function}\(", (ROOT / path).read_text(encoding="utf-8"), re.MULTILINE), name


def test_the_hazards_that_are_known_to_be_open_are_named() -> None:
    ids = [hazard["id"] for hazard in HAZARDS]
    assert set(ids) >= MUST and len(ids) == len(set(ids))


@pytest.mark.parametrize("paper", PAPERS)
def test_a_paper_names_only_files_that_there_are(paper: str) -> None:
    text = (ROOT / "docs" / paper).read_text(encoding="utf-8")
    named = re.findall(r"`((?:bot|channels|console|docs|tests|scripts|data|benchmarks)/[\w./-]+)`", text)
    assert [name for name in named if not (ROOT / name).exists()] == []
    linked = re.findall(r"\]\(([\w./-]+)\)", text)
    assert [name for name in linked if not (ROOT / "docs" / name).exists()] == []


def test_every_setting_of_privacy_and_logs_is_in_the_settings_page() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [name for name in ("MOORING_KEYS", "MOORING_LOGS", "MOORING_LOG_LEVEL") if name not in text] == []
