"""The ONNX engine: onnxruntime and tokenizers, no torch. The default."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Encoding, Tokenizer

from moderation.domain.decision import Scores
from moderation.domain.errors import Refused, ScoringFailed
from moderation.scoring.buckets import similar_lengths
from moderation.scoring.manifest import TOKENIZER, WEIGHTS, read_manifest
from moderation.scoring.preparation import prepare
from moderation.scoring.scorer import Piece
from moderation.scoring.windows import Windows

# Padding costs as much as text, and larger runs were not faster (docs/performance.md).
RUN_TOKENS = 512

_INPUTS = {"input_ids", "attention_mask", "token_type_ids"}
_ERRORS_ONLY = 3


class OnnxScorer:
    """A model directory's Scorer. `threads` for one run; 0 takes all cores.

    Raises Refused when the directory is not what its manifest says.
    """

    def __init__(self, directory: Path, *, threads: int = 0) -> None:
        manifest = read_manifest(directory)
        self.stamp = manifest.stamp
        self.labels = manifest.labels
        self.languages = manifest.languages
        self.max_tokens = manifest.max_tokens
        self.preparation = manifest.preparation
        self._windows = Windows(_tokenizer(directory), manifest.max_tokens)
        self._tokenizer = _tokenizer(directory, max_tokens=manifest.max_tokens)
        self._session = _session(directory / WEIGHTS, threads=threads)
        self._prove(directory / WEIGHTS)

    def prepare(self, text: str) -> str:
        """Return `text` as the model learnt to read it."""
        return prepare(text)

    def pieces(self, prepared: str) -> list[Piece]:
        """Cut prepared text into windows the model can see whole."""
        return self._windows.cut(prepared)

    def score(self, texts: Sequence[str]) -> list[Scores]:
        """Scores of each text, in order. Raises ScoringFailed."""
        encodings = self._tokenizer.encode_batch(list(texts))
        scores: dict[int, Scores] = {}
        for places in similar_lengths([len(encoding) for encoding in encodings], RUN_TOKENS):
            answers = self._run([encodings[place] for place in places])
            scores.update(zip(places, answers, strict=True))
        return [scores[place] for place in range(len(texts))]

    def _run(self, encodings: Sequence[Encoding]) -> list[Scores]:
        (logits,) = self._session.run(["logits"], _padded(encodings))
        if logits.shape != (len(encodings), len(self.labels)):
            raise ScoringFailed(
                f"The model gave an answer of shape {logits.shape} for {len(encodings)} texts "
                f"and {len(self.labels)} labels."
            )
        if not np.isfinite(logits).all():
            raise ScoringFailed("The model gave scores that are no numbers.")
        # The tanh form of the sigmoid cannot overflow.
        rows = (0.5 + 0.5 * np.tanh(logits.astype(np.float64) / 2)).tolist()
        return [dict(zip(self.labels, row, strict=True)) for row in rows]

    def _prove(self, path: Path) -> None:
        """Score nothing once: a misfit shows at start, and the first comment finds warm memory."""
        inputs = {node.name for node in self._session.get_inputs()}
        outputs = {node.name for node in self._session.get_outputs()}
        if inputs != _INPUTS or "logits" not in outputs:
            raise Refused(
                f"{path} takes {sorted(inputs)} and gives {sorted(outputs)}; it must take "
                f"{sorted(_INPUTS)} and give logits: use `moderation model export`."
            )
        try:
            self.score([""])
        except ScoringFailed as failure:
            raise Refused(f"{path} does not fit its model.json: {failure.detail}") from None


def _tokenizer(directory: Path, *, max_tokens: int | None = None) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(directory / TOKENIZER))
    tokenizer.no_padding()
    if max_tokens is None:
        tokenizer.no_truncation()
    else:
        # A backstop: pieces fit already, but for a word that was cut and splits anew.
        tokenizer.enable_truncation(max_tokens)
    return tokenizer


def _session(path: Path, *, threads: int) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = _ERRORS_ONLY
    # Runs differ in shape: remembered patterns would never fit again.
    options.enable_mem_pattern = False
    # Threads that spin between runs take the cores from the web server.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _padded(encodings: Sequence[Encoding]) -> dict[str, Any]:
    """Token ids and their mask, int64, [texts, tokens of the longest]; all of the first segment."""
    shape = (len(encodings), max(len(encoding) for encoding in encodings))
    ids = np.zeros(shape, dtype=np.int64)
    mask = np.zeros(shape, dtype=np.int64)
    for row, encoding in enumerate(encodings):
        ids[row, : len(encoding)] = encoding.ids
        mask[row, : len(encoding)] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(mask)}
