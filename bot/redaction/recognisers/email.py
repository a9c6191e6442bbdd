"""E-mail addresses, also with "at" and "dot" in words."""
from __future__ import annotations

import re

from bot.redaction import register
from bot.redaction.shapes import Shape

ENDS = r"(?:com|org|net|edu|gov|info|me|io|co|uk|ie|us|ca|au|nz|de|fr|nl|es|eu|in|sg|my|tw|hk|za|it|pt|pl|ch|at|be|se|no|dk)"
HOMES = r"(?:g(?:oogle)?mail|hotmail|outlook|yahoo|ymail|icloud|proton(?:mail)?|live|aol|gmx|web|msn|btinternet|eircom|fastmail)"
AT = r"\s?(?:@|[(\[{<]\s?(?:at|@)\s?[)\]}>]|\bat\b)\s?"
DOT = r"\s?(?:\.|[(\[{<]\s?(?:dot|\.)\s?[)\]}>]|\bdot\b)\s?"
LINK = r"(?:\s?(?:\.|_|-|\bdot\b|\bunderscore\b|\bdash\b|\bhyphen\b)\s?[a-z0-9]+)*"


class Finds(Shape):
    """Every address but those of the helpline register."""

    kind = "email"
    placeholder = "[email]"
    certainty = 0.95
    needs = re.compile(r"@|\bat\b|\(at|\[at", re.IGNORECASE)
    patterns = (
        r"(?<![\w@])[\w.+%'-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,24}(?!\w)",
        rf"(?<!\w)[a-z0-9]+{LINK}{AT}[a-z0-9][\w-]*(?:{DOT}[a-z0-9-]+)*?{DOT}{ENDS}(?:{DOT}{ENDS})?(?!\w)",
        rf"(?<!\w)[\w.+-]+\s?(?:@|[(\[]\s?at\s?[)\]]|\bat\b)\s?{HOMES}(?!\w)",
        r"(?<![\w@])[\w.+-]+@[\w-]+\.[\w.-]+",
    )

    def fits(self, match: re.Match[str]) -> bool:
        """Not a helpline's, and "at ... ." only where it is more than a sentence that ends and goes on."""
        said = match.group()
        if re.sub(r"\s", "", said).lower() in register.emails():
            return False
        in_words = "@" not in said and not re.search(r"[(\[{<]", said)
        return not in_words or bool(re.search(r"\bdot\b|\bat\s?" + HOMES + r"\b|\.(?:com|org|net|edu|ie|uk|de|fr|nl|au|ca|nz)\b", said, re.IGNORECASE))
