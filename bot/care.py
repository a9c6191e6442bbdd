"""The conversation after a danger was heard: what to say next, and what to remember. Pure.

State is a small mapping in Rasa's slot `care`. It opens with a finding, follows yes, no, doubt, fear and new topics,
never says the same paragraph twice, and ends by rule: QUIET_AFTER_NO turns after the person said they are safe, or
QUIET_ANYHOW turns without any new sign.
"""
from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.content import LEVELS, Content, Sign

RANK = {level: place for place, level in enumerate(LEVELS)}
QUIET_AFTER_NO, QUIET_ANYHOW = 4, 10
# The questions that data/risk asks: after these a "no" is the bad news, and after those a "yes" means suicide.
NO_IS_BAD = re.compile(r"with you|stay (with|near)|who can|come to you|awake|wake them|breathing|\bsafe\b|get someone", re.IGNORECASE)
ASKS_SUICIDE = re.compile(
    r"killing|suicide|ending? (of )?(your|their|a)? ?(own )?li(fe|ves)|wanting to die|want to live|want(ing)? to be here|not being here",
    re.IGNORECASE,
)
VOICE_ONLY = frozenset({"child_writing"})  # changes whom the words are for, and is no danger by itself
# Heard gently beside an answer, these are asked about suicide.
CHECKED_IN = frozenset({"hopelessness", "suicide", "self_harm", "relative_exhausted", "eating_and_neglect"})
PERSON_DANGERS = frozenset({"violence", "sexual_assault", "harm_to_others", "child_danger"})
# What a turn of talk means while a danger is open.
MOVES = {
    "talk/yes": "said_yes",
    "talk/no": "said_no",
    "talk/maybe": "said_maybe",
    "talk/misunderstood": "misunderstood",
    "talk/just_testing": "just_testing",
    "talk/word_scares_me": "word_scares_me",
    "talk/no_police_no_doctors": "no_police_no_doctors",
    "talk/keep_it_secret": "keep_it_secret",
    "talk/cant_call": "cant_call",
    "talk/they_woke_up": "they_woke_up",
    "talk/im_safe_now": "im_safe_now",
    "talk/goodbye": "closing_check",
    "talk/thanks": "closing_check",
    "talk/gibberish": "silence_or_unclear",
    "talk/feeling_low_talk": "listening",
    "talk/just_listen": "listening",
    "talk/overwhelmed_family": "listening",
    "talk/relapsed_ashamed": "listening",
    "talk/angry_at_bot": "listening",
    "talk/disbelief": "listening",
}
BAD_MOVES = frozenset({"said_yes_suicide", "said_yes_other_danger", "said_no_unsafe", "not_safe_from_person"})
SAFE_MOVES = frozenset({"said_no", "said_yes_safe", "they_woke_up", "im_safe_now", "just_testing", "misunderstood", "word_scares_me"})


@dataclasses.dataclass(frozen=True)
class Step:
    """What the turn does: `kind` is danger (a sign's own words), move (words of data/dialogue/care.yml) or none."""

    kind: str
    name: str = ""  # the sign's rule, or the move
    version: int = 0
    footer: bool = False  # with `none`: say that the contacts are still here


def next_step(
    state: Mapping[str, Any] | None, findings: Sequence[Mapping[str, Any]], label: str | None, decision: str, content: Content
) -> tuple[Step, dict[str, Any] | None]:
    """The step for one message, and the state after it.

    `findings` are what was heard (records of `bot.risk.Finding`), `label` the turn that was understood, `decision`
    what the selector decided. The state None means that no danger is open.
    """
    open_ = dict(state) if state else None
    findings = [found for found in findings if found["danger"] not in VOICE_ONLY]
    top = max(findings, key=lambda found: RANK[found["level"]], default=None)
    if top is not None and (open_ is None or RANK[top["level"]] >= RANK["urgent"] or open_["level"] == "watch"):
        return hear(open_, top, findings, decision, content)
    if open_ is None:
        return Step("none"), None
    return follow(open_, label, decision, content)


def hear(
    state: dict[str, Any] | None, top: Mapping[str, Any], findings: Sequence[Mapping[str, Any]], decision: str, content: Content
) -> tuple[Step, dict[str, Any]]:
    """A danger in this very message."""
    before = state or {"said": {}, "moves": {}, "level": "watch", "about": "unclear"}
    told = dict(before["said"])
    times = told.get(top["rule"], 0)
    told[top["rule"]] = times + 1
    about = top["about"] if top["about"] != "unclear" else before["about"]
    level = max(top["level"], before["level"], key=lambda one: RANK[one])
    after = {**before, "said": told, "rule": top["rule"], "danger": top["danger"], "level": level, "about": about}
    after |= {"stage": "asked", "quiet": 0, "open": sorted({found["danger"] for found in findings})}
    if top["level"] == "watch" and decision == "answer" and top["danger"] in CHECKED_IN:
        return Step("none", "watch_checkin", times), after
    if times < 2:
        return Step("danger", top["rule"], times), after
    return move(after, "listening", content)


def follow(state: dict[str, Any], label: str | None, decision: str, content: Content) -> tuple[Step, dict[str, Any] | None]:
    """No new danger, but one is open."""
    quiet = int(state["quiet"]) + 1
    state = {**state, "quiet": quiet}
    calm = state["stage"] == "safe"
    if quiet > (QUIET_AFTER_NO if calm else QUIET_ANYHOW):
        return Step("none"), None
    named = MOVES.get(label or "")
    if named in ("said_yes", "said_no"):
        named = meant(named, state, content)
    if named in BAD_MOVES:
        level = "emergency" if named == "said_yes_suicide" else state["level"]
        state = {**state, "level": level, "stage": "asked", "quiet": 0}
    elif named in SAFE_MOVES:
        state = {**state, "stage": "safe", "quiet": 0}
    if named is None and decision in ("answer", "flow", "risk") or label and label.split("/")[0] in ("flow", "refuse", "other_drug"):
        return Step("none", footer=quiet <= 2), state
    if named is None or (named == "closing_check" and calm):
        if calm or state["level"] == "watch":
            return Step("none", footer=not calm), state
        named = "silence_or_unclear"
    return move(state, named, content)


def meant(said: str, state: Mapping[str, Any], content: Content) -> str:
    """What a bare yes or no means after the question that was asked last."""
    question = asked(state, content)
    if ASKS_SUICIDE.search(question):
        return "said_yes_suicide" if said == "said_yes" else "said_no"
    bad = (said == "said_no") == (NO_IS_BAD.search(question) is not None and state["stage"] == "asked")
    if not bad:
        return "said_yes_safe" if said == "said_yes" else "said_no"
    if state["danger"] in PERSON_DANGERS:
        return "not_safe_from_person"
    return "said_yes_other_danger" if said == "said_yes" else "said_no_unsafe"


def asked(state: Mapping[str, Any], content: Content) -> str:
    """The question that the open danger's reply ended with."""
    found = sign_of(str(state["rule"]), content)
    voices = found.ask if found else {}
    return voices.get("other" if state["about"] == "other" else "self") or next(iter(voices.values()), "")


def sign_of(rule: str, content: Content) -> Sign | None:
    """The sign that a rule (danger/sign) names."""
    danger = content.dangers.get(rule.split("/")[0])
    return next((sign for sign in danger.signs if sign.name == rule), None) if danger else None


def move(state: dict[str, Any], name: str, content: Content) -> tuple[Step, dict[str, Any]]:
    """A move in its next unsaid version; when all are said, listening goes on in the versions that it has left."""
    moves = dict(state["moves"])
    who = "other" if state["about"] == "other" else "self"
    version = moves.get(name, 0)
    if version >= len(content.care[name].get(who, ())) and name != "listening":
        name, version = "listening", moves.get("listening", 0)
    moves[name] = version + 1
    return Step("move", name, version), {**state, "moves": moves}
