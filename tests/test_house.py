"""The house rules: what `make check` finds, `make test` fails on."""
from __future__ import annotations

import pytest

from bot import content_checks
from bot.settings import ROOT
from scripts import check


@pytest.fixture(scope="module")
def project() -> content_checks.Project:
    import datetime

    from bot import content, helplines

    register, _ = helplines.read_register(ROOT / "data" / "helplines")
    return content_checks.Project(ROOT, content.shared(), register, datetime.date.today())


@pytest.mark.parametrize("rule", content_checks.RULES, ids=lambda rule: rule.__name__)
def test_the_content_keeps_the_rule(rule: content_checks.Rule, project: content_checks.Project) -> None:
    assert list(rule(project)) == []


def test_every_file_keeps_the_house_rules() -> None:
    assert list(check.house()) == []


def test_the_code_passes_ruff_and_mypy() -> None:
    assert list(check.lint()) == []


def test_the_domain_stays_small() -> None:
    assert len((ROOT / "domain.yml").read_text().splitlines()) <= 150


def test_every_action_of_the_domain_is_known_to_rasa_or_written_below_actions() -> None:
    import yaml

    listed = yaml.safe_load((ROOT / "domain.yml").read_text()).get("actions") or []
    written = "\n".join(path.read_text() for path in (ROOT / "actions").glob("*.py"))
    assert [name for name in listed if name not in written] == []


def test_ci_runs_the_same_command_as_a_person() -> None:
    script = ROOT / ".ci" / "run"
    assert "make test" in script.read_text() and script.stat().st_mode & 0o100
