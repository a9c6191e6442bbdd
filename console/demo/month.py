"""Make up a month of conversations: what people wrote, what the assistant said, and what staff did about it. Pure.

The same seed and moment give the same month. Questions come from data/answers, dangers from data/risk, the rest from
month.yml; replies are rendered as the assistant renders them.
"""
from __future__ import annotations

import dataclasses
import datetime
import hashlib
import math
import pathlib
import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import yaml

from bot import helplines, render
from bot.answers import is_answer
from bot.content import LEVELS, Content, Sign, pick
from bot.storage.cases import case_id
from bot.understanding import select

PLAN = pathlib.Path(__file__).with_name("month.yml")
PREFIX = "demo-"  # of every conversation and case that was made up
DAYS = 30
DAY = 24 * 3600.0


@dataclasses.dataclass(frozen=True)
class Talk:
    """One conversation: its events as Rasa writes them, what the store knows of it, and a thumb for one reply (its place)."""

    id: str
    channel: str
    country: str
    consent: str
    events: tuple[Mapping[str, Any], ...]
    thumbs: tuple[tuple[int, bool], ...] = ()
    danger: str | None = None
    level: str | None = None
    level_at: float | None = None
    case: Mapping[str, Any] | None = None


@dataclasses.dataclass
class Pen:
    """Writes one conversation down, event by event, while the clock runs."""

    content: Content
    register: helplines.Register
    rng: random.Random
    channel: str
    country: str
    voice: str
    at: float
    events: list[dict[str, Any]] = dataclasses.field(default_factory=list)

    def add(self, kind: str, **fields: Any) -> None:
        """One event, now."""
        self.events.append({"event": kind, "timestamp": round(self.at, 3), **fields})

    def wait(self, least: float, most: float) -> None:
        """Let time pass."""
        self.at += self.rng.uniform(least, most)

    def scene(self) -> render.Scene:
        """For whom and when a reply is made."""
        moment = datetime.datetime.fromtimestamp(self.at, datetime.timezone.utc)
        return render.Scene(self.content, self.register, moment, self.country or None, self.voice)

    def person(self, text: str, intent: str, decision: str, *, chosen: Sequence[str] = (), ranked: Sequence[tuple[str, float]] = (),
               risk: Sequence[Mapping[str, Any]] = ()) -> None:  # fmt: skip
        """What the person wrote, and how it was understood."""
        self.wait(6, 70)
        score = ranked[0][1] if decision == "answer" and ranked else 1.0
        selector = select("answer", f"answer/{chosen[0]}", score) if decision == "answer" and chosen else {}
        answers = [{"label": label, "score": value, "why": self.content.answers[label].ask[0]} for label, value in ranked]
        message = hashlib.sha256(f"{self.at}{text}".encode()).hexdigest()[:32]
        self.add("action", name="action_listen", policy=None, confidence=None, action_text=None, hide_rule_turn=False)
        self.add("user", text=text, input_channel=self.channel, message_id=message, metadata={}, parse_data={
            "text": text, "message_id": message, "metadata": {}, "intent": {"name": intent, "confidence": score}, "entities": [],
            "response_selector": selector, "risk": list(risk),
            "understanding": {"decision": decision, "chosen": list(chosen), "answers": answers},
        })  # fmt: skip

    def bot(self, action: str, said: render.Said) -> None:
        """What the assistant said."""
        self.at += self.rng.uniform(0.04, 0.35)
        data = {"buttons": [dict(one) for one in said.buttons], "sources": list(said.sources)}
        self.add("action", name=action, policy="RulePolicy", confidence=1.0, action_text=None, hide_rule_turn=False)
        self.add("bot", text=said.text, data=data, metadata={"utter_action": action})

    def staff(self, text: str, name: str) -> None:
        """What staff said in the assistant's place."""
        self.wait(20, 120)
        about = {"by": "staff", "staff": f"demo-{name.lower()}", "name": name, "sources": []}
        self.add("bot", text=text, data={"buttons": [], "sources": []}, metadata=about)


def plan() -> dict[str, Any]:
    """What month.yml holds."""
    found: dict[str, Any] = yaml.safe_load(PLAN.read_text(encoding="utf-8"))
    return found


def month(content: Content, register: helplines.Register, *, until: float, talks: int = 400, seed: int = 7) -> Iterator[Talk]:
    """`talks` conversations of the thirty days before `until`, oldest first."""
    written, rng = plan(), random.Random(seed)
    starts = sorted(start_of(rng, written["hours"], until) for _ in range(talks))
    for place, start in enumerate(starts):
        yield conversation(place, start, content, register, written, rng, until)


def start_of(rng: random.Random, hours: Sequence[int], until: float) -> float:
    """A moment within the month, at an hour at which people write, later days somewhat more often."""
    day = until - DAYS * DAY * (1 - math.pow(rng.random(), 0.8))
    midnight = day - day % DAY
    moment = midnight + rng.choices(range(24), hours)[0] * 3600 + rng.uniform(0, 3600)
    return moment if moment < until - 1800 else moment - DAY


def weighted(rng: random.Random, weights: Mapping[str, int]) -> str:
    """One key, as often as its weight says."""
    return rng.choices(list(weights), list(weights.values()))[0]


def conversation(
    place: int, start: float, content: Content, register: helplines.Register, written: Mapping[str, Any], rng: random.Random, until: float
) -> Talk:
    """One conversation from its first turn to its last."""
    id = PREFIX + hashlib.sha256(f"{place}-{rng.random()}".encode()).hexdigest()[:32]
    country, voice = weighted(rng, written["countries"]), weighted(rng, written["voices"])
    pen = Pen(content, register, rng, weighted(rng, written["channels"]), country, voice, start)
    pen.add("action", name="action_session_start", policy=None, confidence=1.0, action_text=None, hide_rule_turn=False)
    pen.add("session_started")
    if country:
        pen.add("slot", name="country", value=country)
    if voice != "self":
        pen.add("slot", name="voice", value=voice)
    heard: list[Sign] = []
    level_at: float | None = None
    for _ in range(min(9, 1 + int(rng.expovariate(0.42)))):
        kind = rng.choices(("question", "choice", "misread", "strange", "talk", "lines", "danger"), (60, 8, 6, 3, 9, 6, 6))[0]
        sign = turn(kind, pen, written)
        if sign:
            heard.append(sign)
            level_at = level_at if level_at and worst(heard) != sign else pen.at
    grave = worst(heard)
    case = None
    if rng.random() < (1.0 if grave and grave.level != "watch" else 0.07):
        case = case_of(id, pen, grave, written, until)
    told = [seq for seq, event in enumerate(pen.events) if event["event"] == "bot" and "staff" not in event["metadata"]]
    thumbs = ((rng.choice(told), rng.random() < 0.72),) if told and rng.random() < 0.2 else ()
    consent = weighted(rng, {"keep": 6, "session": 3, "refused": 1})
    return Talk(
        id, pen.channel, country, consent, tuple(pen.events), thumbs, grave.danger if grave else None, grave.level if grave else None, level_at, case
    )


def worst(signs: Sequence[Sign]) -> Sign | None:
    """The gravest of what was heard."""
    return max(signs, key=lambda sign: LEVELS.index(sign.level), default=None)


def turn(kind: str, pen: Pen, written: Mapping[str, Any]) -> Sign | None:
    """One turn of a kind; the sign that was heard, if one was."""
    content, rng, scene = pen.content, pen.rng, pen.scene()
    weights = {id: written["topics"].get(id, 1) for id, one in content.answers.items() if fits(one.say, pen.voice)}
    asked = weighted(rng, weights)
    others = [other for other in content.answers[asked].related if other in content.answers] or [asked]
    if kind == "question":
        score = round(rng.betavariate(6, 2), 4)
        pen.person(rng.choice(content.answers[asked].ask), "answer", "answer", chosen=[asked], ranked=ranking(asked, others, max(score, 0.43), rng))
        pen.bot(f"utter_answer/{asked}", render.answer([asked], scene))
    elif kind == "choice":
        ranked = ranking(asked, others, round(rng.uniform(0.21, 0.41), 4), rng)
        chosen = [label for label, _ in ranked]
        pen.person(rng.choice(content.answers[asked].ask), "clarify", "clarify", chosen=chosen, ranked=ranked)
        pen.bot("utter_clarify", render.clarify(chosen, scene))
        if rng.random() < 0.7:
            pen.person(content.answers[asked].title, "answer", "answer", chosen=[asked], ranked=[(asked, 1.0)])
            pen.bot(f"utter_answer/{asked}", render.answer([asked], scene))
    elif kind == "misread":
        one = rng.choice(written["misread"])
        near = one["meant"] if one["meant"] in content.answers else asked
        pen.person(one["said"], "not_covered", "not_covered", ranked=ranking(near, others, round(rng.uniform(0.08, 0.19), 4), rng))
        pen.bot("utter_not_covered", render.Said(content.words["not_covered"]).plus(render.lines(["drugs"], scene)))
    elif kind == "strange":
        ranked = ranking(asked, others, round(rng.uniform(0.01, 0.06), 4), rng)
        pen.person(rng.choice(written["strange"]), "not_covered", "not_covered", ranked=ranked)
        pen.bot("utter_not_covered", render.Said(content.words["not_covered"]).plus(render.lines(["drugs"], scene)))
    elif kind == "lines":
        pen.person(rng.choice(content.turns["flow/find_helpline"].ask), "find_helpline", "flow", chosen=["flow/find_helpline"])
        pen.bot("utter_flow", render.Said("").plus(render.lines(["crisis", "drugs"], scene)))
    elif kind == "talk":
        one = content.turns[rng.choice(("talk/thanks", "talk/greeting", "talk/are_you_real", "talk/who_reads_this", "talk/relapsed_ashamed"))]
        pen.person(rng.choice(one.ask), one.kind, "flow", chosen=[one.name])
        pen.bot(f"utter_{one.name}", render.turn(one, scene))
    else:
        return danger(pen, written, asked, others)
    return None


def fits(say: Mapping[str, str], voice: str) -> bool:
    """Whether an answer is for this voice: one about relatives is not asked by the person themselves."""
    return bool(pick(say, voice)) and (voice in say or "any" in say or "self" in say)


def danger(pen: Pen, written: Mapping[str, Any], asked: str, others: Sequence[str]) -> Sign:
    """Somebody is in danger, and says so."""
    rng = pen.rng
    sign = rng.choice(pen.content.dangers[weighted(rng, written["dangers"])].signs)
    about = "other" if pen.voice in ("family", "young_family") else "self"
    found = {"danger": sign.danger, "level": sign.level, "about": about, "rule": sign.name, "by": rng.choice(("phrase", "meaning")),
             "certainty": round(rng.uniform(0.7, 1.0), 3)}  # fmt: skip
    ranked = ranking(asked, others, round(rng.uniform(0.05, 0.3), 4), rng)
    pen.person(rng.choice(sign.like), "not_covered", "not_covered", ranked=ranked, risk=[found])
    pen.bot("utter_care", render.danger(sign, about, pen.scene()))
    return sign


def ranking(best: str, others: Sequence[str], score: float, rng: random.Random) -> list[tuple[str, float]]:
    """The best answer with what came after it."""
    rest = [other for other in dict.fromkeys(others) if other != best and is_answer(other)][:2]
    return [(best, score), *((other, round(score * rng.uniform(0.1, 0.6) ** (place + 1), 4)) for place, other in enumerate(rest))]


def case_of(id: str, pen: Pen, grave: Sign | None, written: Mapping[str, Any], until: float) -> dict[str, Any]:
    """A case for staff, as far as they have come with it; a case that is done may hold a talk with a person."""
    rng = pen.rng
    wish = "danger" if grave and grave.level != "watch" and rng.random() < 0.7 else rng.choice(("call_back", "call_back", "talk_now", "check"))
    if wish in ("call_back", "talk_now"):
        pen.person(rng.choice(written["call_back"]), "call_me_back", "flow", chosen=["flow/call_me_back"])
    opened = pen.at
    name = rng.choice(written["staff_names"])
    state = "done" if opened < until - 3 * DAY and rng.random() < 0.95 else rng.choice(("new", "new", "taken"))
    taken = opened + rng.expovariate(1 / 2400) + 60 if state != "new" else None
    if state == "done" and taken and wish in ("talk_now", "danger") and rng.random() < 0.5:
        pen.at = taken
        for mine, theirs in zip(written["staff"], written["answers_to_staff"]):
            pen.staff(mine.format(name=name), name)
            pen.person(theirs, "", "held")
    return {
        "id": PREFIX + case_id(id, "", wish), "conversation": id, "channel": pen.channel, "level": grave.level if grave else "none",
        "danger": grave.danger if grave else None, "wish": wish, "country": pen.country or None, "state": state,
        "owner": None if state == "new" else f"demo-{name.lower()}", "opened_at": opened, "taken_at": taken,
        "closed_at": max(taken + rng.uniform(600, 40_000), pen.at) if state == "done" and taken else None, "told_at": opened + 1, "version": 1,
    }  # fmt: skip
