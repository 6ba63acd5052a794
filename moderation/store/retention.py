"""Forgets what nobody needs any more, as the policy's retention periods say."""

from moderation.policy import Retention
from moderation.store import keys, scripts
from moderation.store.client import Client, store_errors

DAY_MS = 24 * 60 * 60 * 1000
BATCH = 500


async def sweep(redis: Client, site: str, retention: Retention, *, now: int) -> int:
    """Trim the logs of `site` and forget its old rejected comments; how many were forgotten."""
    async with store_errors():
        await _trim(redis, keys.audit(site), now - retention.audit * DAY_MS)
        await _trim(redis, keys.dead(site), now - retention.dead_letters * DAY_MS)
        old = await redis.zrangebyscore(
            keys.rejected(site), "-inf", now - retention.rejected * DAY_MS, start=0, num=BATCH
        )
        return sum([await _forget(redis, site, comment_id, now=now) for comment_id in old])


async def _trim(redis: Client, stream: str, oldest: int) -> None:
    await redis.xtrim(stream, minid=str(max(oldest, 0)))


async def _forget(redis: Client, site: str, comment_id: str, *, now: int) -> int:
    forgotten = await scripts.FORGET_REJECTED(
        redis,
        {
            "comment": keys.comment(comment_id),
            "rejected": keys.rejected(site),
            "audit": keys.audit(site),
        },
        {"id": comment_id, "now": now},
    )
    return int(forgotten)
