"""What the benchmarks count: the stock pipeline beside ours, the tables of the report, and intents of others."""
from __future__ import annotations

import copy
import pathlib
from typing import Any

import numpy as np
import pytest
import yaml

from benchmarks import intents, report, stock_pipeline
from benchmarks.measure import Selected
from benchmarks.twins import Asked
from bot.answers import Decision, Ranked
from bot.language.encoder import WIDTH, Vectors
from bot.settings import ROOT

RANKING = [["answer/bladder", 0.7], ["talk/thanks", 0.1], ["answer/sleep", 0.1]]


@pytest.mark.parametrize(
    ("intent", "ranking", "kind", "chosen"),
    [
        ("answer", RANKING, "answer", ("bladder",)),
        ("talk", RANKING[1:], "flow", ("talk/thanks",)),
        ("answer", RANKING[1:], "flow", ("talk/thanks",)),
        ("refuse", [["refuse/dose", 0.9]], "flow", ("refuse/dose",)),
        ("other_drug", [["other_drug/ghb", 0.9]], "not_covered", ("other_drug/ghb",)),
        ("find_helpline", RANKING, "flow", ("flow/find_helpline",)),
        ("nlu_fallback", RANKING, "not_covered", ()),
        ("out_of_scope", RANKING, "not_covered", ()),
        (None, [], "not_covered", ()),
    ],
)
def test_a_stock_assistant_says_its_selectors_first_only_where_the_intent_has_answers(
    intent: str, ranking: list[Any], kind: str, chosen: tuple[str, ...]
) -> None:
    decision = stock_pipeline.read_stock({"intent": intent, "ranking": ranking})
    assert (decision.kind, decision.chosen) == (kind, chosen)
    assert [one.label for one in decision.ranked] == [key.removeprefix("answer/") for key, _ in ranking if key.startswith("answer/")]


def test_only_the_epochs_of_the_stock_pipeline_can_be_changed() -> None:
    plain, short = stock_pipeline.stock_config(), stock_pipeline.stock_config(7)
    assert [part["epochs"] for part in plain["pipeline"] if "epochs" in part] == [100, 100]
    again = copy.deepcopy(short)
    for part in again["pipeline"]:
        if "epochs" in part:
            assert part["epochs"] == 7
            part["epochs"] = 100
    assert again == plain


def test_ours_is_the_configuration_that_serves_without_what_hears_danger() -> None:
    serves = [part["name"] for part in yaml.safe_load((ROOT / "config.yml").read_text())["pipeline"]]
    measured = [part["name"] for part in stock_pipeline.our_config()["pipeline"]]
    assert [name for name in serves if name not in measured] == ["bot.rasa_parts.danger.HearDanger"]
    assert [name for name in measured if name not in serves] == []


def test_both_pipelines_learn_every_example_under_a_retrieval_intent() -> None:
    from benchmarks.stock import examples
    from bot import content

    data = examples.Examples("unused").get_nlu_data()
    said = content.shared()
    keys = {message.get("intent_response_key") for message in data.training_examples} - {None}
    turns = {name for name, turn in said.turns.items() if turn.kind != "flow" and turn.ask}
    assert keys == {f"answer/{id}" for id in said.answers} | turns
    assert {f"utter_{key}" for key in keys} == set(data.responses)
    outside = {message.get("text") for message in data.training_examples if message.get("intent") == examples.OUT}
    assert outside <= {text.strip() for text in said.unrelated} and len(outside) > 100


def test_a_kept_model_is_used_only_for_the_same_examples_and_configuration(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    trained = []

    def work(*arguments: str, given: Any = None) -> dict[str, Any]:
        trained.append(arguments)
        return {"seconds": 1.0, "processor_seconds": 1.0, "model": "model.tar.gz"}

    monkeypatch.setattr(stock_pipeline, "work", work)
    for epochs in (None, None, 3):
        stock_pipeline.train(stock_pipeline.stock_config(epochs), tmp_path, kept=tmp_path, anew=False)
    assert len(trained) == 2
    stock_pipeline.train(stock_pipeline.stock_config(), tmp_path, kept=tmp_path, anew=True)
    assert len(trained) == 3


def selected(wanted: str, first: str, score: float) -> Selected:
    return Selected(Asked("words", wanted, "plain"), Decision("answer", (first,), (Ranked(first, score, ""),)), "")


def test_the_report_counts_topics_and_answers_the_surest_first() -> None:
    result = {
        "topics": {"a1": "a", "a2": "a", "b1": "b"},
        "selected": [selected("a1", "a1", 0.9), selected("a1", "a2", 0.5), selected("b1", "a2", 0.7), selected("b1", "b1", 0.8)],
    }
    assert report.topic_confusions(result) == (["wanted", "the very answer", "a", "b"], [["a", "1", "1", "0"], ["b", "1", "1", "0"]])
    assert report.coverage(result) == [(0.25, 1.0), (0.5, 1.0), (0.75, 2 / 3), (1.0, 0.5)]


def test_a_message_far_from_every_example_is_turned_away_and_counts_against_accuracy_within_scope() -> None:
    chance = np.random.default_rng(0)

    def near(axis: int, count: int) -> Vectors:
        drawn = 0.02 * chance.standard_normal((count, WIDTH)).astype(np.float32)
        drawn[:, axis] += 1
        return np.asarray(drawn / np.linalg.norm(drawn, axis=1, keepdims=True), dtype=np.float32)

    known = {"balance": 0, "weather": 1, "alarm": 2}
    data: dict[str, list[list[str]]] = {part: [[f"words about {name}", name] for name in known for _ in range(40)] for part in ("train", "val", "test")}
    vectors = {part: np.vstack([near(axis, 40) for axis in known.values()]) for part in data}
    for part in ("oos_train", "oos_val", "oos_test"):
        data[part] = [["something else", "oos"]] * 20
        vectors[part] = near(7 if part == "oos_train" else 9, 20)
    rows = {name: (accuracy, recall) for name, accuracy, recall in intents.measure(data, vectors)}
    assert rows["never"] == (1.0, 0.0)
    for name in ("by strength and nearness, threshold from val", "by strength and nearness, threshold from val and oos_val"):
        assert rows[name][0] > 0.9 and rows[name][1] == 1.0
    assert dict((name, recall) for name, _, recall in intents.measure(data, vectors, outside="oos_test"))["never"] == 1.0


def test_the_fairest_threshold_parts_what_can_be_parted() -> None:
    assert intents.fairest(np.array([0.5, 0.8, 0.9]), np.array([0.1, 0.2])) == 0.5


def test_a_file_of_another_layout_is_refused_in_words(tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file.json").write_text('{"train": []}')
    assert intents.main([str(tmp_path / "file.json")]) == 1
    assert "oos_test, test, val missing, give a JSON file" in capsys.readouterr().err
