"""Say a chosen helpline in plain lines of text, and as links. Every number, link and label comes from the register."""
from __future__ import annotations

import datetime
import re
import urllib.parse
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bot.helpline_types import Choice, DoNotUse, Helpline, Number, Register

Words = Mapping[str, Any]
MANY_NUMBERS = 4
HOUR = datetime.timedelta(hours=1)


def render(choices: Sequence[Choice], words: Words, *, checked: bool = True) -> str:
    """All chosen lines as one text: each reason said once, an empty line between them, at the end when they were listed."""
    blocks, said = [], set()
    for choice in choices:
        reason = _reason(choice, words)
        lines = describe(choice, words, reason=reason not in said)
        said.add(reason)
        blocks.append("\n".join(lines))
    if checked and choices:
        blocks.append(listed(choices, words))
    return "\n\n".join(blocks)


def describe(choice: Choice, words: Words, *, reason: bool = True) -> list[str]:
    """One helpline as lines of plain text: why, name, what it is, ways, cost, hours, caution."""
    line = choice.helpline
    say = words["lines"]
    lines = [_reason(choice, words) if reason else None, line.name]
    lines.append(say["sentence"].format(text=line.what) if line.what else None)
    lines.append(say["audience"].format(audience=line.audience) if line.audience else None)
    lines.append(say["covers"].format(regions=_and(choice.covers, words)) if choice.covers else None)
    lines.extend(_ways(choice, words))
    lines.append(" ".join(_cost(line, words)))
    lines.append(_hours(choice, words))
    if choice.language_needed:
        names = [words["languages"][language] for language in line.languages]
        lines.append(say["speaks"].format(languages=_and(names, words)))
    lines.append(line.caution)
    return [text for text in lines if text]


def listed(choices: Sequence[Choice], words: Words) -> str:
    """When the details were last seen, told by the oldest of them."""
    oldest = min(choices, key=lambda one: one.helpline.checked_on).helpline
    key = oldest.checked_by
    if key == "register" and len(choices) > 1:
        key = "register_many"
    day = oldest.checked_on
    return str(words["listed"][key].format(date=f"{day.day} {words['months'][day.month - 1]} {day.year}"))


def links(helpline: Helpline, words: Words) -> list[dict[str, str]]:
    """The ways to reach it that a device can open, as {label, href}."""
    say, found = words["ways"], []
    if helpline.call and helpline.call.dial:
        found.append((_call(helpline.call, words), f"tel:{urllib.parse.quote(helpline.call.dial, safe='+')}"))
    if helpline.text:
        number = re.sub(r"[^\d+]", "", helpline.text.number)
        body = f"?body={urllib.parse.quote(helpline.text.word)}" if helpline.text.word else ""
        found.append((_text(helpline, words), f"sms:{number}{body}"))
    if helpline.chat:
        found.append((say["chat"].format(url=_host(helpline.chat)), helpline.chat))
    if helpline.whatsapp and helpline.whatsapp.startswith("+"):
        href = f"https://wa.me/{re.sub(r'[^0-9]', '', helpline.whatsapp)}"
        found.append((say["whatsapp"].format(number=helpline.whatsapp), href))
    if helpline.email:
        found.append((say["email"].format(address=helpline.email), f"mailto:{helpline.email}"))
    if helpline.website and helpline.website != helpline.chat:
        found.append((say["website"].format(url=_host(helpline.website)), helpline.website))
    return [{"label": label, "href": href} for label, href in found]


def banned_numbers(register: Register, text: str, country: str | None = None) -> list[DoNotUse]:
    """The do-not-use numbers in a text. Short ones are dead in one country and live in another, so they need it."""
    return [
        entry
        for code, home in register.countries.items()
        if country in (None, code)
        for entry in home.do_not_use
        if (country or len(re.sub(r"\D", "", entry.number)) > MANY_NUMBERS or "press" in entry.number)
        and _pattern(entry.number).search(text)
    ]


def _pattern(number: str) -> re.Pattern[str]:
    pieces = [re.escape(piece) if piece.isalpha() else piece for piece in re.findall(r"\d|[a-z]+", number)]
    between = r"[^\d\w]*(?:then\W+)?" if "press" in number else r"[\s().\u00a0-]*"
    return re.compile(r"(?<!\d)" + between.join(pieces) + r"(?!\d)", re.IGNORECASE)


def _reason(choice: Choice, words: Words) -> str | None:
    template = words["reasons"][choice.reason]
    return template.format(asked=words["needs"][choice.need], place=choice.place) if template else None


def _ways(choice: Choice, words: Words) -> Iterator[str]:
    line, say = choice.helpline, words["ways"]
    if line.call:
        yield _with_hours(_call(line.call, words), choice, "call", words)
    yield from (_labelled(number, words) for number in (*line.more_numbers, line.relay) if number and not number.low)
    if line.text:
        yield _with_hours(_text(line, words), choice, "text", words)
    if line.chat:
        yield _with_hours(say["chat"].format(url=line.chat), choice, "chat", words)
    if line.whatsapp:
        yield _with_hours(say["whatsapp"].format(number=line.whatsapp), choice, "whatsapp", words)
    if line.email and not line.ways():
        yield say["email"].format(address=line.email)
    if line.website and not line.ways():
        yield say["website"].format(url=line.website)


def _call(number: Number, words: Words) -> str:
    if number.label:
        return _labelled(number, words)
    key = "call_then" if number.then else "call"
    return str(words["ways"][key].format(number=number.number, then=number.then))


def _labelled(number: Number, words: Words) -> str:
    key = "labelled_then" if number.then else "labelled"
    return str(words["ways"][key].format(label=number.label, number=number.number, then=number.then))


def _text(line: Helpline, words: Words) -> str:
    assert line.text
    key = "text_word" if line.text.word else "text_say" if line.text.say else "text"
    return str(words["ways"][key].format(number=line.text.number, word=line.text.word, say=line.text.say))


def _with_hours(way_text: str, choice: Choice, way: str, words: Words) -> str:
    """Add the hours of a way where they are not those of the line."""
    state = choice.states.get(way)
    if state is None or (way == choice.helpline.ways()[0] and state.open is None):
        return way_text
    say = words["ways"]
    if state.open is None:
        return f"{way_text} {say['hours_unknown']}"
    if state.open:
        return f"{way_text} {say['hours_open'].format(time=_clock(state.until, choice, words))}" if state.until else way_text
    opens = say["hours_closed"].format(
        time=_clock(state.opens_at, choice, words), day=_day(state.opens_at, choice, words)
    )
    return f"{way_text} {opens}"


def _cost(line: Helpline, words: Words) -> Iterator[str]:
    said = words["costs"][line.cost] if line.ways() else None
    privacy = words["privacy"][line.privacy] if line.privacy else None
    yield from (text for text in (said, line.cost_note, privacy, line.privacy_note) if text)


def _hours(choice: Choice, words: Words) -> str | None:
    say, kind = words["hours"], choice.helpline.hours.kind
    if choice.open_now is None:
        return None if kind == "website" else say["unknown"]
    if choice.until is None and choice.open_now:
        return str(say["always"])
    if choice.open_now:
        key = "open_long" if choice.until and choice.until - choice.now > 20 * HOUR else "open"
        evening = choice.until - datetime.timedelta(minutes=1) if choice.until else None  # midnight ends the day before
        text = say[key].format(time=_clock(choice.until, choice, words), day=_day(evening, choice, words))
    else:
        text = say["closed"].format(time=_clock(choice.opens_at, choice, words), day=_day(choice.opens_at, choice, words))
    return f"{text} {say['holidays']}"


def _clock(moment: datetime.datetime | None, choice: Choice, words: Words) -> str:
    assert moment
    say = words["hours"]
    time = say["midnight"] if (moment.hour, moment.minute) == (0, 0) else f"{moment:%H:%M}"
    zone = words["zones"].get(choice.helpline.hours.zone)
    return str(say["zone"].format(time=time, zone=zone)) if choice.say_zone and zone else str(time)


def _day(moment: datetime.datetime | None, choice: Choice, words: Words) -> str:
    assert moment
    say = words["hours"]
    away = (moment.date() - choice.now.astimezone(moment.tzinfo).date()).days
    if away in (0, 1):
        return str(say["today" if away == 0 else "tomorrow"])
    return str(say["on_day"].format(day=words["days"][moment.weekday()]))


def _and(names: Sequence[str], words: Words) -> str:
    if len(names) < 2:
        return "".join(names)
    return str(words["lines"]["and"].format(first=", ".join(names[:-1]), last=names[-1]))


def _host(url: str) -> str:
    return urllib.parse.urlsplit(url).netloc.removeprefix("www.")
