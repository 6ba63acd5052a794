"""Rate limits: one atomic script over all limits a request touches."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from moderation.domain.allowance import LimitState
from moderation.store import keys, scripts
from moderation.store.client import Client, store_errors


@dataclass(frozen=True, slots=True)
class Limit:
    """`count` events per `period_s`, `burst` at once, for `who`. A valve never refuses."""

    name: str
    who: str
    count: int
    period_s: int
    burst: int
    is_valve: bool = False


@dataclass(frozen=True, slots=True)
class Allowance:
    """Whether the request may pass, and the state of each limit afterwards."""

    allowed: bool
    retry_after_s: float
    valve_open: bool
    limits: tuple[LimitState, ...]


async def take(redis: Client, site: str, limits: Sequence[Limit]) -> Allowance:
    """Consume one event of every limit, or of none. `site` names the keys' slot."""
    async with store_errors():
        allowed, retry_after, valve_open, *states = map(
            int,
            await scripts.TAKE_ALLOWANCES(
                redis,
                {"answer": keys.answer(site, uuid4().hex)},
                {},
                more_keys=[keys.limit(site, limit.name, limit.who) for limit in limits],
                rest=[number for limit in limits for number in _numbers(limit)],
            ),
        )
    pairs = zip(states[::2], states[1::2], strict=True)
    return Allowance(
        allowed=bool(allowed),
        retry_after_s=retry_after / 1000,
        valve_open=bool(valve_open),
        limits=tuple(_state(limit, *pair) for limit, pair in zip(limits, pairs, strict=True)),
    )


def _numbers(limit: Limit) -> tuple[float, int, int]:
    return limit.period_s * 1000 / limit.count, limit.burst, int(limit.is_valve)


def _state(limit: Limit, remaining: int, full_in_ms: int) -> LimitState:
    window_s = max(1, round(limit.burst * limit.period_s / limit.count))
    return LimitState(limit.name, limit.burst, window_s, remaining, full_in_ms / 1000)
