"""The spaCy pipeline: tokens, normal forms, sentences, and the things that a message names.

Kept as code and built to disk by `build`; loaded in a tenth of a second by `load`. Every token gets a `norm_`
(contractions opened by spaCy's own English rules) and a `lemma_` (simplemma), so that a pattern written in plain
words meets "wanted", "wants" and "wanna" alike.
"""
from __future__ import annotations

import functools
import pathlib
from typing import Any

import simplemma
import spacy
import yaml
from spacy.language import Language
from spacy.tokens import Doc

LONG_SENTENCE = 24  # tokens; a longer run without a full stop is parted where a new clause starts
SHORTEST_CLAUSE = 5
CLAUSE_STARTS = frozenset("and but so because then cause plus also".split())
SUBJECTS = frozenset("i he she they we it you my his her this that there now".split())
ENDS = frozenset(".!?…\n")
# Past forms and nouns that simplemma leaves as they are, and family words that mean one person.
LEMMAS = {
    "felt": "feel", "left": "leave", "found": "find", "breath": "breathe", "lost": "lose", "lives": "live", "cannot": "can",
    "mam": "mum", "mom": "mum", "mother": "mum", "mummy": "mum", "father": "dad", "daddy": "dad", "born": "born", "lying": "lie",
    "dead": "dead", "his": "his", "her": "her", "better": "better", "worse": "worse", "less": "less", "us": "us",
    "breathing": "breathe", "overdosing": "overdose", "being": "be", "me": "me", "him": "him", "them": "them", "children": "child", "hanging": "hang", "hung": "hang", "fitting": "fit",
}  # fmt: skip
SHORTENED = frozenset("he she it that what who there here where how".split())  # after these, 's is "is"
NOT_VERBS = frozenset(
    "thing nothing something anything everything king ring morning evening during string spring wing wedding ceiling "
    "sibling offspring pudding clothing building".split()
)


@functools.lru_cache(maxsize=100_000)
def lemma(norm: str) -> str:
    """The dictionary form of a lower-case word: "wants" and "wanting" -> "want"."""
    if not norm or norm in LEMMAS:
        return LEMMAS.get(norm, norm)
    if norm.endswith("ing") and len(norm) > 5 and norm not in NOT_VERBS:
        stem = norm[:-3]
        stems = [stem[:-1]] if len(stem) > 3 and stem[-1] == stem[-2] and stem[-1] not in "lsz" else [stem, stem + "e"]
        known = [form for form in stems if simplemma.is_known(form, lang="en")]
        if known:
            return str(simplemma.lemmatize(known[0], lang="en")).lower()
    found = str(simplemma.lemmatize(norm, lang="en")).lower()
    if found == norm and norm.endswith("s") and len(norm) > 3 and norm[-2] not in "siu" and simplemma.is_known(norm[:-1], lang="en"):
        return norm[:-1]
    return found


@Language.component("mooring_normal_forms")
def set_normal_forms(doc: Doc) -> Doc:
    """Give every token its lemma; spaCy's tokenizer has set `norm_` already ("n't" -> "not")."""
    for token in doc:
        short = token.i > 0 and token.norm_ == "'s" and doc[token.i - 1].norm_.lower() in SHORTENED
        token.lemma_ = "be" if short else lemma(token.norm_.lower().strip("'"))
    return doc


@Language.component("mooring_sentences")
def set_sentences(doc: Doc) -> Doc:
    """Mark sentence starts: after full stops and line ends, and at new clauses in long runs without either."""
    start = 0
    for place, token in enumerate(doc):
        previous = doc[place - 1] if place else None
        ended = previous is not None and (previous.text[-1] in ENDS or "\n" in previous.text)
        if ended and token.text[0] not in ENDS and not token.is_punct:
            token.is_sent_start = True
            start = place
        elif previous is not None and starts_clause(doc, place) and place - start >= SHORTEST_CLAUSE:
            token.is_sent_start = is_long(doc, start)
            start = place if token.is_sent_start else start
        else:
            token.is_sent_start = place == 0
    return doc


def starts_clause(doc: Doc, place: int) -> bool:
    """Whether a new clause starts here: "and he", "but i", "because my"."""
    after = doc[place + 1].norm_ if place + 1 < len(doc) else ""
    return doc[place].norm_ in CLAUSE_STARTS and after in SUBJECTS


def is_long(doc: Doc, start: int) -> bool:
    """Whether the run of words from `start` has no end within LONG_SENTENCE tokens."""
    return not any(token.text[-1] in ENDS for token in doc[start : start + LONG_SENTENCE]) and len(doc) - start > LONG_SENTENCE


def make(folder: pathlib.Path) -> Language:
    """The pipeline, made afresh from `entities.yml` of `folder` (data/language)."""
    nlp = spacy.blank("en")
    nlp.add_pipe("mooring_normal_forms")
    nlp.add_pipe("mooring_sentences")
    listed: dict[str, dict[str, list[str]]] = yaml.safe_load((folder / "entities.yml").read_text(encoding="utf-8"))
    patterns: list[dict[str, Any]] = []
    for kind, things in listed.items():
        for name, words in things.items():
            patterns += [{"label": kind, "id": name, "pattern": [{"NORM": t.norm_} for t in nlp.make_doc(word)]} for word in words]
    number = {"LIKE_NUM": True}
    unit = {"LEMMA": {"IN": "minute hour day night week month year weekend".split()}}
    few = {"LOWER": {"IN": "a an few couple several".split()}}
    patterns += [
        {"label": "duration", "pattern": [number, unit]},
        {"label": "duration", "pattern": [few, unit]},
        {"label": "duration", "pattern": [{"LOWER": "a"}, {"LOWER": {"IN": ["few", "couple"]}}, {"LOWER": "of", "OP": "?"}, unit]},
        {"label": "amount", "pattern": [number, {"LOWER": {"IN": "g gram grams mg milligrams bumps lines bags pills tablets grammes".split()}}]},
        {"label": "amount", "pattern": [{"TEXT": {"REGEX": r"^\d+(\.\d+)?(g|mg|ml)$"}}]},
        {"label": "age", "pattern": [number, unit, {"LOWER": "old"}]},
        {"label": "age", "pattern": [{"LOWER": "aged"}, number]},
    ]
    ruler = nlp.add_pipe("entity_ruler", config={"overwrite_ents": True})
    ruler.add_patterns(patterns)  # type: ignore[attr-defined]
    return nlp


def build(folder: pathlib.Path, target: pathlib.Path) -> pathlib.Path:
    """Write the pipeline to disk at `target`; return it."""
    make(folder).to_disk(target)
    return target


def load(target: pathlib.Path) -> Language:
    """The pipeline from disk. Raises FileNotFoundError naming the remedy."""
    if not (target / "meta.json").exists():
        raise FileNotFoundError(f"{target}: the language pipeline is missing: run `make build`")
    return spacy.load(target)
