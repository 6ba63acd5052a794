"""The ONNX engine, on a model whose scores can be reckoned by hand."""

import math
import sys
from pathlib import Path

import onnx
import pytest

from moderation.domain.decision import ModelStamp
from moderation.domain.errors import Refused, ScoringFailed
from moderation.scoring.loading import load_scorer
from moderation.scoring.onnx import OnnxScorer
from tests.unit.tiny_model import BIAS, LABELS, make_tiny_model, tiny_graph, write_manifest


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_tiny_model(tmp_path_factory.mktemp("tiny"))


@pytest.fixture(scope="module")
def scorer(model):
    return OnnxScorer(model, threads=1)


def sigmoid(logit):
    return 1 / (1 + math.exp(-logit))


def test_scores_are_keyed_by_label_and_in_the_order_of_the_texts(scorer):
    calm, rude, threat = scorer.score(["nice sun", "you idiot", "i kill you"])
    assert tuple(rude) == LABELS
    assert rude["insult"] == pytest.approx(sigmoid(7 - 4))
    assert threat["threat"] == pytest.approx(sigmoid(7 - 5))
    assert calm["toxicity"] == pytest.approx(sigmoid(-1 - 4))


def test_company_and_padding_change_no_score(scorer):
    texts = ["idiot", "a b c d e f g h kill", "", "sun sun sun", "idiot kill"] * 20
    together = scorer.score(texts)
    alone = [scorer.score([text])[0] for text in texts]
    assert together == [pytest.approx(scores) for scores in alone]


def test_no_texts_have_no_scores(scorer):
    assert scorer.score([]) == []


def test_nothing_scores_as_the_bias(scorer):
    (scores,) = scorer.score([""])
    assert scores == pytest.approx(dict(zip(LABELS, map(sigmoid, BIAS), strict=True)))


def test_a_text_beyond_the_limit_is_truncated_and_its_pieces_are_not(scorer):
    text = "a " * 40 + "idiot"
    (truncated,) = scorer.score([text])
    assert truncated["insult"] < 0.1
    pieces = scorer.pieces(text)
    assert max(scores["insult"] for scores in scorer.score([p.text for p in pieces])) > 0.9
    assert all(piece.tokens <= scorer.max_tokens for piece in pieces)


def test_the_stamp_names_the_weights(model, scorer):
    import hashlib

    sha256 = hashlib.sha256((model / "model.onnx").read_bytes()).hexdigest()
    assert scorer.stamp == ModelStamp("tiny", "1", sha256)


def test_scores_that_are_no_numbers_fail(tmp_path):
    make_tiny_model(tmp_path)
    graph = tiny_graph(bias=(math.nan, 0.0, 0.0))
    onnx.save(graph, tmp_path / "model.onnx")
    write_manifest(tmp_path)
    with pytest.raises(Refused, match=r"model\.onnx does not fit its model\.json: .*no numbers"):
        OnnxScorer(tmp_path)


def test_a_number_that_is_lost_later_fails_the_call(scorer, monkeypatch):
    class Session:
        def run(self, _names, inputs):
            import numpy as np

            return [np.full((len(inputs["input_ids"]), len(LABELS)), np.nan, dtype=np.float32)]

    monkeypatch.setattr(scorer, "_session", Session())
    with pytest.raises(ScoringFailed, match="no numbers"):
        scorer.score(["sun"])


def test_a_model_with_another_count_of_classes_is_refused(tmp_path):
    make_tiny_model(tmp_path)
    onnx.save(tiny_graph(bias=(0.0, 0.0)), tmp_path / "model.onnx")
    write_manifest(tmp_path)
    with pytest.raises(Refused, match=r"shape \(1, 2\) for 1 texts and 3 labels"):
        OnnxScorer(tmp_path)


def test_a_model_with_other_inputs_is_refused(tmp_path):
    make_tiny_model(tmp_path)
    graph = tiny_graph()
    graph.graph.input[2].name = "segments"
    onnx.save(graph, tmp_path / "model.onnx")
    write_manifest(tmp_path)
    with pytest.raises(Refused, match="moderation model export"):
        OnnxScorer(tmp_path)


def test_loading_goes_by_the_spec(model):
    assert isinstance(load_scorer(str(model), threads=1), OnnxScorer)
    with pytest.raises(Refused, match="There is no scorer 'perspective'"):
        load_scorer("perspective", threads=1)


def test_without_torch_the_detoxify_engine_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "detoxify", None)
    with pytest.raises(Refused, match=r"pip install 'moderation\[detoxify\]'"):
        load_scorer("detoxify:original", threads=1)


def test_the_onnx_engine_needs_no_torch(model):
    import subprocess

    program = (
        "import sys; from pathlib import Path\n"
        "from moderation.scoring.loading import load_scorer\n"
        "load_scorer(sys.argv[1], threads=1).score(['sun'])\n"
        "assert not {'torch', 'transformers', 'detoxify'} & set(sys.modules)\n"
    )
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", program, str(model)], check=True, cwd=root)
