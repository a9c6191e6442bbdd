"""Turn confirmed paraphrases into a patch of our own files, for `git apply`: examples into data/answers, twins into tests/answers.

The console never edits content itself: somebody looks at the patch, applies it, runs `make check` and commits it.
"""
from __future__ import annotations

import dataclasses
import difflib
import json
import pathlib
import re
from collections.abc import Iterable, Iterator, Sequence

import yaml

from bot.settings import ROOT

STYLES = ("plain", "texting", "typos", "indirect", "long")
KEY = re.compile(r"^[A-Za-z_]+:")


class PatchTrouble(Exception):
    """No patch can be made; the message names the file and what to do."""


@dataclasses.dataclass(frozen=True)
class Line:
    """One way of asking for `answer`, as an example to learn from (`twin` false) or to measure with, in a style."""

    answer: str
    text: str
    twin: bool = False
    style: str = "plain"


def make(lines: Iterable[Line], root: pathlib.Path = ROOT) -> str:
    """A unified diff that adds the lines to the files; empty where all of them are there already. Raises PatchTrouble."""
    by_file: dict[pathlib.Path, list[Line]] = {}
    for line in lines:
        by_file.setdefault(file_of(line, root), []).append(line)
    return "".join(piece for path in sorted(by_file) for piece in difference(path, by_file[path], root))


def file_of(line: Line, root: pathlib.Path) -> pathlib.Path:
    """The answer's file, or its twin. Raises PatchTrouble."""
    folder = root / ("tests" if line.twin else "data") / "answers"
    found = sorted(folder.glob(f"*/{line.answer}.yml")) if re.fullmatch(r"[a-z0-9_]+", line.answer) else []
    if not found:
        raise PatchTrouble(f"{folder.relative_to(root)}: no answer is called {line.answer!r}, choose one that exists")
    return found[0]


def difference(path: pathlib.Path, lines: Sequence[Line], root: pathlib.Path) -> Iterator[str]:
    """The diff of one file. Raises PatchTrouble where the result would not hold what was added."""
    before = path.read_text(encoding="utf-8").splitlines(keepends=True)
    after = list(before)
    held = yaml.safe_load("".join(before))
    for line in lines:
        key, text = line.style if line.twin else "ask", " ".join(line.text.split())
        if text not in (held.get(key) or []):
            after = with_line(after, key, text)
            held.setdefault(key, []).append(text)
    if yaml.safe_load("".join(after)) != held:
        raise PatchTrouble(f"{path.relative_to(root)}: its lists are not written one line an item, add the line by hand")
    name = path.relative_to(root).as_posix()
    yield from difflib.unified_diff(before, after, f"a/{name}", f"b/{name}")


def with_line(lines: list[str], key: str, text: str) -> list[str]:
    """The file with one more item at the end of the list `key`, which is begun where it is missing."""
    item = f"- {quoted(text)}\n"
    start = next((place for place, line in enumerate(lines) if line.startswith(f"{key}:")), None)
    if start is None:
        return [*lines, f"{key}:\n", item]
    end = next((place for place in range(start + 1, len(lines)) if KEY.match(lines[place]) or lines[place].startswith("#")), len(lines))
    while end > start + 1 and not lines[end - 1].strip():
        end -= 1
    return [*lines[:end], item, *lines[end:]]


def quoted(text: str) -> str:
    """The text as YAML: bare where that reads back as itself, else in quotes."""
    try:
        bare = yaml.safe_load(f"- {text}") == [text] and not re.search(r"\s#|:\s", text)
    except yaml.YAMLError:
        bare = False
    return text if bare else json.dumps(text, ensure_ascii=False)
