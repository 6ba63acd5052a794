"""Choose the default thresholds: hold what is suspicious at a small cost, reject only what is certain."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from training.examples import LABELS

Array = NDArray[np.float64]

# Of harmless comments, how many may wait for a moderator: all labels together.
_HELD_CLEAN_SHARE: Final = 0.02
_HELD_BENIGN_SHARE: Final = 0.02
# Below this a score says "unlikely": holding there would be hard to explain to a moderator.
_LOWEST_HOLD: Final = 0.2
_REJECT_PRECISION: Final = 0.97
_LOWEST_REJECT: Final = 0.9
_FEWEST_REJECTED: Final = 10
_HIGHEST: Final = 0.995
_STEPS: Final = 60


@dataclass(frozen=True, slots=True)
class Threshold:
    """From `hold` on a moderator looks; from `reject` on the comment is refused."""

    hold: float
    reject: float


def choose(natural: Array, toxic: NDArray[np.bool_], benign: Array) -> dict[str, Threshold]:
    """Choose for every label.

    `natural` and `benign` are scores [rows, labels]: of calibration comments, with `toxic` [rows]
    telling which carry any label, and of harmless sentences that trouble models.
    """
    holds = _holds(natural[~toxic], benign)
    rejects = [_reject(natural[:, n], toxic, benign[:, n]) for n in range(len(LABELS))]
    return {
        label: Threshold(round(hold, 3), round(max(reject, hold), 3))
        for label, hold, reject in zip(LABELS, holds, rejects, strict=True)
    }


def _holds(clean: Array, benign: Array) -> list[float]:
    """One false-positive rate for every label, the largest at which all together keep both limits."""
    for rate in np.geomspace(_HELD_CLEAN_SHARE, _HELD_CLEAN_SHARE / 100, _STEPS):
        holds = np.maximum(np.quantile(clean, 1 - rate, axis=0), _LOWEST_HOLD)
        if held(clean, holds) <= _HELD_CLEAN_SHARE and held(benign, holds) <= _HELD_BENIGN_SHARE:
            break
    return [float(min(hold, _HIGHEST)) for hold in holds]


def held(scores: Array, holds: Sequence[float] | Array) -> float:
    """Share of rows in which any label reaches its threshold."""
    return float((scores >= np.asarray(holds)).any(axis=1).mean())


def _reject(scores: Array, toxic: NDArray[np.bool_], benign: Array) -> float:
    """The lowest score above all harmless sentences at which 97 of 100 natural rows are toxic."""
    floor = max(_LOWEST_REJECT, float(benign.max()) + 0.005)
    for candidate in np.unique(scores[scores >= floor]):
        chosen = scores >= candidate
        if chosen.sum() >= _FEWEST_REJECTED and toxic[chosen].mean() >= _REJECT_PRECISION:
            return float(min(candidate, _HIGHEST))
    return _HIGHEST
