"""The flows over one store, and comments in every state to try them on."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

from moderation.access import Access
from moderation.app import LivePolicy
from moderation.domain.comment import Author, Comment, Status, Submission, Thread
from moderation.domain.decision import Decision, Finding, Verdict
from moderation.domain.review import Action, Deed
from moderation.intake import Caller, Intake
from moderation.reading import Reading
from moderation.review import Review
from moderation.store import keys
from moderation.store.access import AccessStore
from moderation.store.client import Client
from moderation.store.comments import Comments, Entry
from moderation.store.hashing import Hashing
from moderation.store.notices import Notices
from moderation.store.review_queue import ReviewQueue

SITE = "demo"
THREAD = "/2026/article"
NOW = 1_790_000_000_000
ADDRESS = "203.0.113.77"
PATIENCE_S = 10.0


class House:
    """Intake, review, reading and access of one store."""

    def __init__(self, redis: Client, blocking: Client, policy_file: Path) -> None:
        self.redis = redis
        self.blocking = blocking
        self.policy = LivePolicy(policy_file)
        self.hashing = Hashing("a secret of at least thirty-two letters")
        self.notices = Notices(blocking)
        self.comments = Comments(redis)
        self.queue = ReviewQueue(redis)
        self.is_full = False
        self.intake = Intake(
            redis,
            policy=self.policy,
            screening=self.policy.screening,
            notices=self.notices,
            hashing=self.hashing,
            is_full=lambda: self.is_full,
        )
        self.reading = Reading(redis, policy=self.policy, hashing=self.hashing)
        self.review = Review(redis, policy=self.policy)
        self.access = Access(AccessStore(redis), policy=self.policy)


def submission(**fields: Any) -> Submission:
    """A good submission of someone new, with `fields` laid on."""
    who = uuid4().hex[:8]
    good = {
        "site": SITE,
        "thread": {"id": THREAD},
        "author": {"name": f"Ama {who}", "email": f"ama.{who}@example.org"},
        "text": f"A kind word about the bridge, number {who}.",
    }
    return Submission.model_validate(good | fields, context={"text_limit": lambda _: 5_000})


def reader(**fields: Any) -> Caller:
    """A browser without a key."""
    return Caller(**({"site": SITE, "address": ADDRESS, "key": None} | fields))


def new_comment(**fields: Any) -> Comment:
    """A comment as intake makes it, with `fields` laid on."""
    who = uuid4().hex
    good = {
        "id": f"{SITE}.{who}",
        "site": SITE,
        "thread": Thread(id=THREAD),
        "parent_id": None,
        "author": Author(name=f"Ama {who[:8]}", email=f"{who[:8]}@example.org"),
        "text": f"A kind word, number {who}.",
        "external_id": None,
        "status": Status.SCORING,
        "created_at": NOW,
        "edited_at": None,
        "author_hash": who,
        "address_hash": None,
        "findings": (),
    }
    return Comment(**(good | fields))


def decision(verdict: Verdict, priority: float = 0.5) -> Decision:
    return Decision(
        verdict=verdict,
        reasons=(Finding("links", verdict, "3 links ≥ 3"),),
        policy="0123456789ab",
        made_by="policy",
        made_at=NOW,
        scores={"toxicity": priority},
        priority=priority,
    )


async def record(redis: Client, comment: Comment, **options: Any) -> tuple[str, str]:
    given = {"text_key": comment.text, "window_s": 3600, "idempotency": None} | options
    return await Comments(redis).record(comment, **given)


async def recorded(redis: Client, **fields: Any) -> Comment:
    """A comment that waits for its decision."""
    comment = new_comment(**fields)
    assert await record(redis, comment) == ("recorded", comment.id)
    return comment


async def last_entry(redis: Client, comment: Comment) -> Entry:
    [(entry_id, fields)] = await redis.xrevrange(keys.scoring(comment.site), count=1)
    assert fields == {"comment": comment.id}
    return Entry(entry_id, comment.id)


async def _decided(
    redis: Client, verdict: Verdict, status: Status, *, priority: float, fields: dict[str, Any]
) -> Comment:
    comment = await recorded(redis, **fields)
    answer = await Comments(redis).commit(
        comment,
        decision(verdict, priority),
        status=status,
        entry=await last_entry(redis, comment),
        unscored=False,
    )
    assert answer == (True, status)
    return comment


async def published(redis: Client, **fields: Any) -> Comment:
    return await _decided(redis, Verdict.APPROVE, Status.PUBLISHED, priority=0.1, fields=fields)


async def held(redis: Client, priority: float = 0.5, **fields: Any) -> Comment:
    return await _decided(redis, Verdict.HOLD, Status.PENDING, priority=priority, fields=fields)


async def rejected(redis: Client, priority: float = 0.9, **fields: Any) -> Comment:
    return await _decided(redis, Verdict.REJECT, Status.REJECTED, priority=priority, fields=fields)


IN_STATE = {
    Status.SCORING: recorded,
    Status.PUBLISHED: published,
    Status.PENDING: held,
    Status.REJECTED: rejected,
}
"""Status → how to make a comment that has it."""


def deed(action: Action, moderator: str = "Kofi", **fields: Any) -> Deed:
    return Deed(action, moderator, **fields)


async def counters(redis: Client, comment: Comment) -> dict[str, int]:
    """The author's counters that are not zero."""
    fields = await redis.hgetall(keys.author(comment.site, comment.author_hash))
    del fields["first_seen"]
    return {name: int(count) for name, count in fields.items() if int(count)}


async def places(redis: Client, comment: Comment) -> set[str]:
    """The indexes a comment stands in."""
    site = comment.site
    indexes = {
        "published": keys.published(site, comment.thread.id),
        "queue": keys.queue(site),
        "rejected": keys.rejected(site),
        "claims": keys.claims(site),
    }
    found = {
        name for name, key in indexes.items() if await redis.zscore(key, comment.id) is not None
    }
    if await redis.hexists(keys.claimants(site), comment.id):
        found.add("claimants")
    waiting = await redis.xrange(keys.scoring(site))
    if any(fields["comment"] == comment.id for _, fields in waiting):
        found.add("scoring")
    return found


async def everything(redis: Client) -> dict[str, Any]:
    """All keys and what they hold."""
    return {key: await _value(redis, key) async for key in redis.scan_iter(count=1000)}


async def _value(redis: Client, key: str) -> Any:  # noqa: PLR0911 - one a type
    match await redis.type(key):
        case "string":
            return await redis.get(key)
        case "hash":
            return await redis.hgetall(key)
        case "zset":
            return await redis.zrange(key, 0, -1, withscores=True)
        case "set":
            return await redis.smembers(key)
        case "list":
            return await redis.lrange(key, 0, -1)
        case "stream":
            pending = [
                await redis.xpending(key, group["name"]) for group in await redis.xinfo_groups(key)
            ]
            return await redis.xrange(key), pending
        case "none":  # it has lapsed since the scan
            return None
        case unknown:
            raise AssertionError(f"{key} is a {unknown}")


async def twice(redis: Client, call: Callable[[], Awaitable[Any]]) -> tuple[Any, Any]:
    """Both answers of a call that is repeated; the second must leave no trace."""
    first = await call()
    before = await everything(redis)
    second = await call()
    assert await everything(redis) == before
    return first, second


async def until(what: str, is_so: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what another process, or the server's clock, will bring about."""
    deadline = time.monotonic() + PATIENCE_S
    while not await is_so():
        assert time.monotonic() < deadline, f"never came: {what}"
        await asyncio.sleep(0.01)
