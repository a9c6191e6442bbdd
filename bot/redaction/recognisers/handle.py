"""Names on social media: @someone, "my insta is someone", u/someone."""
from __future__ import annotations

import re

from bot.redaction import register
from bot.redaction.shapes import Shape
from bot.redaction.vocabulary import is_word

PLACES = r"(?:insta(?:gram)?|ig|snap(?:chat)?|sc|tik\s?tok|twitter|x|facebook|fb|discord|telegram|tele|reddit|kik|whatsapp|signal|threads|youtube|twitch|psn|xbox|gamertag|steam|roblox|bereal|linkedin|weibo|wechat|line)"
NAME = r"[\w.][\w.\-]{1,29}[\w](?:#\d{4})?"


class Finds(Shape):
    """Handles; words that only follow an "@" stay."""

    kind = "handle"
    placeholder = "[handle]"
    certainty = 0.85
    needs = re.compile(r"@|\bu/|#\d{4}|insta|\big\b|snap|\bsc\b|tik|twitter|facebook|\bfb\b|discord|tele|reddit|kik|psn|gamer|user\s?name|handle|steam|roblox|wechat|line\b|signal|threads|twitch|xbox|bereal", re.IGNORECASE)
    patterns = (
        r"(?<![\w@./])@(?P<it>[a-z_][\w.]{2,29})(?<!\.)",
        r"(?<![\w/])/?u/(?P<it>[\w-]{3,25})",
        r"(?<!\w)(?P<it>\w[\w.]{1,30}#\d{4})(?!\w)",
        rf"\b(?:my|his|her|their|the|our|on|me on|add me on|find me on|dm)\s+{PLACES}(?:'s)?\s*(?:(?:user\s?)?name|handle|account|id|tag|page)?\s*(?:is|:|=|-|@|as|at|under|it's|its)+\s*(?P<it>@?{NAME})",
        rf"(?:^|[\s(,;]){PLACES}\s?[:=@-]+\s?(?P<it>@?{NAME})",
        rf"\b(?:user\s?name|handle|gamer\s?tag|screen name)\s*(?:is|:|=|-)+\s*(?P<it>@?{NAME})",
    )

    def fits(self, match: re.Match[str]) -> bool:
        """Not an ordinary word, unless it looks made up."""
        said = match.group("it").lower().lstrip("@").rstrip(".")
        made_up = any(letter.isdigit() or letter in "_.#" for letter in said)
        if any(said in site for site in register.websites()) and not made_up:
            return False
        return made_up or not is_word(said)
