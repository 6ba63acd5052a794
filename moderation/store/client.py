"""Two clients of one server: one for commands that answer at once, one for reads that block.

redis-py 8 repeats a command that timed out, so every script must bear being run twice, and a
blocking read must have no time-out of its own.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import RedisError

from moderation.domain.errors import StoreUnavailable

COMMAND_TIMEOUT_S = 1.5
CONNECT_TIMEOUT_S = 0.5
MAX_CONNECTIONS = 64

Client: TypeAlias = Any
"""A redis.asyncio.Redis that decodes. redis-py's annotations cover all its modes at once (bytes or
str, sync or not), which fits none of them; what is read is given its type where it is read."""


def command_client(url: str) -> Client:
    """A client whose commands fail within seconds when the server is away."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=MAX_CONNECTIONS,
        timeout=COMMAND_TIMEOUT_S,
        socket_timeout=COMMAND_TIMEOUT_S,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        # A repeated command connects anew, which is repeated by itself: more would take long.
        retry=Retry(ExponentialWithJitterBackoff(base=0.02, cap=0.1), 1),
        decode_responses=True,
    )
    return Redis.from_pool(pool)


def blocking_client(url: str) -> Client:
    """A client for XREADGROUP BLOCK and pub/sub: waits as long as it is told, repeats nothing."""
    return Redis.from_url(
        url,
        socket_timeout=None,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )


@asynccontextmanager
async def store_errors() -> AsyncIterator[None]:
    """Say StoreUnavailable where redis-py says anything at all."""
    try:
        yield
    except (RedisError, OSError) as error:
        raise StoreUnavailable(
            "The comment store does not answer. Please try again in a moment."
        ) from error
