"""Figures of merit, in plain numpy. What cannot be said of the rows at hand is None, never a guess.

`scores` lie in 0..1, `truths` are booleans of the same length.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float64]
Truths = NDArray[np.bool_]

BINS = 15


@dataclass(frozen=True, slots=True)
class Flagging:
    """What was flagged, against what should have been."""

    hits: int
    false_alarms: int
    misses: int
    passes: int

    @property
    def precision(self) -> float | None:
        """The share of the flagged that deserve it."""
        return _share(self.hits, self.hits + self.false_alarms)

    @property
    def recall(self) -> float | None:
        """The share of the positives that are flagged."""
        return _share(self.hits, self.hits + self.misses)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall."""
        return _share(2 * self.hits, 2 * self.hits + self.false_alarms + self.misses)

    @property
    def accuracy(self) -> float | None:
        """The share of all that is right."""
        right = self.hits + self.passes
        return _share(right, right + self.false_alarms + self.misses)

    @property
    def false_positive_rate(self) -> float | None:
        """The share of the negatives that are flagged."""
        return _share(self.false_alarms, self.false_alarms + self.passes)


def count_flagged(flagged: Truths, truths: Truths) -> Flagging:
    """The four fields of the confusion matrix."""
    return Flagging(
        hits=int((flagged & truths).sum()),
        false_alarms=int((flagged & ~truths).sum()),
        misses=int((~flagged & truths).sum()),
        passes=int((~flagged & ~truths).sum()),
    )


def auc(scores: Scores, truths: Truths) -> float | None:
    """How often a positive row scores above a negative one, ties counting half."""
    positives = int(truths.sum())
    negatives = len(truths) - positives
    if not positives or not negatives:
        return None
    above = _ranks(scores)[truths].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def average_precision(scores: Scores, truths: Truths) -> float | None:
    """Precision at every score that occurs, weighed by the recall gained there."""
    positives = int(truths.sum())
    if not positives:
        return None
    _, place, counts = np.unique(-scores, return_inverse=True, return_counts=True)
    gained = np.bincount(place, weights=truths)
    precision = np.cumsum(gained) / np.cumsum(counts)
    return float((precision * gained).sum() / positives)


def calibration_error(scores: Scores, truths: Truths) -> float | None:
    """Expected calibration error over 15 bins of equal width."""
    if not len(scores):
        return None
    bins = np.minimum((scores * BINS).astype(np.int64), BINS - 1)
    gaps = np.bincount(bins, weights=scores) - np.bincount(bins, weights=truths)
    return float(np.abs(gaps).sum() / len(scores))


def _ranks(scores: Scores) -> Scores:
    """The place of each score, lowest first from 1 on; equal ones share the middle."""
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    middles = np.cumsum(counts) - (counts - 1) / 2
    return np.asarray(middles[place], dtype=np.float64)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
