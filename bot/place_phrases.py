"""The turns of phrase around the name of a place: what says "there", "not there", and whose place it is."""
from __future__ import annotations

import re

BE = (
    r"(?:i'?m|i am|we'?re|we are|s?he'?s|they'?re|is|are|am|be|lives?|living|based|located|stuck|staying|residing|"
    r"resident|working|studying|here|currently|now|over|home)"
)
FAMILY = (
    r"(?:son|daughter|kid|kids|child|children|teen|teenager|boy|girl|brother|sister|mum|mam|mom|dad|mother|father|"
    r"parents?|husband|wife|partner|boyfriend|girlfriend|bf|gf|ex|friend|mate|flatmate|housemate|roommate|cousin|nephew|"
    r"niece|uncle|aunt|aunty|grandson|granddaughter|grandad|nan|stepson|stepdaughter|colleague|student|bro|sis)"
)
FILL = (
    r"(?: (?:currently|now|here|over|still|both|all|also|actually|based|living|staying|studying|working|stuck|back|away|"
    r"down|up|out|alone|right now|at the moment|at (?:uni|university|college|school)))*"
)
PREMISES = (  # "at a flat in Leeds", "I'm a nurse in Leeds"
    r"(?: (?:at|in|on) (?:a|the|my|our|his|her|their|some|this) (?:[\w']+ ){1,2}"
    r"| an? (?:[\w']+ ){0,2}(?:nurse|doctor|gp|teacher|student|worker|carer|parent|mum|mom|mam|dad|pharmacist|paramedic|counsellor|counselor|"
    r"therapist|midwife|social worker|tourist|trainee|apprentice|family|couple|landlord) )"
)
AHEAD = (
    r"(?: (?:the|north|south|east|west|central|rural|inner|greater|sunny|downtown|city of|the city of|a (?:small )?town in|"
    r"a village in|a bit of))*"
)
FOREIGN = (
    r"(?:estoy en|vivo en|ich bin in|ich wohne in|ich lebe in|je suis (?:en|a|au)|j'?habite (?:en|a|au)|ik woon in|"
    r"ik ben in|saya di|我在|我住在)"
)
START = r"(?:^|[.,;:!?(] ?|\bbut |\band |\b(?:hi|hello|hey|so|yes|yeah|no) )"

# What may stand before a place so that somebody is there; tried on folded text that ends where the place begins.
LOCATED = re.compile(
    rf"(?:{START}(?:in|near)|\b{BE}{FILL}(?:{PREMISES}| )(?:in|near)|\b{FAMILY}(?:'s)?{FILL} (?:in|near)|\bmov(?:ed|ing)(?: back| over| here| out)?(?: from [\w' ]{{2,25}})? to|"
    rf"\b(?:writing|calling|texting|messaging|chatting|typing)(?: to you| this)? from|\b{FOREIGN}|\b(?:where|anywhere|is there|are there|can i|can we|do i|do we) (?:[\w']+ ){{1,8}}(?:in|near)){AHEAD} ?$"
)
ORIGIN = re.compile(rf"(?:{START}(?:i'?m |am )?|\b(?:i'?m|i am|we'?re|we are|s?he'?s|s?he is|{FAMILY} is) )from{AHEAD} ?$")
LONG_AGO = re.compile(r"\b(?:originally|born|raised|grew up)\b[^.,;!?]{0,12}$")
NOT_THERE = re.compile(
    r"(?:(?:\bnot|\bisn'?t|\baren'?t|\bain'?t|\b(?:don'?t|doesn'?t|never|no longer|used to) (?:live|lived|living|be)|"
    r"\bno longer)(?: (?:actually|really|even|living|based))?(?: in| from| near)(?: the)?|"
    r"\b(?:left|leaving|(?:came|come|moved|away|back|home) from)(?: the)?) ?$"
)
ONCE_THERE = re.compile(r"\b(?:was|were|went|been|lived|holiday|trip|visit(?:ed|ing)?|film|show|football)\b[^.,;!?]{0,20}$")
AFTER = re.compile(r"^(?:[- ]based\b| here\b| resident\b| citizen\b)")

SERVICE = (
    r"(?:help ?lines?|hot ?lines?|lines?|numbers?|services?|support|rehabs?|clinics?|groups?|meetings?|charity|charities|"
    r"treatment|resources)"
)
BEFORE_SERVICE = re.compile(
    rf"^(?: (?:drugs?|addiction|family|crisis|ketamine|ket|free|mental health|support|phone|emergency|suicide))* {SERVICE}\b"
)
AFTER_SERVICE = re.compile(rf"\b(?:{SERVICE} (?:in |near |for )?|(?:help|doctors?|gp|hospital) in )(?:the )?$")

SUBJECT = re.compile(
    r"(?P<self>\b(?:i|i'?m|im|i'?ve|ive|i'?ll|we|we'?re|me|myself)\b)|"
    rf"(?P<other>(?<!with )\b(?:my|our|his|her|their|the|a) (?:(?!my |our )\w+ ){{0,2}}?{FAMILY}\b|"
    rf"(?:^|[,.;] ){FAMILY}\b|"
    r"\b(?:s?he(?:'s)?|hes|shes|they(?:'re)?)\b)"
)
CLAUSE = re.compile(r"[.;!?\n]+|,? ?\b(?:but|while|whereas|although|though|and (?=i |i'm |im |my |he |she |they ))\b")

BEFORE_NAMES = frozenset({
    "in", "near", "from", "to", "the", "north", "south", "east", "west", "central", "rural", "inner", "greater", "of",
})  # fmt: skip
FILLER = frozenset({
    "in", "from", "near", "the", "a", "i'm", "im", "i", "am", "we", "we're", "live", "lives", "living", "based", "here",
    "yes", "yeah", "yep", "ok", "okay", "hi", "hello", "hey", "please", "thanks", "thank", "you", "it's", "its", "is",
    "my", "country", "city", "currently", "at", "around", "sorry", "um", "er", "well", "just", "uh",
})  # fmt: skip
CALLING = re.compile(r"(?<![\w+])(?:\+\s?|00)(\d[\d ()-]*)")
CALLING_WORDS = re.compile(r"\b(?:code|prefix|number|phone|mobile|call|text|dial|whatsapp|country)\b")
FLAG = re.compile("[\U0001F1E6-\U0001F1FF]{2}|\U0001F3F4[\U000E0061-\U000E007A]+\U000E007F")
