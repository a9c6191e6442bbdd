"""Numbers that an office gave somebody: passports, records, accounts, policies; and any long run of digits."""
from __future__ import annotations

import re

from bot.redaction.shapes import Shape, digits

OFFICE = (
    r"passport|driving licen[cs]e|driver'?s? licen[cs]e|licen[cs]e|patient|hospital|medical record|mrn|case|file|policy|member(?:ship)?|insurance|medicare|medicaid|health card|"
    r"health insurance|ohip|account|acc|sort code|routing|student|staff|employee|payroll|prison(?:er)?|inmate|court|crime|probation|visa|tax|tfn|national id|id card|identity|"
    r"social security|social insurance|social service|national insurance|ni|nhs|chi|pps|ppsn|ssn|sin|nhi|bsn|ahv|nie|dni|aadhaar|pan|nric|hkid|ic|mykad|abha|medical aid|claim|reference|ref|booking|universal credit"
)
SAYS_SO = rf"\b(?:{OFFICE})(?:\s(?:card|record|file|account|scheme))?(?:\s?(?:number|num|no|nr|id|code|#|ref(?:erence)?))?\.?"


class Finds(Shape):
    """Numbers by the word before them, and runs of nine digits and more."""

    kind = "reference"
    placeholder = "[id number]"
    certainty = 0.6
    patterns = (
        rf"{SAYS_SO}\s*(?:is|was|'s|:|=|#|-|,|\()+\s*(?P<it>(?=[A-Z/ -]{{0,6}}\d)[A-Z0-9]{{2,}}(?:[ /.-](?=[A-Z]{{0,2}}\d)[A-Z0-9]+){{0,5}}(?:\s?[A-Z]\b)?)(?!\w)",
        r"\b(?:number|no|id|code|ref|reference)\b\.?\s*(?:is|was|:|=|#)*\s*(?P<it>(?=[A-Z-]{0,4}\d)[A-Z]{0,3}-?\d{5,}[A-Z]{0,2})(?!\w)",
        r"(?<![\w.,£$€])\d{9,}(?![\w%]|[.,]\d)",
        r"(?<![\w.,£$€/+-])\d{3,}(?:[ -]\d{3,}){2,5}(?![\w%]|[.,]\d)",
        r"(?<![\w.,£$€/-])\d{2}-\d{2}-\d{2}\s+\d{8}(?!\w)",
    )

    def fits(self, match: re.Match[str]) -> bool:
        """At least four digits, not a helpline's, not an amount, not a year."""
        said = match.group("it") if "it" in match.groupdict() else match.group()
        number = digits(said)
        counted = all(group.endswith("00") or re.fullmatch(r"(?:19|20)\d\d", group) for group in re.findall(r"\d+", said))
        if len(number) < 4 or counted or re.fullmatch(r"(?:19|20)\d\d", said):
            return False
        return not re.search(r"\d(?:mg|g|ml|k|am|pm)$", said, re.IGNORECASE)
