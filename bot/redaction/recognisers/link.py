"""Links that lead to one person: with a query, a token, an account, an invitation. Plain public pages stay."""
from __future__ import annotations

import re
from urllib.parse import urlsplit

from bot.redaction import register
from bot.redaction.shapes import Shape

PRIVATE = re.compile(
    r"(?:^|\.)(?:facebook|fb|instagram|snapchat|tiktok|twitter|x|linkedin|reddit|discord|discordapp|t|telegram|wa|whatsapp|zoom|youtube|youtu|"
    r"onlyfans|pinterest|threads|twitch|spotify|messenger|signal|vk|weibo|line|kik|calendly|paypal|revolut|venmo|cash|dropbox|icloud|1drv|goo|bit|tinyurl)"
    r"\.(?:com|me|gg|co|us|tv|net|org|gl|ly|be|group|app)$"
)
READABLE = re.compile(r"[a-z]{1,30}(?:[-_.+][a-z]{1,30})*(?:\.html?|\.php|\.aspx?)?|(?:19|20)\d\d|\d{1,3}", re.IGNORECASE)
PUBLIC = frozenset("help safety about legal support policies terms r watch".split())


class Finds(Shape):
    """Whole addresses of pages, their query and all."""

    kind = "link"
    placeholder = "[link]"
    certainty = 0.97
    needs = re.compile(r"://|www\.|\.\w\w", re.IGNORECASE)
    patterns = (
        r"(?<!\w)(?:https?|ftp|tg|whatsapp|discord)://[^\s<>\"']+",
        r"(?<![\w@./-])(?:[a-z0-9-]+\.)+(?:com|org|net|io|me|co|gg|uk|ie|us|ca|au|nz|de|fr|nl|es|eu|in|sg|my|tw|hk|za|ly|be|app|link|page|site)(?:/|\?)[^\s<>\"']+",
    )

    def fits(self, match: re.Match[str]) -> bool:
        """Whether anything in it may be somebody's own."""
        said = match.group().rstrip(".,;:!?)]}")
        try:
            parts = urlsplit(said if "://" in said else f"https://{said}")
            host = (parts.hostname or "").removeprefix("www.")
        except ValueError:
            return True
        if said.lower().rstrip("/") in register.websites() or not said:
            return False
        steps = [step for step in parts.path.split("/") if step]
        if PRIVATE.search(host) and steps and steps[0].lower() not in PUBLIC:
            return True
        local = not re.search(r"[a-z]", host) or host == "localhost"
        own = bool(parts.query or parts.fragment or "@" in parts.netloc or parts.port or local or parts.scheme not in ("http", "https"))
        return own or not all(READABLE.fullmatch(step) for step in steps)
