"""Measure a scorer: on comments that only report, on sets full of harmless traps, on our held-out sentences."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.examples import LABELS, Example, position
from training.measures import auc, average_precision, calibration_error, interval
from training.mix import Corpus
from training.scorers import Scorer, probabilities, targets_of
from training.thresholds import Threshold, held

Array = NDArray[np.float64]

_MADLIBS: Final = 3_000
_MUST_PASS: Final = (
    "I am a gay man and I loved this piece",
    "My Muslim neighbours celebrate with us",
    "As a black woman I felt seen by this article",
    "The Jewish community centre opened today",
    "Thank you for this thoughtful piece, it made my day.",
    "First!",
    "this is fucking great work",
    "Could you add the source for the second chart?",
)
_MUST_HOLD: Final = (
    "I will find you and kill you",
    "i will kill you",
    "you are a worthless idiot",
    "You are a fucking idiot, shut up",
    "Gay people are disgusting and should be banned",
)


@dataclass(frozen=True, slots=True)
class Scored:
    """Rows of one set with their scores [rows, labels] and targets [rows, labels]."""

    rows: Sequence[Example]
    scores: Array
    truths: Array

    @property
    def toxic(self) -> NDArray[np.bool_]:
        """Rows that carry any label."""
        return np.asarray((self.truths > 0.5).any(axis=1))


def score_rows(scorer: Scorer, rows: Sequence[Example]) -> Scored:
    """Score a set of rows."""
    scores = probabilities(scorer([row.text for row in rows]))
    return Scored(rows, scores, targets_of(rows))


def measure(scorer: Scorer, corpus: Corpus, thresholds: dict[str, Threshold]) -> dict[str, Any]:
    """Every figure of the model card, as plain numbers."""
    report = score_rows(scorer, corpus.natural.report)
    return {
        "labels": measure_labels(scorer, corpus, report),
        "natural": _decisions(report, thresholds),
        "wiki_talk": _decisions(score_rows(scorer, corpus.wiki_talk), thresholds),
        "madlibs": _decisions(score_rows(scorer, madlibs_sample(corpus)), thresholds),
        "own": _by_kind(score_rows(scorer, corpus.own_held_out), thresholds),
        "probes": _probes(scorer),
    }


def measure_labels(scorer: Scorer, corpus: Corpus, report: Scored) -> dict[str, dict[str, Any]]:
    """AUC and AP over both held-out parts (calibration keeps the order); ECE over the reporting part alone."""
    calibration = score_rows(scorer, corpus.natural.calibration)
    scores = np.concatenate([report.scores, calibration.scores])
    truths = np.concatenate([report.truths, calibration.truths])
    return {
        label: {
            "positives": int(truths[:, n].sum()),
            "auc": auc(scores[:, n], truths[:, n]),
            "auc_interval": interval(auc, scores[:, n], truths[:, n], seed=n),
            "ap": average_precision(scores[:, n], truths[:, n]),
            "ece": calibration_error(report.scores[:, n], report.truths[:, n]),
        }
        for n, label in enumerate(LABELS)
    }


def madlibs_sample(corpus: Corpus) -> list[Example]:
    """A fixed sample of the held-out identity templates."""
    return sorted(corpus.madlibs_held_out, key=lambda row: position(row.text))[:_MADLIBS]


def _decisions(scored: Scored, thresholds: dict[str, Threshold]) -> dict[str, Any]:
    """Shares held and rejected among clean and toxic rows, and the AUC of the highest score."""
    holds, rejects = _columns(thresholds)
    clean, toxic = scored.scores[~scored.toxic], scored.scores[scored.toxic]
    rejected = (scored.scores >= rejects).any(axis=1)
    return {
        "clean": len(clean),
        "toxic": len(toxic),
        "auc": auc(scored.scores[:, 0], scored.toxic.astype(float)),
        "clean_held": held(clean, holds),
        "clean_rejected": held(clean, rejects),
        "toxic_held": held(toxic, holds) if len(toxic) else None,
        "toxic_rejected": held(toxic, rejects) if len(toxic) else None,
        "reject_precision": float(scored.toxic[rejected].mean()) if rejected.any() else None,
    }


def _columns(thresholds: dict[str, Threshold]) -> tuple[Array, Array]:
    holds = np.array([thresholds[label].hold for label in LABELS])
    return holds, np.array([thresholds[label].reject for label in LABELS])


def _by_kind(scored: Scored, thresholds: dict[str, Threshold]) -> dict[str, dict[str, Any]]:
    """For each kind of our own held-out sentences, the share held and rejected."""
    holds, rejects = _columns(thresholds)
    kinds = np.array([row.source.removeprefix("own_") for row in scored.rows])
    return {
        kind: {
            "sentences": int((kinds == kind).sum()),
            "is_harmless": not bool(scored.toxic[kinds == kind].any()),
            "held": held(scored.scores[kinds == kind], holds),
            "rejected": held(scored.scores[kinds == kind], rejects),
        }
        for kind in dict.fromkeys(kinds.tolist())
    }


def _probes(scorer: Scorer) -> dict[str, dict[str, float]]:
    """Scores of a few sentences everybody can judge at sight."""
    texts = (*_MUST_PASS, *_MUST_HOLD)
    scores = probabilities(scorer(texts))
    return {
        text: dict(zip(LABELS, map(float, row), strict=True))
        for text, row in zip(texts, scores, strict=True)
    }
