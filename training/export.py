"""Write the model directory that ships: weights, tokenizer, configuration, model.json."""

import hashlib
import json
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
from transformers import BertForSequenceClassification

from moderation.scoring.preparation import PREPARATION
from training.examples import LABELS
from training.graph import Weights, build_graph
from training.model import MAX_TOKENS, base_directory
from training.thresholds import Threshold

VERSION: Final = "1"
_COPIED: Final = ("tokenizer.json", "vocab.txt", "special_tokens_map.json")


def write_weights(model: BertForSequenceClassification, directory: Path) -> Path:
    """Write model.onnx (int8) and what the tokenizer and Detoxify need beside it."""
    directory.mkdir(parents=True, exist_ok=True)
    config = model.config
    weights = weights_of(model)
    graph = build_graph(weights, layers=config.num_hidden_layers, heads=config.num_attention_heads)
    file = directory / "model.onnx"
    onnx.save(graph, str(file))
    _write_tokenizer(directory)
    settings = config.to_diff_dict() | {"id2label": dict(enumerate(LABELS)), "dtype": "float32"}
    write_json(directory / "config.json", settings)
    return file


def weights_of(model: BertForSequenceClassification) -> Weights:
    """The network's tensors as numpy, under their torch names."""
    return {
        name: value.detach().numpy().astype(np.float32)
        for name, value in model.state_dict().items()
    }


def _write_tokenizer(directory: Path) -> None:
    for name in _COPIED:
        shutil.copyfile(base_directory() / name, directory / name)
    settings = json.loads((base_directory() / "tokenizer_config.json").read_text(encoding="utf-8"))
    settings.pop("name_or_path", None)
    # Without a length Detoxify does not truncate, and long texts fail (its default is none).
    write_json(directory / "tokenizer_config.json", settings | {"model_max_length": MAX_TOKENS})
    _set_lengths(directory / "tokenizer.json")


def _set_lengths(file: Path) -> None:
    """Leave truncation and padding to the caller: windows over long texts need neither."""
    document = json.loads(file.read_text(encoding="utf-8"))
    document["truncation"] = document["padding"] = None
    file.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")


def write_description(
    directory: Path, layers: int, thresholds: dict[str, Threshold], figures: dict[str, Any]
) -> None:
    """Write model.json, last of all: it holds the hash of every file beside it."""
    description = {
        "id": f"moderation-minilm-l{layers}",
        "version": VERSION,
        "labels": list(LABELS),
        "languages": ["en"],
        "max_tokens": MAX_TOKENS,
        "preparation": PREPARATION,
        "licence": "Apache-2.0",
        "files": _hashes(directory),
        "thresholds": {label: asdict(threshold) for label, threshold in thresholds.items()},
        "figures": figures,
    }
    write_json(directory / "model.json", description)


def _hashes(directory: Path) -> dict[str, str]:
    names = sorted(
        path.name
        for path in directory.iterdir()
        if path.suffix != ".md" and path.name != "model.json"
    )
    return {name: hashlib.sha256((directory / name).read_bytes()).hexdigest() for name in names}


def write_json(file: Path, content: Any) -> None:
    """Write JSON as people read it."""
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
