"""Who waits for a decision hears of it, whichever process made it.

A notice may be lost (pub/sub promises nothing): whoever waits reads the status once at the end.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from redis.exceptions import RedisError

from moderation.store import keys
from moderation.store.client import Client

RETRY_S = 0.5

log = structlog.get_logger(__name__)


class Notices:
    """One subscription for all sites; a future for every caller that waits."""

    def __init__(self, blocking: Client) -> None:
        self._redis = blocking
        self._waiting: defaultdict[str, set[asyncio.Future[None]]] = defaultdict(set)

    @asynccontextmanager
    async def expect(self, comment_id: str) -> AsyncIterator["asyncio.Future[None]"]:
        """A future that is done when something happens to the comment; enter before recording."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[comment_id].add(future)
        try:
            yield future
        finally:
            self._waiting[comment_id].discard(future)
            if not self._waiting[comment_id]:
                del self._waiting[comment_id]

    async def listen(self) -> None:
        """Pass notices of every site on until cancelled; a lost connection is made again."""
        while True:
            try:
                await self._listen_once()
            except (RedisError, OSError):
                log.warning("notices_interrupted")
                await asyncio.sleep(RETRY_S)

    async def _listen_once(self) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as subscription:
            await subscription.psubscribe(keys.ALL_NOTICES)
            async for message in subscription.listen():
                self._wake(message["data"].partition(" ")[0])

    def _wake(self, comment_id: str) -> None:
        for future in self._waiting.get(comment_id, ()):
            if not future.done():
                future.set_result(None)
