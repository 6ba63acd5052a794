"""A comment as the desk shows it. Pure: everything a template needs, worked out before."""

from collections.abc import Iterator
from dataclasses import dataclass

from moderation.domain.access import Moderator
from moderation.domain.comment import Comment
from moderation.domain.decision import Finding, in_order
from moderation.domain.review import Action, QueueItem, actions_for
from moderation.policy import SitePolicy, Threshold
from moderation.web.dashboard import wording
from moderation.web.dashboard.marking import marked

EXCERPT = 200


@dataclass(frozen=True, slots=True)
class ScoreBar:
    """One score and where the site draws its lines; `level` says which it reaches, in words."""

    label: str
    score: float
    threshold: Threshold | None

    @property
    def level(self) -> str:
        """What the score alone would lead to."""
        if self.threshold is None:
            return "shown only"
        if self.score >= self.threshold.reject:
            return "reject"
        return "hold" if self.score >= self.threshold.hold else "below"


@dataclass(frozen=True, slots=True)
class Card:
    """A comment with its reasons, scores, claim and buttons, for one moderator at one time."""

    comment: Comment
    parent: str | None
    pieces: list[tuple[str, bool]]
    reasons: tuple[Finding, ...]
    scores: list[ScoreBar]
    no_scores: str
    age: str
    claim: str
    is_mine: bool
    actions: tuple[str, ...]


def make_card(
    item: QueueItem,
    policy: SitePolicy,
    *,
    moderator: Moderator,
    now: int,
    parent: Comment | None = None,
) -> Card:
    """What there is to see of `item`, and what `moderator` may do."""
    comment, is_mine = item.comment, item.claim is not None and item.claim.by == moderator.name
    may_act = moderator.may_act_on(comment.site)
    reasons = in_order(comment.decision.reasons if comment.decision else comment.findings)
    return Card(
        comment=comment,
        parent=excerpt(parent.text) if parent else None,
        pieces=marked(comment.text, reasons),
        reasons=reasons,
        scores=list(_bars(comment, policy)),
        no_scores=_why_no_scores(comment, reasons),
        age=wording.ago(comment.created_at, now),
        claim=_claim(item, is_mine=is_mine, now=now),
        is_mine=is_mine,
        actions=tuple(_buttons(item, is_mine=is_mine)) if may_act else (),
    )


def way_back(comment: Comment) -> Action | None:
    """What can still be done after a deed: restore what was rejected, reject what was published."""
    back = [a for a in actions_for(comment.status) if a in {Action.RESTORE, Action.REJECT}]
    return back[0] if back and Action.APPROVE not in actions_for(comment.status) else None


def excerpt(text: str) -> str:
    """The beginning of `text`, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[: EXCERPT - 1].rstrip() + "…"


def _bars(comment: Comment, policy: SitePolicy) -> Iterator[ScoreBar]:
    scores = (comment.decision and comment.decision.scores) or {}
    for label, score in sorted(scores.items(), key=lambda pair: -pair[1]):
        yield ScoreBar(label, score, policy.thresholds.get(label))


def _why_no_scores(comment: Comment, reasons: tuple[Finding, ...]) -> str:
    if comment.decision is None:
        return "Not scored yet."
    if comment.decision.scores:
        return ""
    if any(reason.rule == "unscored" for reason in reasons):
        return "Not scored: the model gave no answer."
    return "Not scored: rules alone decided."


def _claim(item: QueueItem, *, is_mine: bool, now: int) -> str:
    if item.claim is None:
        return ""
    if is_mine:
        return f"yours, {wording.minutes_left(item.claim.until, now)}"
    return f"being read by {item.claim.by}"


def _buttons(item: QueueItem, *, is_mine: bool) -> Iterator[str]:
    """What the state machine allows; nothing while somebody else holds the item."""
    if item.claim and not is_mine:
        return
    actions = actions_for(item.comment.status)
    yield from actions
    if is_mine:
        yield Action.RELEASE
    elif Action.APPROVE in actions:
        yield "claim"
