"""What a pressed button means, as Rasa's parse data. Only buttons that were offered may come here; see channels/base.py."""
from __future__ import annotations

from typing import Any

from bot.content import Content
from bot.helplines import Register
from bot.understanding import select

DECISIONS = {"answer": "answer", "other_drug": "not_covered"}


def parse(payload: str, content: Content, register: Register) -> dict[str, Any] | None:
    """Parse data for a payload such as /answer/withdrawal_duration, or None where it means nothing."""
    kind, _, rest = payload.strip().lstrip("/").partition("/")
    if kind == "answer" and rest in content.answers:
        return data(payload, "answer", [rest], "answer", select("answer", f"answer/{rest}", 1.0))
    if kind == "more" and rest in content.answers:
        return data(payload, "more", [rest])
    if kind == "also" and rest in content.words["also"]:
        return data(payload, "also", [rest])
    if kind == "guide":
        name, _, step = rest.partition("/")
        if name in content.guides and (step or "0").isdigit():
            return {**data(payload, "guide", [name]), "step": int(step or 0)}
    if kind == "country" and (rest == "unknown" or rest.split("-")[0] in register.countries):
        place = [] if rest == "unknown" else [{"entity": "country", "value": rest, "extractor": "mooring"}]
        return {**data(payload, "inform_country", []), "entities": place}
    if kind == "none_of_these":
        return data(payload, "not_covered", [], "not_covered")
    if kind == "flow" and f"flow/{rest}" in content.turns:
        return data(payload, rest, [f"flow/{rest}"])
    if f"{kind}/{rest}" in content.turns:
        full = f"{kind}/{rest}"
        return data(payload, kind, [full], DECISIONS.get(kind, "flow"), select(kind, full, 1.0))
    return None


def data(payload: str, intent: str, chosen: list[str], decision: str = "flow", selector: dict[str, Any] | None = None) -> dict[str, Any]:
    """Parse data in the shape that the pipeline gives typed text."""
    return {
        "text": payload,
        "intent": {"name": intent, "confidence": 1.0},
        "entities": [],
        "response_selector": selector or {},
        "risk": [],
        "understanding": {"decision": decision, "chosen": chosen, "answers": []},
    }
