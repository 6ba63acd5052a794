"""The shipped model and the checkpoint made from it score alike, through the real detoxify package."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="the detoxify extra is not installed")
pytest.importorskip("detoxify", reason="the detoxify extra is not installed")
pytest.importorskip("onnx", reason="the detoxify extra is not installed")

import onnxruntime
from detoxify import Detoxify
from tokenizers import Tokenizer

from moderation.scoring.export import read_weights, write_detoxify_checkpoint
from moderation.scoring.preparation import prepare

BUNDLED = Path(__file__).parents[2] / "moderation" / "scoring" / "models" / "bundled"
LABELS = json.loads((BUNDLED / "model.json").read_text())["labels"]
WORDS = [
    "you",
    "are",
    "a",
    "kind",
    "stupid",
    "thank",
    "idiot",
    "this",
    "article",
    "will",
    "kill",
    "the",
    "café",
    "👍",
    "gay",
    "bus",
    "42",
    "!!!",
    "...",
    "https://example.org",
]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_detoxify_checkpoint(BUNDLED, tmp_path_factory.mktemp("checkpoint") / "model.ckpt")


def texts() -> list[str]:
    """Two hundred texts of 0 to 400 words, the long ones longer than the model reads."""
    generator = np.random.default_rng(5)
    lengths = [*range(100), *range(100, 400, 3)]
    return [prepare(" ".join(generator.choice(WORDS, length))) for length in lengths]


def onnx_scores(rows: list[str]) -> np.ndarray:
    """Scores [texts, labels], one text a call."""
    session = onnxruntime.InferenceSession(str(BUNDLED / "model.onnx"), providers=["CPUExecutionProvider"])
    tokenizer = Tokenizer.from_file(str(BUNDLED / "tokenizer.json"))
    tokenizer.enable_truncation(128)
    logits = []
    for row in rows:
        ids = np.array([tokenizer.encode(row).ids])
        feeds = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        logits.append(session.run(["logits"], feeds)[0][0])
    return 1 / (1 + np.exp(-np.array(logits)))


def test_the_checkpoint_holds_nothing_but_tensors_and_plain_values(checkpoint: Path) -> None:
    loaded = torch.load(checkpoint, weights_only=True)
    assert loaded["config"]["dataset"]["args"]["classes"] == LABELS
    assert {tensor.dtype for tensor in loaded["state_dict"].values()} == {torch.float32}


def test_detoxify_scores_as_onnx_does(checkpoint: Path) -> None:
    rows = texts()
    detoxify = Detoxify(checkpoint=str(checkpoint))
    assert detoxify.tokenizer.model_max_length == 128
    theirs = np.array([[detoxify.predict(row)[label] for label in LABELS] for row in rows])
    ours = onnx_scores(rows)
    assert np.ptp(ours) > 0.5
    assert np.abs(ours - theirs).max() <= 1e-4


def test_padding_changes_no_score() -> None:
    session = onnxruntime.InferenceSession(str(BUNDLED / "model.onnx"), providers=["CPUExecutionProvider"])
    ids = np.array([[101, 2017, 2024, 102]])
    padded = np.pad(ids, ((0, 0), (0, 20)))
    alone = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    wide = {"input_ids": padded, "attention_mask": (padded > 0).astype(np.int64), "token_type_ids": padded * 0}
    np.testing.assert_allclose(session.run(None, alone)[0], session.run(None, wide)[0], atol=1e-4)


def test_weights_are_read_in_torch_layout() -> None:
    weights = read_weights(BUNDLED / "model.onnx")
    assert weights["bert.encoder.layer.0.intermediate.dense.weight"].shape == (1536, 384)
    assert weights["classifier.weight"].shape == (len(LABELS), 384)
    assert not [name for name in weights if name.endswith((".int8", ".scale"))]
