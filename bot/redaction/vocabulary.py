"""Which words can be a name: those that no dictionary knows, those of the list of given names, those with a capital."""
from __future__ import annotations

import functools

import simplemma

from bot import kept, settings
from bot.language import noise, reading

MEMBERS = 50_000
# Words that are never a name after "I'm" or "my name is", whatever a list says.
SMALL = frozenset(
    "a an the and or but so not no yes in on at to of for from with by is am are was were be been being it its it's this that these those there here he she they we you i me my his her "
    "their our your him them us who what when where why how if as than then too very just only also still really actually now today again please thanks thank thx hi hello hey sorry help ok okay "
    "if because since while after before about into off out up down over under more less most some any all both each every none nothing something one two three four five six seven eight nine ten "
    "do does did done have has had will would can could should may might must shall im i'm ive i've id i'd ill dont don't cant can't wont won't isnt didnt doesnt got get gets going gonna wanna need needs "
    "want wants downstairs upstairs monday tuesday wednesday thursday friday saturday sunday weekday january february march april june july august september october november december hasnt hadnt havent arent wasnt werent shouldnt couldnt wouldnt aint whos whats say says said like know think never always often sometimes back tomorrow tonight later soon anytime asap mum mom mam dad mummy daddy mother father son daughter brother sister "
    "wife husband friend mate girl boy man woman guy kid child baby doctor nurse gp bro sis love babe dear everyone anyone someone nobody lol omg plz pls tho u ur r k ket ketamine".split()
)
# Given names that people also say of drugs, of helplines, or of a mood: only a clear introduction makes them names.
DOUBTFUL = frozenset(
    "charlie molly mandy tina gina calvin stanley lulu bambi romeo juliet lucy mary jane tia roxy addy frank beth joy hope faith grace rich merry happy gay olive ginger sage sunny will may june april summer autumn dawn rose daisy iris ivy "
    "violet holly heather jasmine hazel ruby amber jade pearl crystal precious destiny trinity serenity chance chase grant mark drew art bill rob pat sue bob don dean max rex guy gene miles "
    "ray roman ash skye brook river lane reed cliff glen dale heath lee penny robin jay wren jack john nick mike dick harry josh van angel angus chuck earl duke king prince major melody carol "
    "an my so can ha le do ho la no mo in sun see bond hong kong ping ling long ming wing man tan sing song bao ban lang pan mana mere tane fatima paris sydney chelsea florence victoria "
    "adelaide georgia jordan kent devon israel kenya india asia china america austin dallas houston madison lincoln jackson savannah phoenix charlotte carolina virginia denver brooklyn camden "
    "ana mia ed ted ali al hal sam dan ben ken len ron kim jo bo lou ty vi cas els ole till kai can cem luz mai mei jin ren sora noor said omar rest leo jude tea ty trip lane".split()
)
# Who is meant by where they are from or what they have, often with a capital.
PEOPLES = frozenset(
    "irish english british scottish welsh french german dutch spanish italian polish indian chinese american canadian australian kiwi african asian european muslim christian catholic jewish hindu sikh buddhist "
    "gay straight bi bisexual trans queer lesbian autistic bipolar adhd bpd ocd ptsd asd add gcse cbt dbt gp nhs aa na ca smart maori pakeha latina latino latinx hispanic black white mixed brown romanian ukrainian russian "
    "portuguese brazilian mexican turkish greek nigerian kenyan ghanaian zulu xhosa afrikaans malay singaporean taiwanese japanese korean vietnamese filipino pakistani bangladeshi sri lankan nepali arab persian "
    "iranian iraqi syrian somali ethiopian swedish danish norwegian finnish czech slovak hungarian bulgarian croatian serbian swiss austrian belgian scouse geordie cockney brummie mancunian londoner dubliner".split()
)


@functools.lru_cache(maxsize=1)
def given_names() -> frozenset[str]:
    """The list of given names, in small letters."""
    lines = (settings.LANGUAGE_DATA / "given_names.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def habits() -> noise.Habits:
    """How people type, as the reader knows it."""
    return reading.shared(settings.LANGUAGE_DATA, settings.LANGUAGE_BUILT).habits


@functools.lru_cache(maxsize=1)
def places() -> frozenset[str]:
    """Every word of a place that the register knows, and of what its helplines are called."""
    named = " ".join(f"{line.name} {line.what or ''}" for line in kept.both()[1].lines.values()).lower()
    return frozenset(word for name in kept.both()[1].gazetteer.places for word in name.split()) | frozenset(named.replace("(", " ").replace(")", " ").split())


def spelling() -> noise.Spelling | None:
    """The reader's own dictionary: none is loaded a second time."""
    return reading.shared(settings.LANGUAGE_DATA, settings.LANGUAGE_BUILT).spelling


@functools.lru_cache(maxsize=MEMBERS)
def is_word(word: str) -> bool:
    """Whether `word` (small letters) is a word of English, of texting, or of ours."""
    bare = word.strip("'’.-").removesuffix("'s").removesuffix("’s").replace("’", "'")
    if bare in SMALL or bare in PEOPLES or bare in habits().known or bare in habits().texting:
        return True
    parts = bare.split("-") if "-" in bare else [bare]
    return all(simplemma.is_known(part, lang="en") or part.endswith("ly") and simplemma.is_known(part[:-2], lang="en") for part in parts if part)


@functools.lru_cache(maxsize=MEMBERS)
def is_misspelt(word: str) -> bool:
    """Whether `word` is nearly a word."""
    known = spelling()
    if known is None:
        return False
    shrunk = noise.shrink(word, known) if noise.STRETCHED.search(word) else word
    corrected = known.correct(shrunk)
    return shrunk != word or (corrected != word and is_word(corrected)) or " " in known.unglue(word)


@functools.lru_cache(maxsize=MEMBERS)
def is_given(word: str) -> bool:
    """Whether `word` (small letters) is on the list of given names."""
    bare = word.strip("'’.-").removesuffix("'s").removesuffix("’s")
    return noise_free(bare) in given_names()


def noise_free(word: str) -> str:
    """`word` without accents."""
    import unicodedata

    return "".join(letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter))


def is_surely_given(word: str) -> bool:
    """A given name that is nothing else."""
    bare = word.strip("'’.-").removesuffix("'s").removesuffix("’s")
    return len(bare) > 3 and is_given(bare) and bare not in DOUBTFUL and bare not in SMALL and bare not in places() and not is_word(bare)
