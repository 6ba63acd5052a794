"""Figures of merit, in plain numpy."""

from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

Array = NDArray[np.float64]

_BINS: Final = 15
_BOOTSTRAPS: Final = 300


def auc(scores: Array, truths: Array) -> float:
    """Area under the ROC curve; NaN without both classes."""
    positives = int(truths.sum())
    negatives = len(truths) - positives
    if not positives or not negatives:
        return float("nan")
    ranks = rankdata(scores)[truths > 0].sum()
    return float((ranks - positives * (positives + 1) / 2) / (positives * negatives))


def average_precision(scores: Array, truths: Array) -> float:
    """Mean precision at each true row, best score first; NaN without a true row."""
    order = np.argsort(-scores, kind="stable")
    hits = truths[order]
    if not hits.sum():
        return float("nan")
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float((precision * hits).sum() / hits.sum())


def calibration_error(scores: Array, truths: Array) -> float:
    """Expected calibration error over 15 bins of equal width."""
    bins = np.minimum((scores * _BINS).astype(int), _BINS - 1)
    gaps = (
        abs(scores[bins == b].mean() - truths[bins == b].mean()) * (bins == b).mean()
        for b in np.unique(bins)
    )
    return float(sum(gaps))


def interval(
    measure: Callable[[Array, Array], float], scores: Array, truths: Array, seed: int
) -> tuple[float, float]:
    """Bootstrap 95 % interval of a measure, resampling rows within each class."""
    generator = np.random.default_rng(seed)
    positive, negative = np.flatnonzero(truths > 0), np.flatnonzero(truths == 0)
    values = []
    for _ in range(_BOOTSTRAPS):
        rows = np.concatenate(
            [generator.choice(positive, len(positive)), generator.choice(negative, len(negative))]
        )
        values.append(measure(scores[rows], truths[rows]))
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
