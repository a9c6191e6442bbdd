"""A message as it was read: cleaned text, spaCy document, sentences, and one encoding shared by every component."""
from __future__ import annotations

import dataclasses
import functools
import pathlib

from spacy.language import Language
from spacy.tokens import Doc

from bot.language import noise, pipeline
from bot.language.encoder import Encoder, Vectors

MOST_SENTENCES = 60  # of a very long message, the first and the last of which are encoded
FEWEST_WORDS = 2


@dataclasses.dataclass(frozen=True)
class Reading:
    """What one message says. `vector` and `vectors` are None when the encoder is missing."""

    typed: str  # as it came
    text: str  # cleaned
    folded: str  # as typed, in one Unicode form: other languages are heard here
    doc: Doc
    sentences: tuple[str, ...]
    vector: Vectors | None  # (384,) the whole message
    vectors: Vectors | None  # (sentences, 384)


class Reader:
    """Reads messages. The encoder may be missing: what needs only words still works then."""

    def __init__(self, nlp: Language, habits: noise.Habits, spelling: noise.Spelling | None, encoder: Encoder | None) -> None:
        """All parts are loaded already; see `load`."""
        self.nlp, self.habits, self.spelling, self.encoder = nlp, habits, spelling, encoder

    def clean(self, text: str) -> str:
        """The text without noise."""
        return noise.clean(text, habits=self.habits, spelling=self.spelling)

    def parse(self, text: str) -> Doc:
        """The spaCy document of the cleaned text."""
        return self.nlp(self.clean(text))

    def read(self, text: str) -> Reading:
        """Read one message."""
        cleaned = self.clean(text)
        doc = self.nlp(cleaned)
        sentences = split(doc)
        vector = vectors = None
        if self.encoder is not None:
            if len(sentences) > 1:
                # Apart, because a batch is as long as its longest text.
                vector, vectors = self.encoder.encode([cleaned])[0], self.encoder.encode(sentences)
            else:
                vectors = self.encoder.encode([cleaned])
                vector = vectors[0]
        return Reading(text, cleaned, noise.fold(text), doc, sentences, vector, vectors)

    def encode(self, texts: list[str]) -> Vectors:
        """Vectors of texts that are cleaned already. Raises RuntimeError when there is no encoder."""
        if self.encoder is None:
            raise RuntimeError("the sentence encoder is missing: run `make build`")
        return self.encoder.encode(texts)


def split(doc: Doc) -> tuple[str, ...]:
    """The document's sentences as text, those of one word joined to the next; at least one, at most MOST_SENTENCES."""
    found: list[str] = []
    short = ""
    for sentence in doc.sents:
        words = f"{short} {sentence.text}".strip()
        if sum(token.is_alpha for token in sentence) < FEWEST_WORDS:
            short = words
            continue
        found.append(words)
        short = ""
    if short:
        found.append(short)
    if len(found) > MOST_SENTENCES:
        found = found[: MOST_SENTENCES // 2] + found[-MOST_SENTENCES // 2 :]
    return tuple(found) or (doc.text,)


def build(data: pathlib.Path, built: pathlib.Path) -> None:
    """Write everything that reading needs under `built` (models/language) from `data` (data/language)."""
    from bot.language import encoder

    pipeline.build(data, built / "pipeline")
    noise.Spelling(noise.load_habits(data)).save(built / "spelling.pickle")
    encoder.build(built / "encoder.onnx")


def in_use(built: pathlib.Path) -> pathlib.Path:
    """The encoder that messages are read with: the one adapted to our examples, else the published one."""
    adapted = built / "adapted.onnx"
    return adapted if adapted.exists() else built / "encoder.onnx"


def load(data: pathlib.Path, built: pathlib.Path, *, need_encoder: bool = False) -> Reader:
    """A reader from what `build` wrote. Without `need_encoder`, a missing or broken encoder leaves vectors out."""
    habits = noise.load_habits(data)
    nlp = pipeline.load(built / "pipeline")
    spelling = noise.Spelling(habits, built / "spelling.pickle")
    try:
        encoder: Encoder | None = Encoder(in_use(built))
    except Exception:
        # ONNX Runtime raises its own errors for a corrupt file; whatever is wrong, danger must still be heard.
        if need_encoder:
            raise
        encoder = None
    return Reader(nlp, habits, spelling, encoder)


@functools.lru_cache(maxsize=1)
def shared(data: pathlib.Path, built: pathlib.Path) -> Reader:
    """One reader a process: Rasa makes a component anew for training, for loading and for every reload."""
    return load(data, built)
