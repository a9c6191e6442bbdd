"""Postal codes that lead to a few houses, in the shapes of the register's countries."""
from __future__ import annotations

import re

from bot.redaction.shapes import Shape, before

US = "AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR"
US_NAMES = (
    "Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Georgia|Hawaii|Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|"
    "Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|"
    "North Carolina|North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|Virginia|"
    "Washington|West Virginia|Wisconsin|Wyoming"
)
AU = "NSW|VIC|QLD|WA|SA|TAS|ACT|NT"
CALLED = r"(?:post\s?code|zip(?:\s?code)?|eir\s?code|postal\s?code|pin\s?code|plz|postleitzahl|code postal|codigo postal|código postal|poskod)"
NOT_DUTCH = frozenset("MG ML KG KM CM MM AM PM UK US EU NO SO OF IN ON AT TO IS AD BC CE OR AS IF IT ME MY WE HE DO GO UP BY AN MA HZ".split())


class Finds(Shape):
    """Codes by their own shape, or by the word, the state or the town beside them."""

    kind = "postcode"
    placeholder = "[postcode]"
    certainty = 0.75
    patterns = (
        r"(?<!\w)(?:GIR ?0AA|[A-PR-UWYZ](?:\d{1,2}|[A-HK-Y]\d(?:\d|[ABEHMNPRV-Y])?|\d[A-HJKPSTUW])\s{0,2}\d[ABD-HJLNP-UW-Z]{2})(?!\w)",
        r"(?<!\w)[AC-FHKNPRTV-Y](?:\d\d|6W)[ -]?(?=[0-9AC-FHKNPRTV-Y]{0,3}\d)(?=\d{0,3}[A-Z])[0-9AC-FHKNPRTV-Y]{4}(?!\w)",
        r"(?<!\w)[ABCEGHJ-NPRSTVXY]\d[A-Z][ -]?\d[A-Z]\d(?!\w)",
        rf"(?<!\w)(?:(?-i:{US.replace(' ', '|')})|{US_NAMES})[,\s]{{1,3}}(?P<it>\d{{5}}(?:-\d{{4}})?)(?!\w|[.,]\d)",
        rf"(?<!\w)(?:{AU}|New South Wales|Victoria|Queensland|Tasmania)[,\s]{{1,3}}(?P<it>\d{{4}})(?!\w|\s?(?:mg|ml|g)\b)",
        r"(?<!\w)(?:Singapore|S)\s?\(?(?P<it>\d{6})\)?(?!\w)",
        r"(?<![\w-])(?P<it>(?-i:[1-9]\d{3} ?[A-Z]{2}))(?!\w)",
        r"(?<!\w)(?-i:[DFAIEBL]|CH|NL|FR|ES|DE|AT|BE)-(?P<it>\d{4,5})(?!\w)",
        rf"(?<!\w){CALLED}(?:\s(?:is|was|here is|of)|'s|[:=,\-(])*\s*(?P<it>(?=[\w -]*\d)[A-Z0-9]{{2,10}}(?:[ -](?=[A-Z]*\d)[A-Z0-9]{{2,5}})?)(?!\w)",
        r"(?<!\w)(?P<it>\d{5})\s(?-i:(?:Berlin|Hamburg|M(?:ü|ue)nchen|K(?:ö|oe)ln|Frankfurt|Stuttgart|D(?:ü|ue)sseldorf|Leipzig|Dresden|Bremen|Hannover|N(?:ü|ue)rnberg|"
        r"Paris|Lyon|Marseille|Toulouse|Nice|Nantes|Lille|Bordeaux|Strasbourg|Montpellier|Rennes|"
        r"Madrid|Barcelona|Valencia|Sevilla|Zaragoza|M(?:á|a)laga|Bilbao|Murcia|Alicante|Kuala Lumpur|Petaling|Johor|George Town))(?!\w)",
        r"(?<!\w)(?:Auckland|Wellington|Christchurch|Hamilton|Dunedin|Tauranga|Cape Town|Johannesburg|Durban|Pretoria|Port Elizabeth|Bloemfontein|Sandton)[,\s]{1,2}(?P<it>\d{4})(?!\w|\s?(?:mg|ml|g)\b)",
        r"(?<!\w)(?:Mumbai|Delhi|Bengaluru|Bangalore|Chennai|Kolkata|Hyderabad|Pune|Ahmedabad|Jaipur|Lucknow|Kochi)[,\s–-]{1,3}(?P<it>\d{3}\s?\d{3})(?!\w)",
    )

    def fits(self, match: re.Match[str]) -> bool:
        """Dutch codes look like a year or a dose with two capitals behind it."""
        said = match.group()
        if re.fullmatch(r"[1-9]\d{3} ?[A-Z]{2}", said):
            shouted = match.string.isupper() and len(match.string) > len(said) + 4
            return said[-2:] not in NOT_DUTCH and said[-2:] not in ("SA", "SD", "SS") and not shouted
        # "A1 2AB" typed in small letters is still a code; "s 3 am" is not, since it holds no second group.
        return not re.search(r"\b(?:room|ward|bed|unit|step|phase|model)\s$", before(match))
