"""A reply as Telegram takes it: plain text in parts of at most 4,096 UTF-16 units, and buttons of at most 64 bytes.

No text is ever sent with a parse mode, so nothing in it can turn into formatting or a link that we did not write.
"""
from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

LONGEST = 4_096  # UTF-16 units of one message, by which Telegram counts
LONGEST_DATA = 64  # bytes of what a button may carry
LONGEST_TITLE = 64  # characters of a button that a phone can show
KEY = "#"  # begins the short key of a payload that is too long for a button
HIDDEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
SCHEME = re.compile(r"\btel:(?=[+\d])")
# A telephone number as people write it, or a web address: neither may be torn.
WHOLE = re.compile(r"(?:https?://|www\.)\S+|\S+@\S+|[+(]?\d(?:[\d \u00a0().·/–-]*\d)?")
# Where a text may be parted, the best first: between paragraphs, lines, sentences, words.
BREAKS = tuple(re.compile(pattern) for pattern in (r"\n{2,}", r"\n", r"(?<=[.!?…])[ \t]+", r"[ \t]+"))
JOINED = re.compile(r"[\u0300-\u036f\u200d\ufe00-\ufe0f\u20d0-\u20ff\U0001f3fb-\U0001f3ff]")


@dataclasses.dataclass(frozen=True)
class Part:
    """One message to be sent: its text, where in it the sources begin (in UTF-16 units), and its buttons as (title, data), one a row."""

    text: str
    buttons: tuple[tuple[str, str], ...] = ()
    sources_at: int | None = None


def units(text: str) -> int:
    """The length of a text as Telegram counts it."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def clean(text: str) -> str:
    """A text that Telegram takes and that reads as it was written: no control marks, no `tel:` before a number."""
    return SCHEME.sub("", HIDDEN.sub("", text.replace("\r\n", "\n"))).strip()


def split(text: str, longest: int = LONGEST) -> list[str]:
    """Parts of at most `longest` units, parted between paragraphs where that can be, and never inside a number or an address."""
    parts, rest = [], clean(text)
    while units(rest) > longest:
        end, after = place_to_part(rest, longest)
        parts.append(rest[:end].rstrip())
        rest = rest[after:].lstrip()
    return [part for part in (*parts, rest) if part]


def place_to_part(text: str, longest: int) -> tuple[int, int]:
    """Where the first part ends and the next begins."""
    most = letters_within(text, longest)
    whole = [match.span() for match in WHOLE.finditer(text[: most + longest])]
    for breaks in BREAKS:
        # A break near the very beginning would leave a part of a few words.
        found = [gap.span() for gap in breaks.finditer(text, most // 4, most + 1) if gap.start() <= most and not torn(gap.start(), gap.end(), whole)]
        if found:
            return found[-1]
    end = next((start for start, stop in whole if start < most < stop and start > 0), most)
    while 1 < end < len(text) and (JOINED.match(text[end]) or text[end - 1] == "\u200d"):
        end -= 1
    return end, end


def torn(start: int, end: int, whole: Sequence[tuple[int, int]]) -> bool:
    """Whether parting here would tear something that belongs together."""
    return any(first < end and start < last for first, last in whole)


def letters_within(text: str, longest: int) -> int:
    """How many letters of a text make at most `longest` units."""
    used = 0
    for place, letter in enumerate(text):
        used += 2 if ord(letter) > 0xFFFF else 1
        if used > longest:
            return place
    return len(text)


def parts_of(text: str, buttons: Iterable[Mapping[str, str]] = (), sources: str = "") -> list[Part]:
    """One reply as messages: the sources close the last, and the buttons stand under it."""
    parts = [Part(one) for one in split(text)]
    quoted = clean(sources)
    if parts and quoted and units(parts[-1].text) + units(quoted) + 2 <= LONGEST:
        last = parts[-1].text
        parts[-1] = Part(f"{last}\n\n{quoted}", sources_at=units(last) + 2)
    elif quoted:
        parts += [Part(one, sources_at=0) for one in split(quoted)]
    pressed = tuple((title_of(button), data_of(button["payload"])) for button in buttons if button.get("payload"))
    return [*parts[:-1], dataclasses.replace(parts[-1], buttons=pressed)] if parts else []


def title_of(button: Mapping[str, str]) -> str:
    """What stands on a button."""
    title = clean(button.get("title", "")) or button["payload"]
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…"


def data_of(payload: str) -> str:
    """What a button carries: its payload, or a key made from one that is too long, the same at any time and in any process."""
    if len(payload.encode("utf-8", "surrogatepass")) <= LONGEST_DATA and not payload.startswith(KEY):
        return payload
    return KEY + hashlib.blake2b(payload.encode("utf-8", "surrogatepass"), digest_size=15).hexdigest()


def payload_of(data: str, offered: Iterable[str]) -> str:
    """The payload that a button's data stands for; `offered` are those of the conversation."""
    if not data.startswith(KEY):
        return data
    return next((payload for payload in offered if data_of(payload) == data), data)
