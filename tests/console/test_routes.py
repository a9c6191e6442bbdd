"""Every staff page needs both factors and its duty, and nothing but the one door reaches what was said."""
from __future__ import annotations

import ast
import pathlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from bot.settings import ROOT
from console.people.doors import ANYONE, PASSWORD_ONLY, SIGNED_IN, duties_of
from console.people.roles import GROUPS

CONSOLE = ROOT / "console"
DOORS = {"console/review/access.py"}  # may import the words
SAMPLES = {"token": "x", "conversation": "c1", "pk": "1", "int": "1"}


def routes(resolver: URLResolver | None = None, before: str = "/") -> Iterator[tuple[str, Any]]:
    for one in (resolver or get_resolver()).url_patterns:
        path = before + str(one.pattern).lstrip("^")
        if isinstance(one, URLPattern):
            yield path, one.callback
        else:
            yield from routes(one, path)


def staff_routes() -> list[tuple[str, Any]]:
    return [(path, view) for path, view in routes() if path.startswith("/staff/")]


def filled(path: str) -> str:
    import re

    return re.sub(r"<(?:(\w+):)?(\w+)>", lambda found: "1" if found[1] == "int" else SAMPLES.get(found[2], "c1"), path)


def test_there_are_staff_pages() -> None:
    assert len(staff_routes()) > 10


@pytest.mark.parametrize(("path", "view"), staff_routes(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_staff_page_says_which_duty_it_needs(path: str, view: Any) -> None:
    known = {duty for duties in GROUPS.values() for duty in duties} | {SIGNED_IN, PASSWORD_ONLY, ANYONE}
    assert duties_of(view) and set(duties_of(view)) <= known


@pytest.mark.parametrize(("path", "view"), staff_routes(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_staff_page_is_closed_to_strangers_and_to_half_signed_in_staff(path: str, view: Any, db: Any, person: Callable[..., Any]) -> None:
    duties = duties_of(view)
    if duties[0] == ANYONE:
        return
    for method in ("get", "post"):
        answer = getattr(Client(headers={"host": "127.0.0.1"}), method)(filled(path))
        assert answer.status_code == 302 and answer["Location"].startswith("/staff/sign-in/"), (method, answer.status_code)
    if duties[0] == PASSWORD_ONLY:
        return
    client = Client(headers={"host": "127.0.0.1"})
    client.force_login(person(*GROUPS))
    session = client.session
    from bot import settings

    session["signed_in_at"] = session["seen_at"] = settings.now().timestamp()
    session.save()
    answer = client.get(filled(path))
    assert answer.status_code == 302 and answer["Location"].startswith("/staff/code/")


@pytest.mark.parametrize(("path", "view"), staff_routes(), ids=lambda value: value if isinstance(value, str) else "")
def test_a_staff_page_is_not_there_for_staff_without_the_duty(path: str, view: Any, signed_in: Callable[..., Client], conversation: Any) -> None:
    duties = set(duties_of(view))
    if duties & {ANYONE, PASSWORD_ONLY, SIGNED_IN}:
        return
    conversation("c1")
    for group, theirs in GROUPS.items():
        if not duties & set(theirs):
            client = signed_in(group)
            for method in ("get", "post"):
                assert getattr(client, method)(filled(path)).status_code in (404, 405), (group, method)


def modules() -> list[pathlib.Path]:
    return [path for path in sorted(CONSOLE.rglob("*.py")) if "migrations" not in path.parts]


def imported(tree: ast.AST) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{name.name}" for name in node.names}
    return found


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_access_function_reaches_what_was_said(path: pathlib.Path) -> None:
    name = str(path.relative_to(ROOT))
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if name in DOORS:
        assert "console.records.words.EventWords" in imported(tree)
        return
    assert not any(one.startswith("console.records.words") for one in imported(tree)), "imports the words; call read_conversation"
    named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute)}
    assert "EventWords" not in named
    if name.startswith("console/demo/"):
        return  # writes invented conversations, and reads none
    assert "tables.events" not in ast.unparse(tree), "reads the events' table by itself; call read_conversation"
