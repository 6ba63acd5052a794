"""The comments that wait for a decision: one stream a site, one consumer group for all workers."""

from dataclasses import dataclass

from redis.exceptions import ResponseError

from moderation.store import keys
from moderation.store.client import Client, store_errors
from moderation.store.comments import Entry


class ScoringStream:
    """A site's stream, read as one consumer. `blocking` serves the read that waits.

    A consumer is a process: entries it took and did not decide are taken over by the others
    once they were idle for long enough.
    """

    def __init__(self, redis: Client, blocking: Client, *, site: str, consumer: str) -> None:
        self._redis = redis
        self._blocking = blocking
        self._consumer = consumer
        self.site = site
        self.key = keys.scoring(site)

    async def prepare(self) -> None:
        """Create the group, from the beginning of the stream, unless it is there."""
        async with store_errors():
            if await self._has_group():
                return
            try:
                await self._redis.xgroup_create(self.key, keys.SCORERS, id="0", mkstream=True)
            except ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise

    async def _has_group(self) -> bool:
        # Asked first, since a full server refuses to create even what is there already.
        try:
            groups = await self._redis.xinfo_groups(self.key)
        except ResponseError:  # there is no stream yet
            return False
        return any(group["name"] == keys.SCORERS for group in groups)

    async def read(self, *, count: int, wait_ms: int) -> list[Entry]:
        """Up to `count` new entries; waits for the first at most `wait_ms`."""
        async with store_errors():
            answer = await self._blocking.xreadgroup(
                keys.SCORERS, self._consumer, {self.key: ">"}, count=count, block=wait_ms
            )
        return [entry for _, entries in answer or () for entry in map(_entry, entries)]

    async def reclaim(self, *, idle_ms: int, count: int) -> list[Entry]:
        """Entries whose consumer has been silent for `idle_ms`, now ours, with their deliveries."""
        async with store_errors():
            _, entries, *_ = await self._redis.xautoclaim(
                self.key, keys.SCORERS, self._consumer, idle_ms, count=count
            )
            pending = await self._redis.xpending_range(
                self.key, keys.SCORERS, "-", "+", count=10_000, consumername=self._consumer
            )
        deliveries = {item["message_id"]: item["times_delivered"] for item in pending}
        return [
            Entry(entry_id, fields["comment"], deliveries.get(entry_id, 1))
            for entry_id, fields in entries
        ]

    async def renew(self, entries: list[Entry]) -> None:
        """Say that we still work on `entries`: nobody else takes them over."""
        ids = [entry.id for entry in entries]
        async with store_errors():
            await self._redis.xclaim(
                self.key, keys.SCORERS, self._consumer, 0, ids, idle=0, justid=True
            )

    async def drop(self, entry: Entry) -> None:
        """Acknowledge an entry whose comment has been erased."""
        async with store_errors(), self._redis.pipeline(transaction=True) as pipe:
            pipe.xack(self.key, keys.SCORERS, entry.id)
            pipe.xdel(self.key, entry.id)
            await pipe.execute()


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many comments of a site have no decision yet, and the age of the oldest."""

    length: int
    lag_s: float


async def backlog(redis: Client, site: str) -> Backlog:
    """One round trip. Raises StoreUnavailable."""
    async with store_errors(), redis.pipeline(transaction=False) as pipe:
        pipe.time()
        pipe.xlen(keys.scoring(site))
        pipe.xrange(keys.scoring(site), count=1)
        (seconds, _), length, oldest = await pipe.execute()
    since_s = int(oldest[0][0].partition("-")[0]) / 1000 if oldest else seconds
    return Backlog(length, max(0.0, seconds - since_s))


def _entry(raw: tuple[str, dict[str, str]]) -> Entry:
    entry_id, fields = raw
    return Entry(entry_id, fields["comment"])
