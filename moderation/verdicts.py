"""From the scoring stream to decisions: read → score → decide → commit; reclaim; dead letters.

Comments of one read are judged side by side: the batcher makes one model call of them, and a text
the model cannot bear fails alone.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import structlog

from moderation.assessment import Assessment, Assessor
from moderation.domain.comment import STATUS_AFTER, Comment
from moderation.domain.decision import Decision, Finding, Verdict, in_order, strictest
from moderation.domain.errors import StoreUnavailable
from moderation.policy import Policy
from moderation.store.comments import Comments, Entry
from moderation.store.scoring_stream import ScoringStream

BATCH = 32
WAIT_MS = 1_000
IDLE_MS = 10_000
RENEW_S = 3.0
RECLAIM_S = 5.0
RETRY_S = 0.5
MAX_DELIVERIES = 3

UNSCORED = Finding("unscored", Verdict.HOLD, "The model could not score this text.")

log = structlog.get_logger(__name__)


class Verdicts:
    """The loop over one site's stream. Any number of them may run, in any number of processes."""

    def __init__(
        self,
        stream: ScoringStream,
        comments: Comments,
        assessor: Assessor,
        *,
        policy: Callable[[], Policy],
        now: Callable[[], int],
    ) -> None:
        self._stream = stream
        self._comments = comments
        self._assessor = assessor
        self._policy = policy
        self._now = now

    async def run(self, stopping: asyncio.Event) -> None:
        """Decide until `stopping` is set; a store that is away is waited for."""
        next_reclaim = 0.0
        while not stopping.is_set():
            try:
                await self._stream.prepare()
                entries = await self._stream.read(count=BATCH, wait_ms=WAIT_MS)
                await self.handle(entries)
                if (clock := asyncio.get_running_loop().time()) >= next_reclaim:
                    next_reclaim = clock + RECLAIM_S
                    await self.handle(await self._stream.reclaim(idle_ms=IDLE_MS, count=BATCH))
            except* StoreUnavailable:  # alone, or of the tasks in `handle`
                log.warning("verdicts_wait_for_store", site=self._stream.site)
                await asyncio.sleep(RETRY_S)

    async def handle(self, entries: Sequence[Entry]) -> None:
        """Judge and commit all `entries`; those that fail stay pending for another try."""
        if not entries:
            return
        comments = {
            comment.id: comment
            for comment in await self._comments.get_many([entry.comment_id for entry in entries])
        }
        async with self._renewing(entries), asyncio.TaskGroup() as tasks:
            for entry in entries:
                if comment := comments.get(entry.comment_id):
                    tasks.create_task(self._decide(entry, comment))
                else:
                    tasks.create_task(self._stream.drop(entry))

    async def _decide(self, entry: Entry, comment: Comment) -> None:
        policy = self._policy()
        try:
            # A site that left the policy keeps its comments waiting for a person, not for a model.
            site = policy.sites.get(comment.site)
            [assessment] = await self._assessor.assess([comment.text], site) if site else [None]
        except Exception as error:  # noqa: BLE001 - whatever one text breaks, the loop goes on
            kind = type(error).__name__
            log.warning("scoring_failed", comment=comment.id, try_=entry.deliveries, error=kind)
            if entry.deliveries < MAX_DELIVERIES:
                return
            assessment = None
        decision = decide(comment, assessment, fingerprint=policy.fingerprint, now=self._now())
        await self._commit(entry, comment, decision, unscored=assessment is None)

    async def _commit(
        self, entry: Entry, comment: Comment, decision: Decision, *, unscored: bool
    ) -> None:
        status = STATUS_AFTER[decision.verdict]
        decided, status_now = await self._comments.commit(
            comment, decision, status=status, entry=entry, unscored=unscored
        )
        rules = [finding.rule for finding in decision.reasons]
        if decided:
            log.info("decided", comment=comment.id, status=status_now, rules=rules)

    @asynccontextmanager
    async def _renewing(self, entries: Sequence[Entry]) -> AsyncIterator[None]:
        """Keep other workers off `entries` while the model works on them."""

        async def renew() -> None:
            while True:
                await asyncio.sleep(RENEW_S)
                with suppress(StoreUnavailable):
                    await self._stream.renew(list(entries))

        renewing = asyncio.create_task(renew(), name="renew-entries")
        try:
            yield
        finally:
            renewing.cancel()


def decide(
    comment: Comment, assessment: Assessment | None, *, fingerprint: str, now: int
) -> Decision:
    """All findings together, the strictest wins; without an assessment a person must look."""
    more = (UNSCORED,) if assessment is None else assessment.reasons
    reasons = in_order((*comment.findings, *more))
    return Decision(
        verdict=strictest(reasons),
        reasons=reasons,
        policy=fingerprint,
        made_by="policy",
        made_at=now,
        scores=assessment.scores if assessment else None,
        model=assessment.model if assessment else None,
        language=assessment.language if assessment else None,
        priority=_priority(assessment),
    )


def _priority(assessment: Assessment | None) -> float:
    """How urgent a moderator's look is: the highest score of any label; 1 when nobody knows."""
    if assessment is None:
        return 1.0
    return round(max(assessment.scores.values(), default=0.0), 4)
