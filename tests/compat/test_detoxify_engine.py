"""The Detoxify engine with the real package: every trap it leaves to its user."""

import os

import pytest
import torch

from moderation.domain.errors import Refused, ScoringFailed
from moderation.scoring.detoxify import DetoxifyScorer
from moderation.scoring.loading import load_scorer
from tests.compat.tiny_checkpoint import make_tiny_checkpoint

LABELS = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory):
    return make_tiny_checkpoint(tmp_path_factory.mktemp("detoxify"))


@pytest.fixture(scope="module")
def scorer(checkpoint):
    return load_scorer(f"detoxify:{checkpoint}", threads=1)


def refused(tmp_path, change):
    path = make_tiny_checkpoint(tmp_path, change=change)
    with pytest.raises(Refused) as caught:
        DetoxifyScorer(str(path))
    return str(caught.value)


def test_one_text_and_many_have_the_same_scores_by_name(scorer):
    texts = ["you", "a longer text, with more words", "", "kill"] * 5
    together = scorer.score(texts)
    assert tuple(together[0]) == LABELS == scorer.labels
    assert together == [pytest.approx(scorer.score([text])[0], abs=1e-6) for text in texts]


def test_it_agrees_with_the_package(checkpoint, scorer):
    from detoxify import Detoxify

    assert scorer.score(["you fool"])[0] == pytest.approx(
        Detoxify(checkpoint=str(checkpoint)).predict("you fool"), abs=1e-6
    )


def test_no_texts_have_no_scores(scorer):
    assert scorer.score([]) == []


def test_a_text_longer_than_the_positions_is_cut_not_a_crash(scorer):
    assert scorer.max_tokens == 64
    assert len(scorer.score(["word " * 500])) == 1
    pieces = scorer.pieces("word " * 500)
    assert len(pieces) > 1
    assert all(piece.tokens <= 64 for piece in pieces)


def test_texts_are_grouped_by_length(scorer, monkeypatch):
    sizes = []
    predict = scorer._detoxify.predict
    monkeypatch.setattr(
        scorer._detoxify, "predict", lambda texts: sizes.append(len(texts)) or predict(texts)
    )
    scorer.score(["a"] * 100 + ["word " * 100] * 10)
    assert sum(sizes) == 110
    assert len(sizes) >= 3


def test_half_precision_is_widened(tmp_path):
    def halve(content):
        content["state_dict"] = {k: v.half() for k, v in content["state_dict"].items()}

    scorer = DetoxifyScorer(str(make_tiny_checkpoint(tmp_path, change=halve)))
    assert {weight.dtype for weight in scorer._detoxify.model.parameters()} == {torch.float32}


def test_a_missing_head_is_refused(tmp_path):
    message = refused(tmp_path, lambda content: content["state_dict"].pop("classifier.weight"))
    assert "lacks 1 weights, classifier.weight among them" in message


class Bomb:
    def __init__(self, crater):
        self.crater = crater

    def __reduce__(self):
        return os.mkdir, (str(self.crater),)


def test_a_pickle_that_would_run_code_is_refused_unrun(tmp_path):
    crater = tmp_path / "crater"
    message = refused(tmp_path, lambda content: content.update(bomb=Bomb(crater)))
    assert "it would call posix.mkdir" in message
    assert not crater.exists()


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path):
    path = tmp_path / "notes.ckpt"
    path.write_text("hello", encoding="utf-8")
    with pytest.raises(Refused, match="is not loaded: it is damaged or no checkpoint"):
        DetoxifyScorer(str(path))
    with pytest.raises(Refused, match="cannot be read"):
        DetoxifyScorer(str(tmp_path / "absent.ckpt"))


def test_a_file_without_its_configuration_is_refused(tmp_path):
    assert "is no Detoxify checkpoint" in refused(tmp_path, lambda content: content.pop("config"))


def test_only_classifiers_and_tokenizers_are_looked_up(tmp_path):
    def spoil(content):
        content["config"]["arch"]["args"]["model_name"] = "pipeline"

    assert "'pipeline', no classifier" in refused(tmp_path, spoil)


def test_more_classes_than_outputs_are_refused(tmp_path):
    def spoil(content):
        content["config"]["dataset"]["args"]["classes"].append("spam")

    assert "gives no scores" in refused(tmp_path, spoil)


def test_scores_that_are_no_numbers_fail(scorer, monkeypatch):
    monkeypatch.setattr(scorer._detoxify, "predict", lambda _: dict.fromkeys(LABELS, float("nan")))
    with pytest.raises(ScoringFailed, match="no numbers"):
        scorer.score(["a"])


def test_a_foreign_checkpoint_reads_its_text_as_it_is(scorer):
    assert scorer.preparation == "nfc"
    assert scorer.prepare("Cafe\u0301 😀") == "Café 😀"
