"""What every recogniser is made of: a kind, a placeholder, patterns, and a check of what they found."""
from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any, ClassVar

from presidio_analyzer import EntityRecognizer, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts

LANGUAGE = "en"  # presidio sorts recognisers by language; ours hear all of them


UNIT = re.compile(
    r"\s?(?:mg|mgs|g|gs|grams?|mcg|ug|ml|l|kg|kgs|k|cm|mm|km|lbs?|st|hours?|hrs?|h|mins?|minutes?|days?|weeks?|wks?|months?|years?|yrs?|pounds?|quid|"
    r"euros?|dollars?|bucks?|rand|rupees?|percent|times|steps|calories|kcal|people|am|pm)\b|\s?[%£$€]",
    re.IGNORECASE,
)


class Recogniser(EntityRecognizer):
    """Finds one kind of personal data. Write `found`, or use `Shape`."""

    kind: ClassVar[str]
    placeholder: ClassVar[str]  # what stands in its place, so that the sentence can still be read
    certainty: ClassVar[float] = 0.8  # where two kinds claim the same words, the surer one names them

    def __init__(self) -> None:
        """Presidio wants the kinds and the language; both are fixed here."""
        super().__init__(supported_entities=[self.kind], supported_language=LANGUAGE)

    def load(self) -> None:
        """Nothing to load."""

    def found(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of each find in `text`."""
        raise NotImplementedError

    def analyze(self, text: str, entities: list[str], nlp_artifacts: NlpArtifacts) -> list[RecognizerResult]:
        """What presidio asks for."""
        return [RecognizerResult(self.kind, start, end, self.certainty) for start, end in self.found(text)]


class Shape(Recogniser):
    """Finds by patterns. Where a pattern has a group called `it`, only that group is replaced."""

    patterns: ClassVar[tuple[str, ...]]
    needs: ClassVar[re.Pattern[str] | None] = re.compile(r"\d")  # what a text must hold to be worth a look

    def __init__(self) -> None:
        """Compile the patterns once."""
        self.compiled = [re.compile(pattern, re.IGNORECASE) for pattern in self.patterns]
        super().__init__()

    def fits(self, match: re.Match[str]) -> bool:
        """Whether a match is what it looks like: checksums, and words around it."""
        return True

    def found(self, text: str) -> Iterator[tuple[int, int]]:
        """Start and end of each match that fits."""
        if self.needs is not None and not self.needs.search(text):
            return
        for pattern in self.compiled:
            for match in pattern.finditer(text):
                if not is_amount(match) and self.fits(match):
                    yield match.span("it" if "it" in pattern.groupindex else 0)


def is_amount(match: re.Match[str]) -> bool:
    """Whether digits are a dose, a sum or a time by the word behind them, or a row of round figures."""
    said = match.group()
    if not said[-1].isdecimal() or re.search(r"[^\W\d_]", said):
        return False
    groups = re.findall(r"\d+", said)
    rounded = len(groups) > 1 and all(len(group) <= 4 and group.endswith("0") and group[0] != "0" for group in groups) and "+" not in said
    return rounded or UNIT.match(after(match)) is not None


def digits(text: str) -> str:
    """The digits of `text`, as 0 to 9 whatever script they are written in."""
    return "".join(str(int(letter)) for letter in text if letter.isdecimal())


def letters_and_digits(text: str) -> str:
    """`text` in capitals, without spaces and marks."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def before(match: re.Match[str], how_far: int = 30) -> str:
    """The words just before a match, in small letters."""
    return match.string[max(0, match.start() - how_far) : match.start()].lower()


def after(match: re.Match[str], how_far: int = 20) -> str:
    """The words just after a match, in small letters."""
    return match.string[match.end() : match.end() + how_far].lower()


@functools.lru_cache(maxsize=1)
def all_recognisers() -> list[Recogniser]:
    """One of each class that the files of `recognisers/` define, found by looking there; made once a process."""
    import importlib
    import pkgutil

    from bot.redaction import recognisers

    made: list[Recogniser] = []
    for file in sorted(pkgutil.iter_modules(recognisers.__path__), key=lambda one: one.name):
        module: Any = importlib.import_module(f"{recognisers.__name__}.{file.name}")
        made.append(module.Finds())
    return made
