"""What waits for a moderator: the queue, who holds what, and the one door to act."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import uuid4

from moderation.domain.comment import Comment
from moderation.domain.review import Claim, Deed, QueueItem
from moderation.store import keys, scripts
from moderation.store.client import Client, store_errors
from moderation.store.comments import Comments, rank_behind


@dataclass(frozen=True, slots=True)
class Acted:
    """How an action ended. `by` holds the item or acted on it before; "" when nobody is known."""

    outcome: Literal["done", "claimed", "late", "missing"]
    status: str
    by: str


class ReviewQueue:
    """Every call raises StoreUnavailable when the server is away."""

    def __init__(self, redis: Client) -> None:
        self._redis = redis

    async def page(self, site: str, *, after: str | None, limit: int) -> list[tuple[str, float]]:
        """Ids and priorities of waiting comments, most urgent first, those behind `after`."""
        key = keys.queue(site)
        async with store_errors():
            start = 0
            if after is not None:
                start = await rank_behind(self._redis, key, after, descending=False)
            found = await self._redis.zrange(key, start, start + limit - 1, withscores=True)
        return [(comment_id, -score) for comment_id, score in found]

    async def items(self, site: str, ids: Sequence[str]) -> tuple[QueueItem, ...]:
        """The comments `ids` that are still there, with who holds them."""
        claims = await self._claims(site, ids)
        return tuple(
            QueueItem(comment, _priority(comment), claims.get(comment.id))
            for comment in await Comments(self._redis).get_many(ids)
        )

    async def size(self, site: str) -> int:
        """How many comments wait."""
        async with store_errors():
            size: int = await self._redis.zcard(keys.queue(site))
        return size

    async def _claims(self, site: str, ids: Sequence[str]) -> dict[str, Claim]:
        """The claims on `ids` that have not lapsed."""
        if not ids:
            return {}
        async with store_errors(), self._redis.pipeline(transaction=False) as pipe:
            pipe.time()
            pipe.zmscore(keys.claims(site), list(ids))
            pipe.hmget(keys.claimants(site), list(ids))
            (seconds, micros), deadlines, holders = await pipe.execute()
        now = seconds * 1000 + micros // 1000
        return {
            comment_id: Claim(holder, int(deadline))
            for comment_id, deadline, holder in zip(ids, deadlines, holders, strict=True)
            if deadline and deadline > now
        }

    async def claim(self, site: str, moderator: str, *, limit: int, lease_ms: int) -> list[str]:
        """Lease up to `limit` of the most urgent items that nobody holds to `moderator`."""
        async with store_errors():
            ids: list[str] = await scripts.CLAIM_NEXT(
                self._redis,
                {
                    "queue": keys.queue(site),
                    "claims": keys.claims(site),
                    "claimants": keys.claimants(site),
                    "answer": keys.answer(site, uuid4().hex),
                },
                {"moderator": moderator, "limit": limit, "lease_ms": lease_ms},
            )
        return ids

    async def claim_one(self, comment: Comment, moderator: str, *, lease_ms: int) -> Acted:
        """Lease this one item to `moderator`, unless somebody else holds it."""
        async with store_errors():
            answer = await scripts.CLAIM_ONE(
                self._redis,
                {
                    "comment": keys.comment(comment.id),
                    "queue": keys.queue(comment.site),
                    "claims": keys.claims(comment.site),
                    "claimants": keys.claimants(comment.site),
                },
                {"id": comment.id, "moderator": moderator, "lease_ms": lease_ms},
            )
        return Acted(*answer)

    async def held_by(self, site: str, moderator: str) -> tuple[QueueItem, ...]:
        """The items `moderator` holds, most urgent first."""
        async with store_errors():
            holders = await self._redis.hgetall(keys.claimants(site))
        mine = [comment_id for comment_id, holder in holders.items() if holder == moderator]
        # A lapsed claim stays in the hash until its item is acted on; `items` leaves it out.
        held = (item for item in await self.items(site, mine) if item.claim)
        return tuple(sorted(held, key=lambda item: -item.priority))

    async def act(self, comment: Comment, deed: Deed, *, now: int) -> Acted:
        """Do `deed`, if the comment is where the moderator saw it and nobody else holds it."""
        site = comment.site
        async with store_errors():
            answer = await scripts.ACT(
                self._redis,
                {
                    "comment": keys.comment(comment.id),
                    "queue": keys.queue(site),
                    "claims": keys.claims(site),
                    "claimants": keys.claimants(site),
                    "published": keys.published(site, comment.thread.id),
                    "author": keys.author(site, comment.author_hash),
                    "rejected": keys.rejected(site),
                    "audit": keys.audit(site),
                },
                {
                    "id": comment.id,
                    "action": deed.action,
                    "moderator": deed.moderator,
                    "now": now,
                    "reason": deed.reason,
                    "note": deed.note,
                    "via": deed.via,
                    "channel": keys.notices(site),
                },
                rest=[status for move in deed.moves.items() for status in move],
            )
        return Acted(*answer)

    async def release(self, comment: Comment, moderator: str) -> Acted:
        """Give a claimed item back to the queue."""
        async with store_errors():
            answer = await scripts.RELEASE_CLAIM(
                self._redis,
                {
                    "comment": keys.comment(comment.id),
                    "claims": keys.claims(comment.site),
                    "claimants": keys.claimants(comment.site),
                },
                {"id": comment.id, "moderator": moderator},
            )
        return Acted(*answer)


def _priority(comment: Comment) -> float:
    return comment.decision.priority if comment.decision else 0.0
