"""Scores plus policy: what is thought of a text. Stores nothing, fetches nothing.

The verdicts loop, POST /api/v1/score and every dialect go through here.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from moderation.domain.decision import Finding, ModelStamp, Scores, Verdict, in_order, strictest
from moderation.policy import SitePolicy
from moderation.scoring.text_scorer import TextScorer
from moderation.screening.language_rule import language_finding
from moderation.text.language import Detected, detect, speaks


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the model and the policy say about one text."""

    scores: Scores
    verdict: Verdict
    language: str | None
    reasons: tuple[Finding, ...]
    model: ModelStamp


class Assessor:
    """Scores texts and holds the scores against a site's policy."""

    def __init__(self, scorer: TextScorer) -> None:
        self._scorer = scorer
        self.model = scorer.stamp

    async def assess(self, texts: Sequence[str], policy: SitePolicy) -> list[Assessment]:
        """An assessment a text, in order. Raises ScoringFailed and Overloaded."""
        scores = await self._scorer.score(texts)
        return [
            self._judged(of_text, detect(text), policy)
            for text, of_text in zip(texts, scores, strict=True)
        ]

    def _judged(self, scores: Scores, detected: Detected | None, policy: SitePolicy) -> Assessment:
        reasons = in_order(_findings(scores, detected, policy))
        return Assessment(
            scores=scores,
            verdict=strictest(reasons),
            language=detected.code if detected else None,
            reasons=reasons,
            model=self.model,
        )


def _findings(scores: Scores, detected: Detected | None, policy: SitePolicy) -> list[Finding]:
    # In a language the model was not trained on its scores are noise: shown, but not enforced.
    if detected and not speaks(detected, policy.language.known):
        unknown = language_finding(detected, policy.language)
        return [unknown] if unknown else []
    return list(policy.judge(scores))
