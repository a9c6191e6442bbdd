"""presidio's analyzer over our recognisers and our own spaCy pipeline; nothing of it ever asks the network."""
from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry, RecognizerResult
from presidio_analyzer.nlp_engine import NlpArtifacts, NlpEngine
from spacy.language import Language

from bot import settings
from bot.language import reading
from bot.redaction import register
from bot.redaction.shapes import LANGUAGE, all_recognisers, digits

RUN = re.compile(r"\+?\(?\d[\d ()./-]*\d")


class Pipeline(NlpEngine):
    """The assistant's own pipeline, already in memory; presidio would download a model of its own."""

    def __init__(self, nlp: Language) -> None:
        """`nlp` is loaded already."""
        self.nlp = nlp
        self._nothing = NlpArtifacts([], nlp.make_doc(""), [], [], None, LANGUAGE)  # type: ignore[arg-type]

    def load(self) -> None:
        """It is loaded."""

    def is_loaded(self) -> bool:
        """Always."""
        return True

    def process_text(self, text: str, language: str) -> NlpArtifacts:
        """Nothing: our recognisers look at the text alone, and without lemmas presidio looks for no context."""
        return self._nothing

    def process_batch(self, texts: Iterable[str], language: str, batch_size: int = 1, n_process: int = 1, **kwargs: object) -> Iterator[tuple[str, NlpArtifacts]]:
        """One after the other."""
        for text in texts:
            yield text, self.process_text(text, language)

    def is_stopword(self, word: str, language: str) -> bool:
        """Whether the pipeline calls it one."""
        return bool(self.nlp.vocab[word].is_stop)

    def is_punct(self, word: str, language: str) -> bool:
        """Whether the pipeline calls it one."""
        return bool(self.nlp.vocab[word].is_punct)

    def get_supported_entities(self) -> list[str]:
        """None of its own."""
        return []

    def get_supported_languages(self) -> list[str]:
        """The one under which all recognisers are listed."""
        return [LANGUAGE]


@functools.lru_cache(maxsize=1)
def analyzer() -> AnalyzerEngine:
    """This process's engine."""
    nlp = reading.shared(settings.LANGUAGE_DATA, settings.LANGUAGE_BUILT).nlp
    registry = RecognizerRegistry(recognizers=all_recognisers(), supported_languages=[LANGUAGE])
    return AnalyzerEngine(registry=registry, nlp_engine=Pipeline(nlp), supported_languages=[LANGUAGE])


@functools.lru_cache(maxsize=1)
def placeholders() -> dict[str, str]:
    """What stands in the place of each kind."""
    return {one.kind: one.placeholder for one in all_recognisers()}


def is_of_a_helpline(text: str, start: int, end: int) -> bool:
    """Whether a find is a number of the register, or a part of one, whatever it was taken for."""
    said = text[start:end]
    if any(letter.isalpha() for letter in said):
        return False
    whole = next((one.group() for one in RUN.finditer(text) if one.start() <= start and end <= one.end()), said)
    return register.is_helpline(digits(said)) or register.is_helpline(digits(whole))


def analyze(text: str) -> list[RecognizerResult]:
    """Every find, overlapping ones too."""
    return analyzer().analyze(text, LANGUAGE)
