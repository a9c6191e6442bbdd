"""What the words around a danger make of it: denied, told, general, long past, an idiom, and about whom."""
from __future__ import annotations

import pytest

from bot import risk
from bot.language.reading import Reader
from bot.rasa_parts.danger import deaf_ears


def levels(text: str, reader: Reader) -> dict[str, str]:
    """The gravest level of each danger that phrases hear."""
    found = sorted(risk.by_phrase(reader.read(text), deaf_ears()), key=lambda one: risk.RANK[one.level])
    return {finding.danger: finding.level for finding in found}


@pytest.mark.parametrize(
    "text",
    [
        "I am going to kill myself tonight",
        "i want to end my life",
        "I don't want to be alive any more, I will kill myself",
        "not sure I can promise not to kill myself",
        "im so done, everyone would be better off without me",
    ],
)
def test_plain_danger_is_heard(text: str, reader: Reader) -> None:
    assert levels(text, reader).get("suicide") in ("urgent", "emergency")


@pytest.mark.parametrize(
    "text",
    [
        "I am not suicidal, I only want to sleep",
        "I'm not going to kill myself",
        "this headache is killing me",
        "my mum is going to kill me when she finds out",
        "in the film he wants to kill himself",
        "how many people kill themselves each year",
        "I nearly died laughing",
    ],
)
def test_what_is_denied_told_or_said_of_something_else_is_not_urgent(text: str, reader: Reader) -> None:
    assert levels(text, reader).get("suicide", "none") in ("none", "watch")


@pytest.mark.parametrize("text", ["I tried to kill myself three years ago", "when I was a teenager I wanted to kill myself"])
def test_what_is_long_past_is_only_watched(text: str, reader: Reader) -> None:
    assert levels(text, reader).get("suicide", "watch") == "watch"


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Ten years ago I tried to kill myself. I'm so grateful it failed, I love my life", "none"),
        ("One year ago today I attempted suicide. I hope my story helps someone.", "none"),
        ("Thirteen years ago I wished I was dead. I have my own workshop now, and life is so much better", "none"),
        ("Ten years ago I tried to kill myself. I love my life but the thoughts are coming back", "watch"),
        ("I want to kill myself. Ten years ago I tried and I was glad it failed", "urgent"),
        ("Two years ago we met. I want to kill myself tonight", "urgent"),
        ("to everyone who has ever had a suicidal thought: you can write to me", "none"),
    ],
)
def test_what_ended_well_long_ago_is_over_unless_there_is_trouble_now(text: str, level: str, reader: Reader) -> None:
    found = levels(text, reader).get("suicide", "none")
    assert found == level or (level == "urgent" and found == "emergency")


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("I met him in 2015. He hit me last night", "urgent"),
        ("I have not spoken to my father in 16 years. He beat my mother and us", "watch"),
    ],
)
def test_a_far_past_reaches_the_next_sentence_unless_it_is_of_these_days(text: str, level: str, reader: Reader) -> None:
    assert levels(text, reader).get("violence") in (level, "emergency" if level == "urgent" else level)


@pytest.mark.parametrize(
    "text",
    [
        "no i want to die",
        "No, I want to kill myself",
        "I'll never be happy again, i want to die",
        "im suicidal and i have an exam tomorrow",
        "I picture walking in front of the train and I want to kill myself",
    ],
)
def test_a_denial_of_something_else_takes_nothing_back(text: str, reader: Reader) -> None:
    assert levels(text, reader).get("suicide") in ("urgent", "emergency")


@pytest.mark.parametrize("text", ["it's not that I want to die", "I do not want to kill myself", "not like I want to kill myself or anything"])
def test_a_denial_of_the_danger_still_does(text: str, reader: Reader) -> None:
    assert levels(text, reader).get("suicide", "none") in ("none", "watch")


@pytest.mark.parametrize(
    ("text", "danger", "level"),
    [
        ("my mum wasnt breathing", "unresponsive", "emergency"),
        ("he hasnt eaten in five days", "eating_and_neglect", "urgent"),
        ("cant wee much today", "cannot_pee", "urgent"),
        ("cant wee at all", "cannot_pee", "emergency"),
    ],
)
def test_what_is_typed_without_an_apostrophe_is_read_as_it_is_meant(text: str, danger: str, level: str, reader: Reader) -> None:
    assert levels(text, reader).get(danger) == level


def test_what_is_long_past_is_spoken_to_as_that(reader: Reader) -> None:
    found = [one for one in risk.by_phrase(reader.read("I was raped when I was 17"), deaf_ears()) if one.danger == "sexual_assault"]
    assert {one.rule for one in found} == {"sexual_assault/assault_past"}


def test_an_overdose_just_taken_is_grave_though_the_person_feels_well(reader: Reader) -> None:
    assert levels("i took an overdose an hour ago but i feel ok now", reader)["overdose_taken"] == "emergency"


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("I want to kill myself", "self"),
        ("my son says he wants to kill himself", "other"),
        ("my friend won't wake up", "other"),
        ("my husband hits me", "self"),
        ("she cannot pee at all and she is in agony", "other"),
        ("I can't pee at all", "self"),
        ("can't pee at all since last night", "self"),
        ("vomiting blood after a weekend of ket", "self"),
        ("girl collapsed in the toilets at the club, not breathing", "other"),
        ("my brother just texted me goodbye and says he is going to kill himself", "other"),
        ("my brother is attacking my mum and I can't get him off her", "other"),
        ("he has attacked me and my sister", "self"),
        ("she was raped on Saturday", "other"),
        ("I was raped on Saturday", "self"),
        ("gonna kill him, I know where he parks", "self"),
        ("he says he is going to kill her", "other"),
        ("I took all of them, the whole box of tablets", "self"),
    ],
)
def test_it_is_known_who_is_in_danger(text: str, about: str, reader: Reader) -> None:
    findings = risk.check(reader.read(text), deaf_ears())
    assert findings and findings[0].about == about


def test_who_is_threatened_is_spoken_to_as_the_one_in_danger(reader: Reader) -> None:
    found = {one.danger: one for one in risk.check(reader.read("he said he'd kill me if i leave"), deaf_ears())}
    assert "harm_to_others" not in found
    assert (found["violence"].level, found["violence"].about) == ("emergency", "self")


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("he put his hands round my neck last night", "violence/hurt_lately"),
        ("I had my hands round her neck last night", "harm_to_others/plan_or_weapon"),
        ("my friend is not responding and breathing slowly", "unresponsive/not_waking"),
        ("shes gone blue", "unresponsive/blue_or_grey"),
        ("kids home alone, mum out scoring", "child_danger/child_hurt"),
        ("im scared of my mum", "child_danger/child_worry"),
    ],
)
def test_it_is_heard_as_what_it_is(text: str, rule: str, reader: Reader) -> None:
    assert rule in {one.rule for one in risk.by_phrase(reader.read(text), deaf_ears())}
