"""Two clients of one server: one for commands that answer at once, one for reads that block.

redis-py 8 repeats a command that timed out, so every script must bear being run twice, and a
blocking read must have no time-out of its own.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import RedisError

from moderation.domain.errors import StoreUnavailable

COMMAND_TIMEOUT_S = 2.0
CONNECT_TIMEOUT_S = 0.5
MAX_CONNECTIONS = 64

P = ParamSpec("P")
T = TypeVar("T")


def command_client(url: str) -> "Redis[Any]":
    """A client whose commands fail within seconds when the server is away."""
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=MAX_CONNECTIONS,
        timeout=COMMAND_TIMEOUT_S,
        socket_timeout=COMMAND_TIMEOUT_S,
        socket_connect_timeout=CONNECT_TIMEOUT_S,
        retry=Retry(ExponentialWithJitterBackoff(base=0.02, cap=0.1), 2),
        decode_responses=True,
    )
    return Redis.from_pool(pool)


def blocking_client(url: str) -> "Redis[Any]":
    """A client for XREADGROUP BLOCK and pub/sub: waits as long as it is told to, repeats nothing."""
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


def guarded(call: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """`call`, with `store_errors` around it."""

    @wraps(call)
    async def within(*args: P.args, **kwargs: P.kwargs) -> T:
        async with store_errors():
            return await call(*args, **kwargs)

    return within
