"""The conversation after a danger was heard: what to say next, and what to remember. Pure.

State is a small mapping in Rasa's slot `care`. It opens with a finding, follows yes, no, doubt, fear and new topics,
never says the same paragraph twice, and ends by rule: QUIET_AFTER_NO turns after the person said they are safe, or
QUIET_ANYHOW turns without any new sign.
"""
from __future__ import annotations

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Any

from bot.content import LEVELS, Content, Sign

RANK = {level: place for place, level in enumerate(LEVELS)}
YOUNG_HELLO = "young_hello"  # the first words to a child who writes
STILL_NEAR = 2  # turns after "I am safe" in which words that nothing here fits are listened to
QUIET_AFTER_NO, QUIET_ANYHOW = 4, 10
VOICE_ONLY = frozenset({"child_writing"})  # changes whom the words are for, and is no danger by itself
# Heard gently beside an answer, these are asked about suicide.
CHECKED_IN = frozenset({"hopelessness", "suicide", "self_harm", "relative_exhausted", "eating_and_neglect"})
SUICIDAL = frozenset({"suicide", "hopelessness", "relative_exhausted", "mood_crash_prescribed", "self_harm"})
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
    "talk/help_is_here": "help_is_here",
    "talk/getting_worse": "worse",
    "talk/made_it_safe": "made_it_safe",
    "talk/im_safe_now": "im_safe_now",
    "talk/goodbye": "closing_check",
    "talk/thanks": "closing_check",
    "talk/gibberish": "silence_or_unclear",
    "talk/feeling_low_talk": "listening",
    "talk/just_listen": "listening",
    "talk/overwhelmed_family": "listening",
    "talk/grieving": "listening",
    "talk/relapsed_ashamed": "listening",
    "talk/angry_at_bot": "listening",
    "talk/disbelief": "listening",
    "flow/talk_to_human": "wants_human",
    "flow/call_me_back": "wants_human",
}
# What "he won't respond" opens where nothing is open: the turn's own words ask whether they breathe, and the answer must be understood.
WORSE_NEWS = {"rule": "unresponsive/not_waking", "danger": "unresponsive", "level": "emergency", "about": "other"}
MINUTES = frozenset({"unresponsive", "seizure", "chest_pain_collapse"})  # first, where several are as grave
# The danger that is open and what is heard now -> the sign that both make together.
WORSENED = {("dangerous_withdrawal", "psychosis_agitation"): "dangerous_withdrawal/withdrawal_going_wrong"}
BAD_MOVES = frozenset({"said_yes_suicide", "said_yes_other_danger", "said_no_unsafe", "not_safe_from_person", "not_yet"})
# When all versions of a move have been said: these go on, and after them the contacts stand alone.
GOING_ON = ("listening", "silence_or_unclear", "closing_check")
WORDLESS = "contacts"
# Said of the one whom the words name, who need not be the one that was at risk first: "I took too much, she will not wake" - "she's awake".
ABOUT_ONE = frozenset({"they_woke_up", "help_is_here", "said_no_unsafe"})
ASKED_ABOUT = "emergency_suicid"  # answers about the very thing that a denial denies
SAFE_MOVES = frozenset({"said_no", "said_yes_safe", "they_woke_up", "help_is_here", "im_safe_now", "just_testing", "misunderstood", "word_scares_me"})


@dataclasses.dataclass(frozen=True)
class Step:
    """What the turn does: `kind` is danger (a sign's own words), move (words of data/dialogue/care.yml) or none."""

    kind: str
    name: str = ""  # the sign's rule, or the move
    version: int = 0
    footer: bool = False  # with `none`: say that the contacts are still here


def next_step(
    state: Mapping[str, Any] | None,
    findings: Sequence[Mapping[str, Any]],
    label: str | None,
    decision: str,
    content: Content,
    *,
    denied: bool = False,
    about: str | None = None,
    manner: str | None = None,
) -> tuple[Step, dict[str, Any] | None]:
    """The step for one message, and the state after it.

    `findings` are what was heard (records of `bot.risk.Finding`), `label` the turn that was understood, `decision`
    what the selector decided, `denied` whether a danger was named and denied, `about` whom the words name (self or
    other, None where nobody), `manner` whether they begin with a yes or a no or only tell a time. The state None means that no danger is open.
    """
    open_ = dict(state) if state else None
    findings = [found for found in findings if found["danger"] not in VOICE_ONLY]
    if denied and open_ is not None:
        # "No, I don't want to die, I'm just tired": what was asked is answered, whatever else the words resemble.
        findings = [found for found in findings if found["by"] != "meaning" or found["danger"] not in CHECKED_IN]
    heard = map(functools.partial(with_before, open_), findings)
    top = max(heard, key=lambda found: (RANK[found["level"]], found["danger"] in MINUTES), default=None)
    if top is not None and (open_ is None or RANK[top["level"]] >= RANK["urgent"] or open_["level"] == "watch"):
        return hear(open_, top, findings, decision, content)
    if open_ is None and label == "talk/getting_worse":
        _, opened = hear(None, WORSE_NEWS, [WORSE_NEWS], decision, content)
        return Step("none"), {**opened, "said": {}}
    if open_ is None:
        return Step("none"), None
    named = MOVES.get(label or "")
    if named is None and decision in ("clarify", "not_covered"):
        # "No, I'm not going to hurt anyone", "since a week": an answer to what was asked, in words that nothing else fits.
        named = "listening" if top is not None else {"yes": "said_yes", "no": "said_no", "time": "listening"}.get(manner or "")
    return follow(open_, named, label, decision, content, denied=denied, about=about)


def with_before(state: Mapping[str, Any] | None, found: Mapping[str, Any]) -> Mapping[str, Any]:
    """A finding in the light of the danger that is open: seeing things after stopping drink is no mere fright."""
    rule = WORSENED.get((str((state or {}).get("danger")), found["danger"]))
    return {**found, "danger": rule.split("/")[0], "rule": rule, "level": "emergency"} if rule else found


def is_young(findings: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a child or teenager seems to be writing."""
    return any(found["danger"] in VOICE_ONLY for found in findings)


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
    after |= {"stage": "asked", "quiet": 0, "question": "sign" if times == 0 else "move", "open": sorted({found["danger"] for found in findings})}
    if top["level"] == "watch" and decision == "answer":
        # The question is answered too; a worry must not stand in its place.
        if top["danger"] in CHECKED_IN:
            return Step("none", "watch_checkin", times), after
        return Step("none", "" if times else "watch_ask", footer=times > 0), after
    if times < 2:
        return Step("danger", top["rule"], times), after
    return move(after, "listening", content)


def follow(
    state: dict[str, Any],
    named: str | None,
    label: str | None,
    decision: str,
    content: Content,
    *,
    denied: bool = False,
    about: str | None = None,
) -> tuple[Step, dict[str, Any] | None]:
    """No new danger, but one is open."""
    quiet = int(state["quiet"]) + 1
    state = {**state, "quiet": quiet}
    calm = state["stage"] == "safe"
    if quiet > (QUIET_AFTER_NO if calm else QUIET_ANYHOW):
        return Step("none"), None
    if denied and decision == "answer" and not (label or "").startswith(ASKED_ABOUT):
        return Step("none", "denial_line", said_before(state, "denial_line")), count(state, "denial_line")
    if named in ("said_yes", "said_no"):
        named = meant(named, state, content)
    if named == "worse":
        named = worse(str(state["danger"]))
    if named in ABOUT_ONE and about and (about == "other" or named != "help_is_here"):
        state = {**state, "about": about}
    if denied and named in (None, "not_yet"):
        named = "said_no"
    if named in BAD_MOVES:
        level = "emergency" if named == "said_yes_suicide" else state["level"]
        state = {**state, "level": level, "stage": "asked", "quiet": 0}
    elif named in SAFE_MOVES:
        state = {**state, "stage": "safe", "quiet": 0}
    other = decision in ("answer", "flow", "risk") or (label or "").split("/")[0] in ("flow", "refuse", "other_drug")
    if named is None and other:
        return Step("none", footer=quiet <= 2), state
    if named is None or (named == "closing_check" and calm):
        if named is None and calm and quiet <= STILL_NEAR:
            return move(state, "listening", content)
        if calm or state["level"] == "watch":
            return Step("none", footer=not calm), state
        named = "silence_or_unclear"
    return move(state, named, content)


def worse(danger: str) -> str:
    """The move that "it is getting worse" calls for."""
    return "said_yes_suicide" if danger in SUICIDAL else "not_safe_from_person" if danger in PERSON_DANGERS else "said_no_unsafe"


def meant(said: str, state: Mapping[str, Any], content: Content) -> str:
    """What a bare yes or no means after the question that was asked last."""
    yes = said == "said_yes"
    bad = bad_answer(state, content)
    if bad == "open":
        return "silence_or_unclear"
    if bad in ("suicide", "already"):
        return "said_yes_suicide" if yes else "not_yet" if bad == "already" else "said_no"
    if yes != (bad == "yes"):
        return "said_yes_safe" if yes else "said_no"
    if state["danger"] in PERSON_DANGERS:
        return "not_safe_from_person"
    return "said_yes_other_danger" if yes else "said_no_unsafe"


def bad_answer(state: Mapping[str, Any], content: Content) -> str:
    """Which answer to the last question is the bad one: yes, no, suicide, already or open; see data/risk.

    The questions of data/dialogue/care.yml are all such that a yes is the bad answer.
    """
    if state.get("question") == "move":
        return "suicide" if state["danger"] in SUICIDAL else "yes"
    found = sign_of(str(state["rule"]), content)
    answers = (found.bad_answer if found else None) or {}
    return answers.get("other" if state["about"] == "other" else "self") or "open"


def sign_of(rule: str, content: Content) -> Sign | None:
    """The sign that a rule (danger/sign) names."""
    danger = content.dangers.get(rule.split("/")[0])
    return next((sign for sign in danger.signs if sign.name == rule), None) if danger else None


def move(state: dict[str, Any], name: str, content: Content) -> tuple[Step, dict[str, Any]]:
    """A move in its next unsaid version, else one that goes on; when all are said, the contacts stand without words."""
    who = "other" if state["about"] == "other" else "self"
    for one in (name, *GOING_ON):
        version = said_before(state, one)
        if version < len(content.care[one].get(who, ())):
            return Step("move", one, version), {**count(state, one), "question": "move"}
    return Step("move", WORDLESS, said_before(state, WORDLESS)), {**count(state, WORDLESS), "question": "move"}


def said_before(state: Mapping[str, Any], name: str) -> int:
    """How often a move has been said."""
    return int(state["moves"].get(name, 0))


def count(state: dict[str, Any], name: str) -> dict[str, Any]:
    """The state with a move said once more."""
    return {**state, "moves": {**state["moves"], name: said_before(state, name) + 1}}
