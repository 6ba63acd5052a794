"""Logits for many texts, from the torch network or from the exported file, in the same way."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from tqdm import tqdm
from transformers import BertForSequenceClassification

from moderation.scoring.preparation import prepare
from training.examples import LABELS, Example
from training.model import MAX_TOKENS, base_directory

Logits = NDArray[np.float32]
Scorer = Callable[[Sequence[str]], Logits]

_BATCH: Final = 32


def torch_scorer(model: BertForSequenceClassification) -> Scorer:
    """Score with the network in memory; returns logits [texts, labels]."""

    def run(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Logits:
        with torch.inference_mode():
            logits = model(
                input_ids=torch.from_numpy(ids), attention_mask=torch.from_numpy(mask)
            ).logits
        result: Logits = logits.numpy()
        return result

    model.train(mode=False)
    return _batched(run)


def onnx_scorer(file: Path, threads: int = 2) -> Scorer:
    """Score with the exported file, as the service does; returns logits [texts, labels]."""
    session = open_session(file, threads)

    def run(ids: NDArray[np.int64], mask: NDArray[np.int64]) -> Logits:
        feeds = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        result: Logits = session.run(["logits"], feeds)[0]
        return result

    return _batched(run)


def open_session(file: Path, threads: int = 2) -> Any:
    """An ONNX Runtime session with every optimisation, which is where int8 weights become fp32."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    return onnxruntime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def _batched(run: Callable[[NDArray[np.int64], NDArray[np.int64]], Logits]) -> Scorer:
    tokenizer = Tokenizer.from_file(str(base_directory() / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS)
    tokenizer.no_padding()

    def score(texts: Sequence[str]) -> Logits:
        ids = [
            encoding.ids for encoding in tokenizer.encode_batch([prepare(text) for text in texts])
        ]
        logits = np.zeros((len(texts), len(LABELS)), dtype=np.float32)
        for chosen in _by_length(ids):
            padded, mask = _pad([ids[index] for index in chosen])
            logits[chosen] = run(padded, mask)
        return logits

    return score


def _by_length(ids: Sequence[list[int]]) -> Iterator[list[int]]:
    order = sorted(range(len(ids)), key=lambda index: len(ids[index]))
    starts = range(0, len(order), _BATCH)
    for start in tqdm(starts, desc="scoring", mininterval=10, disable=len(starts) < 20):
        yield order[start : start + _BATCH]


def _pad(ids: Sequence[list[int]]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    padded = np.zeros((len(ids), max(map(len, ids))), dtype=np.int64)
    mask = np.zeros_like(padded)
    for row, values in enumerate(ids):
        padded[row, : len(values)] = values
        mask[row, : len(values)] = 1
    return padded, mask


def probabilities(logits: Logits) -> NDArray[np.float64]:
    """The scores in 0…1 that a checkpoint's own sigmoid gives."""
    result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-logits.astype(np.float64)))
    return result


def targets_of(rows: Sequence[Example]) -> NDArray[np.float64]:
    """Targets [rows, labels]; NaN where unknown."""
    return np.array([row.targets for row in rows], dtype=np.float64)
