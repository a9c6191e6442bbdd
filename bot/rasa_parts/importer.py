"""Turns `data/` into what Rasa trains on, so that one file per answer stays the only place where it stands.

Answers, talk, refusals and other drugs are retrieval intents: Rasa's own mechanics say them, and no action server is
needed. The rules are made here too, for they say no more than "this intent, then this reply".
"""
from __future__ import annotations

import copy
import hashlib
import pathlib
from typing import Any, Optional, Union

import rasa.shared.utils.io
from rasa.shared.core.domain import Domain
from rasa.shared.core.training_data.story_reader.yaml_story_reader import YAMLStoryReader
from rasa.shared.core.training_data.structures import StoryGraph
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.importers.importer import TrainingDataImporter
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import content, helplines
from bot.rasa_parts import replies
from bot.settings import DATA, LANGUAGE_DATA

NEEDED_COMPONENTS = ("ReadMessage", "HearDanger", "SelectAnswer")
NEEDED_POLICY = "SafetyPolicy"
SAID_AT_ONCE = ("answer", "talk", "refuse", "other_drug")
PLAIN = {"clarify": "utter_clarify", "not_covered": "utter_not_covered", "inform_country": "utter_country"}


class ContentImporter(TrainingDataImporter):
    """Rasa's door to the content."""

    def __init__(
        self,
        config_file: Optional[str] = None,
        domain_path: Optional[str] = None,
        training_data_paths: Optional[Union[list[str], str]] = None,
        **kwargs: Any,
    ) -> None:
        """Rasa passes the paths of its command line; the content is always the project's own `data/`."""
        self._config_file, self._domain_path = config_file, domain_path
        self._content = content.shared()

    def get_config(self) -> dict[str, Any]:
        """`config.yml`, with the content's fingerprint in it so that Rasa's cache sees every change.

        Raises InvalidConfigException when a component that keeps people safe has been taken out.
        """
        config: dict[str, Any] = {}
        if self._config_file and pathlib.Path(self._config_file).exists():
            config = rasa.shared.utils.io.read_model_configuration(self._config_file)
        check_config(config)
        config = copy.deepcopy(config)
        for part in config.get("pipeline") or []:
            if part["name"].split(".")[-1] in NEEDED_COMPONENTS:
                part["content"] = fingerprint()
        return config

    def get_config_file_for_auto_config(self) -> Optional[str]:
        """The file that Rasa may complete; ours is complete."""
        return self._config_file

    def get_nlu_data(self, language: Optional[str] = "en") -> TrainingData:
        """Every way of asking, under its retrieval intent."""
        examples = [
            Message.build(text=text, intent=f"answer/{answer.id}") for answer in self._content.answers.values() for text in answer.ask
        ]
        for turn in self._content.turns.values():
            intent = turn.name if turn.kind in SAID_AT_ONCE else turn.name.split("/")[-1]
            examples += [Message.build(text=text, intent=intent) for text in turn.ask]
        examples += [Message.build(text=text, intent="not_covered") for text in self._content.unrelated]
        return TrainingData(training_examples=examples, responses=replies.retrieval_responses(self._content))

    def get_domain(self) -> Domain:
        """`domain.yml` with the content's intents and responses added."""
        register = helplines.load_register(DATA / "helplines")
        own = Domain.load(self._domain_path or str(DATA.parent / "domain.yml"))
        intents: list[Any] = [{kind: {"is_retrieval_intent": True}} for kind in SAID_AT_ONCE] + list(PLAIN)
        intents += [turn.name.split("/")[-1] for turn in self._content.turns.values() if turn.kind == "flow"]
        made = {
            "intents": intents,
            "responses": {**replies.retrieval_responses(self._content), **replies.plain_responses(self._content, register)},
            "actions": [*(f"utter_{kind}" for kind in (*SAID_AT_ONCE, "more")), replies.REFERRAL, *sorted(set(replies.ACTIONS.values()))],
        }
        return own.merge(Domain.from_dict(made))

    def get_stories(self, exclusion_percentage: Optional[int] = None) -> StoryGraph:
        """One rule an intent."""
        pairs = {**{kind: f"utter_{kind}" for kind in SAID_AT_ONCE}, **PLAIN}
        pairs |= {name: replies.action_for(name) for name in replies.flow_names(self._content)}
        rules = [{"rule": intent, "steps": [{"intent": intent}, {"action": action}]} for intent, action in pairs.items()]
        return StoryGraph(YAMLStoryReader().read_from_parsed_yaml({"rules": rules}))


def check_config(config: dict[str, Any]) -> None:
    """Refuse a configuration without the parts that hear danger. Raises InvalidConfigException naming them."""
    pipeline = [part["name"].split(".")[-1] for part in config.get("pipeline") or []]
    policies = [part["name"].split(".")[-1] for part in config.get("policies") or []]
    missing = [name for name in NEEDED_COMPONENTS if name not in pipeline]
    missing += [NEEDED_POLICY] if NEEDED_POLICY not in policies else []
    if missing:
        raise InvalidConfigException(f"config.yml: {', '.join(missing)} missing; danger would not be heard, put it back")


def fingerprint() -> str:
    """A hash of everything that training reads beside Rasa's own files."""
    digest = hashlib.sha256()
    for folder in (DATA / "answers", DATA / "risk", DATA / "dialogue", LANGUAGE_DATA):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                digest.update(path.relative_to(DATA).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:16]
