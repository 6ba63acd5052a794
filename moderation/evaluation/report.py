"""From assessments and truths to figures, and from figures to JSON."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from moderation.assessment import Assessment
from moderation.domain.decision import ModelStamp, Verdict
from moderation.evaluation.columns import Columns
from moderation.evaluation.measures import (
    Flagging,
    auc,
    average_precision,
    calibration_error,
    count_flagged,
)
from moderation.evaluation.rows import Rows, Truth
from moderation.policy import SitePolicy

LANGUAGE_RULE = "language"
DIGITS = 6


@dataclass(frozen=True, slots=True)
class AtThreshold:
    """What a label alone would flag from `score` on; `step` is hold or reject."""

    step: str
    score: float
    flagging: Flagging


@dataclass(frozen=True, slots=True)
class LabelReport:
    """How well the scores of one label separate, and how far they can be taken as chances."""

    label: str
    rows: int
    positives: int
    auc: float | None
    average_precision: float | None
    calibration_error: float | None
    thresholds: tuple[AtThreshold, ...]


@dataclass(frozen=True, slots=True)
class VerdictReport:
    """What the policy makes of the texts; held and rejected ones count as flagged."""

    rows: int
    positives: int
    flagging: Flagging
    counts: Mapping[Verdict, int]
    other_language: int


@dataclass(frozen=True, slots=True)
class Source:
    """What the figures are of; `policy` is its fingerprint."""

    file: str
    columns: Columns
    site: str
    policy: str
    model: ModelStamp


@dataclass(frozen=True, slots=True)
class Report:
    """All figures."""

    source: Source
    rows: int
    without_text: int
    labels: tuple[LabelReport, ...]
    verdict: VerdictReport

    def as_json(self) -> dict[str, Any]:
        """Plain values; what cannot be said is null."""
        return {
            **_source_json(self.source),
            "rows": self.rows,
            "rows_without_text": self.without_text,
            "labels": {of_label.label: _label_json(of_label) for of_label in self.labels},
            "verdict": _verdict_json(self.verdict),
        }


def report(
    rows: Rows, found: Sequence[Assessment], policy: SitePolicy, *, source: Source
) -> Report:
    """Measure every label of `rows`, and the verdict."""
    return Report(
        source=source,
        rows=len(rows.texts),
        without_text=rows.without_text,
        labels=tuple(
            _of_label(label, truth, found, policy) for label, truth in rows.truths.items()
        ),
        verdict=_of_verdict(rows.any_label, found),
    )


def _of_label(
    label: str, truth: Truth, found: Sequence[Assessment], policy: SitePolicy
) -> LabelReport:
    scores = np.array([one.scores[label] for one in found], dtype=np.float64)[truth.known]
    truths = truth.positive[truth.known]
    threshold = policy.thresholds.get(label)
    steps = {"hold": threshold.hold, "reject": threshold.reject} if threshold else {}
    return LabelReport(
        label=label,
        rows=len(truths),
        positives=int(truths.sum()),
        auc=auc(scores, truths),
        average_precision=average_precision(scores, truths),
        calibration_error=calibration_error(scores, truths),
        thresholds=tuple(
            AtThreshold(step, score, count_flagged(scores >= score, truths))
            for step, score in steps.items()
        ),
    )


def _of_verdict(truth: Truth, found: Sequence[Assessment]) -> VerdictReport:
    flagged = np.array([one.verdict is not Verdict.APPROVE for one in found], dtype=np.bool_)
    counts = Counter(one.verdict for one in found)
    return VerdictReport(
        rows=int(truth.known.sum()),
        positives=int(truth.positive.sum()),
        flagging=count_flagged(flagged[truth.known], truth.positive[truth.known]),
        counts={verdict: counts[verdict] for verdict in Verdict},
        other_language=sum(_is_about_language(one) for one in found),
    )


def _is_about_language(found: Assessment) -> bool:
    return any(finding.rule == LANGUAGE_RULE for finding in found.reasons)


# JSON


def _source_json(source: Source) -> dict[str, Any]:
    return {
        "file": source.file,
        "text_column": source.columns.text,
        "label_columns": dict(source.columns.labels),
        "site": source.site,
        "policy": source.policy,
        "model": asdict(source.model),
    }


def _label_json(of_label: LabelReport) -> dict[str, Any]:
    return {
        "rows": of_label.rows,
        "positives": of_label.positives,
        "auc": _rounded(of_label.auc),
        "average_precision": _rounded(of_label.average_precision),
        "ece": _rounded(of_label.calibration_error),
        **{at.step: {"threshold": at.score, **_rates(at.flagging)} for at in of_label.thresholds},
    }


def _rates(flagging: Flagging) -> dict[str, float | None]:
    return {
        "precision": _rounded(flagging.precision),
        "recall": _rounded(flagging.recall),
        "f1": _rounded(flagging.f1),
    }


def _verdict_json(verdict: VerdictReport) -> dict[str, Any]:
    return {
        "rows": verdict.rows,
        "positives": verdict.positives,
        "accuracy": _rounded(verdict.flagging.accuracy),
        "false_positive_rate": _rounded(verdict.flagging.false_positive_rate),
        **_rates(verdict.flagging),
        "counts": {str(name): count for name, count in verdict.counts.items()},
        "other_language": verdict.other_language,
    }


def _rounded(figure: float | None) -> float | None:
    return None if figure is None else round(figure, DIGITS)
