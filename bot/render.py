"""Put a reply together: the words for this voice, the lines for this country and hour, sources and buttons. Pure."""
from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot import care, helplines
from bot.content import Answer, Content, Sign, Turn, pick
from bot.helplines import Choice, Register

MOST_LINES = 4
# In these a plan and a calm breath help; in all others the body comes first.
STEADIED = care.SUICIDAL | care.PERSON_DANGERS | {"eating_and_neglect", "psychosis_agitation"}
MOST_RELATED = 2
PARAGRAPH = "\n\n"


@dataclasses.dataclass(frozen=True)
class Scene:
    """For whom and when a reply is made."""

    content: Content
    register: Register
    now: datetime.datetime
    country: str | None = None  # GB, or GB-SCT with a region
    voice: str = "self"
    ask_country: bool = True  # whether this reply may ask where the person is
    kind: str = "medical"  # of the emergency: police where people are the danger
    withdrawn: frozenset[str] = frozenset()  # answers that staff took out of use
    ways: tuple[str, ...] = ()  # the ways of reaching a line that were asked for

    @property
    def code(self) -> str | None:
        """The country's two letters."""
        return self.country.split("-")[0] if self.country else None

    @property
    def young(self) -> bool:
        """Whether the words are for someone under 18."""
        return self.voice.startswith("young")


@dataclasses.dataclass(frozen=True)
class Said:
    """One reply: what a channel shows."""

    text: str
    buttons: tuple[Mapping[str, str], ...] = ()
    sources: tuple[str, ...] = ()

    def plus(self, text: str) -> Said:
        """The same with a paragraph after it."""
        return dataclasses.replace(self, text=f"{self.text}{PARAGRAPH}{text}".strip()) if text else self


def button(title: str, payload: str) -> dict[str, str]:
    """A button as Rasa writes it."""
    return {"title": title, "payload": payload}


def fill(text: str, scene: Scene, **more: str) -> str:
    """A text with its placeholders filled for the country."""
    words = scene.content.words
    numbers = {
        "emergency_number": helplines.emergency_number(scene.register, scene.code, scene.kind) or words["local_emergency"],
        "police_number": helplines.emergency_number(scene.register, scene.code, "police") or words["local_police"],
    }
    for name, value in {**numbers, **more}.items():
        text = text.replace("{" + name + "}", value)
    return text


def choices(needs: Iterable[str], scene: Scene, *, about: str = "self", limit: int = 2) -> list[Choice]:
    """The lines for several needs, each need's best first, no line twice, at most MOST_LINES."""
    found: dict[str, Choice] = {}
    listed = list(dict.fromkeys([*needs, *(["youth"] if scene.young else [])]))
    for need in listed:
        picked = helplines.choose(
            scene.register,
            country=scene.code,
            need=need,
            about=about,
            age_group="young" if scene.young else "adult",
            now=scene.now,
            region=scene.country if scene.country and "-" in scene.country else None,
            ways=scene.ways,
            limit=1 if need == "emergency" else limit,
        )
        for choice in picked:
            found.setdefault(choice.helpline.id, choice)
    return list(found.values())[:MOST_LINES]


def emergency_of(sign: Sign, scene: Scene) -> Scene:
    """The scene of a danger: where people are the danger, the emergency number is that of the police."""
    return dataclasses.replace(scene, kind=sign.kind)


def lines(needs: Iterable[str], scene: Scene, *, about: str = "self", limit: int = 2, again: int = 0) -> str:
    """The block of helplines under a reply; with the question about the country where that is not known.

    `again` counts how often it stood there before, while a danger is open: it is then headed by other words.
    """
    words = scene.content.words["lines"]
    known = scene.code in scene.register.countries
    found = choices(needs, scene, about=about, limit=limit if known else 1)
    # A directory leads to every other line, so without a country it is enough, after what must come at once.
    found = found if known else [choice for choice in found if "emergency" in choice.helpline.needs or choice.helpline.website][:2]
    if not found:
        return ""
    head = words["unknown"] if not scene.code and scene.ask_country else words["open" if scene.code else "anywhere"]
    if again:
        head = words["still"][(again - 1) % len(words["still"])]
    return "\n".join([head, *(f"• {line_of(choice, scene)}" for choice in found)])


def line_of(choice: Choice, scene: Scene) -> str:
    """One helpline on one line: its name, then how to reach it, cost, hours and what to know."""
    name, *rest = helplines.describe(choice, scene.register.words, reason=False)
    return f"{name}: {' · '.join(part.rstrip('.') for part in rest)}"


def answer(ids: Sequence[str], scene: Scene, *, rule_zero: bool = False) -> Said:
    """One answer, or two where a message asked two things. `rule_zero` adds the question that must come first."""
    content = scene.content
    found = [content.answers[id] for id in ids if id in content.answers]
    parts = [say(one, scene) for one in found]
    spoken = [one for one in found if one.id not in scene.withdrawn]
    buttons = [button(content.words["more"], f"/more/{one.id}") for one in spoken[:1] if one.more]
    buttons += [button(content.answers[other].title, f"/answer/{other}") for other in related(spoken, scene)]
    if rule_zero and spoken:
        family = scene.voice in ("family", "young_family")
        parts.append(content.words["rule_zero"]["family" if family else "self"])
        buttons = [dict(one) for one in content.words["rule_zero_buttons"]]
    needs = dict.fromkeys(need for one in found for need in one.helplines)
    about = "other" if scene.voice in ("family", "young_family") else "self"
    dated = note(spoken[0], scene) if spoken else ""
    text = PARAGRAPH.join(part for part in (*dict.fromkeys(parts), lines(needs if spoken else ["drugs"], scene, about=about), dated) if part)
    return Said(text, tuple(buttons), tuple(dict.fromkeys(source for one in spoken for source in one.sources)))


def say(one: Answer, scene: Scene) -> str:
    """The answer's words, or that it is withheld; and for which country they hold."""
    words = scene.content.words
    if one.id in scene.withdrawn:
        return str(words["withdrawn"])
    if scene.now.date() > one.withheld_after():
        return str(words["withheld"])
    text = fill(pick(one.say, scene.voice), scene)
    elsewhere = one.region != "any" and scene.code is not None and scene.code != one.region
    return f"{words['region_note'][one.region]}\n{text}" if elsewhere else text


def note(one: Answer, scene: Scene) -> str:
    """How old the answer is and who has looked at it."""
    words = scene.content.words
    if one.reviewed_on:
        text = words["reviewed_note"].format(date=day(one.reviewed_on))
    else:
        text = words["date_note"].format(date=day(one.written_on))
    return f"{text} {words['old_note']}" if scene.now.date() > one.review_due() else text


def day(date: datetime.date) -> str:
    """24 November 2026."""
    return f"{date.day} {date:%B %Y}"


def related(found: Sequence[Answer], scene: Scene) -> list[str]:
    """The next questions to offer."""
    left_out = {one.id for one in found} | scene.withdrawn
    ids = dict.fromkeys(other for one in found for other in one.related if other in scene.content.answers)
    return [other for other in ids if other not in left_out][:MOST_RELATED]


def is_given(id: str, scene: Scene) -> bool:
    """Whether an answer's words may be said: staff have not withdrawn it, and it is not out of date."""
    return id not in scene.withdrawn and scene.now.date() <= scene.content.answers[id].withheld_after()


def more(id: str, scene: Scene) -> Said:
    """What stands behind "Tell me more"."""
    if not is_given(id, scene):
        return answer([id], scene)
    one = scene.content.answers[id]
    buttons = tuple(button(scene.content.answers[other].title, f"/answer/{other}") for other in related([one], scene))
    return Said(fill(pick(one.more or one.say, scene.voice), scene), buttons, one.sources)


def clarify(ids: Sequence[str], scene: Scene) -> Said:
    """Which of these do you mean?"""
    content = scene.content
    buttons = [button(content.answers[id].title, f"/answer/{id}") for id in ids if id in content.answers and id not in scene.withdrawn]
    return Said(content.words["clarify"], (*buttons, button(content.words["none_of_these"], "/none_of_these")))


def turn(one: Turn, scene: Scene, *, again: bool = False) -> Said:
    """A turn of talk, a refusal, another drug: its words, lines and buttons."""
    text = fill(pick(one.again if again and one.again else one.say, scene.voice), scene)
    buttons = tuple(button(title_of(payload, scene.content), payload) for payload in one.buttons)
    return Said(text, buttons, one.sources).plus(lines(one.helplines, scene) if one.helplines else "")


def title_of(payload: str, content: Content) -> str:
    """The words on a button, from what it leads to."""
    kind, name = payload.strip("/").split("/")[:2] if payload.count("/") > 1 else (payload.strip("/"), "")
    if kind == "answer" and name in content.answers:
        return content.answers[name].title
    if kind == "guide" and name in content.guides:
        return content.guides[name].title
    turn_of = content.turns.get(f"{kind}/{name}")
    return turn_of.title if turn_of else str(content.words["buttons"].get(name or kind, name or kind))


def guide(name: str, step: int, scene: Scene) -> Said:
    """One step of a guide, with the button to the next."""
    found = scene.content.guides[name]
    words = scene.content.words["buttons"]
    if step >= len(found.steps):
        return Said(fill(found.done, scene), (button(words["helplines"], "/flow/find_helpline"),))
    counted = f"{found.title} ({step + 1}/{len(found.steps)})\n{fill(found.steps[step], scene)}"
    return Said(counted, (button(words["next"], f"/guide/{name}/{step + 1}"),))


def danger(sign: Sign, about: str, scene: Scene, *, again: bool = False) -> Said:
    """The reply to a danger that was heard: recognise, what to do, who can help, and one direct question."""
    scene = emergency_of(sign, scene)
    voice = "other" if about == "other" else ("young" if scene.young and "young" in sign.say else "self")

    def words(voices: Mapping[str, str]) -> str:
        return fill(voices.get(voice) or voices.get("self") or next(iter(voices.values()), ""), scene)

    text = words(sign.again if again and sign.again else sign.say)
    needs = sign.offer or ("emergency", "crisis")
    block = lines(needs, scene, about="other" if about == "other" else "self")
    question = "" if again else words(sign.ask)
    return Said(PARAGRAPH.join(part for part in (text, block, question) if part), care_buttons(scene, sign.danger))


def care_buttons(scene: Scene, danger: str) -> tuple[dict[str, str], ...]:
    """What may help at once beside a number: first aid for the body, for the rest what steadies.

    In a large study more people in crisis took a plan or grounding than a line.
    """
    words, guides = scene.content.words["buttons"], scene.content.guides
    body = danger not in STEADIED
    helps = [] if body else [("plan", "/guide/safety_plan/0"), ("breathe", "/guide/breathing/0")]
    helps += [("better" if body else "safe", "/talk/im_safe_now"), ("human", "/flow/talk_to_human")]
    first_aid = tuple(button(guide.title, f"/guide/{name}/0") for name, guide in guides.items() if danger in guide.offered_for)
    where = [] if scene.code else [("country", "/flow/change_country")]
    return first_aid + tuple(button(words[name], payload) for name, payload in helps + where)


def as_dict(said: Said) -> dict[str, Any]:
    """A reply as Rasa's natural language generation returns it."""
    return {"text": said.text, "buttons": [dict(one) for one in said.buttons], "sources": list(said.sources)}
