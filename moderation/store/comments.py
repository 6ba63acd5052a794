"""Comments in the store: recorded, decided, read one by one and page by page."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from moderation.domain.comment import Comment, PublicComment, Status
from moderation.domain.decision import Decision
from moderation.store import keys, scripts
from moderation.store.client import Client, store_errors
from moderation.store.records import (
    PUBLIC_FIELDS,
    comment_fields,
    decision_fields,
    read_comment,
    read_public,
)

KEEP_S = 24 * 60 * 60
"""How long a duplicate and an Idempotency-Key are remembered."""

Outcome = Literal["recorded", "replayed", "reused", "duplicate"]


@dataclass(frozen=True, slots=True)
class Idempotency:
    """What the caller called its request, and the fingerprint of what it asked for."""

    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a scoring stream: its own id, the comment's, and how often it was delivered."""

    id: str
    comment_id: str
    deliveries: int = 1


class Comments:
    """What is kept of comments. Every call raises StoreUnavailable when the server is away."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def record(
        self,
        comment: Comment,
        *,
        text_key: str,
        window_s: int,
        idempotency: Idempotency | None,
    ) -> tuple[Outcome, str]:
        """Record `comment`, all or nothing; the outcome and the id of the comment it is about.

        `text_key` stands for the text in the duplicate and repeats checks.
        """
        site, thread = comment.site, comment.thread
        twin = digest(thread.id, comment.parent_id or "", comment.author_hash, text_key)
        asked = idempotency or Idempotency("", "")
        decided = comment.decision
        async with store_errors():
            outcome, comment_id = await scripts.RECORD_SUBMISSION(
                self._redis,
                {
                    "comment": keys.comment(comment.id),
                    "idempotency": keys.idempotency(site, digest(asked.key)),
                    "duplicate": keys.duplicate(site, twin),
                    "thread": keys.thread(site, thread.id),
                    "said": keys.said(site, digest(text_key)),
                    "author": keys.author(site, comment.author_hash),
                    "scoring": keys.scoring(site),
                    "rejected": keys.rejected(site),
                    "audit": keys.audit(site),
                },
                {
                    "id": comment.id,
                    "status": comment.status,
                    "now": comment.created_at,
                    "fingerprint": asked.fingerprint,
                    "keep_s": KEEP_S,
                    "window_s": window_s,
                    "reason": rules_of(decided) if decided else "",
                    "thread_id": thread.id,
                    "thread_url": thread.url or "",
                    "thread_title": thread.title or "",
                },
                rest=_flat(comment_fields(comment)),
            )
        return outcome, comment_id

    async def commit(
        self, comment: Comment, decision: Decision, *, status: Status, entry: Entry, unscored: bool
    ) -> tuple[bool, str]:
        """Decide about `comment` and acknowledge `entry`; whether this call did, and the status."""
        site = comment.site
        async with store_errors():
            decided, now_is = await scripts.COMMIT_DECISION(
                self._redis,
                {
                    "comment": keys.comment(comment.id),
                    "scoring": keys.scoring(site),
                    "published": keys.published(site, comment.thread.id),
                    "queue": keys.queue(site),
                    "author": keys.author(site, comment.author_hash),
                    "rejected": keys.rejected(site),
                    "dead": keys.dead(site),
                    "audit": keys.audit(site),
                },
                {
                    "id": comment.id,
                    "entry": entry.id,
                    "group": keys.SCORERS,
                    "status": status,
                    "priority": repr(decision.priority),
                    "now": decision.made_at,
                    "made_by": decision.made_by,
                    "reason": rules_of(decision),
                    "unscored": int(unscored),
                    "channel": keys.notices(site),
                },
                rest=_flat(decision_fields(decision)),
            )
        return bool(decided), now_is

    async def get(self, comment_id: str) -> Comment | None:
        """The comment, whatever its status."""
        async with store_errors():
            return read_comment(await self._redis.hgetall(keys.comment(comment_id)))

    async def get_many(self, ids: Sequence[str]) -> list[Comment]:
        """The comments that are still there, in the order of `ids`; one round trip."""
        async with store_errors(), self._redis.pipeline(transaction=False) as pipe:
            for comment_id in ids:
                pipe.hgetall(keys.comment(comment_id))
            found = await pipe.execute()
        return [comment for fields in found if (comment := read_comment(fields))]

    async def get_public(self, ids: Sequence[str]) -> list[PublicComment]:
        """Those of `ids` that are public, in their order; one round trip."""
        async with store_errors(), self._redis.pipeline(transaction=False) as pipe:
            for comment_id in ids:
                pipe.hmget(keys.comment(comment_id), PUBLIC_FIELDS)
            found = await pipe.execute()
        return [comment for values in found if (comment := read_public(values))]

    async def replay_of(self, site: str, asked: Idempotency) -> tuple[Outcome, str] | None:
        """What an earlier request with this Idempotency-Key led to."""
        async with store_errors():
            key = keys.idempotency(site, digest(asked.key))
            fingerprint, comment_id = await self._redis.hmget(key, "fingerprint", "id")
        if fingerprint is None or comment_id is None:
            return None
        return ("replayed" if fingerprint == asked.fingerprint else "reused"), comment_id

    async def published(
        self, site: str, thread: str, *, after: str | None, limit: int, newest_first: bool
    ) -> list[tuple[str, float]]:
        """Ids and times of published comments, those behind `after` in the order asked for."""
        key = keys.published(site, thread)
        async with store_errors():
            start = 0
            if after is not None:
                start = await rank_behind(self._redis, key, after, descending=newest_first)
            found: list[tuple[str, float]] = await self._redis.zrange(
                key, start, start + limit - 1, desc=newest_first, withscores=True
            )
        return found

    async def counts(self, site: str, threads: Sequence[str]) -> list[int]:
        """How many comments of each thread are published."""
        async with store_errors(), self._redis.pipeline(transaction=False) as pipe:
            for thread in threads:
                pipe.zcard(keys.published(site, thread))
            found: list[int] = await pipe.execute()
        return found

    async def thread_is_known(self, site: str, thread: str) -> bool:
        """Whether a comment was ever sent to this thread."""
        async with store_errors():
            return bool(await self._redis.exists(keys.thread(site, thread)))


async def rank_behind(redis: Client, key: str, cursor: str, *, descending: bool) -> int:
    """The rank at which a page starts whose last item was `cursor` ("SCORE/MEMBER").

    Where the member has left the set meanwhile, its score tells the place.
    """
    score, _, member = cursor.partition("/")
    rank = await (redis.zrevrank if descending else redis.zrank)(key, member)
    if rank is not None:
        return int(rank) + 1
    low, high = (f"({score}", "+inf") if descending else ("-inf", f"({score}")
    return int(await redis.zcount(key, low, high))


def rules_of(decision: Decision) -> str:
    """The rules behind a decision, for the audit log: never a text."""
    return " ".join(finding.rule for finding in decision.reasons)


def digest(*parts: str) -> str:
    """32 hex digits that stand for `parts` in a key."""
    joined = "\0".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=16).hexdigest()


def _flat(fields: dict[str, str]) -> list[str]:
    return [piece for pair in fields.items() for piece in pair]
