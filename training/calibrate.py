"""Make the scores mean what they say: Platt scaling per label, folded into the classifier itself."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

# Pulls the slope towards 1: with a handful of positives the data alone would make it extreme.
_SLOPE_PRIOR: Final = 2.0
_NEWTON_STEPS: Final = 50
_SMALLEST_SLOPE: Final = 0.2


@dataclass(frozen=True, slots=True)
class Platt:
    """Calibrated logit = slope · logit + offset."""

    slope: float
    offset: float


def fit_platt(logits: Array, truths: Array) -> Platt:
    """Fit one label by Newton's method on its logits [rows] and truths 0/1 [rows].

    Truths are smoothed as Platt (1999) has it; the slope never falls below 0.2, so the order of
    the scores is kept.
    """
    design = np.stack([logits, np.ones_like(logits)], axis=1)
    goal = _smooth(truths)
    prior = np.array([_SLOPE_PRIOR, 0.0])
    weights = np.array([1.0, 0.0])
    for _ in range(_NEWTON_STEPS):
        guess = 1.0 / (1.0 + np.exp(-design @ weights))
        gradient = design.T @ (guess - goal) + prior * (weights - [1.0, 0.0])
        curvature = (design * (guess * (1.0 - guess))[:, None]).T @ design + np.diag(prior + 1e-6)
        weights = weights - np.linalg.solve(curvature, gradient).clip(-1.0, 1.0)
    return Platt(max(float(weights[0]), _SMALLEST_SLOPE), float(weights[1]))


def _smooth(truths: Array) -> Array:
    positives = float(truths.sum())
    negatives = len(truths) - positives
    smoothed: Array = np.where(truths > 0, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    return smoothed


def fit_all(logits: Array, truths: Array) -> list[Platt]:
    """Fit every label; logits and truths are [rows, labels]."""
    return [fit_platt(logits[:, label], truths[:, label]) for label in range(logits.shape[1])]


def fold(weight: Array, bias: Array, scales: list[Platt]) -> tuple[Array, Array]:
    """Fold the scalings into the classifier's weight [labels, hidden] and bias [labels]."""
    slopes = np.array([scale.slope for scale in scales])
    offsets = np.array([scale.offset for scale in scales])
    return weight * slopes[:, None], bias * slopes + offsets
