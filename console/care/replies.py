"""Replies that staff can send with one press: data/staff.yml, filled in for the person's country and hour."""
from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Any

from bot import kept, render, settings
from bot.content import read_yaml

LINK = "{link}"


@dataclasses.dataclass(frozen=True)
class Reply:
    """One prepared reply."""

    title: str
    text: str


@functools.lru_cache(maxsize=1)
def written() -> Mapping[str, Any]:
    """What data/staff.yml holds. Raises ContentError naming file and line."""
    return read_yaml(settings.DATA / "staff.yml")


def scene_of(country: str) -> render.Scene:
    """Where and when words are said."""
    return render.Scene(kept.said(), kept.register(), settings.now(), country or None, ask_country=False)


def handing(country: str, *, name: str, timed_out: bool) -> str:
    """What the assistant says when it speaks again; helplines where staff have gone without a word."""
    said = str(written()["timed_out" if timed_out else "handed_back"]).replace("{name}", name)
    return f"{said}\n\n{render.lines(['crisis', 'drugs'], scene_of(country))}" if timed_out else said


def prepared(country: str, *, link: str = "") -> Sequence[Reply]:
    """All replies for a country; the one with the link to the call-back form only where there is a link."""
    scene, found = scene_of(country), []
    for one in written()["replies"]:
        said = str(one["say"])
        if LINK in said and not link:
            continue
        needs = [str(need) for need in one.get("helplines") or ()]
        block = render.lines(needs, scene) if needs else ""
        text = render.fill(said, scene, link=link)
        found.append(Reply(str(one["title"]), f"{text}\n\n{block}" if block else text))
    return found
