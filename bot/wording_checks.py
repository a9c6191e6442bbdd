"""What our words must be: short, plain, kind, without doses, numbers to call or anyone else's sentences. Pure."""
from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from bot.content import Content

SAY_WORDS, MORE_WORDS, TITLE_LETTERS, GRADE = 60, 110, 42, 8.0
RUN = 6  # words in a row that may not be anybody else's
WORD = re.compile(r"[a-z0-9]+(?:['’][a-z]+)*", re.IGNORECASE)
SENTENCE = re.compile(r"(?<=[.!?:])[\"”')]*\s+")
# Seven digits or more in a row, with the marks that people put between them; dates, spans of years and fractions are none.
PHONE = re.compile(r"(?<![\w./=-])\+?\(?\d(?:[ ().-]{0,2}\d){6,}(?![\w/])")
SILENT = re.compile(r"[^td]ed$|[^aeioucszxg]es$|[^aeiou]ely$|eless$|eful")
DATES = re.compile(r"\d{4}-\d{2}-\d{2}(?:T[\d:]+Z?)?|\b(?:1[89]|20)\d{2} ?[-–] ?(?:1[89]|20)\d{2}\b|\b\d\.\d{4,}")
DOSE = re.compile(
    r"\b\d+(?:[.,]\d+)? ?(?:mg|milligrams?|g|grams?|grammes?|mcg|ug|micrograms?|ml|bumps?|lines?|keys?|points?)\b(?! ?(?:per cent|of water))"
    r"|\b(?:half|quarter|third) (?:a |of a )?(?:gram|gramme|point)\b"
    r"|\b(?:cut|drop|taper|reduce|lower)\w* (?:\w+ ){0,4}by (?:a (?:half|third|quarter|tenth|fifth)|half|\d)",
    re.IGNORECASE,
)


def words_in(text: str) -> list[str]:
    """The words of a text, small letters."""
    return [word.lower() for word in WORD.findall(text)]


def syllables(word: str) -> int:
    """How many syllables a word has, by its groups of vowels."""
    word = re.sub(r"'s?$", "", word.lower().replace("’", "'"))
    if word.isdigit():
        return 2
    groups = len(re.findall(r"[aeiouy]+", word))
    silent = SILENT.search(word) is not None or (word.endswith("e") and not word.endswith(("le", "ee", "ie", "oe", "ye")))
    return max(1, groups - bool(silent and groups > 1))


def sentences_in(text: str) -> list[str]:
    """The sentences of a text; a line end ends one too."""
    return [part for line in text.splitlines() for part in SENTENCE.split(line.strip()) if WORD.search(part)]


def grade(text: str) -> float:
    """The school year that reads a text with ease (Flesch-Kincaid)."""
    plain = re.sub(r"\{\w+\}", "999", text)
    words = words_in(plain)
    if not words:
        return 0.0
    return 0.39 * len(words) / max(1, len(sentences_in(plain))) + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


def said(content: Content) -> Iterator[tuple[str, str, str]]:
    """Everything that we say: (file, what it is, text)."""
    for answer in content.answers.values():
        where = f"data/answers/{answer.topic}/{answer.id}.yml"
        yield where, "title", answer.title
        yield from ((where, f"say {voice}", text) for voice, text in answer.say.items())
        yield from ((where, f"more {voice}", text) for voice, text in answer.more.items())
    for turn in content.turns.values():
        for field, voices in (("say", turn.say), ("again", turn.again)):
            yield from (("data/dialogue", f"{turn.name} {field} {voice}", text) for voice, text in voices.items())
    for danger in content.dangers.values():
        for sign in danger.signs:
            for field, voices in (("say", sign.say), ("again", sign.again), ("ask", sign.ask)):
                yield from ((f"data/risk/{danger.id}.yml", f"{sign.id} {field} {voice}", text) for voice, text in voices.items())
    for name, guide in content.guides.items():
        yield from (("data/dialogue/guides.yml", name, text) for text in (guide.title, *guide.steps, guide.done))
    for move, told in content.care.items():
        yield from (("data/dialogue/care.yml", f"{move} {who}", text) for who, versions in told.items() for text in versions)
    yield from (("data/words.yml", name, text) for name, text in leaves(content.words))


def leaves(node: object, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text of nested mappings and lists, with its path."""
    if isinstance(node, str):
        yield name, node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            if key != "payload":
                yield from leaves(value, f"{name} {key}".strip())
    elif isinstance(node, Sequence):
        for value in node:
            yield from leaves(value, name)


def lengths(content: Content) -> Iterator[str]:
    """Answers that are too long to be read by somebody who is not well."""
    for answer in content.answers.values():
        where = f"data/answers/{answer.topic}/{answer.id}.yml"
        if len(answer.title) > TITLE_LETTERS:
            yield f"{where}: the title has {len(answer.title)} letters, keep it within {TITLE_LETTERS}"
        for field, voices, most in (("say", answer.say, SAY_WORDS), ("more", answer.more, MORE_WORDS)):
            for voice, text in voices.items():
                if len(text.split()) > most:
                    yield f"{where}: `{field}: {voice}` has {len(text.split())} words, keep it within {most}"


def grades(content: Content) -> Iterator[str]:
    """Answers and danger replies that are hard to read."""
    for where, what, text in said(content):
        if where.startswith(("data/answers", "data/risk")) and " say " in f" {what} " and grade(text) > GRADE:
            yield f"{where}: `{what}` reads at grade {grade(text):.1f}, shorten its sentences or words until it is {GRADE:.0f} or less"


def banned(content: Content, lists: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Words that shame, sell or promise."""
    allowed = [re.compile(rf"(?<!\w){name}", re.IGNORECASE) for name in lists.get("allowed") or ()]
    patterns = [(kind, re.compile(rf"(?<![\w-])(?:{word})(?![\w-])", re.IGNORECASE)) for kind in lists if kind != "allowed" for word in lists[kind]]
    for where, what, text in said(content):
        for name in allowed:
            text = name.sub(" ", text)
        for kind, pattern in patterns:
            found = pattern.search(text)
            if found:
                yield f"{where}: `{what}` says {found.group()!r} ({kind}), say it in other words"


def doses(content: Content) -> Iterator[str]:
    """Amounts to take, and figures to come down by."""
    for where, what, text in said(content):
        found = DOSE.search(text)
        if found:
            yield f"{where}: `{what}` says {found.group()!r}, leave amounts out"


def phone_like(text: str) -> list[str]:
    """What looks like a telephone number in a text."""
    return PHONE.findall(DATES.sub(" ", text))


def runs(text: str) -> set[tuple[str, ...]]:
    """Every RUN words in a row."""
    words = words_in(text.replace("’", "'"))
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


def copied(texts: Iterable[tuple[str, str]], others: str) -> Iterator[str]:
    """Texts (file, text) that share a run of words with somebody else's."""
    theirs = set().union(*(runs(line) for line in others.splitlines())) if others else set()
    for where, text in texts:
        shared = runs(text) & theirs
        if shared:
            yield f"{where}: {' '.join(min(shared))!r} stands in a source word for word, say it in your own"
