"""From a submission to a recorded comment: replay → allowance → screening → record → wait."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from uuid_utils.compat import uuid7

from moderation.domain.access import ApiKey
from moderation.domain.allowance import LimitState
from moderation.domain.comment import Comment, Status, Submission, Thread
from moderation.domain.decision import Decision, Finding, Verdict, in_order, strictest
from moderation.domain.errors import (
    Duplicate,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    StoreUnavailable,
    TooManyRequests,
    Unavailable,
)
from moderation.policy import Policy, Rate, SitePolicy
from moderation.screening.facts import Facts
from moderation.screening.screen import Screening
from moderation.store import allowances
from moderation.store.allowances import Allowance, Limit
from moderation.store.authors import history
from moderation.store.client import Client
from moderation.store.comments import Comments, Idempotency, digest
from moderation.store.hashing import Hashing
from moderation.store.notices import Notices
from moderation.text.normalize import same_text_key


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sends a submission: a backend with a key, or a reader's browser at `address`."""

    site: str
    address: str | None
    key: ApiKey | None
    idempotency_key: str | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a submission. `status_token` lets its author ask again."""

    comment: Comment
    replayed: bool
    status_token: str
    limits: tuple[LimitState, ...] = ()


class Intake:
    """The first flow. `screening` gives a site's compiled rules."""

    def __init__(
        self,
        redis: Client,
        *,
        policy: Callable[[], Policy],
        screening: Callable[[str], Screening],
        notices: Notices,
        hashing: Hashing,
        is_full: Callable[[], bool],
    ) -> None:
        self._redis = redis
        self._comments = Comments(redis)
        self._policy = policy
        self._screening = screening
        self._notices = notices
        self._hashing = hashing
        self._is_full = is_full

    async def submit(self, submission: Submission, caller: Caller, *, now: int) -> Receipt:
        """Take a submission and wait a moment for its decision.

        Raises NotFound (site), Forbidden (closed thread), Invalid (parent, reused key),
        TooManyRequests, Duplicate, Unavailable (full, or the store is away).
        """
        policy = self._site(submission)
        asked = _asked(submission, caller)
        if asked and (earlier := await self._replay(submission.site, asked)):
            return earlier
        await self._check_place(submission, policy)
        allowance = await self._take_allowance(submission, caller, policy)
        comment, text_key = await self._screened(submission, caller, policy, allowance, now=now)
        return await self._record(comment, policy, text_key=text_key, asked=asked, limits=allowance)

    def _site(self, submission: Submission) -> SitePolicy:
        policy = self._policy().sites.get(submission.site)
        if policy is None:
            raise NotFound(f"There is no site {submission.site!r} here.")
        return policy

    async def _replay(self, site: str, asked: Idempotency) -> Receipt | None:
        earlier = await self._comments.replay_of(site, asked)
        return await self._replayed(*earlier) if earlier else None

    async def _replayed(self, outcome: str, comment_id: str) -> Receipt | None:
        if outcome == "reused":
            raise Invalid(
                [FieldError("", "idempotency_key_reused", "Use a new Idempotency-Key.")],
                "This Idempotency-Key was used for another submission.",
            )
        comment = await self._comments.get(comment_id)
        return Receipt(comment, True, self._token(comment_id)) if comment else None

    async def _check_place(self, submission: Submission, policy: SitePolicy) -> None:
        if submission.thread.id in policy.closed_threads:
            raise Forbidden("Sorry, comments are closed for this item.")
        if submission.parent_id is not None:
            await self._check_parent(submission, submission.parent_id)

    async def _check_parent(self, submission: Submission, parent_id: str) -> None:
        parent = await self._comments.get(parent_id)
        here = parent and (parent.site, parent.thread.id) == (submission.site, submission.thread.id)
        if parent is None or not here or parent.status is not Status.PUBLISHED:
            error = FieldError(
                "/parent_id", "parent_not_found", "There is no such comment in this thread."
            )
            raise Invalid([error])

    async def _take_allowance(
        self, submission: Submission, caller: Caller, policy: SitePolicy
    ) -> Allowance:
        if self._is_full():
            raise Unavailable("The comment store is full. Please try again later.")
        limits = await self._limits(submission, caller, policy)
        allowance = await allowances.take(self._redis, submission.site, limits)
        if not allowance.allowed:
            raise TooManyRequests(retry_after=allowance.retry_after_s, limits=allowance.limits)
        return allowance

    async def _limits(
        self, submission: Submission, caller: Caller, policy: SitePolicy
    ) -> list[Limit]:
        rates, site, thread = policy.limits, submission.site, submission.thread.id
        if caller.key is not None:
            return [_limit("key", caller.key.id, rates.key)]
        address = self._hashing.caller(caller.address or "0.0.0.0")  # noqa: S104 - no address known
        limits = [
            _limit("address", address, rates.address),
            _limit("author", self._hashing.author(submission.author.email), rates.author),
            _limit("thread", digest(thread), rates.thread),
            replace(_limit("site", site, rates.site), is_valve=True),
        ]
        if not await self._comments.thread_is_known(site, thread):
            limits.append(_limit("new_threads", address, rates.new_threads))
        return limits

    async def _screened(
        self,
        submission: Submission,
        caller: Caller,
        policy: SitePolicy,
        allowance: Allowance,
        *,
        now: int,
    ) -> tuple[Comment, str]:
        """The comment with what the rules found, and the key that stands for its text."""
        author_hash = self._hashing.author(submission.author.email)
        text_key = same_text_key(submission.text)
        known = await history(
            self._redis, submission.site, author_hash=author_hash, text_key=text_key
        )
        facts = Facts(
            author_published=known.author_published,
            same_text_before=known.same_text_before,
            valve_open=allowance.valve_open,
        )
        findings = in_order(self._screening(submission.site).examine(submission, facts))
        decision = self._rejection(findings, now=now)
        address = submission.author.address or caller.address
        comment = Comment(
            id=f"{submission.site}.{uuid7()}",
            site=submission.site,
            thread=_trusted(submission.thread, policy),
            parent_id=submission.parent_id,
            author=submission.author,
            text=submission.text,
            external_id=submission.external_id,
            status=Status.REJECTED if decision else Status.SCORING,
            created_at=now,
            edited_at=None,
            author_hash=author_hash,
            address_hash=self._hashing.network(address) if address else None,
            findings=findings,
            decision=decision,
        )
        return comment, text_key

    def _rejection(self, findings: tuple[Finding, ...], *, now: int) -> Decision | None:
        """What rules alone decide: a rejection. Anything milder waits for the scores."""
        if strictest(findings) is not Verdict.REJECT:
            return None
        return Decision(
            verdict=Verdict.REJECT,
            reasons=findings,
            policy=self._policy().fingerprint,
            made_by="policy",
            made_at=now,
        )

    async def _record(
        self,
        comment: Comment,
        policy: SitePolicy,
        *,
        text_key: str,
        asked: Idempotency | None,
        limits: Allowance,
    ) -> Receipt:
        async with self._notices.expect(comment.id) as decided:
            outcome, found_id = await self._comments.record(
                comment, text_key=text_key, window_s=policy.repeats.window_s, idempotency=asked
            )
            if outcome == "duplicate":
                raise Duplicate
            if outcome != "recorded" and (earlier := await self._replayed(outcome, found_id)):
                return earlier
            if comment.status is Status.SCORING:
                await asyncio.wait([decided], timeout=policy.decision_wait_ms / 1000)
                comment = await self._as_it_is_now(comment)
        return Receipt(comment, False, self._token(comment.id), limits.limits)

    async def _as_it_is_now(self, comment: Comment) -> Comment:
        # It is recorded: if the store went away since, "scoring" is still the honest answer.
        with suppress(StoreUnavailable):
            return await self._comments.get(comment.id) or comment
        return comment

    def _token(self, comment_id: str) -> str:
        return self._hashing.status_token(comment_id)


def _asked(submission: Submission, caller: Caller) -> Idempotency | None:
    if caller.idempotency_key is None:
        return None
    return Idempotency(caller.idempotency_key, digest(submission.model_dump_json()))


def _limit(name: str, who: str, rate: Rate) -> Limit:
    return Limit(name, who, count=rate.count, period_s=rate.period_s, burst=rate.burst)


def _trusted(thread: Thread, policy: SitePolicy) -> Thread:
    """The thread without a url that points anywhere but to the site's own pages."""
    is_own = thread.url is not None and _is_own_page(thread.url, policy)
    return thread if is_own else thread.model_copy(update={"url": None})


def _is_own_page(address: str, policy: SitePolicy) -> bool:
    try:
        url = urlsplit(address)
    except ValueError:
        return False
    if url.scheme not in {"http", "https"}:
        return False
    is_local = url.hostname in {"127.0.0.1", "localhost", "::1"}
    origin = f"{url.scheme}://{url.netloc}".lower()
    return origin in policy.origins or ("self" in policy.origins and is_local)
