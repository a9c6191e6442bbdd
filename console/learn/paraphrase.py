"""What a paraphrase must be before it may leave: written by staff, no word-for-word piece of what the person said, no traces of anyone."""
from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from bot.wording_checks import phone_like

RUN = 6  # words in a row that must not be shared with the original
LONGEST = 1_000
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
ADDRESS = re.compile(r"\S+@\S+\.\S+|https?://|www\.|(?<!\w)@\w{3,}")
PLACEHOLDER = re.compile(r"<[A-Z_]+>|\[[A-Z_]+\]")
CONTROL = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


def words_of(text: str) -> list[str]:
    """The words of a text, as they are compared: letters and digits only, no case, one kind of apostrophe."""
    return [word.replace("’", "'").casefold() for word in WORD.findall(text)]


def shared_run(original: str, written: str, *, length: int = RUN) -> str | None:
    """The first `length` words in a row that both hold; where the original is shorter, all of it. None where there are none."""
    theirs, ours = words_of(original), words_of(written)
    length = min(length, len(theirs)) if len(theirs) >= 3 else length
    runs = {tuple(theirs[start : start + length]) for start in range(len(theirs) - length + 1)} if len(theirs) >= length else set()
    for start in range(len(ours) - length + 1):
        if tuple(ours[start : start + length]) in runs:
            return " ".join(ours[start : start + length])
    return None


def problems(written: str, originals: Sequence[str]) -> list[str]:
    """What stands against a paraphrase, as names of the sentences in the templates: nothing where it may go."""
    return list(_problems(written, originals))


def _problems(written: str, originals: Sequence[str]) -> Iterator[str]:
    if not words_of(written):
        yield "empty"
    if len(written) > LONGEST:
        yield "long"
    if CONTROL.search(written):
        yield "hidden"
    if ADDRESS.search(written):
        yield "address"
    if phone_like(written):
        yield "number"
    if PLACEHOLDER.search(written):
        yield "placeholder"
    if any(shared_run(original, written) for original in originals):
        yield "shared"
