"""What a wish starts: lines, the way into treatment, what a call is like, a card to keep, a case for staff. Pure but for `scene_of`.

Actions and the voice both say these, so that the words are the same whichever process speaks.
"""
from __future__ import annotations

import dataclasses
import datetime
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot import kept, render, settings
from bot.content import Turn, pick
from bot.helpline_types import EUROPE, INTERNATIONAL
from bot.render import Said, Scene, button, fill, lines
from bot.staffing import Staffing
from bot.storage import withdrawn

CARD_NEEDS = ("emergency", "crisis", "drugs", "family")
LEAVE_CONTACT = "flow/leave_contact"
PROMISED = ("free", "always", "open", "away", "closed")  # staff of whom it is known that they work, and when
GUIDES = {"safety_plan": "safety_plan", "calm_me_down": "breathing"}


def scene_of(slots: Mapping[str, Any]) -> Scene:
    """For whom and when a reply is made, from the conversation's slots, the clock and what is withdrawn."""
    new = (slots.get("told") or {}).get("new")
    return Scene(
        kept.said(),
        kept.register(),
        settings.now(),
        slots.get("country"),
        slots.get("voice") or "self",
        ask_country=new is None or "country" in new,
        withdrawn=withdrawn.current().answers,
    )


def about(scene: Scene) -> str:
    """Whom lines are for."""
    return "other" if scene.voice in ("family", "young_family") else "self"


def usual_needs(scene: Scene) -> tuple[str, ...]:
    """The lines for somebody who did not say which."""
    return ("crisis", "family") if about(scene) == "other" else ("crisis", "drugs")


def words_of(turn: Turn | None, scene: Scene, *, again: bool = False) -> str:
    """A flow's own words, if it has any."""
    if turn is None:
        return ""
    return fill(pick(turn.again if again and turn.again else turn.say, scene.voice), scene)


def buttons_of(turn: Turn | None, scene: Scene) -> tuple[dict[str, str], ...]:
    """A flow's buttons, and the way to name a country where that is not known."""
    found = [button(render.title_of(payload, scene.content), payload) for payload in (turn.buttons if turn else ())]
    if not scene.code:
        found.append(button(scene.content.words["buttons"]["country"], "/flow/change_country"))
    return tuple(found)


def find_helpline(text: str, scene: Scene) -> Said:
    """The lines that were asked for: by need ("for families") and way ("that I can text") where the words tell."""
    turn, asked = scene.content.turns["flow/find_helpline"], scene.content.words["asked_for"]
    ways, needs = named(text, asked["ways"]), named(text, asked["needs"])
    scene = dataclasses.replace(scene, ways=ways)
    needs = needs or usual_needs(scene)
    block = lines(needs, scene, about="other" if "family" in needs else about(scene), limit=3 if len(needs) == 1 else 2)
    return Said(words_of(turn, scene), buttons_of(turn, scene)).plus(block)


def named(text: str, table: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The keys of a table of words that a message names, whole words only."""
    low = text.lower()
    return tuple(key for key, words in table.items() if any(re.search(rf"\b{re.escape(word)}\b", low) for word in words))


def find_treatment(scene: Scene) -> Said:
    """How treatment is entered where the person is, what it costs, whether a doctor is needed, and what to ask first."""
    content, words = scene.content, scene.content.words["treatment"]
    turn = content.turns["flow/find_treatment"]
    home = scene.register.countries.get(scene.code or INTERNATIONAL) or scene.register.countries[EUROPE]
    way = home.how_to_enter
    known = scene.code in scene.register.countries
    facts = [*way.say] if known else [words["country_without" if scene.code else "country_unknown"]]
    about_cost = [words["both"], words["before_paying"]]
    finder = way.finder_by_region.get(scene.country or "", way.finder or "")
    line = scene.register.lines.get(finder)
    text = "\n".join((words_of(turn, scene), *(f"• {fact}" for fact in (*facts, *about_cost))))
    found = Said(text, buttons_of(turn, scene))
    if line is not None and not line.expired(scene.now.date()) and line.website:
        found = found.plus(words["finder"].format(name=line.name, url=line.website))
    return found.plus(lines(["treatment_finder", "drugs"], scene, about=about(scene), limit=1 if line else 2))


def what_happens(scene: Scene, *, again: bool = False) -> Said:
    """What a call is like, and what the lines here cost and keep to themselves."""
    turn = scene.content.turns["flow/what_happens_when_i_call"]
    said = Said(words_of(turn, scene, again=again), buttons_of(turn, scene), turn.sources)
    return said.plus(lines(usual_needs(scene), scene, about=about(scene), limit=1))


def card(scene: Scene, *, page: str | None = None) -> Said:
    """Contacts to keep: only lines that are open day and night or always there, as nobody knows when it will be read."""
    turn, words = scene.content.turns["flow/save_card"], scene.content.words["card"]
    found = [line for line in render.choices(CARD_NEEDS, scene, about=about(scene)) if line.helpline.hours.kind in ("always", "website")]
    rows = [f"• {render.line_of(line, scene)}" for line in found]
    if not scene.code:
        rows.insert(0, f"• {fill(words['emergency'], scene)}")
    said = Said(words_of(turn, scene), buttons_of(turn, scene)).plus("\n".join((words["title"], *rows)))
    return said.plus(words["page"].format(page=page)) if page else said


def escalated(wish: str, outcome: str, staff: Staffing, scene: Scene, *, contact: bool = False, link: str = "") -> Said:
    """What became of the wish for a person, and who can be reached now; `outcome` is opened, already, waiting or failed.

    `contact`: a number can be left, which is offered where it is known when somebody works; `link` is the page for that.
    """
    words = scene.content.words["escalation"]
    kind = "always" if staff.kind == "open" and staff.until is None else staff.kind
    promised = contact and kind in PROMISED and outcome in ("opened", "already")
    if kind != "none" and outcome != "opened":
        kind = outcome
    parts = [words[kind].format(time=clock(staff.until, scene))]
    if kind not in ("none", "failed"):
        told = words["wishes"]["link"].format(link=link) if promised and link else words["wishes"]["contact" if promised else wish]
        parts += [told, words["holds"]]
    turn = scene.content.turns["flow/talk_to_human"]
    leave = (button(scene.content.turns[LEAVE_CONTACT].title, f"/{LEAVE_CONTACT}"),) if promised and not link else ()
    said = Said("\n".join(parts), (*leave, *buttons_of(turn, scene)))
    return said.plus(words["now"]).plus(lines(usual_needs(scene), scene, about=about(scene)))


def clock(moment: datetime.datetime | None, scene: Scene) -> str:
    """"17:00 on Friday", on the team's own clock; nothing where there is no end to it."""
    if moment is None:
        return ""
    words = scene.register.words
    away = (moment.date() - scene.now.astimezone(moment.tzinfo).date()).days
    day = words["hours"]["on_day"].format(day=words["days"][moment.weekday()])
    if away in (0, 1):
        day = words["hours"]["today" if away == 0 else "tomorrow"]
    return f"{moment:%H:%M} {day} ({moment.tzname()})"


def change_country(scene: Scene) -> Said:
    """The question, with a button for each country we have; what was set until now is said."""
    words = scene.content.words
    homes = sorted((home for code, home in scene.register.countries.items() if code not in (INTERNATIONAL, EUROPE)), key=lambda home: home.name)
    buttons = [button(home.name[:1].upper() + home.name[1:], f"/country/{home.code}") for home in homes]
    text = words["country_question"]
    set_ = scene.register.countries.get(scene.code or "")
    if set_ is not None:
        text = f"{words['country_now'].format(country=set_.called)}\n{text}"
    return Said(text, (*buttons, button(words["buttons"]["elsewhere"], "/country/unknown")))


def country_guess(codes: Sequence[str], scene: Scene) -> Said:
    """A place was named that may be meant, or was misspelt: ask, never guess."""
    words, buttons = scene.content.words, []
    for code in codes:
        home = scene.register.countries.get(code.split("-")[0]) or scene.register.elsewhere.get(code.split("-")[0])
        region = scene.register.countries[code.split("-")[0]].regions.get(code) if code.split("-")[0] in scene.register.countries else None
        if home is not None:
            name = f"{region}, {home.name}" if region else home.name
            buttons.append(button(name[:1].upper() + name[1:], f"/country/{code}"))
    said = Said(words["country_guess"], (*buttons, button(words["buttons"]["elsewhere"], "/flow/change_country")))
    return said.plus(lines(["crisis"], dataclasses.replace(scene, ask_country=False), limit=1))


def country_set(place: str, scene: Scene) -> Said:
    """After the person has said where they are; `place` names a country that we have no lines for."""
    words = scene.content.words
    home = scene.register.countries.get(scene.code or "")
    if home is not None and home.code != INTERNATIONAL:
        text = words["country_set"].format(country=home.called)
    else:
        text = words["country_elsewhere"].format(country=place) if place else words["country_cleared"]
    return Said(text).plus(lines(usual_needs(scene), dataclasses.replace(scene, ask_country=False), about=about(scene)))


def noted(said: Said, entities: Sequence[Mapping[str, Any]], scene: Scene) -> Said:
    """The same, saying first that a country was heard, where the message named one beside something else."""
    home = scene.register.countries.get(scene.code or "")
    if home is None or not any(entity.get("entity") == "country" for entity in entities):
        return said
    return dataclasses.replace(said, text=f"{scene.content.words['country_noted'].format(country=home.called)}\n{said.text}")


def plain(name: str, scene: Scene, *, again: bool = False) -> Said:
    """A flow that is words alone, or a guide."""
    if name in GUIDES:
        return render.guide(GUIDES[name], 0, scene)
    if name == "change_country":
        return change_country(scene)
    turn = scene.content.turns.get(f"flow/{name}")
    said = Said(words_of(turn, scene, again=again), buttons_of(turn, scene) if turn and turn.buttons else ())
    needs = turn.helplines if turn else ()
    block = lines(needs or usual_needs(scene), scene, about=about(scene)) if needs or not said.text else ""
    return said.plus(block)


def referral(scene: Scene) -> Said:
    """What is said when an action gave no sign of life."""
    return Said(fill(scene.content.words["referral"], scene), buttons_of(None, scene)).plus(lines(usual_needs(scene), scene, about=about(scene)))
