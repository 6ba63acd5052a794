"""How the service feels, every few seconds: for /health/ready, /metrics and the door of intake."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from prometheus_client import CollectorRegistry, Gauge

from moderation.domain.errors import StoreUnavailable
from moderation.policy import Policy
from moderation.scoring.text_scorer import TextScorer
from moderation.store import durability
from moderation.store.client import Client
from moderation.store.durability import Durability
from moderation.store.review_queue import ReviewQueue
from moderation.store.scoring_stream import Backlog, backlog

LOOK_S = 2.0
MAX_LAG_S = 60.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Figures:
    memory_share: float
    lag_s: float
    durability: Durability


class Vitals:
    """`accept_unsafe`: the operator has accepted a server that may lose writes."""

    def __init__(
        self,
        redis: Client,
        scorer: TextScorer,
        *,
        policy: Callable[[], Policy],
        accept_unsafe: bool,
        registry: CollectorRegistry,
    ) -> None:
        self._redis = redis
        self._scorer = scorer
        self._policy = policy
        self._accept_unsafe = accept_unsafe
        self._figures: _Figures | None = None
        self._waiting = Gauge(
            "moderation_scoring_waiting", "Comments without a decision", ["site"], registry=registry
        )
        self._held = Gauge(
            "moderation_review_waiting", "Comments in the queue", ["site"], registry=registry
        )
        self._lag = Gauge(
            "moderation_scoring_lag_seconds", "Age of the oldest undecided", registry=registry
        )
        _report_scorer(scorer, registry)

    async def watch(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_S)

    async def look(self) -> None:
        """Look once; a store that is away leaves no figures."""
        try:
            self._figures = await self._measured()
        except StoreUnavailable:
            self._figures = None

    @property
    def is_full(self) -> bool:
        """Whether the store has no room for submissions; moderators may still act."""
        return self._figures is not None and self._figures.memory_share >= durability.FULL

    async def checks(self) -> dict[str, bool | str]:
        """Check → True, or what is wrong."""
        await self.look()
        figures = self._figures
        return {
            "store": self._store_check(figures),
            "durability": self._durability_check(figures),
            "stream_lag": self._lag_check(figures),
            "model": self._scorer.healthy or "The model does not answer.",
        }

    async def _measured(self) -> _Figures:
        logs = [await self._of_site(site) for site in self._policy().sites]
        lag_s = max((entry.lag_s for entry in logs), default=0.0)
        self._lag.set(lag_s)
        return _Figures(
            memory_share=await durability.memory_share(self._redis),
            lag_s=lag_s,
            durability=await durability.inspect(self._redis),
        )

    async def _of_site(self, site: str) -> Backlog:
        waiting = await backlog(self._redis, site)
        self._waiting.labels(site).set(waiting.length)
        self._held.labels(site).set(await ReviewQueue(self._redis).size(site))
        return waiting

    def _store_check(self, figures: _Figures | None) -> bool | str:
        if figures is None:
            return "The store does not answer."
        return not self.is_full or "The store is full: submissions are refused."

    def _durability_check(self, figures: _Figures | None) -> bool | str:
        if figures is None:
            return "The store does not answer."
        problems = "; ".join(figures.durability.problems)
        return figures.durability.is_safe or self._accept_unsafe or problems or "CONFIG is hidden."

    def _lag_check(self, figures: _Figures | None) -> bool | str:
        if figures is None:
            return "The store does not answer."
        return figures.lag_s <= MAX_LAG_S or f"A comment waits for {figures.lag_s:.0f} s."


def _report_scorer(scorer: TextScorer, registry: CollectorRegistry) -> None:
    figures: dict[str, tuple[str, Callable[[], float]]] = {
        "texts": ("Texts scored by the model", lambda: scorer.batcher.texts),
        "calls": ("Calls of the model", lambda: scorer.batcher.calls),
        "failures": ("Calls of the model that failed", lambda: scorer.batcher.failures),
        "seconds": ("Seconds spent in the model", lambda: scorer.batcher.seconds),
        "queued": ("Texts that wait for the model", lambda: scorer.batcher.waiting),
    }
    for name, (text, figure) in figures.items():
        Gauge(f"moderation_model_{name}", text, registry=registry).set_function(figure)
