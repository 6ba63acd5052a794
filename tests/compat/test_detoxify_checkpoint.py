"""The checkpoint made from the shipped model is plain data (test_engines_agree.py scores it)."""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch

from moderation.scoring.export import read_weights, write_detoxify_checkpoint

BUNDLED = Path(__file__).parents[2] / "moderation" / "scoring" / "models" / "bundled"
LABELS = json.loads((BUNDLED / "model.json").read_text())["labels"]


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_detoxify_checkpoint(BUNDLED, tmp_path_factory.mktemp("checkpoint") / "model.ckpt")


def test_the_checkpoint_holds_nothing_but_tensors_and_plain_values(checkpoint: Path) -> None:
    loaded = torch.load(checkpoint, weights_only=True)
    assert loaded["config"]["dataset"]["args"]["classes"] == LABELS
    assert {tensor.dtype for tensor in loaded["state_dict"].values()} == {torch.float32}


def test_padding_changes_no_score() -> None:
    session = onnxruntime.InferenceSession(
        str(BUNDLED / "model.onnx"), providers=["CPUExecutionProvider"]
    )
    ids = np.array([[101, 2017, 2024, 102]])
    padded = np.pad(ids, ((0, 0), (0, 20)))
    alone = {
        "input_ids": ids,
        "attention_mask": np.ones_like(ids),
        "token_type_ids": np.zeros_like(ids),
    }
    wide = {
        "input_ids": padded,
        "attention_mask": (padded > 0).astype(np.int64),
        "token_type_ids": padded * 0,
    }
    np.testing.assert_allclose(session.run(None, alone)[0], session.run(None, wide)[0], atol=1e-4)


def test_weights_are_read_in_torch_layout() -> None:
    weights = read_weights(BUNDLED / "model.onnx")
    assert weights["bert.encoder.layer.0.intermediate.dense.weight"].shape == (1536, 384)
    assert weights["classifier.weight"].shape == (len(LABELS), 384)
    assert not [name for name in weights if name.endswith((".int8", ".scale"))]
