"""Phrases written in plain words, found in a spaCy document by their lemmas.

    (a|b c)   one of several, each of one word or more
    [word]    may be missing
    ...       up to three words of any kind, `...5` up to five; never across a full stop

Both sides are read by the same pipeline, so "can't pee" and "cant pee" need one phrase; "could not pee" is another. A phrase
becomes a regular expression over the document's lemmas, tried only where its rarest word occurs.
"""
from __future__ import annotations

import collections
import dataclasses
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from spacy.tokens import Doc, Token

STOP = "|"
GAP = 3
PIECE = re.compile(r"[()\[\]|]|\.\.\.\d*|[^()\[\]|\s.]+(?:\.[^()\[\]|\s.]+)*")
Lemmas = Callable[[str], list[str]]


class PhraseError(ValueError):
    """A phrase that cannot be read."""


@dataclasses.dataclass(frozen=True)
class Line:
    """A document as its lemmas, one space after each, and where each begins."""

    text: str
    starts: tuple[int, ...]  # place in `text` of each lemma
    tokens: tuple[int, ...]  # the document's token behind each lemma

    def span(self, start: int, end: int) -> tuple[int, int]:
        """First and last token (exclusive) behind the characters from `start` to `end`."""
        inside = [token for at, token in zip(self.starts, self.tokens) if start <= at < end]
        return (inside[0], inside[-1] + 1) if inside else (0, 0)


@dataclasses.dataclass(frozen=True)
class Hit:
    """A phrase that was found: which, and the document's tokens from `start` to before `end`."""

    key: str
    phrase: str
    start: int
    end: int


def is_read(token: Token) -> bool:
    """Whether a token counts as a word: not punctuation, not white space."""
    return not (token.is_punct or token.is_space) and token.lemma_ not in ("", "'", "|")


def line_of(doc: Doc) -> Line:
    """The document's lemmas in a row, with a stop after every full stop, question mark and line end."""
    text: list[str] = []
    starts: list[int] = []
    tokens: list[int] = []
    at = 0
    for token in doc:
        if is_read(token):
            text.append(token.lemma_)
            starts.append(at)
            tokens.append(token.i)
        elif token.text[0] in ".!?\n" and text and text[-1] != STOP:
            text.append(STOP)
        else:
            continue
        at += len(text[-1]) + 1
    return Line("".join(f"{word} " for word in text), tuple(starts), tuple(tokens))


def lemmas_of(parse: Callable[[str], Doc]) -> Lemmas:
    """A function from plain words to their lemmas, by the pipeline's own reading."""

    @functools.lru_cache(maxsize=20_000)
    def read(words: str) -> list[str]:
        return [token.lemma_ for token in parse(words) if is_read(token)]

    return read


Needs = list[frozenset[str]]  # for each part that must be there, the words of which one must occur


def compile_phrase(phrase: str, lemmas: Lemmas) -> tuple[re.Pattern[str], Needs]:
    """The expression for a phrase, and its needs. Raises PhraseError on stray brackets, or when nothing must be there."""
    pieces = PIECE.findall(phrase)
    expression, needs, left = read_sequence(pieces, 0, lemmas, phrase)
    if left != len(pieces) or not needs:
        raise PhraseError(f"{phrase!r}: its brackets do not match, or nothing in it must occur; mend it")
    return re.compile(rf"(?<!\S){expression}"), needs


def read_sequence(pieces: Sequence[str], at: int, lemmas: Lemmas, phrase: str) -> tuple[str, Needs, int]:
    """What follows from piece `at` up to a closing bracket or bar: expression, needs, and the place of that piece."""
    expression, needs = "", list[frozenset[str]]()
    while at < len(pieces) and pieces[at] not in (")", "]", "|"):
        piece = pieces[at]
        if piece in "([":
            group, needed, at = read_group(pieces, at, lemmas, phrase)
            expression += group
            needs += needed
            continue
        if piece.startswith("..."):
            expression += rf"(?:[^\s|]+ ){{0,{piece[3:] or GAP}}}?"
        else:
            found = lemmas(piece)
            expression += "".join(re.escape(lemma) + " " for lemma in found)
            needs += [frozenset({lemma}) for lemma in found]
        at += 1
    return expression, needs, at


def read_group(pieces: Sequence[str], at: int, lemmas: Lemmas, phrase: str) -> tuple[str, Needs, int]:
    """A bracketed group that opens at piece `at`: expression, needs, and the place after it."""
    closing = ")" if pieces[at] == "(" else "]"
    options: list[str] = []
    first: list[frozenset[str]] = []
    while pieces[at] != closing:
        expression, needs, at = read_sequence(pieces, at + 1, lemmas, phrase)
        if at >= len(pieces) or pieces[at] not in (closing, "|"):
            raise PhraseError(f"{phrase!r}: a bracket does not close, mend it")
        options.append(expression)
        first.append(needs[-1] if needs else frozenset())
    optional = closing == "]" or not all(first)
    return f"(?:{'|'.join(options)})" + ("?" if closing == "]" else ""), [] if optional else [frozenset().union(*first)], at + 1


class Phrases:
    """Many phrases under keys, found together."""

    def __init__(self, phrases: Mapping[str, Iterable[str]], lemmas: Lemmas) -> None:
        """Compile all phrases. Raises PhraseError listing every one that cannot be read."""
        compiled: list[tuple[str, str, re.Pattern[str], Needs]] = []
        problems: list[str] = []
        for key, listed in phrases.items():
            for phrase in listed:
                try:
                    compiled.append((key, phrase, *compile_phrase(phrase, lemmas)))
                except PhraseError as error:
                    problems.append(f"{key}: {error}")
        if problems:
            raise PhraseError("\n".join(problems))
        counts = collections.Counter(word for *_, needed in compiled for words in needed for word in words)
        self._by_word: dict[str, list[tuple[str, str, re.Pattern[str], Needs]]] = collections.defaultdict(list)
        for key, phrase, expression, needed in compiled:
            rarest, *others = sorted(needed, key=lambda words: sum(counts[word] for word in words))
            for word in rarest:
                self._by_word[word].append((key, phrase, expression, others))

    def find(self, line: Line) -> Iterator[Hit]:
        """Every place where a phrase stands, the same phrase more than once if it does."""
        tried: set[int] = set()
        words = dict.fromkeys(line.text.split())
        for word in words:
            for key, phrase, expression, others in self._by_word.get(word, ()):
                if id(expression) in tried or any(needed.isdisjoint(words) for needed in others):
                    continue
                tried.add(id(expression))
                for found in expression.finditer(line.text):
                    start, end = line.span(found.start(), found.end())
                    yield Hit(key, phrase, start, end)
