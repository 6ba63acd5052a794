"""From trained weights to a model directory: calibrate, export, choose thresholds, measure, describe."""

import time
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from transformers import BertForSequenceClassification

from training.calibrate import fit_all, fold
from training.card import write_card
from training.evaluate import Scored, measure, measure_labels, score_rows
from training.examples import Example
from training.export import write_description, write_json, write_weights
from training.mix import Corpus
from training.scorers import Scorer, onnx_scorer, open_session, targets_of, torch_scorer
from training.sentences import training_sentences
from training.thresholds import Threshold, choose

# Not a seed that training used: the templates are known to the model, these fillings are not.
_BENIGN_SEED: Final = 999_999
_BENIGN_OWN: Final = 2_500
_EVERY_MADLIB: Final = 60


def finish(model: BertForSequenceClassification, corpus: Corpus, out: Path) -> Path:
    """Write `out`/bundled (what ships) and `out`/figures.json; return the former."""
    calibrate(model, corpus)
    exact = torch_scorer(model)
    before = measure_labels(exact, corpus, score_rows(exact, corpus.natural.report))
    directory = out / "bundled"
    file = write_weights(model, directory)
    scorer = onnx_scorer(file)
    thresholds = choose_thresholds(scorer, corpus)
    figures = measure(scorer, corpus, thresholds)
    figures["fp32_labels"] = before
    figures["file"] = {"bytes": file.stat().st_size, "load_seconds": load_seconds(file)}
    write_json(out / "figures.json", figures)
    layers = model.config.num_hidden_layers
    write_description(directory, layers, thresholds, summary(figures))
    write_card(directory, layers, thresholds, figures)
    return directory


def calibrate(model: BertForSequenceClassification, corpus: Corpus) -> None:
    """Fit Platt's scaling on the calibration rows and fold it into the classifier, in place."""
    rows = corpus.natural.calibration
    logits = torch_scorer(model)([row.text for row in rows]).astype(np.float64)
    scales = fit_all(logits, targets_of(rows))
    weight, bias = model.classifier.weight, model.classifier.bias
    new_weight, new_bias = fold(
        weight.detach().double().numpy(), bias.detach().double().numpy(), scales
    )
    with torch.no_grad():
        weight.copy_(torch.from_numpy(new_weight))
        bias.copy_(torch.from_numpy(new_bias))


def choose_thresholds(scorer: Scorer, corpus: Corpus) -> dict[str, Threshold]:
    """Choose on the calibration rows, and on harmless sentences out of training templates."""
    natural: Scored = score_rows(scorer, corpus.natural.calibration)
    return choose(natural.scores, natural.toxic, score_rows(scorer, benign_rows(corpus)).scores)


def benign_rows(corpus: Corpus) -> list[Example]:
    """Harmless sentences that trouble models; none is of a held-out template."""
    own = training_sentences(corpus.grammar, _BENIGN_OWN, _BENIGN_SEED)
    return [row for row in own if not row.is_toxic] + corpus.pools["madlibs_clean"][::_EVERY_MADLIB]


def load_seconds(file: Path) -> float:
    """Time to open the file, int8 weights expanded."""
    started = time.perf_counter()
    open_session(file)
    return round(time.perf_counter() - started, 2)


def summary(figures: dict[str, Any]) -> dict[str, float]:
    """The figures that model.json repeats."""
    labels = figures["labels"].values()
    return {
        "mean_auc": round(float(np.mean([label["auc"] for label in labels])), 4),
        "toxicity_auc": round(figures["labels"]["toxicity"]["auc"], 4),
        "toxicity_ece": round(figures["labels"]["toxicity"]["ece"], 4),
        "natural_clean_held": round(figures["natural"]["clean_held"], 4),
        "natural_toxic_held": round(figures["natural"]["toxic_held"], 4),
        "wiki_talk_clean_held": round(figures["wiki_talk"]["clean_held"], 4),
        "madlibs_clean_held": round(figures["madlibs"]["clean_held"], 4),
    }
