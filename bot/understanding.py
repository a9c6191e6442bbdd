"""From a reading to what Rasa is told: the decision, the country and the voice, follow-ups, and the shape of parse data."""
from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from typing import Any

from bot.answers import LEAST, NONE, SHOWN, SURE, Decision, Ranked, Selector, parts_of
from bot.content import Content
from bot.foreign import is_foreign
from bot.helplines import CountryMention, Register, find_country, place_at_risk
from bot.language.reading import Reader, Reading
from bot.who import named_in, says_young

LEANING = re.compile(
    r"^(and|but|so|or|what about|how about|is (it|that)|does (it|that)|will (it|that)|can (it|that)|why( is that)?\b|how (long|much|come)\b|"
    r"for how long|really|what if|even if|also|then what|which one|when\b)|\b(that|this|it|those|them)\b[^.]{0,20}\?*$",
    re.IGNORECASE,
)
SAME_AGAIN = 0.5  # what the score of the answer just given is worth to the next question that leans on it
LONGEST_LEANING = 12  # words
ASKING = re.compile(
    r"^(?:what|whats|who|whos|when|why|how|hows|is|are|was|does|do|did|can|could|would|should|translate|tell|show|book|find)\b"
    r"(?!.*\b(?:numbers?|(?:help ?)?lines?)\b)",
    re.IGNORECASE,
)
YES_OR_NO = re.compile(
    r"(?:(?P<yes>yes|yeah|yep|yup|yh|ye|aye)|(?P<no>no|nope|nah|nae|naw))\b"
    r"(?! (?:one|idea|pulse|longer|way|point|hope|reason|friends?|energy|future|escape)\b)",
    re.IGNORECASE,
)
PLACE_ALONE = 4  # words beside a place, up to which a message is an answer to "which country?"
OWN_USE = re.compile(
    r"\b(i|i've|i'm) (?:\w+ ){0,2}(use|take|took|snort|sniff|do|am on|been on|been using|been taking|quit|stopped)\b"
    r"|\b(?:i am|i'm|im) on (?:k|ket|ketamine)\b",
    re.IGNORECASE,
)
# What to offer whoever says only that somebody uses ketamine, and asks nothing.
TOLD_OF_USE = {
    "other": ("family_talk", "family_signs", "family_own_support"),
    "self": ("withdrawal_common_symptoms", "treatment_what_works", "withdrawal_cravings"),
}


@dataclasses.dataclass(frozen=True)
class Understood:
    """What one message asks for, and what it tells about the person."""

    decision: Decision
    entities: tuple[tuple[str, str], ...]  # (slot, value)
    place: str = ""  # a country that we know of and have no lines for, as it is called
    guesses: tuple[str, ...] = ()  # countries that may be meant, to be asked about


def examples(content: Content, clean: Callable[[str], str]) -> tuple[list[str], list[str]]:
    """Cleaned ways of asking and their labels. An answer's own first words and title are free examples of it."""
    pairs: dict[str, str] = {}
    pairs.update({clean(text): NONE for text in content.unrelated})
    for turn in content.turns.values():
        pairs.update({clean(text): turn.name for text in turn.ask})
    for answer in content.answers.values():
        own = [answer.title, *(text for text in answer.say.values())]
        pairs.update({clean(text): answer.id for text in (*own, *answer.ask)})
    return list(pairs), list(pairs.values())


def understand(
    reading: Reading,
    selector: Selector,
    reader: Reader,
    register: Register,
    *,
    topic: str | None = None,
    voice: str | None = None,
    at_risk: str | None = None,
) -> Understood:
    """Decide for a message; `topic` is the answer given before, `voice` what is known of the person so far.

    `at_risk` is self or other, where a danger was heard: then the place of that person counts.
    """
    found = voice_of(reading, voice)
    entities = [("voice", found)] if found else []
    mentions = find_country(reading.typed[:1000], register)
    about = at_risk or ("other" if (found or voice) in ("family", "young_family") else "self")
    mention = country_of(mentions, about)
    place = ""
    if mention is not None:
        entities.append(("country", code_of(mention)))
        place = "" if mention.covered else register.elsewhere[mention.country].name
    if mention is not None and is_place_alone(reading, mention):
        return Understood(Decision("flow", ("inform_country",), ()), tuple(entities), place)
    unsure = [one for one in mentions if not one.certain]
    if mention is None and unsure and is_place_alone(reading, unsure[0]):
        return Understood(Decision("flow", ("inform_country",), ()), tuple(entities), guesses=tuple(dict.fromkeys(map(code_of, unsure)))[:4])
    if is_foreign(reading):
        return Understood(Decision("flow", ("talk/other_language",), ()), tuple(entities), place)
    decision = told_of_use(decide(reading, selector, reader, topic), reading, found or voice)
    if decision.chosen == ("flow/change_country",) and mention is not None:
        decision = dataclasses.replace(decision, chosen=("inform_country",))
    return Understood(decision, tuple(entities), place)


def country_of(mentions: Sequence[CountryMention], about: str) -> CountryMention | None:
    """Where the one at risk is, if the message says so surely: `about` is other where the writer speaks of somebody else."""
    return place_at_risk([mention for mention in mentions if mention.certain], about)


def code_of(mention: CountryMention) -> str:
    """GB, or GB-SCT with a region."""
    if mention.region is None or mention.region.startswith(mention.country):
        return mention.region or mention.country
    return f"{mention.country}-{mention.region}"


def is_place_alone(reading: Reading, mention: CountryMention) -> bool:
    """Whether a message is no more than an answer to "which country?"."""
    asked = "?" in reading.typed or ASKING.match(reading.typed.replace("'", "")) is not None
    return len(reading.typed.split()) - len(mention.words.split()) <= PLACE_ALONE and not asked and not has_own_subject(reading)


def has_own_subject(reading: Reading) -> bool:
    """Whether a message speaks of a drug too, so that it wants more than lines."""
    return any(entity.label_ == "substances" for entity in reading.doc.ents)


def told_of_use(decision: Decision, reading: Reading, voice: str | None) -> Decision:
    """Where a message tells that somebody uses ketamine and asks nothing that is sure, offer what such people ask most."""
    substances = {entity.ent_id_ for entity in reading.doc.ents if entity.label_ == "substances"}
    nothing = decision.kind == "not_covered" and not decision.chosen
    doubtful = decision.kind == "clarify" and "?" not in reading.typed and len(reading.typed.split()) <= LONGEST_LEANING
    about = "other" if voice in ("family", "young_family") else "self" if OWN_USE.search(reading.text) else None
    amount = not substances and any(entity.label_ == "amount" for entity in reading.doc.ents)
    if not (substances == {"ketamine"} or amount) or not about or not (nothing or doubtful):
        return decision
    offered = dict.fromkeys([*decision.chosen[:1], *TOLD_OF_USE[about]])
    return dataclasses.replace(decision, kind="clarify", chosen=tuple(offered)[:3])


def decide(reading: Reading, selector: Selector, reader: Reader, topic: str | None) -> Decision:
    """What the words ask for; a short message that leans on the topic before is read together with it."""
    if reading.vector is None or reading.vectors is None:
        return Decision("not_covered", (), ())
    decision = selector.decide(reading.text, reading.vector, reading.sentences, reading.vectors)
    if topic and is_duration(reading):
        # "8 days": a time and no more is said of what was just spoken of.
        same = Ranked(topic, SURE, selector.nearest(topic, reading.vector))
        return Decision("answer", (topic,), (same, *(one for one in decision.ranked if one.label != topic)))
    if topic and may_lean(reading, decision):
        title = selector.nearest(topic, reading.vector)
        joined = f"{title.rstrip('?.!')}, {reading.text}"
        leaning = selector.decide(joined, reader.encode([joined])[0])
        if leaning.kind == "answer" or (leaning.kind == "clarify" and leans(reading.text)):
            decision = beyond(leaning, topic)
    parts = parts_of(reading.text)
    if len(parts) > 1 and decision.kind in ("answer", "clarify"):
        return selector.questions(parts, reader.encode(list(parts)), decision) or decision
    return decision


def beyond(decision: Decision, topic: str) -> Decision:
    """What a message asks for that leans on an answer just given: rather something new than the same again."""
    if topic not in decision.chosen or len(decision.ranked) < 2:
        return decision
    weighed = [dataclasses.replace(one, score=one.score * (SAME_AGAIN if one.label == topic else 1)) for one in decision.ranked]
    ranked = tuple(sorted(weighed, key=lambda one: -one.score))
    offered = tuple(one.label for one in ranked[:SHOWN] if one.score >= LEAST)
    if ranked[0].score >= SURE or ranked[0].label == topic or len(offered) < 2:
        return dataclasses.replace(decision, kind="answer", chosen=(ranked[0].label,), ranked=ranked)
    return dataclasses.replace(decision, kind="clarify", chosen=offered, ranked=ranked)


def may_lean(reading: Reading, decision: Decision) -> bool:
    """Whether the topic before may be what a message is about: it points back, or asks something short and names nothing itself."""
    words = reading.text.lower().split()
    if decision.chosen == ("talk/what_can_you_do",):
        return "you" not in words or leans(reading.text)  # "what do I do?"
    if (decision.kind == "flow" and len(words) > 2) or (decision.kind == "answer" and decision.score > 0.8):
        return False
    short = len(words) <= LONGEST_LEANING and ASKING.match(reading.typed) is not None
    return leans(reading.text) or (decision.kind in ("clarify", "not_covered") and short and not has_own_subject(reading))


def manner_of(reading: Reading) -> str | None:
    """Whether a message begins as an answer to a question: yes, no, or a time and no more; None else."""
    first = YES_OR_NO.match(reading.typed.strip())
    return (first.lastgroup if first else None) or ("time" if is_duration(reading) else None)


def is_duration(reading: Reading) -> bool:
    """Whether a message is no more than a span of time: "8 days", "about two weeks now"."""
    spans = [entity for entity in reading.doc.ents if entity.label_ == "duration"]
    return bool(spans) and len(reading.doc) <= 2 * len(spans[0])


def leans(text: str) -> bool:
    """Whether a message needs the one before it: short, and "and how long does that last?" in kind."""
    return len(text.split()) <= LONGEST_LEANING and LEANING.search(text) is not None


def voice_of(reading: Reading, known: str | None) -> str | None:
    """The voice a message calls for, where it tells: age said, or a relation who uses; None where it tells nothing new."""
    relations = [entity for entity in reading.doc.ents if entity.label_ == "relations"]
    young = says_young(reading.text) is not None or (known or "").startswith("young")
    family = bool(relations) and not OWN_USE.search(reading.text) or (known is None and named_in(reading.doc) == "other")
    if family:
        voice = "young_family" if young else "family"
    elif young:
        voice = "young"
    else:
        return None
    return voice if voice != known else None


def parse_data(understood: Understood) -> dict[str, Any]:
    """What Rasa stores with the user's event: intent, entities, response selector, and the understanding itself."""
    decision = understood.decision
    intent, selector = "not_covered", {}
    if decision.kind == "answer":
        intent, selector = "answer", select("answer", f"answer/{decision.chosen[0]}", decision.score)
    elif decision.kind == "clarify":
        intent = "clarify"
    elif decision.chosen == ("inform_country",):
        intent = "inform_country"
    elif decision.chosen:
        kind, name = decision.chosen[0].split("/")
        intent = name if kind == "flow" else kind
        selector = {} if kind == "flow" else select(kind, decision.chosen[0], 1.0)
    score = decision.score if decision.kind == "answer" else 1.0
    return {
        "intent": {"name": intent, "confidence": score},
        "entities": [{"entity": slot, "value": value, "extractor": "mooring"} for slot, value in understood.entities],
        "response_selector": selector,
        "place": understood.place,
        "guesses": list(understood.guesses),
        "understanding": {
            "decision": decision.kind,
            "chosen": list(decision.chosen),
            "answers": [dataclasses.asdict(ranked) for ranked in decision.ranked],
        },
    }


def select(kind: str, full: str, score: float) -> dict[str, Any]:
    """Rasa's response selector output that makes `utter_<kind>` say `utter_<full>`."""
    return {
        "all_retrieval_intents": [kind],
        kind: {"response": {"intent_response_key": full, "utter_action": f"utter_{full}", "confidence": score, "responses": []}, "ranking": []},
    }
