"""What is thought of a comment: findings of rules and scores, and the decision made of them.

Pure values; findings have no order, so the strictest verdict wins whatever came first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

Scores: TypeAlias = Mapping[str, float]


class Verdict(StrEnum):
    """An opinion about a comment, mildest first."""

    APPROVE = "approve"
    HOLD = "hold"
    REJECT = "reject"


SEVERITY = {Verdict.APPROVE: 0, Verdict.HOLD: 1, Verdict.REJECT: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule has to say, and the pieces of the comment that made it say so.

    `matched` holds the matching pieces as the author wrote them; it is shown to moderators.
    """

    rule: str
    verdict: Verdict
    detail: str
    matched: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ModelStamp:
    """Which model gave the scores: id, version, and the sha256 of its weights."""

    id: str
    version: str
    weights: str


@dataclass(frozen=True, slots=True)
class Decision:
    """A verdict with everything needed to say, later, why it was given.

    `scores` and `model` are None when rules alone decided. `policy` is the policy's fingerprint,
    `made_by` is "policy" or "moderator:NAME", `made_at` is in milliseconds since the epoch.
    """

    verdict: Verdict
    reasons: tuple[Finding, ...]
    policy: str
    made_by: str
    made_at: int
    scores: Scores | None = None
    model: ModelStamp | None = None
    language: str | None = None
    priority: float = field(default=0.0)


def strictest(findings: Iterable[Finding]) -> Verdict:
    """The strictest verdict among `findings`; approve when there are none."""
    verdicts = (finding.verdict for finding in findings)
    return max(verdicts, key=SEVERITY.__getitem__, default=Verdict.APPROVE)


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """All findings, strictest first and then by rule, so that the order of arrival is not seen."""
    return tuple(sorted(findings, key=lambda f: (-SEVERITY[f.verdict], f.rule, f.detail)))
