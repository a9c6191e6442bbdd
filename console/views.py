"""The pages that anyone may see."""
from __future__ import annotations

import re
from typing import Any

from django.conf import settings as django_settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render as show

from bot import helplines, keeping, kept, settings
from bot.helpline_types import INTERNATIONAL
from bot.helpline_words import links

SHOWN_NEEDS = ("emergency", "crisis", "drugs", "family")


def always_open(code: str) -> list[list[tuple[str, str]]]:
    """What a page that may be read at any hour can promise: a country's lines that are open day and night, each part with its link or ""."""
    shown: dict[str, list[tuple[str, str]]] = {}
    for need in SHOWN_NEEDS:
        for choice in helplines.choose(kept.register(), country=code, need=need, now=settings.now(), limit=2):
            if choice.helpline.hours.kind == "always" or choice.helpline.hours.kind == "website":
                shown.setdefault(choice.helpline.id, linked(choice))
    return list(shown.values())


def linked(choice: helplines.Choice) -> list[tuple[str, str]]:
    """One helpline in lines of text, each with the address that a tap on it opens, or an empty one."""
    words = kept.register().words
    ways = [one for one in links(choice.helpline, words) if one["href"].startswith(("tel:", "sms:"))]

    def address(text: str) -> str:
        site = re.search(r"https://\S+", text)
        return site.group() if site else next((one["href"] for one in ways if text.startswith(one["label"])), "")

    return [(text, address(text)) for text in helplines.describe(choice, words, reason=False)]


def places() -> list[dict[str, Any]]:
    """Each country with its lines, the international directory first."""
    countries = sorted(kept.register().countries.values(), key=lambda country: (country.code != INTERNATIONAL, country.name))
    return [{"code": one.code, "name": one.name[:1].upper() + one.name[1:], "lines": always_open(one.code)} for one in countries]


def chat_is_built() -> bool:
    """Whether the website chat was built; without Node there is a plain form in its place."""
    return bool((django_settings.WIDGET / "widget.js").is_file())


def home(request: HttpRequest) -> HttpResponse:
    """The chat, with helplines that need no script."""
    given = {"disclosure": kept.said().words["disclosure"], "places": places(), "chat_url": django_settings.CHAT_URL, "built": chat_is_built()}
    return show(request, "home.html", given)


def printable(request: HttpRequest) -> HttpResponse:
    """The helplines alone, for paper and for browsers without scripts."""
    return show(request, "help.html", {"places": places(), "today": settings.now().date()})


def about(request: HttpRequest) -> HttpResponse:
    """What this is, what is kept, what it cannot do, how it keeps people safe."""
    return show(request, "about.html", {})


def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept, how long, who reads it and what one can do about it, in plain words."""
    from bot.storage import retention

    return show(request, "privacy.html", {"days": f"{retention.kept_for() / retention.DAY:g}", "age": keeping.age()})


def embed(request: HttpRequest) -> HttpResponse:
    """How to put the chat on another site."""
    return show(request, "embed.html", {"host": request.get_host(), "chat_url": django_settings.CHAT_URL})
