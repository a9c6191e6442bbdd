"""Postal addresses: a house and its street, with the flat before it and the town behind it."""
from __future__ import annotations

import re

from bot.redaction.shapes import Shape, before

ENGLISH = (
    "street|st|road|rd|avenue|ave|av|lane|ln|drive|dr|close|court|ct|crescent|cres|place|pl|terrace|tce|gardens|gdns|grove|way|square|sq|hill|park|row|mews|"
    "walk|parade|pde|boulevard|blvd|highway|hwy|circle|cir|trail|trl|quay|green|rise|view|vale|heights|estate|villas|parkway|pkwy|loop|bend|esplanade|broadway|"
    "wharf|common|meadows?|mount|manor|cottages|bungalows|path|alley|marg|nagar|colony|crossing|strand|circuit"
)
BEFORE = "rue|avenue|av|boulevard|bd|chemin|impasse|allée|allee|quai|cours|calle|c/|carrer|avenida|avda|plaza|plaça|paseo|ronda|camino|jalan|jln|lorong|lrg|taman|via|viale|rua"
GERMAN = r"(?:stra(?:ß|ss)e|str\.?|weg|platz|allee|gasse|ring|damm|ufer|straat|laan|gracht|plein|kade|singel|dreef|hof|steeg|markt|weide)"
PROPER = r"(?:[A-Z][\w'’.-]*|O['’][A-Z]\w+|St\.?|\d{1,3}(?:st|nd|rd|th))"
HOUSE = r"(?:no\.?\s?|number\s)?\d{1,5}\s?[a-z]?(?:\s?[-/]\s?\d{1,4}[a-z]?)?"
FLAT = r"(?:(?:flat|apt|apartment|unit|suite|room|house|villa|block|blk|tower|floor|level)\.?\s?[\w/-]{1,6},?\s+){1,3}"
TOWN = rf"(?:(?:,\s?|\s)(?-i:{PROPER})(?:\s(?-i:{PROPER})){{0,2}}){{0,3}}"
TAIL = r"(?:,?\s(?-i:[A-Z]{2,3}),?\s?\d{4,5}(?:-\d{4})?|,?\s?\d{4,6}(?:\s(?-i:[A-Z]{2})\b)?)?"
SMALL = frozenset(
    "a the my his her their our your this that one two some any every all by in on at of to and or is was it no for with from all just only about next last first".split()
)
TIMED = re.compile(r"^\d{1,3}\s(?:days?|hours?|mins?|minutes?|weeks?|months?|years?|times?|people|grams?|mg|lines?|bags?|steps?|ways?|more|other|long|min|hr|k)\b", re.IGNORECASE)


class Finds(Shape):
    """A number and a street in English, German, Dutch, French, Spanish, Malay; blocks and boxes."""

    kind = "address"
    placeholder = "[address]"
    certainty = 0.85
    patterns = (
        # "Flat 3, 14 Rosemount Avenue, Leeds"
        rf"(?<!\w)(?:{FLAT})?{HOUSE},?\s+(?-i:{PROPER})(?:\s(?-i:{PROPER})){{0,3}}\s(?:{ENGLISH})\.?(?!\w)(?:\s(?:north|south|east|west|n|s|e|w|upper|lower)\b)?{TOWN}{TAIL}",
        # "12 oak street", all in small letters: one or two words only
        rf"(?<!\w)(?:{FLAT})?\d{{1,4}}[a-z]?\s(?P<one>[a-z'’]{{2,}})(?:\s(?P<two>[a-z'’]{{2,}}))?\s(?P<way>street|st|road|rd|avenue|ave|lane|drive|close|court|crescent|terrace|gardens|grove|square|mews|parade|boulevard|blvd|highway)(?!\w)",
        # "Hauptstraße 12, 10115 Berlin", "Prinsengracht 263"
        rf"(?<!\w)(?:(?-i:[A-ZÄÖÜ])[\wäöüß.-]*\s(?:(?-i:[A-ZÄÖÜ])[\wäöüß-]*\s)?)?(?:(?-i:[A-ZÄÖÜ])[\wäöüß-]+?{GERMAN}|[\wäöüß-]{{2,}}?(?:stra(?:ß|ss)e|straat|gracht|plein))\s\d{{1,4}}\s?[a-z]?(?!\w)(?:,?\s(?:D-|NL-|A-)?\d{{4,5}}(?:\s?(?-i:[A-Z]{{2}})\b)?(?:\s(?-i:[A-ZÄÖÜ])[\wäöüß-]+){{0,2}})?",
        r"(?<!\w)(?-i:[A-ZÄÖÜ])[\wäöüß-]+er\s(?:Stra(?:ß|ss)e|Str\.|Platz|Weg|Allee|Damm)\s\d{1,4}[a-z]?(?!\w)(?:,?\s\d{5}(?:\s(?-i:[A-ZÄÖÜ])[\wäöüß-]+)?)?",
        # "12 rue de la Paix, 75002 Paris"
        rf"(?<!\w)\d{{1,4}}(?:\s?(?:bis|ter))?,?\s(?:{BEFORE})\.?\s(?:(?:de|du|des|la|le|les|l['’]|d['’]|del|los|las)\s?)*[\wÀ-ÿ'’-]+(?:\s(?-i:[A-ZÀ-Ý])[\wÀ-ÿ'’-]+){{0,3}}(?:,?\s\d{{5}}(?:\s(?-i:[A-ZÀ-Ý])[\wÀ-ÿ-]+){{0,2}})?",
        # "Calle Mayor 5, 28013 Madrid", "Jalan Ampang 12"
        rf"(?<!\w)(?:{BEFORE})\.?\s(?:(?:de|del|la|las|los|el|d['’]|degli|dei)\s)*(?-i:[A-ZÀ-Ý])[\wÀ-ÿ'’-]+(?:\s(?:(?:de|del|la)\s)?(?-i:[A-ZÀ-Ý])[\wÀ-ÿ'’-]+){{0,3}},?\s(?:n[º°.]\s?)?\d{{1,4}}(?!\d)[a-z]?(?:,?\s\d{{4,6}}(?:\s(?-i:[A-ZÀ-Ý])[\wÀ-ÿ-]+){{0,2}})?",
        # "Blk 123 Ang Mo Kio Ave 3 #05-12"
        rf"(?<!\w)(?:blk|block)\s?\d{{1,4}}[a-z]?,?\s(?-i:{PROPER})(?:\s(?-i:{PROPER}|\d{{1,3}})){{0,5}}(?:,?\s?#\d{{1,3}}-\d{{1,4}})?",
        r"(?<!\w)#\d{2}-\d{2,4}(?!\w)",
        r"(?<!\w)p\.?\s?o\.?\s?box\s\d{1,6}(?!\w)",
        r"(?<!\w)(?:my|our|his|her|their|home)\saddress\s(?:is|:)\s?(?P<it>[^\n.;!?]{4,60}\d[^\n.;!?]{0,30}|\d[^\n.;!?]{4,60})",
        rf"(?<!\w)(?:flat|apt|apartment)\s\d{{1,4}}[a-z]?,\s(?-i:{PROPER})(?:\s(?-i:{PROPER})){{0,3}}{TAIL}",
    )

    def fits(self, match: re.Match[str]) -> bool:
        """A street of small words ("5 times in a row") is none, and neither is "2 Fridays in a row"."""
        said, found = match.group(), match.groupdict()
        if found.get("one") and any((found.get(name) or "x").lower() in SMALL for name in ("one", "two")):
            return False
        if TIMED.match(said) or re.search(r"\b(?:my|take|took|taking|day|age|aged|im|i'm|am)\s$", before(match)) and found.get("way") in ("close", "drive", "court"):
            return False
        return True
