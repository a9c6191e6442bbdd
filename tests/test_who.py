"""Whether the writer says to be under 18."""
from __future__ import annotations

import pytest

from bot.who import says_young


@pytest.mark.parametrize(
    "text",
    [
        "I'm 13 and my mum does k in the bathroom, will i be taken away",
        "im 13",
        "hi, I am only 12 years old",
        "i am 15 and scared",
        "as a 15 year old, who can I talk to?",
        "my age is 14 and I use ket",
        "I am fourteen years old, is it too late for my bladder?",
        "I have just turned 16 and I need to stop",
        "I am still 17 and at school",
    ],
)
def test_a_child_who_says_their_age_is_heard(text: str) -> None:
    assert says_young(text) is not None


@pytest.mark.parametrize(
    "text",
    [
        "I am 13 days clean",
        "I am 10 weeks pregnant",
        "i am 8 stone now",
        "I am 17 years sober",
        "I am 10 years older than him",
        "I am 10/10 sure",
        "I am 9-5 at work",
        "I am 12 hours in",
        "I am 13.5 stone",
        "I am 9 out of 10 sure",
        "I was 13 when it began",
        "I am 11th in the queue",
        "my son is 13",
        "my daughter aged 14 uses it",
        "I turned 16 in a children's home, thirty years ago",
        "I am 12 grams deep this week",
        "I'm 42",
        "I am 170 cm",
    ],
)
def test_other_numbers_are_no_childs_age(text: str) -> None:
    assert says_young(text) is None
