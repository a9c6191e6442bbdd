"""Names that are introduced as names: "I'm Aoife", "my son Daniel", "his name's", "call me", a name at the end.

Four questions are asked of a word, from the strictest to the mildest: what introduces it, is it on the list of given
names, is it a word of any other meaning, does it have a capital in a message that uses them. "I'm done", "I'm Irish" and
"I'm scared" fail the third. Once found, a name is found everywhere in the message.
"""
from __future__ import annotations

import re
from collections.abc import Iterator

from bot.redaction.shapes import Recogniser
from bot.redaction.vocabulary import DOUBTFUL, PEOPLES, SMALL, is_given, is_misspelt, is_surely_given, is_word, places

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*", re.UNICODE)
RELATION = (
    r"(?:(?:step|grand|god|foster|half|great|ex|twin|adopted)[ -]?)*(?:son|daughter|child|kid|boy|girl|lad|brother|sister|bro|sis|mum|mam|mom|mother|ma|dad|da|father|husband|hubby|wife|missus|partner|"
    r"boyfriend|girlfriend|bf|gf|ex|fianc[eé]e?|friend|bestie|mate|pal|buddy|cousin|uncle|aunt|auntie|aunty|nephew|niece|nan|nana|nanny|gran|granny|grandad|granddad|grandma|grandpa|granda|"
    r"flatmate|housemate|roommate|boss|manager|colleague|coworker|neighbou?r|dealer|plug|therapist|counsell?or|key\s?worker|social worker|support worker|sponsor|doctor|gp|psychiatrist|nurse|"
    r"teacher|tutor|patient|client|twin|baby|kids|sons|daughters|friends|brothers|sisters|toddler|stepdad|stepmum|landlord|landlady|carer|psychologist|midwife|consultant)"
)
OWNER = r"(?:my|our|his|her|their|your|the|a|an|me)"
AGE = r"(?:(?:little|big|older|younger|elder|eldest|oldest|youngest|only|best|close|good|old|dear|late|baby|twin|new|first|middle|teenage|\d{1,2}[ -]?(?:yr|year|yo|y/o)s?[ -]?(?:old)?|\d{1,2})\s+)*"
# Certain: whatever follows is a name, unless it cannot be one.
CERTAIN = re.compile(
    rf"\b(?:(?:my|his|her|their|our|{OWNER}\s+{AGE}{RELATION}(?:'s|s|’s)?|the)\s+(?:full |first |last |real |sur|nick|given |christian |maiden )?(?:name|surname|nickname)(?:\s+is|'s|’s|s|:|\s+was|\s+are)?|^\s*name\s*(?:is|:|-)|\bname's|\bname’s)\s*[:,]?\s+",
    re.IGNORECASE | re.MULTILINE,
)
FOREIGN = re.compile(
    r"\b(?:ich hei(?:ß|ss)e|mein name ist|je m'appelle|je m’appelle|me llamo|mi nombre es|mijn naam is|ik heet|mi chiamo|meu nome é|nazywam si[eę]|mam na imi[eę])\s*[:,]?\s+",
    re.IGNORECASE | re.MULTILINE,
)
# As certain, with a person before it: "he's called", "a girl named".
NAMED = re.compile(
    rf"\b(?:i|he|she|they|{RELATION}|guy|man|woman|person|someone|somebody|dog|cat|lady|fella|bloke|chap|who)(?:,?\s+(?:is|was|am|are|who is|who's)\s+|'m\s+|'s\s+|’m\s+|’s\s+|m\s+|\s+(?=named))(?:called|named|known as)\s+",
    re.IGNORECASE,
)
# Likely: a word of its own meaning does not count.
CALLED = re.compile(
    rf"\b(?:(?:(?:i|he|she|they|we|{RELATION}|guy|man|woman|person|someone|somebody|dog|cat|people|lady|fella|bloke|chap)(?:\s+(?:is|was|am|are|who is|who's)|'m|'s|’m|’s|m|s)?,?\s+(?:is\s+|was\s+|get\s+|go\s+)?(?:called|named|known as|goes by|go by))|"
    r"(?:people|everyone|they|friends|you can|u can|please|just|pls) call me|(?:^|[.!?,]\s*|\band )call me|"
    r"(?:^|[.!?]\s*|\b)(?:yours(?: sincerely| truly)?|kind regards|best wishes|signed|sincerely),?)\s*[:,]?\s+",
    re.IGNORECASE | re.MULTILINE,
)
RELATED = re.compile(rf"\b{OWNER}\s+{AGE}{RELATION}(?![\w'’])\s*(?:,|\(|-|–|:|is called|called|named)?\s*", re.IGNORECASE)
I_AM = re.compile(
    r"(?:(?<![\w'’])(?:i'm|i’m|im|i am|ich bin|ik ben|je suis|soy|this is|it's|its|it’s|it is|jsem|jestem)|(?:^|[.!?]\s+)(?:hi|hello|hey|hiya)(?:\s+there)?[,!.]?\s+(?:it's|its|i'm|im|i am|this is|from)?)\s+",
    re.IGNORECASE | re.MULTILINE,
)
TITLE = re.compile(r"\b(?:dr|doctor|mr|mrs|ms|mx|miss|prof|professor|nurse|father|sister|officer|sergeant|sgt|pc|constable|detective|judge|pastor|reverend|rev|uncle|aunt|auntie|aunty|nanny|nana|nan|granny|gran|grandad|grandma|grandpa|sir|lady|cllr|coach)\.?\s+", re.IGNORECASE)
SIGNED = re.compile(
    r"(?:\b(?:thanks|thank you|thankyou|thx|ta|cheers|regards|best|love|lots of love|yours|from|many thanks|take care|xx+|bye)\b[\s,.!xX-]*\n?\s*[-–—~]?\s*|\n\s*|\s[-–—~]\s*)(?P<it>[^\W\d_]+(?:['’-][^\W\d_]+)*(?:[ ][^\W\d_]+(?:['’-][^\W\d_]+)*)?)\s*[xX.! ]*$",
    re.IGNORECASE,
)
IS_MINE = re.compile(rf"(?P<it>[^\W\d_]+(?:['’-][^\W\d_]+)*)(?:,\s+|\s+is\s+|\s+was\s+|'s\s+|\s+\()(?:my|our)\s+{AGE}{RELATION}\b", re.IGNORECASE)
PERSONS = r"(?:says|said|told|asked|wants|thinks|thought|keeps \w+ing|rang|texted)"
DOES = re.compile(rf"(?:^|[.!?]\s+)(?P<it>(?-i:[A-ZÀ-Þ])[^\W\d_]{{2,}})\s+{PERSONS}\b", re.IGNORECASE | re.MULTILINE)
PAIR = re.compile(r"(?<![\w'’-])[A-ZÀ-Þ][^\W\d_]{1,}\s(?:O['’])?[A-ZÀ-Þ][^\W\d_]{1,}(?![\w-])")
HERE = re.compile(r"(?:^|[.!?]\s+|\b(?:hi|hello|hey),?\s+)(?P<it>[^\W\d_]+(?:['’-][^\W\d_]+)*)(?:\s+[^\W\d_]+)?\s+here\b", re.IGNORECASE | re.MULTILINE)
AND = re.compile(r"(?:\s*,\s*(?:and\s+|&\s*)?|\s+and\s+|\s*&\s*|\s*/\s*)")
BETWEEN = re.compile(r"(?:\s+|\s*[-–]\s*)(?:(?:van|von|de|da|di|del|der|den|la|le|du|dos|bin|binti|al|el|ben|ní|ni|mac|mc|o)[ ]){0,2}", re.IGNORECASE)
VERBS = frozenset(
    "is was has had does did keeps uses takes took wants says said told went came goes gets got died dies and who whose isnt isn't hasnt hasn't wont won't doesnt doesn't didnt didn't cant can't started starts "
    "stopped needs lives works left thinks thought lost used been asked gave spends steals stole smokes".split()
)
ENDS = re.compile(r"\s*(?:$|[.,;:!?)\n(–—-]|(?:and|from|but|i|im|i'm|i’m|my|x+|\d+|aged|age|here|by the way|btw|speaking|again|who|if|so|please|pls|thanks|nice|he|she|is|was)(?![\w'’]))", re.IGNORECASE)
NOT_ENDINGS = ("ing", "ed", "ful", "less", "ous", "ive", "ish", "ness", "able", "ly", "like")
SHORTENED = ("n't", "'ve", "'ll", "'re", "'d", "'m", "in'")
SPACE = 3  # words that a full name may have


class Finds(Recogniser):
    """Names of people, the writer's and others'."""

    kind = "name"
    placeholder = "[name]"
    certainty = 0.5

    def found(self, text: str) -> Iterator[tuple[int, int]]:
        """Introduced names first, then every other place where they stand, then given names that are nothing else."""
        capitals = uses_capitals(text)
        spans = set(introduced(text, capitals))
        names = {word.group().lower() for start, end in spans for word in WORD.finditer(text[start:end])}
        for word in WORD.finditer(text):
            if text[max(0, word.start() - 1) : word.start()] in ("/", "@", ".") and text[word.end() : word.end() + 1] in (".", "/", "@"):
                continue  # a part of a public page's address
            lower = bare(word.group())
            big = capitals and word.group()[0].isupper()
            again = lower in names and len(lower) > 2 and (not is_word(lower) or big and not starts_sentence(text, word.start()))
            if again or is_surely_given(lower):
                end = word.start() + len(without_s(word.group()))
                spans.add((word.start(), end))
                if end == word.end():
                    spans.update(surname(text, end))
        yield from spans


def introduced(text: str, capitals: bool) -> Iterator[tuple[int, int]]:
    """What an introduction makes a name."""
    for match in CERTAIN.finditer(text):
        yield from full_name(text, match.end(), "certain", capitals)
    for match in FOREIGN.finditer(text):
        yield from full_name(text, match.end(), "foreign", capitals)
    for match in NAMED.finditer(text):
        yield from full_name(text, match.end(), "named", capitals)
    for match in CALLED.finditer(text):
        yield from full_name(text, match.end(), "likely", capitals)
    for match in RELATED.finditer(text):
        yield from full_name(text, match.end(), "related", capitals)
    for match in I_AM.finditer(text):
        yield from full_name(text, match.end(), "said", capitals)
    for match in TITLE.finditer(text):
        yield from full_name(text, match.end(), "title", capitals)
    for pattern in (IS_MINE, HERE):
        for match in pattern.finditer(text):
            lower = bare(match.group("it"))
            if can_be(text, match.start("it"), match.group("it"), "said", capitals) or is_unknown(lower):
                yield match.span("it")
    for match in DOES.finditer(text) if capitals else ():
        if is_unknown(bare(match.group("it"))):
            yield match.span("it")
    for match in PAIR.finditer(text) if capitals else ():
        if all(is_unknown(bare(word)) or is_surely_given(bare(word)) for word in match.group().split()):
            yield match.span()
    signed = SIGNED.search(text)
    if signed and signed.start() > 0:
        yield from signature(text, signed, capitals)


def signature(text: str, signed: re.Match[str], capitals: bool) -> Iterator[tuple[int, int]]:
    """A name of one or two words at the end."""
    words = list(WORD.finditer(text, signed.start("it"), signed.end("it")))
    while words and len(words[-1].group()) == 1:
        words.pop()
    sure = [word for word in words if is_given(bare(word.group())) or capitals and word.group()[0].isupper()]
    fits = [word for word in sure if not is_word(bare(word.group())) or is_given(bare(word.group())) and word.group()[0].isupper()]
    if fits and fits[0] is words[0] and bare(words[0].group()) not in places() | SMALL | PEOPLES and len(sure) == len(words):
        yield words[0].start(), words[-1].end()


def full_name(text: str, start: int, how: str, capitals: bool) -> Iterator[tuple[int, int]]:
    """The name that begins at `start`, with its surname, and those that are listed after it."""
    first = WORD.match(text, start)
    if first is None or not can_be(text, start, first.group(), how, capitals):
        return
    end = start + len(without_s(first.group()))
    spans = [(start, end)]
    if end == first.end():
        spans += surname(text, end, certain=how == "certain", small_too=how != "foreign")
    yield spans[0]
    yield from spans[1:]
    listed = AND.match(text, max(end for _, end in spans))
    if listed and how in ("certain", "likely", "related", "named"):
        following = WORD.match(text, listed.end())
        if following and (is_surely_given(bare(following.group())) or capitals and following.group()[0].isupper() and is_given(bare(following.group()))):
            yield from full_name(text, listed.end(), how, capitals)


def surname(text: str, end: int, *, certain: bool = False, small_too: bool = True) -> list[tuple[int, int]]:
    """What stands behind a given name and belongs to it: words with a capital; after "my name is", also small ones."""
    spans: list[tuple[int, int]] = []
    for _ in range(SPACE):
        gap = BETWEEN.match(text, end)
        word = WORD.match(text, gap.end()) if gap else None
        if word is None:
            break
        said, lower = word.group(), bare(word.group())
        big = said[0].isupper() and lower not in SMALL and not text.isupper() and (len(said) > 2 or not is_word(lower))
        small = small_too and is_unknown(lower) or certain and lower not in SMALL and len(lower) > 1 and (not is_word(lower) or bool(ENDS.match(text, word.end())) and not lower.endswith(NOT_ENDINGS))
        if not (big or small):
            break
        end = word.start() + len(without_s(said))
        spans.append((word.start(), end))
        if end != word.end():
            break
    return spans


def can_be(text: str, start: int, said: str, how: str, capitals: bool) -> bool:
    """Whether the word at `start` can be a name after such an introduction."""
    lower = bare(said)
    big = capitals and said[0].isupper() and not starts_sentence(text, start)
    short = said.isupper() and 2 <= len(said) <= 5 and not text.isupper()
    if lower in SMALL or len(lower) < 2 or short and not is_given(lower):
        return False
    if lower.endswith(SHORTENED) or lower in PEOPLES and how != "title":
        return False
    following = WORD.match(text, start + len(said) + 1)
    ended = bool(ENDS.match(text, start + len(said)))
    if how == "foreign":
        return is_given(lower) or not is_word(lower)
    if how == "certain":
        return is_given(lower) or not is_word(lower) or big or ended and not lower.endswith(NOT_ENDINGS)
    if how == "title":
        return is_titled(text, start, lower, big)
    if is_surely_given(lower):
        return True
    if big and is_given(lower) and not (how == "said" and is_word(lower) and lower in DOUBTFUL and not ended):
        return True
    if big and not is_word(lower) and (how in ("related", "likely", "named") or lower not in places()):
        return True
    if how == "named":
        return is_given(lower) and (ended or lower not in DOUBTFUL) or not is_word(lower) and ended
    if how == "likely":
        return is_given(lower) and (lower not in DOUBTFUL or ended) or not is_word(lower) and not is_misspelt(lower) and ended
    if how == "related":
        goes_on = ended or following is not None and bare(following.group()) in VERBS
        if is_given(lower):
            return bool(goes_on and (lower not in DOUBTFUL or not is_word(lower) or following is not None and bare(following.group()) in VERBS and lower not in ("will", "may", "can")))
        return bool(goes_on and not is_word(lower) and not is_misspelt(lower) and lower not in places() and not lower.endswith(NOT_ENDINGS) and (len(lower) > 4 or len(lower) > 2 and following is not None and bare(following.group()) in VERBS))
    if is_given(lower) and lower not in DOUBTFUL:
        return ended
    if is_given(lower) and lower in DOUBTFUL and not is_word(lower):
        return ended and lower not in places()
    greeted = re.search(r"(?:^|[.!?\n]\s*|\b(?:hi|hello|hey|hiya),?\s+)(?:i'm|i’m|im|i am)\s+$", text[:start], re.IGNORECASE) is not None
    fresh = not is_word(lower) and not is_misspelt(lower) and lower not in places() and not lower.endswith(NOT_ENDINGS + ("y", "al", "ic", "ted"))
    return greeted and ended and fresh and len(lower) > 3


def is_titled(text: str, start: int, lower: str, big: bool) -> bool:
    """Whether what follows "Dr", "Mrs" or "Uncle" is a name."""
    title = text[:start].rstrip(". ").rsplit(maxsplit=1)[-1].lower()
    if title in ("mr", "mrs", "ms", "mx"):
        return lower not in VERBS
    known = is_word(lower)
    if big and (title in ("dr", "prof", "professor") or not known or is_given(lower)):
        return True
    return is_surely_given(lower) or title in ("dr", "uncle", "aunt", "auntie", "aunty", "pc") and is_unknown(lower) and lower not in VERBS


def is_unknown(lower: str) -> bool:
    """Whether nobody knows the word: no dictionary, not as a slip, not as a place or a helpline."""
    return len(lower) > 2 and not is_word(lower) and not is_misspelt(lower) and lower not in places() and not lower.endswith(SHORTENED)


def bare(word: str) -> str:
    """A word in small letters, without its 's."""
    return without_s(word).lower().replace("’", "'")


def without_s(word: str) -> str:
    """"Daniel's" -> "Daniel"."""
    return word[:-2] if word[-2:].lower() in ("'s", "’s") else word


def starts_sentence(text: str, start: int) -> bool:
    """Whether the word at `start` has its capital from its place."""
    head = text[:start].rstrip(" \"'“‘(")
    return not head or head[-1] in ".!?\n…"


def uses_capitals(text: str) -> bool:
    """Whether a capital means anything here: not where all is shouted, nor where Every Word Has One."""
    words = WORD.findall(text)
    big = sum(word[0].isupper() for word in words)
    return not text.isupper() and (big < 0.7 * len(words) or len(words) <= 4)
