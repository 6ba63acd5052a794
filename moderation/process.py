"""The processes: a server or a worker, from start to a clean stop.

SIGTERM and SIGINT drain: no accepted request is dropped. SIGHUP takes a changed policy over.
"""

import asyncio
import os
import secrets
import signal
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from typing import Any

import structlog
import uvicorn
from starlette.applications import Starlette

from moderation.access import Access
from moderation.app import LivePolicy, Store, assemble, now_ms, open_scorer, open_store
from moderation.assessment import Assessor
from moderation.domain.errors import Refused
from moderation.settings import Settings
from moderation.store.comments import Comments
from moderation.store.scoring_stream import ScoringStream
from moderation.verdicts import Verdicts

NEW_SITES_S = 2.0
BACKLOG = 2_048
CANCEL_S = 0.5

log = structlog.get_logger(__name__)


async def serve(settings: Settings, *, announce: Callable[[Access], Awaitable[None]]) -> None:
    """Run everything until SIGTERM or SIGINT, then drain: no accepted request is dropped.

    `announce` is called once, when connections are taken.
    """
    policy = LivePolicy(settings.policy)
    async with open_scorer(settings) as scorer, open_store(settings) as store:
        web, services, loops = assemble(settings, store, scorer, policy)
        # Verdicts go on while requests that wait for theirs are drained.
        async with _running(*loops), _deciding(store, services.assessor, policy):
            await _listen(
                web, settings, reload=policy.reload, ready=partial(announce, services.access)
            )
        log.info("stopped")


async def work(settings: Settings) -> None:
    """Decide about comments until SIGTERM or SIGINT; no HTTP."""
    policy = LivePolicy(settings.policy)
    async with open_scorer(settings) as scorer, open_store(settings) as store:
        stopping = asyncio.Event()
        with _signals(stop=stopping.set, reload=policy.reload):
            async with _deciding(store, Assessor(scorer), policy):
                log.info("worker_started", model=scorer.stamp.id)
                await stopping.wait()


@asynccontextmanager
async def _running(*loops: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run endless loops beside the block; one that fails ends the process with its error."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(loop) for loop in loops]
        try:
            yield
        finally:
            await _end(tasks)


async def _end(tasks: Sequence["asyncio.Task[None]"]) -> None:
    # redis-py may lose a cancellation while it connects: ask until it is heard.
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=CANCEL_S)


@asynccontextmanager
async def _deciding(store: Store, assessor: Assessor, policy: LivePolicy) -> AsyncIterator[None]:
    """Run a verdicts loop for every site of the policy, also for sites that a reload brings."""
    stopping = asyncio.Event()
    consumer = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(3)}"

    def loop_of(site: str) -> Coroutine[Any, Any, None]:
        stream = ScoringStream(store.redis, store.blocking, site=site, consumer=consumer)
        verdicts = Verdicts(stream, Comments(store.redis), assessor, policy=policy, now=now_ms)
        return verdicts.run(stopping)

    async def supervise(group: asyncio.TaskGroup) -> None:
        started: set[str] = set()
        while not stopping.is_set():
            for site in set(policy().sites) - started:
                started.add(site)
                group.create_task(loop_of(site), name=f"verdicts-{site}")
            await asyncio.sleep(NEW_SITES_S)

    async with asyncio.TaskGroup() as group:
        supervisor = group.create_task(supervise(group))
        try:
            yield
        finally:
            stopping.set()
            supervisor.cancel()


class _Server(uvicorn.Server):
    """uvicorn re-raises a signal after draining, which would end us before the store is closed."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _listen(
    web: Starlette,
    settings: Settings,
    *,
    reload: Callable[[], None],
    ready: Callable[[], Awaitable[None]],
) -> None:
    """Answer requests until a signal says stop, then finish those that were accepted."""
    listening = _bound(settings.host, settings.port)
    server = _Server(
        uvicorn.Config(
            web,
            access_log=False,  # it would write query strings; the web room logs its own line
            log_config=None,
            proxy_headers=False,  # the web room weighs them, with the trusted proxies alone
            server_header=False,
            timeout_graceful_shutdown=settings.drain_s,
        )
    )

    def stop() -> None:
        server.should_exit = True

    with _signals(stop=stop, reload=reload):
        # Callers can connect already; who waits for an answer to /health/ready finds it all said.
        await ready()
        await server.serve(sockets=[listening])


def _bound(host: str, port: int) -> socket.socket:
    """A socket on that address; uvicorn's own way of saying that it is taken ends the process."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=BACKLOG)
    except OSError as error:
        raise Refused(
            f"Port {port} on {host} cannot be used ({error.strerror}): choose another one (PORT=)."
        ) from None


@contextmanager
def _signals(*, stop: Callable[[], None], reload: Callable[[], None]) -> Iterator[None]:
    loop = asyncio.get_running_loop()
    for number, handler in (
        (signal.SIGTERM, stop),
        (signal.SIGINT, stop),
        (signal.SIGHUP, reload),
    ):
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.remove_signal_handler(number)
