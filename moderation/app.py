"""The composition root: settings → store, scorer, flows → web. Who gets what.

No decision about a comment is made here.
"""

import asyncio
import os
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette

from moderation.access import Access
from moderation.assessment import Assessor
from moderation.domain.errors import NotFound, Refused, StoreUnavailable, TooManyRequests
from moderation.intake import Intake
from moderation.policy import Policy, load_policy
from moderation.reading import Reading
from moderation.review import Review
from moderation.scoring.loading import load_scorer
from moderation.scoring.text_scorer import TextScorer
from moderation.screening.screen import Screening
from moderation.settings import Settings
from moderation.store import allowances, durability, keys, retention
from moderation.store.access import AccessStore
from moderation.store.allowances import Limit
from moderation.store.client import Client, blocking_client, command_client
from moderation.store.embedded import store_url
from moderation.store.hashing import Hashing
from moderation.store.notices import Notices
from moderation.text.normalize import normalize
from moderation.vitals import Vitals
from moderation.web.routes import build_web
from moderation.web.services import Readiness, Services

SWEEP_S = 3600.0

log = structlog.get_logger(__name__)


def now_ms() -> int:
    """Milliseconds since the epoch: the clock that is passed in as `now`."""
    return time.time_ns() // 1_000_000


class LivePolicy:
    """The policy in force; `reload` takes a changed file over, or keeps the old one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._take_over(load_policy(path))

    def __call__(self) -> Policy:
        """Return the policy in force."""
        return self.current

    def screening(self, site: str) -> Screening:
        """The compiled rules of a site; NotFound when a reload has just taken it away."""
        if (screening := self._screenings.get(site)) is None:
            raise NotFound(f"There is no site {site!r} here.")
        return screening

    def reload(self) -> None:
        """Read the file again (SIGHUP)."""
        try:
            self._take_over(load_policy(self._path))
        except Refused as error:
            log.warning("policy_kept", reason=str(error))
        else:
            log.info("policy_loaded", fingerprint=self.current.fingerprint)

    def _take_over(self, policy: Policy) -> None:
        self._screenings = {name: Screening(site) for name, site in policy.sites.items()}
        self.current = policy


@dataclass(frozen=True)
class Store:
    """The two clients of one server."""

    redis: Client
    blocking: Client


@asynccontextmanager
async def open_store(settings: Settings) -> AsyncIterator[Store]:
    """The configured or embedded server, checked for durability. Raises Refused."""
    async with AsyncExitStack() as stack:
        url = await stack.enter_async_context(
            store_url(settings.redis_url, settings.data_dir, settings.redis_server)
        )
        store = Store(command_client(url), blocking_client(url))
        stack.push_async_callback(store.redis.aclose)
        stack.push_async_callback(store.blocking.aclose)
        await durability.insist(store.redis, allow_unsafe=settings.allow_unsafe_redis)
        yield store


@asynccontextmanager
async def open_scorer(settings: Settings) -> AsyncIterator[TextScorer]:
    """The model, loaded in a thread: the loop stays free. Raises Refused."""
    scorer = await asyncio.to_thread(load_scorer, settings.scorer, threads=settings.score_threads)
    text_scorer = TextScorer(scorer, variants=lambda text: (normalize(text),))
    try:
        yield text_scorer
    finally:
        await text_scorer.close()


def read_secret(settings: Settings) -> str:
    """MODERATION_SECRET, else one kept in the data directory, readable by its owner alone."""
    if settings.secret is not None:
        return settings.secret
    path = settings.data_dir / "secret"
    if not path.exists():
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        _write_secret(path)
    return path.read_text(encoding="utf-8").strip()


def _write_secret(path: Path) -> None:
    """Linked into place whole: of two processes that start together, one secret stays."""
    draft = path.with_name(f"secret.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_urlsafe(48))
    with suppress(FileExistsError):
        os.link(draft, path)
    draft.unlink()


def open_access(settings: Settings, store: Store) -> Access:
    """Keys and moderators, for commands."""
    policy = load_policy(settings.policy)
    return Access(AccessStore(store.redis), policy=lambda: policy)


def assemble(
    settings: Settings, store: Store, scorer: TextScorer, policy: LivePolicy
) -> tuple[Starlette, Services, tuple[Coroutine[Any, Any, None], ...]]:
    """Who gets what."""
    redis, registry = store.redis, CollectorRegistry()
    hashing, notices = Hashing(read_secret(settings)), Notices(store.blocking)
    vitals = Vitals(
        redis,
        scorer,
        policy=policy,
        accept_unsafe=settings.allow_unsafe_redis,
        registry=registry,
    )

    async def readiness() -> Readiness:
        return Readiness(await vitals.checks())

    services = Services(
        public_url=settings.public_url,
        trusted_proxies=settings.trusted_proxies,
        policy=policy,
        intake=Intake(
            redis,
            policy=policy,
            screening=policy.screening,
            notices=notices,
            hashing=hashing,
            is_full=lambda: vitals.is_full,
        ),
        reading=Reading(redis, policy=policy, hashing=hashing),
        review=Review(redis, policy=policy),
        access=Access(AccessStore(redis), policy=policy),
        assessor=Assessor(scorer),
        door=_door(redis, hashing, per_minute=settings.door_rate_per_minute),
        readiness=readiness,
        now=now_ms,
        metrics=registry,
    )
    return build_web(services), services, (notices.listen(), vitals.watch(), _sweep(redis, policy))


def _door(redis: Client, hashing: Hashing, *, per_minute: int) -> Callable[[str], Awaitable[None]]:
    """The coarse limit of an address, weighed before a request is read."""

    async def weigh(address: str) -> None:
        limit = Limit("door", hashing.caller(address), per_minute, 60, per_minute)
        allowance = await allowances.take(redis, keys.DOOR, [limit])
        if not allowance.allowed:
            raise TooManyRequests(retry_after=allowance.retry_after_s, limits=allowance.limits)

    return weigh


async def _sweep(redis: Client, policy: LivePolicy) -> None:
    """Forget what is old, every hour."""
    while True:
        try:
            for site in policy().sites:
                kept = policy().retention
                while await retention.sweep(redis, site, kept, now=now_ms()) == retention.BATCH:
                    pass
        except StoreUnavailable:
            log.warning("sweep_put_off")
        await asyncio.sleep(SWEEP_S)
