"""What must hold across `data/` and `tests/`: twins, ids, references, dates, wording. Pure but for reading files.

Each rule is a function that yields problems, `path: what is wrong, what to do`; `problems` runs them all.
"""
from __future__ import annotations

import dataclasses
import datetime
import os
import pathlib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bot import helplines, payloads, wording_checks
from bot.content import BAD_ANSWERS, EVIDENCE, LEVELS, NEEDS, ROOT, VOICES, Content, load, read_yaml
from bot.helplines import Register

FOLDERS_WITH_TWINS = ("answers", "risk", "helplines")
NAME = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*")
RASA_KEYS = frozenset({"nlu", "responses", "stories", "rules", "forms", "intents", "actions"})
REGIONS = ("any", "GB", "US")
STATUSES = ("sourced", "clinically_reviewed")
LEAST_ASK = 20
# Made-up numbers, and numbers of other things: nobody reads these files but we.
UNSAID = re.compile(r"^tests/redaction/|^tests/.*\.py$|/tests/|^benchmarks/|\.css$")
HELPLINE_TESTS = re.compile(r"data/helplines/|tests/(?:helplines/|helpline|test_(?:helpline|countr|opening))|requirements\.lock")
TEXT_FILES = frozenset({".yml", ".yaml", ".md", ".py", ".html", ".js", ".txt", ".css", ".toml"})


@dataclasses.dataclass(frozen=True)
class Project:
    """What the rules look at."""

    root: pathlib.Path
    content: Content
    register: Register
    today: datetime.date

    def files(self, pattern: str) -> list[pathlib.Path]:
        """Files below the root, in order."""
        return sorted(self.root.glob(pattern))

    def show(self, path: pathlib.Path) -> str:
        """The path from the root."""
        return path.relative_to(self.root).as_posix()


def twins(project: Project) -> Iterator[str]:
    """A file without tests, or tests of a file that is gone."""
    for folder in FOLDERS_WITH_TWINS:
        ours = {project.show(path)[len("data/") :] for path in project.files(f"data/{folder}/**/*.yml")}
        theirs = {project.show(path)[len("tests/") :] for path in project.files(f"tests/{folder}/**/*.yml")}
        yield from (f"data/{name}: has no twin, write tests/{name}" for name in sorted(ours - theirs))
        yield from (f"tests/{name}: tests a file that is not there, remove it or rename it to its twin" for name in sorted(theirs - ours))


def names(project: Project) -> Iterator[str]:
    """File names and ids: small letters, parted by underscores."""
    for path in project.files("data/**/*.yml"):
        if not NAME.fullmatch(path.stem):
            yield f"{project.show(path)}: the name is not in small letters and underscores, rename it"
        if RASA_KEYS & set(read_yaml(path)) and path.parent.name != "dialogue":
            yield f"{project.show(path)}: Rasa would read its top-level keys as its own, rename them"
        elif {"nlu", "responses", "stories", "rules"} & set(read_yaml(path)):
            yield f"{project.show(path)}: Rasa would read its top-level keys as its own, rename them"


def references(project: Project) -> Iterator[str]:
    """Sources, related answers, needs and buttons that do not exist, and sources that nobody uses."""
    content, used = project.content, set[str]()
    for where, sources, needs, related, buttons in links(content):
        used |= set(sources)
        yield from (f"{where}: the source `{id}` is not in data/sources, add or correct it" for id in sources if id not in content.sources)
        yield from (f"{where}: the need `{need}` is not known, use one of {', '.join(NEEDS)}" for need in needs if need not in NEEDS)
        yield from (f"{where}: the related answer `{id}` is not there, correct it" for id in related if id not in content.answers)
        for payload in buttons:
            if payloads.parse(payload, content, project.register) is None:
                yield f"{where}: the button {payload} leads nowhere, correct it"
    used |= {id for country in project.register.countries.values() for id in country.how_to_enter.sources}
    yield from (f"data/sources/{id}.yml: nothing uses it, cite it or remove it" for id in sorted(set(content.sources) - used))


def links(content: Content) -> Iterator[tuple[str, Iterable[str], Iterable[str], Iterable[str], Iterable[str]]]:
    """Of everything that refers to something: file, sources, needs, related answers, payloads of buttons."""
    for one in content.answers.values():
        yield f"data/answers/{one.topic}/{one.id}.yml", one.sources, one.helplines, one.related, ()
    for turn in content.turns.values():
        yield f"data/dialogue ({turn.name})", turn.sources, turn.helplines, (), turn.buttons
    for danger in content.dangers.values():
        needs = [need for sign in danger.signs for need in sign.offer]
        yield f"data/risk/{danger.id}.yml", danger.sources, needs, (), ()
    asked = [button["payload"] for button in content.words["rule_zero_buttons"]]
    always = ["/guide/safety_plan/0", "/guide/breathing/0", "/talk/im_safe_now", "/flow/find_helpline", "/none_of_these"]
    yield "data/words.yml", (), (), (), [*asked, *always]


def fields(project: Project) -> Iterator[str]:
    """Values of an answer's fields, its dates, and how many ways of asking it knows."""
    for one in project.content.answers.values():
        where = f"data/answers/{one.topic}/{one.id}.yml"
        for field, value, allowed in (("evidence", one.evidence, EVIDENCE), ("status", one.status, STATUSES), ("region", one.region, REGIONS)):
            if value not in allowed:
                yield f"{where}: `{field}: {value}` is not one of {', '.join(allowed)}"
        for voice in {*one.say, *one.more} - {*VOICES, "any"}:
            yield f"{where}: there is no voice `{voice}`, use one of {', '.join(VOICES)} or any"
        if not one.sources:
            yield f"{where}: has no source, cite one"
        if len(one.ask) < LEAST_ASK:
            yield f"{where}: has {len(one.ask)} ways of asking, write at least {LEAST_ASK}"
        for field, day in (("written_on", one.written_on), ("reviewed_on", one.reviewed_on)):
            if day is not None and (not isinstance(day, datetime.date) or day > project.today):
                yield f"{where}: `{field}: {day}` is no day up to today, correct it"
        if (one.status == "clinically_reviewed") != (one.reviewed_on is not None):
            yield f"{where}: `status` and `reviewed_on` disagree, set both only after a clinician's review"


def dangers(project: Project) -> Iterator[str]:
    """Danger replies: all their parts, and the number to call in the first sentence of an emergency."""
    for danger in project.content.dangers.values():
        for sign in danger.signs:
            where = f"data/risk/{danger.id}.yml"
            if sign.level not in LEVELS or sign.kind not in ("medical", "police"):
                yield f"{where}: {sign.id} has `level: {sign.level}`, `kind: {sign.kind}`, correct them"
            for field, value in (("say", sign.say), ("ask", sign.ask), ("offer", sign.offer), ("like", sign.like)):
                if not value:
                    yield f"{where}: {sign.id} has no `{field}`, add it"
            bad = sign.bad_answer or {}
            if set(bad) != set(sign.ask) or not set(bad.values()) <= set(BAD_ANSWERS):
                yield f"{where}: {sign.id} needs, for each question of `ask`, one of {', '.join(BAD_ANSWERS)} in `bad_answer`"
            for voice, text in sign.say.items():
                first = (wording_checks.sentences_in(text) or [""])[0]
                if sign.level == "emergency" and not re.search(r"\{(?:emergency|police)_number\}", first):
                    yield f"{where}: {sign.id} `say {voice}` names no {{emergency_number}} in its first sentence, put it there"


def training_phrases(content: Content) -> dict[str, str]:
    """Every phrase that the assistant learns from, folded, and where it stands."""
    found: dict[str, str] = {}
    for answer in content.answers.values():
        found |= {fold(text): f"data/answers/{answer.topic}/{answer.id}.yml" for text in answer.ask}
    for turn in content.turns.values():
        found |= {fold(text): f"data/dialogue ({turn.name})" for text in turn.ask}
    found |= {fold(text): "data/dialogue (unrelated)" for text in content.unrelated}
    for danger in content.dangers.values():
        phrases = [*danger.near_misses, *(text for sign in danger.signs for text in sign.like)]
        found |= {fold(text): f"data/risk/{danger.id}.yml" for text in phrases}
    return found


def fold(text: str) -> str:
    """A phrase without capitals, signs and double spaces; pictures stay."""
    return " ".join(re.sub(r"[\s.,!?;:'’\"-]+", " ", text.lower()).split())


def messages_of(path: pathlib.Path) -> Iterator[str]:
    """Every message of a twin, whatever its shape."""

    def texts(node: Any) -> Iterator[str]:
        if isinstance(node, str):
            yield node
        elif isinstance(node, list):
            for item in node:
                yield from texts(item)
        elif isinstance(node, dict):
            yield from texts([node["text"]] if "text" in node else list(node.values()))

    yield from texts(read_yaml(path))


def held_out(project: Project) -> Iterator[str]:
    """Test messages that the assistant has learnt by heart."""
    learnt = training_phrases(project.content)
    paths = [*project.files("tests/answers/**/*.yml"), *project.files("tests/risk/*.yml"), *project.files("tests/dialogue/*.yml")]
    for path in paths:
        if path.name.startswith("transcript_"):
            continue
        for text in messages_of(path):
            if fold(text) and fold(text) in learnt:
                yield f"{project.show(path)}: {text[:60]!r} is an example of {learnt[fold(text)]} too, change one"


def numbers(project: Project) -> Iterator[str]:
    """Telephone numbers outside the register, and numbers of the register that must not be given."""
    dead = {re.sub(r"\D", "", bad.number) for country in project.register.countries.values() for bad in country.do_not_use}
    dead = {number for number in dead if len(number) > 5}
    for path in tracked(project):
        if HELPLINE_TESTS.search(project.show(path)):
            continue
        for place, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if re.search(r"\b(?:url|via|seen): |https?://", line):
                continue
            for found in wording_checks.phone_like(line):
                digits = re.sub(r"\D", "", found)
                if digits not in dead and UNSAID.search(project.show(path)):
                    continue
                what = "must not be given" if digits in dead else "looks like a telephone number"
                yield f"{project.show(path)}:{place}: {found.strip()!r} {what}, numbers belong in data/helplines"


def tracked(project: Project) -> list[pathlib.Path]:
    """The project's own text files."""
    built = {".venv", "models", "var", "reports", "node_modules", "dist", "built", ".git"}
    found = [path for path in project.root.rglob("*") if path.suffix in TEXT_FILES and not set(path.relative_to(project.root).parts) & built]
    return [path for path in sorted(found) if path.is_file() and not any(part.endswith("_cache") for part in path.parts)]


def wording(project: Project) -> Iterator[str]:
    """How we speak: see bot/wording_checks.py."""
    yield from wording_checks.lengths(project.content)
    yield from wording_checks.grades(project.content)
    yield from wording_checks.banned(project.content, read_yaml(project.root / "data/language/banned.yml"))
    yield from wording_checks.doses(project.content)


def copying(project: Project) -> Iterator[str]:
    """Sentences of others, where the collection of them is at hand (it is no part of the project)."""
    seed = pathlib.Path(os.environ.get("MOORING_SEED", project.root.parent / "shared" / "source-material.txt"))
    if seed.exists():
        texts = [(f"{where} ({what})", text) for where, what, text in wording_checks.said(project.content)]
        yield from wording_checks.copied(texts, seed.read_text(encoding="utf-8"))


Rule = Callable[[Project], Iterator[str]]
RULES: tuple[Rule, ...] = (twins, names, references, fields, dangers, held_out, numbers, wording, copying)


def problems(root: pathlib.Path = ROOT, today: datetime.date | None = None) -> list[str]:
    """Everything that is wrong with the content."""
    content, found = load(root / "data")
    register, faults = helplines.read_register(root / "data" / "helplines")
    found += [fault.replace(f"{root}/", "") for fault in faults]
    project = Project(root, content, register, today or datetime.datetime.now(datetime.timezone.utc).date())
    return found + [problem for rule in RULES for problem in rule(project)]
