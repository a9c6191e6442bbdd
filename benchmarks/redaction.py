"""How much personal data is removed from made-up messages, and how many harmless ones are altered.

    python -m benchmarks.redaction            recall by kind, alterations, time a message
    python -m benchmarks.redaction --misses   and every miss

Names, towns and shapes are made here, without a look at the recognisers' lists; check digits are computed here too.
"""
from __future__ import annotations

import argparse
import collections
import random
import re
import statistics
import string
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any

import yaml

from bot import content, redaction
from bot.settings import ROOT

SEED = 20261124
FIRST = (
    "Aoife Tadhg Saoirse Cillian Niamh Fionn Ruairí Bláthnaid Muireann Donncha Oliver Charlotte Harrison Imogen Jasper Poppy Callum Isla Hamish Morag Rhys Carys Gethin Angharad "
    "Tyler Madison DeShawn Keisha Brandon Kaylee Xavier Jaylen Mackenzie Hunter Marcus Brianna Ethan Hailey Liam Noah Emma Olivia Ava Sophia Lachlan Jarrah Kylie Bruce Shane Tahlia "
    "Aroha Wiremu Tane Anahera Matiu Sanne Joris Femke Daan Thijs Lieke Maartje Jürgen Anneliese Lukas Friederike Björn Wolfgang Heike Torsten Étienne Margaux Thibault Océane Loïc Chloé "
    "Guillaume Amélie Íñigo Lucía Álvaro Begoña Joaquín Itziar Rocío Santiago Priya Arjun Ananya Rohan Ishaan Lakshmi Gurpreet Harpreet Vikram Deepika Mohammed Fatima Yusuf Aisha Omar Zainab "
    "Ngozi Chidi Adaeze Thabo Sipho Nomvula Lerato Zanele Pieter Annelize Wei Jie Mei-Ling Xiaoming Hui Min Siti Nurul Azlan Hafiz Kumar Ka-Ming Wai-Yee Chun-Hua Yi-Ting Katarzyna Paweł Agnieszka "
    "Dmitri Oksana Svetlana Andrei Ioana Giulia Matteo Chiara Lorenzo João Inês Tiago Emre Ayşe Leila Reza Soraya Kwame Abena Yaw Hiroshi Yuki Sakura Minh Thuy Jomar Maricel Tariq Samira "
    "Jonno Baz Gaz Shaz Becca Lottie Ffion Eluned Caoilfhionn Ailbhe Sadhbh Odhrán Xanthe Peregrine Tamsin Jago Lowenna Zebedee Kaitlynn Brooklynn Zayden Jaxxon"
).split()
LAST = (
    "Murphy O'Brien Byrne Ní Dhomhnaill|MacCarthy|Smith|Jones|Taylor|Brown|Okonkwo|Patel|Singh|Kaur|Khan|Nguyen|Tan|Lim|Wong|Chen|García|Fernández|Müller|Schäfer|van der Berg|de Vries|Dubois|Lefèvre|Moreau|Kowalska|"
    "Nowak|Dlamini|Nkosi|Botha|Tamihana|Williams|Campbell|MacDonald|Davies|Llewellyn|Hernandez|Washington|Johnson|Rossi|Ferrari|Silva|Santos|Ivanova|Yılmaz|Haddad|Mensah|Tanaka|Rahman|Begum|King|Young|Green|Baker"
).replace("Murphy O'Brien Byrne Ní Dhomhnaill", "Murphy|O'Brien|Byrne|Ní Dhomhnaill").split("|")
SAID_OF = "son daughter brother sister husband wife partner boyfriend girlfriend ex friend best friend|little brother|older sister|mum|dad|cousin|housemate|uncle|nephew".replace("best friend", "best_friend").replace(" ", "|").replace("_", " ").split("|")
NAMED = (
    "I'm {n} and I've been using ket for two years", "Hi, I'm {n}. I need help to stop", "my name is {n}", "my name is {N} and I am scared", "Hello my name's {n}, can you help", "im {n} btw", "call me {n}",
    "my {r} {n} takes ketamine every day", "my {r} {n} won't stop", "My {r} {n} is 19 and on ket", "my {r}, {n}, has been sniffing k again", "my {r} is called {n}", "his name is {n} and he's in a bad way",
    "her name's {n}", "it's about my {r} {N}", "I am so worried about my {r} {n}, he can't pee", "Thanks, {n}", "I can't do this any more. {n} x", "Dr {l} gave me diazepam", "my key worker {n} says I should taper",
    "{n} is my {r} and he is using again", "{n} here, day 4 and the cramps are bad", "this is {n}, we spoke before", "how do I talk to {N} about rehab", "{n} keeps taking money from me for ket", "my counsellor is Mrs {l}",
    "they call me {n}", "you can call me {n}", "I'm called {n} and I'm 17", "my {r}'s name is {N}",
)  # fmt: skip


def main(words: list[str] | None = None) -> int:
    """Print the figures; 0 when they are as good as they should be."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--misses", action="store_true")
    parser.add_argument("--each", type=int, default=40, help="messages of each kind")
    options = parser.parse_args(words)
    redaction.ready()
    recall, missed = measure(options.each)
    share, altered, total = alterations()
    print(f"{'kind':18} removed of")
    for kind, (hit, all_of) in sorted(recall.items()):
        print(f"{kind:18} {hit / all_of:7.1%} {all_of}")
    whole = sum(hit for hit, _ in recall.values()) / sum(all_of for _, all_of in recall.values())
    print(f"{'all':18} {whole:7.1%}\naltered without personal data: {share:.2%} of {total}")
    print("milliseconds a message: p50 {:.1f}, p95 {:.1f}".format(*speed()))
    if options.misses:
        print(*[f"missed {kind}: {text}  =>  {out}" for kind, text, out in missed], sep="\n")
        print(*[f"altered: {text}  =>  {out}" for text, out in altered], sep="\n")
    return 0 if whole >= 0.95 and share <= 0.01 else 1


def measure(each: int) -> tuple[dict[str, tuple[int, int]], list[tuple[str, str, str]]]:
    """How many of each kind are removed whole, of how many; and the misses."""
    found: dict[str, list[int]] = collections.defaultdict(lambda: [0, 0])
    missed = []
    for kind, text, secret in messages(each):
        out = redaction.redact(text).text
        left = is_left(secret, out)
        found[kind][0] += not left
        found[kind][1] += 1
        if left:
            missed.append((kind, text, out))
    return {kind: (hit, total) for kind, (hit, total) in found.items()}, missed


def is_left(secret: str, out: str) -> bool:
    """Whether the secret, or a part of it that says as much, is still there."""
    words = secret.split()
    digits = "".join(sign for sign in secret if sign.isdigit())
    if len(digits) > 3:
        return digits[-4:] in "".join(sign for sign in out if sign.isdigit())
    if len(words) > 4:
        return any(" ".join(words[place : place + 3]) in out for place in range(len(words) - 2))
    return any(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", out) for part in words if len(part) > 2)


def messages(each: int) -> Iterator[tuple[str, str, str]]:
    """(kind, message, what must be gone), the same ones each time."""
    dice = random.Random(SEED)
    for _ in range(each * 4):
        said = dice.choice(NAMED)
        first, last = dice.choice(FIRST), dice.choice(LAST)
        text = said.format(n=first, N=f"{first} {last}", l=last, r=dice.choice(SAID_OF))
        secret = f"{first} {last}" if "{N}" in said else last if "{l}" in said else first
        small = dice.random() < 0.4
        yield ("name, small letters", text.lower(), secret.lower()) if small else ("name", text, secret)
    for kind, (make, sentences) in KINDS.items():
        for _ in range(each):
            secret = make(dice)
            yield kind, dice.choice(sentences).format(secret), secret


def number(dice: random.Random, shape: str) -> str:
    """Digits for each #, 1 to 9 for each 9 that is written as N."""
    return "".join(str(dice.randrange(10)) if sign == "#" else str(dice.randrange(2, 10)) if sign == "N" else sign for sign in shape)


def phone(dice: random.Random) -> str:
    """A number as it is written in one of the register's countries."""
    return number(dice, dice.choice((
        "07### ######", "07#########", "+44 7### ######", "+44 (0)20 #### ####", "020 N### ####", "01### ######", "0044 7### ######", "08N ### ####", "+353 8N ### ####", "(0N1) ### ####", "N##-N##-####", "(N##) N##-####",
        "+1 N## N## ####", "1-N##-N##-####", "N##.N##.####", "04## ### ###", "+61 4## ### ###", "(03) N### ####", "021 ### ####", "+64 21 ### ####", "06-########", "06 ## ## ## ##", "+31 6 ########", "0151 ########",
        "+49 151 ########", "030 #######", "06.##.##.##.##", "+33 6 ## ## ## ##", "6## ### ###", "+34 6## ## ## ##", "9#### #####", "+91 9#### #####", "9### ####", "+852 9### ####", "8### ####", "+65 8### ####", "012-### ####",
        "+60 12-### ####", "09##-###-###", "+886 9## ### ###", "082 ### ####", "+27 82 ### ####", "0 7 # # # # # # # # #",
    )))  # fmt: skip


def spelt(dice: random.Random) -> str:
    """A number in words."""
    names = ("oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
    return " ".join(["oh", dice.choice(("seven", "eight")), *(dice.choice(("double " + dice.choice(names[1:]), dice.choice(names), dice.choice(names))) for _ in range(8))])


def email(dice: random.Random) -> str:
    """An address, sometimes in words."""
    who = f"{plain(dice.choice(FIRST))}{dice.choice(('.', '_', ''))}{plain(dice.choice(LAST))}{dice.choice(('', str(dice.randrange(99))))}"
    host, end = dice.choice(("gmail", "hotmail", "eircom", "proton", "mycollege", "bigpond", "web")), dice.choice(("com", "ie", "co.uk", "net", "org", "de"))
    return dice.choice(("{}@{}.{}", "{}@{}.{}", "{} @ {}.{}", "{} at {} dot {}", "{}(at){}.{}", "{} [at] {} [dot] {}")).format(who, host, end)


def plain(name: str) -> str:
    """Letters only, small."""
    import unicodedata

    return "".join(sign for sign in unicodedata.normalize("NFD", name).lower() if sign in string.ascii_lowercase)


def link(dice: random.Random) -> str:
    """A page of one person."""
    token = "".join(dice.choice(string.ascii_letters + string.digits) for _ in range(14)) + "7"
    return dice.choice((
        "https://portal.example.org/reset?token={}", "http://clinic.example.net/p/{}", "www.facebook.com/{}", "https://chat.whatsapp.com/{}", "https://docs.example.com/d/{}/edit", "instagram.com/{}", "https://t.me/{}",
        "https://us02web.zoom.us/j/{}", "example.com/share?id={}", "https://user:pw@files.example.org/{}",
    )).format(token)  # fmt: skip


def address(dice: random.Random) -> str:
    """A house and its street."""
    n, street = dice.randrange(1, 180), dice.choice("Rosemount Elm Victoria Station Kilmacud Bellevue Maple Sunset Queens Church Harcourt Jacaranda Wattle".split())
    kind = dice.choice("Road Street Avenue Lane Close Drive Crescent Terrace Gardens Court Place Way".split())
    return dice.choice((
        f"{n} {street} {kind}", f"{n} {street} {kind}, Leeds", f"Flat {n % 30 + 1}, {n} {street} {kind}", f"{n}a {street} {kind}", f"{street}straße {n}", f"{street}straat {n}", f"{n} rue de {street}", f"Calle {street} {n}",
        f"Apt {n}B, {n} {street} {kind}", f"{n} {street} {kind}, Austin, TX {dice.randrange(70000, 79999)}", f"Blk {n} {street} Ave {n % 9 + 1} #0{n % 9 + 1}-{n + 10}", f"{n} {street} {kind}".lower(), f"Unit {n}, {n + 2} {street} {kind}",
        f"Am {street}platz {n}", f"Jalan {street} {n}", f"PO Box {n + 1000}",
    ))  # fmt: skip


def postcode(dice: random.Random) -> str:
    """A code that leads to a few houses."""
    def letter(of: str) -> str:
        return dice.choice(of)

    inward = f"{dice.randrange(10)}{letter('ABDEFGHJLNPQRSTUWXYZ')}{letter('ABDEFGHJLNPQRSTUWXYZ')}"
    return dice.choice((
        f"LS{dice.randrange(1, 29)} {inward}", f"SW{dice.randrange(1, 20)}A {inward}".replace("A ", " "), f"m{dice.randrange(1, 40)} {inward.lower()}", f"EH{dice.randrange(1, 17)}{inward}",
        f"D0{dice.randrange(1, 9)} X{dice.randrange(10)}Y{dice.randrange(10)}", f"T12 {letter('ACDEF')}{dice.randrange(10)}{letter('HKNPR')}{dice.randrange(10)}", f"K{dice.randrange(1, 9)}A {dice.randrange(10)}B{dice.randrange(10)}",
        f"m{dice.randrange(1, 9)}v {dice.randrange(10)}l{dice.randrange(10)}", f"{dice.randrange(1000, 9999)} {letter('BCDFG')}{letter('BDFGH')}", f"TX {dice.randrange(73301, 79999)}", f"NSW {dice.randrange(2000, 2999)}",
        f"Singapore {dice.randrange(100000, 829999)}",
    ))  # fmt: skip


def born(dice: random.Random) -> str:
    """A day of birth."""
    day, month, year = dice.randrange(1, 29), dice.randrange(1, 13), dice.randrange(1955, 2012)
    name = "January February March April May June July August September October November December".split()[month - 1]
    return dice.choice((f"{day}/{month}/{year}", f"{day:02}.{month:02}.{year}", f"{day:02}-{month:02}-{year % 100:02}", f"{day} {name} {year}", f"{name} {day}, {year}", f"{year}-{month:02}-{day:02}", f"{day}th of {name} {year}"))


def last_digit(body: str, check: Callable[[str], bool], signs: str = string.digits) -> str:
    """`body` with the sign that makes it valid, or any where none does."""
    return next((body + sign for sign in signs if check(body + sign)), body + "0")


def mod11(body: str, weights: range, made: Callable[[int], str]) -> str:
    """`body` and its check by a weighted sum modulo 11."""
    return body + made(sum(int(a) * b for a, b in zip(body, weights)) % 11)


def office(dice: random.Random) -> str:
    """A number of health or social security, with its check."""
    def luhn(text: str) -> bool:
        values = [int(sign) * (1 + place % 2) for place, sign in enumerate(reversed(text))]
        return sum(value - 9 * (value > 9) for value in values) % 10 == 0

    def nhs() -> str:
        body = mod11(number(dice, "4########"), range(10, 1, -1), lambda rest: str((11 - rest) % 11))
        return f"{body[:3]} {body[3:6]} {body[6:]}" if len(body) == 10 else nhs()

    def ppsn() -> str:
        body = number(dice, "#######")
        return body + "WABCDEFGHIJKLMNOPQRSTUV"[sum(int(a) * b for a, b in zip(body, range(8, 1, -1))) % 23]

    def bsn() -> str:
        body = number(dice, "1#######")
        rest = sum(int(a) * b for a, b in zip(body, range(9, 1, -1))) % 11
        return body + str(rest) if rest < 10 else bsn()

    def dni() -> str:
        body = number(dice, "########")
        return body + "TRWAGMYFPDXBNJZSQVHLCKE"[int(body) % 23]

    def nir() -> str:
        body = f"{dice.choice('12')}{dice.randrange(100):02}{dice.randrange(1, 13):02}{dice.randrange(1, 95):02}{dice.randrange(1, 600):03}{dice.randrange(1, 999):03}"
        return f"{body}{97 - int(body) % 97:02}"

    def nric() -> str:
        body = number(dice, "#######")
        return f"S{body}{'JZIHGFEDCBA'[sum(int(a) * b for a, b in zip(body, (2, 7, 6, 5, 4, 3, 2))) % 11]}"

    def sin() -> str:
        body = last_digit(number(dice, "4#######"), luhn)
        return f"{body[:3]}-{body[3:6]}-{body[6:]}"

    def za() -> str:
        return last_digit(f"{dice.randrange(60, 99)}{dice.randrange(1, 13):02}{dice.randrange(1, 29):02}{number(dice, '####')}08", luhn)

    def ssn() -> str:
        return number(dice, "1##-N#-N###")

    def nino() -> str:
        return number(dice, "QQ ## ## ## C").replace("QQ", dice.choice(("AB", "JK", "SW", "PT")))

    def mykad() -> str:
        return f"{dice.randrange(60, 99)}{dice.randrange(1, 13):02}{dice.randrange(1, 29):02}-14-{number(dice, '####')}"

    def hkid() -> str:
        body = f"A{number(dice, '######')}"
        rest = (36 * 9 + 10 * 8 + sum(int(a) * b for a, b in zip(body[1:], range(7, 1, -1)))) % 11
        return f"{body}({'0' if rest == 0 else 'A' if rest == 1 else 11 - rest})"

    def aadhaar() -> str:
        return number(dice, "N### #### ####")

    return dice.choice((nhs, ppsn, bsn, dni, nir, nric, sin, za, ssn, nino, mykad, hkid, aadhaar))()


def card(dice: random.Random) -> str:
    """A card number."""
    def luhn(text: str) -> bool:
        values = [int(sign) * (1 + place % 2) for place, sign in enumerate(reversed(text))]
        return sum(value - 9 * (value > 9) for value in values) % 10 == 0

    body = last_digit(number(dice, dice.choice(("4##############", "5##############", "3#############"))), luhn)
    return dice.choice((body, " ".join(body[i : i + 4] for i in range(0, len(body), 4)), "-".join(body[i : i + 4] for i in range(0, len(body), 4))))


def iban(dice: random.Random) -> str:
    """A bank account."""
    country, body = dice.choice((("DE", number(dice, "#" * 18)), ("IE", "AIBK" + number(dice, "#" * 14)), ("NL", "INGB" + number(dice, "#" * 10)), ("GB", "NWBK" + number(dice, "#" * 14)), ("FR", number(dice, "#" * 23)), ("ES", number(dice, "#" * 20))))
    rest = int("".join(str(int(sign, 36)) for sign in body + country + "00")) % 97
    whole = f"{country}{98 - rest:02}{body}"
    return dice.choice((whole, whole.lower(), " ".join(whole[i : i + 4] for i in range(0, len(whole), 4))))


def handle(dice: random.Random) -> str:
    """A name on social media."""
    who = plain(dice.choice(FIRST))
    return dice.choice((f"@{who}_{dice.randrange(99)}", f"@{who}.{plain(dice.choice(LAST))}", f"@xx{who}xx", f"{who}{dice.randrange(1000)}"))


# People of the made-up messages below tests/answers, read one by one: to remove these is right.
NAMED_THERE = frozenset(
    "Priya Okafor Jan Des Bernard Marcus Tracey Donna Joy Piet Dave Xavier Clive Danny Gordon Pete Thijs Rosalind Tom Dylan Ray Liz Banerjee Lauren Kirsty Dunne Oliver Skye Lee Kofi Reece Denise Asha Aisha Odile "
    "Anjali Declan Deano Kayleigh Adeyemi Pat Bibi Tariq Farida Femi Grzegorz Yusuf Olu Lourdes Conor Tomasz Bernie Michelle Jodie Hannah Beatrix Kieran Ravi Saoirse Bell Lewis Stanley".split()
)
CONTACT = ("my number is {}", "call me on {} please", "text me {}", "can someone ring me, {}", "you can get me on {} after 5", "{}", "mobile: {}", "my mum's number is {} if anything happens", "he keeps calling from {} asking for money")
KINDS: dict[str, tuple[Callable[[random.Random], str], tuple[str, ...]]] = {
    "phone": (phone, CONTACT),
    "phone in words": (spelt, CONTACT),
    "email": (email, ("my email is {}", "write to me at {} please", "{}", "send it to {}, thanks", "he uses {} for his dealer")),
    "link": (link, ("look at this {}", "{}", "I got this from my clinic: {} what now", "my profile is {}")),
    "address": (address, ("I live at {}", "please send help to {}", "we are at {} and he won't wake up", "my address is {}", "she uses at a house on {}")),
    "postcode": (postcode, ("my postcode is {}", "I'm in {} is there a group near me", "{}", "we live near {}")),
    "date of birth": (born, ("my date of birth is {}", "dob {}", "DOB: {}", "I was born on {}", "his birthday is {}", "born {} and using since school")),
    "office number": (office, ("my number there is {}", "{}", "I was told to give you {}", "my id is {}", "they have me under {} at the clinic")),
    "card": (card, ("my card is {}", "{}", "he used my card {} for ket")),
    "iban": (iban, ("my account is {}", "{}", "send the money to {} he said")),
    "handle": (handle, ("my insta is {}", "add me on snap: {}", "snapchat: {}", "my twitter handle is {}", "my instagram name is {}")),
}  # fmt: skip


def calm_messages() -> list[str]:
    """Everything of the project that people may say and that holds nothing personal."""
    said = content.shared()
    texts: list[str] = [ask for answer in said.answers.values() for ask in answer.ask]
    for path in sorted((ROOT / "data" / "risk").glob("*.yml")):
        raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        texts += [str(text) for sign in raw.get("signs") or [] for text in sign.get("like") or []]
        texts += [str(text) for text in raw.get("not") or []]
    for path in sorted((ROOT / "tests" / "answers").rglob("*.yml")):
        texts += list(strings(yaml.safe_load(path.read_text(encoding="utf-8"))))
    return sorted(set(texts))


def strings(value: Any) -> Iterator[str]:
    """Every text of a nested value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


def alterations(every: int = 1) -> tuple[float, list[tuple[str, str]], int]:
    """Share of calm messages (or of one in `every`) that were altered, which, and of how many."""
    texts, changed = calm_messages()[::every], []
    for text in texts:
        out = redaction.redact(text)
        if any(not set(text[start:end].split()) & NAMED_THERE for _, start, end in out.found):
            changed.append((text, out.text))
    return len(changed) / len(texts), changed, len(texts)


def speed() -> tuple[float, float]:
    """Milliseconds a message: the middle one, and the slowest of twenty."""
    took = []
    for text in random.Random(SEED).sample(calm_messages(), 400):
        began = time.perf_counter()
        redaction.redact(text)
        took.append((time.perf_counter() - began) * 1000)
    cuts = statistics.quantiles(took, n=20)
    return cuts[9], cuts[18]


if __name__ == "__main__":
    sys.exit(main())
