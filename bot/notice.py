"""Tell staff that a case waits, by e-mail or webhook, without a word of anybody's. Settings: docs/settings.md."""
from __future__ import annotations

import json
import logging
import os
import smtplib
import urllib.request
from email.message import EmailMessage

from bot import kept
from bot.storage.cases import Case

log = logging.getLogger(__name__)
PATIENCE = 10  # seconds


def wanted() -> bool:
    """Whether anybody is to be told at all."""
    return bool(os.environ.get("MOORING_STAFF_WEBHOOK") or os.environ.get("MOORING_STAFF_EMAIL"))


def send(case: Case) -> bool:
    """Tell of one case; False where a way that is set up failed."""
    hook, mail = os.environ.get("MOORING_STAFF_WEBHOOK"), os.environ.get("MOORING_STAFF_EMAIL")
    try:
        if hook:
            body = json.dumps({"case": case.id, "level": case.level, "wish": case.wish}).encode()
            asked = urllib.request.Request(hook, body, {"content-type": "application/json"})
            urllib.request.urlopen(asked, timeout=PATIENCE).close()
        if mail:
            write(mail)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        # The address of a webhook may hold a secret, so it is not logged.
        log.error("Staff could not be told of a case (%s): check the webhook or mail settings.", type(error).__name__)
        return False
    return bool(hook or mail)


def write(receiver: str) -> None:
    """The e-mail; it says only that somebody waits."""
    words = kept.said().words["staff_notice"]
    letter = EmailMessage()
    letter["Subject"] = words["subject"]
    letter["From"] = os.environ.get("MOORING_MAIL_FROM", receiver.split(",")[0])
    letter["To"] = receiver
    letter.set_content(words["body"])
    with smtplib.SMTP(os.environ.get("MOORING_SMTP_HOST", "localhost"), int(os.environ.get("MOORING_SMTP_PORT", "25")), timeout=PATIENCE) as server:
        if os.environ.get("MOORING_SMTP_USER"):
            server.starttls()
            server.login(os.environ["MOORING_SMTP_USER"], os.environ.get("MOORING_SMTP_PASSWORD", ""))
        server.send_message(letter)
