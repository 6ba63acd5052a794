"""A model directory of a few kilobytes, made on the spot: it knows which words are rude."""

import hashlib
import json
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
from tokenizers.models import WordPiece

LABELS = ("toxicity", "insult", "threat")
MAX_TOKENS = 16
WORDS = {"idiot": (6.0, 7.0, 0.0), "kill": (5.0, 0.0, 7.0), "sun": (-1.0, -1.0, -1.0)}
BIAS = (-4.0, -4.0, -5.0)
VOCAB = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    *WORDS,
    *"abcdefghijklmnopqrstuvwxyz.,!?'0123456789",
    *(f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz0123456789"),
]


def make_tiny_model(directory: Path) -> Path:
    """Write model.onnx, tokenizer.json and model.json to `directory`; return it.

    A text's logits are the sum of its words' WORDS and BIAS: pooling and order can be foretold.
    """
    directory.mkdir(parents=True, exist_ok=True)
    onnx.save(tiny_graph(), directory / "model.onnx")
    tiny_tokenizer().save(str(directory / "tokenizer.json"))
    write_manifest(directory)
    return directory


def tiny_tokenizer() -> Tokenizer:
    tokenizer = Tokenizer(
        WordPiece({word: number for number, word in enumerate(VOCAB)}, unk_token="[UNK]")
    )
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return tokenizer


def tiny_graph(bias: tuple[float, ...] = BIAS) -> onnx.ModelProto:
    weights = np.zeros((len(VOCAB), len(LABELS)), dtype=np.float32)
    for word, values in WORDS.items():
        weights[VOCAB.index(word)] = values
    whole = ["texts", "tokens"]
    graph = helper.make_graph(
        [
            helper.make_node("Gather", ["weights", "input_ids"], ["seen"]),
            helper.make_node("Cast", ["attention_mask"], ["mask"], to=TensorProto.FLOAT),
            helper.make_node("Unsqueeze", ["mask", "last"], ["column"]),
            helper.make_node("Mul", ["seen", "column"], ["kept"]),
            helper.make_node("ReduceSum", ["kept", "middle"], ["summed"], keepdims=0),
            helper.make_node("Add", ["summed", "bias"], ["logits"]),
        ],
        "tiny",
        [
            helper.make_tensor_value_info(name, TensorProto.INT64, whole)
            for name in ("input_ids", "attention_mask", "token_type_ids")
        ],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["texts", len(bias)])],
        [
            numpy_helper.from_array(weights[:, : len(bias)].copy(), "weights"),
            numpy_helper.from_array(np.array(bias, dtype=np.float32), "bias"),
            numpy_helper.from_array(np.array([-1], dtype=np.int64), "last"),
            numpy_helper.from_array(np.array([1], dtype=np.int64), "middle"),
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def write_manifest(directory: Path, **changes: object) -> None:
    """Write a model.json that fits the files there, but for `changes`."""
    files = {
        name: hashlib.sha256((directory / name).read_bytes()).hexdigest()
        for name in ("model.onnx", "tokenizer.json")
    }
    manifest = {
        "id": "tiny",
        "version": "1",
        "labels": LABELS,
        "languages": ["en"],
        "max_tokens": MAX_TOKENS,
        "preparation": "1",
        "licence": "Apache-2.0",
        "files": files,
        "thresholds": {label: {"hold": 0.5, "reject": 0.9} for label in LABELS},
        "figures": {},
    }
    (directory / "model.json").write_text(json.dumps(manifest | changes), encoding="utf-8")
