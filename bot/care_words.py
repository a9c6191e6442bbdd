"""The words of the conversation after a danger was heard: moves, footers beside other answers, and what another language adds. Pure."""
from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import care, render
from bot.render import Said, Scene


def who(state: Mapping[str, Any] | None) -> str:
    """Whom the open danger is about, as data/dialogue/care.yml calls them."""
    return "other" if (state or {}).get("about") == "other" else "self"


def version(move: str, state: Mapping[str, Any] | None, number: int, scene: Scene) -> str:
    """One wording of a move."""
    versions = scene.content.care[move].get(who(state)) or scene.content.care[move]["self"]
    return render.fill(versions[number % len(versions)], scene)


def reply(step: Mapping[str, Any], state: Mapping[str, Any], scene: Scene, *, foreign: bool = False) -> Said | None:
    """The reply to a danger, or the next move of the conversation after it; None where the sign is not known."""
    about = str(state.get("about", "self"))
    if step["kind"] == "danger":
        sign = care.sign_of(step["name"], scene.content)
        if sign is None:
            return None
        said = render.danger(sign, about, scene, again=int(step["version"]) > 0)
        return said.plus(str(scene.content.words["only_english"])) if foreign else said
    sign = care.sign_of(str(state.get("rule")), scene.content)
    scene = render.emergency_of(sign, scene) if sign else scene
    danger = str(state.get("danger"))
    needs = ("emergency", "crisis") if state.get("level") == "emergency" else ("crisis",)
    block = render.lines(needs, scene, about=who(state), limit=1, again=sum(dict(state.get("moves") or {}).values()))
    if step["name"] == care.WORDLESS:
        return Said(block, render.care_buttons(scene, danger))
    return Said(version(step["name"], state, int(step["version"]), scene), render.care_buttons(scene, danger)).plus(block)


def beside(said: Said, step: Mapping[str, Any], state: Mapping[str, Any] | None, scene: Scene) -> Said:
    """An answer or a flow with what is added to it: a welcome for a child, a gentle question, or that the contacts are still here."""
    name = step.get("name")
    if name == care.YOUNG_HELLO:
        about = {"about": "other" if scene.voice == "young_family" else "self"}
        return render.Said(f"{version(name, about, 0, scene)}{render.PARAGRAPH}{said.text}", said.buttons, said.sources)
    if name == "watch_ask":
        sign = care.sign_of(str((state or {}).get("rule")), scene.content)
        asked = (sign.ask.get(who(state)) or sign.ask.get("self")) if sign else None
        return said.plus(scene.content.words["beside_ask"].format(question=render.fill(asked, scene))) if asked else said
    if name in ("watch_checkin", "denial_line"):
        return said.plus(version(str(name), state, int(step["version"]), scene))
    if not step.get("footer"):
        return said
    show = render.button(scene.content.words["buttons"]["helplines"], "/flow/find_helpline")
    footed = said.plus(version("new_topic_footer", state, int((state or {}).get("quiet", 1)) - 1, scene))
    buttons = footed.buttons if show in footed.buttons else (*footed.buttons, show)
    return Said(footed.text, buttons, footed.sources)
