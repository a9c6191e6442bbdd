"""Load `data/` into frozen dataclasses and say everything that is wrong with it: the one loader.

A problem reads `path: what is wrong, what to do`. Nothing here knows Rasa.
"""
from __future__ import annotations

import dataclasses
import datetime
import functools
import pathlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
VOICES = ("self", "family", "young", "young_family")
EVIDENCE = ("strong", "moderate", "weak", "none", "guideline", "official", "legal")
LEVELS = ("watch", "urgent", "emergency")
BAD_ANSWERS = ("yes", "no", "suicide", "already", "open")  # to a danger's question: yes to thoughts, yes to a deed, no yes or no
NEEDS = (
    "emergency", "crisis", "drugs", "family", "poison", "medical", "domestic_violence", "sexual_assault",
    "child_protection", "youth", "treatment_finder", "overdose_prevention", "peer",
)  # fmt: skip
FALLBACK = {"young": "self", "young_family": "family", "family": "self", "self": "family"}
MONTH = 30.44  # days


class ContentError(Exception):
    """The content cannot be used; the message lists every problem, one a line."""


@dataclasses.dataclass(frozen=True)
class Source:
    """Where a fact comes from."""

    id: str
    title: str
    publisher: str
    year: int | None
    url: str | None
    seen: str


@dataclasses.dataclass(frozen=True)
class Answer:
    """One question people ask and what we say to it. `say` and `more` are keyed by voice, `any` for all."""

    id: str
    topic: str
    title: str
    ask: tuple[str, ...]
    say: Mapping[str, str]
    more: Mapping[str, str]
    helplines: tuple[str, ...]
    sources: tuple[str, ...]
    evidence: str
    region: str
    stopping: bool
    related: tuple[str, ...]
    status: str
    written_on: datetime.date
    reviewed_on: datetime.date | None
    review_in: datetime.timedelta

    def review_due(self) -> datetime.date:
        """The day on which the answer should be reviewed again."""
        return (self.reviewed_on or self.written_on) + self.review_in

    def withheld_after(self) -> datetime.date:
        """The last day on which it is shown at all: twice its period."""
        return (self.reviewed_on or self.written_on) + 2 * self.review_in


@dataclasses.dataclass(frozen=True)
class Turn:
    """A turn of conversation that is not a question about ketamine: thanks, a refusal, another drug, a wish."""

    name: str  # kind/what, such as talk/thanks
    title: str
    ask: tuple[str, ...]
    say: Mapping[str, str]
    again: Mapping[str, str]
    buttons: tuple[str, ...]  # payloads, such as /answer/withdrawal_duration
    helplines: tuple[str, ...]
    sources: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The part of the name before the slash."""
        return self.name.split("/")[0]


@dataclasses.dataclass(frozen=True)
class Sign:
    """One way in which a danger is heard, with its own level."""

    danger: str
    id: str
    level: str
    kind: str  # medical | police
    catch: tuple[str, ...]
    like: tuple[str, ...]
    languages: Mapping[str, tuple[str, ...]]
    say: Mapping[str, str]
    again: Mapping[str, str]
    ask: Mapping[str, str]
    offer: tuple[str, ...]
    bad_answer: Mapping[str, str] | None = None  # to `ask`, by voice; one of BAD_ANSWERS

    @property
    def name(self) -> str:
        """danger/id, as staff and tests see it."""
        return f"{self.danger}/{self.id}"


@dataclasses.dataclass(frozen=True)
class Danger:
    """A danger: its signs, and what must not be taken for it."""

    id: str
    signs: tuple[Sign, ...]
    near_misses: tuple[str, ...]
    sources: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Guide:
    """Steps that a person is led through, one at a time."""

    title: str
    steps: tuple[str, ...]
    done: str
    offered_for: tuple[str, ...] = ()  # dangers under whose words it is offered


@dataclasses.dataclass(frozen=True)
class Content:
    """All that we say and know, apart from the helpline register."""

    answers: Mapping[str, Answer]
    turns: Mapping[str, Turn]
    unrelated: tuple[str, ...]  # messages that no answer fits
    guides: Mapping[str, Guide]
    care: Mapping[str, Mapping[str, tuple[str, ...]]]  # after a danger was heard: move -> self | other -> versions
    dangers: Mapping[str, Danger]
    sources: Mapping[str, Source]
    words: Mapping[str, Any]


def pick(voices: Mapping[str, str], voice: str) -> str:
    """The words for a voice: its own, else its fallback's, else `any`, else whatever there is, else nothing."""
    tried: set[str] = set()
    while voice not in tried:
        if voice in voices:
            return voices[voice]
        if "any" in voices and FALLBACK.get(voice) not in voices:
            return voices["any"]
        tried.add(voice)
        voice = FALLBACK.get(voice, "self")
    return next(iter(voices.values()), "")


def read_yaml(path: pathlib.Path) -> dict[str, Any]:
    """One content file. Raises ContentError that names the file and line."""
    try:
        found = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        where = " ".join(str(error).split())
        raise ContentError(f"{show(path)}: not readable as YAML ({where}), mend the line that is named") from error
    if not isinstance(found, dict):
        raise ContentError(f"{show(path)}: holds no fields, start it from a neighbouring file")
    return found


def show(path: pathlib.Path) -> str:
    """The path as people know it: from the project's root."""
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else str(path)


def words_of(raw: Any) -> dict[str, str]:
    """Voices to text: `{self: ...}`, or one text for `any`."""
    if raw is None:
        return {}
    voices = raw if isinstance(raw, dict) else {"any": raw}
    return {str(voice): re.sub(r"[ \t]*\n[ \t]*(?!\n)", "\n", str(text).strip()) for voice, text in voices.items()}


def period(raw: str) -> datetime.timedelta:
    """"6 months" as a time span. Raises ValueError on anything else."""
    found = re.fullmatch(r"(\d+) (day|week|month|year)s?", str(raw).strip())
    if found is None:
        raise ValueError(f"{raw!r} is not a period such as '6 months'")
    days = {"day": 1.0, "week": 7.0, "month": MONTH, "year": 365.25}[found.group(2)]
    return datetime.timedelta(days=round(int(found.group(1)) * days))


def texts(raw: Any) -> tuple[str, ...]:
    """A list of texts, as it stands in a file. Raises ValueError where YAML read one as something else."""
    for item in raw or ():
        if not isinstance(item, str):
            raise ValueError(f"{item!r} was not read as text, put it in quotes")
    return tuple(item.strip() for item in raw or ())


def load_answer(path: pathlib.Path) -> Answer:
    """One answer. Raises KeyError, ValueError or ContentError."""
    raw = read_yaml(path)
    return Answer(
        id=path.stem,
        topic=path.parent.name,
        title=str(raw["title"]),
        ask=texts(raw["ask"]),
        say=words_of(raw["say"]),
        more=words_of(raw.get("more")),
        helplines=texts(raw.get("helplines")),
        sources=texts(raw["sources"]),
        evidence=str(raw["evidence"]),
        region=str(raw.get("region", "any")),
        stopping=bool(raw.get("stopping", False)),
        related=texts(raw.get("related")),
        status=str(raw["status"]),
        written_on=raw["written_on"],
        reviewed_on=raw.get("reviewed_on"),
        review_in=period(raw["review_in"]),
    )


def load_turn(name: str, raw: Mapping[str, Any]) -> Turn:
    """One turn of a dialogue file."""
    return Turn(
        name=name,
        title=str(raw.get("title", name.split("/")[-1].replace("_", " "))),
        ask=texts(raw.get("ask")),
        say=words_of(raw.get("say")),
        again=words_of(raw.get("again")),
        buttons=texts(raw.get("buttons")),
        helplines=texts(raw.get("helplines")),
        sources=texts(raw.get("sources")),
    )


@dataclasses.dataclass(frozen=True)
class Dialogue:
    """One file of data/dialogue."""

    turns: Mapping[str, Turn]
    guides: Mapping[str, Guide]
    care: Mapping[str, Mapping[str, tuple[str, ...]]]
    unrelated: tuple[str, ...]


def load_dialogue(path: pathlib.Path) -> Dialogue:
    """One file of turns, guides, care or unrelated messages. Raises KeyError, ValueError or ContentError."""
    raw = read_yaml(path)
    guides = {
        name: Guide(
            str(told["title"]), tuple(str(step["text"]).strip() for step in told["steps"]), str(told["done"]).strip(), texts(told.get("offered_for"))
        )
        for name, told in (raw.get("guides") or {}).items()
    }
    care = {move: {who: texts(versions) for who, versions in said.items()} for move, said in (raw.get("care") or {}).items()}
    turns = {name: load_turn(name, turn) for name, turn in (raw.get("intents") or {}).items()}
    return Dialogue(turns, guides, care, texts(raw.get("unrelated")))


def load_danger(path: pathlib.Path) -> Danger:
    """One danger. Raises KeyError, ValueError or ContentError."""
    raw = read_yaml(path)

    def own(sign: Mapping[str, Any], field: str) -> Any:
        return sign.get(field, raw.get(field))

    signs = tuple(
        Sign(
            danger=path.stem,
            id=str(sign["id"]),
            level=str(sign["level"]),
            kind=str(sign.get("kind", "medical")),
            catch=texts(sign.get("catch")),
            like=texts(sign.get("like")),
            languages={str(code): texts(said) for code, said in (sign.get("languages") or {}).items()},
            say=words_of(own(sign, "say")),
            again=words_of(own(sign, "again")),
            ask=words_of(own(sign, "ask")),
            offer=texts(own(sign, "offer")),
            bad_answer=words_of(own(sign, "bad_answer")),
        )
        for sign in raw["signs"]
    )
    return Danger(id=path.stem, signs=signs, near_misses=texts(raw.get("not")), sources=texts(raw.get("sources")))


def load_source(path: pathlib.Path) -> Source:
    """One citation."""
    raw = read_yaml(path)
    return Source(path.stem, str(raw["title"]), str(raw["publisher"]), raw.get("year"), raw.get("url"), str(raw["seen"]))


def load(data: pathlib.Path = DATA) -> tuple[Content, list[str]]:
    """Everything under `data`, and the problems of files that could not be read (those are left out)."""
    problems: list[str] = []

    def each(pattern: str) -> Iterator[pathlib.Path]:
        yield from sorted(data.glob(pattern))

    def keep(paths: Iterable[pathlib.Path], loader: Any) -> dict[str, Any]:
        kept: dict[str, Any] = {}
        for path in paths:
            try:
                kept[path.stem] = loader(path)
            except ContentError as error:
                problems.append(str(error))
            except KeyError as error:
                problems.append(f"{show(path)}: the field {error} is missing, add it")
            except (TypeError, ValueError, AttributeError) as error:
                problems.append(f"{show(path)}: {error}, correct it")
        return kept

    dialogues = keep(each("dialogue/*.yml"), load_dialogue)
    turns: dict[str, Turn] = {}
    for name, dialogue in dialogues.items():
        problems += [f"data/dialogue/{name}.yml: the intent {one} stands in another file too, keep one" for one in dialogue.turns if one in turns]
        turns |= dialogue.turns
    words = keep(each("words.yml"), read_yaml)
    return Content(
        answers=keep(each("answers/*/*.yml"), load_answer),
        turns=turns,
        unrelated=tuple(text for dialogue in dialogues.values() for text in dialogue.unrelated),
        guides={name: guide for dialogue in dialogues.values() for name, guide in dialogue.guides.items()},
        care={move: said for dialogue in dialogues.values() for move, said in dialogue.care.items()},
        dangers=keep(each("risk/*.yml"), load_danger),
        sources=keep(each("sources/*.yml"), load_source),
        words=words.get("words", {}),
    ), problems


@functools.lru_cache(maxsize=1)
def shared() -> Content:
    """The project's own content, loaded once a process. Raises ContentError listing every unreadable file."""
    content, problems = load()
    if problems:
        raise ContentError("\n".join(problems))
    return content
