"""Killed with -9 at any moment, the house keeps every acknowledged comment and decision.

2,016 submissions and a crew of moderators run while server, worker and store are killed in turn:
idle, paused in the middle of whatever they do, and held inside record, commit and act, before the
script runs and after it ran but before anyone was told. A ledger outside compares at the end.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from redis.asyncio import Redis

from moderation.domain.comment import Status
from moderation.store import keys, scripts
from moderation.store.scripts import Script
from tests.fault.holding_proxy import HoldingProxy, Point
from tests.fault.house import House, Store
from tests.fault.load import Caller, Ledger, moderate, submit_many, texts_of

CALLERS = 24
EACH = 84
SETTLE_S = 90.0
HOLD_S = 20.0

Kill = Callable[[House], Awaitable[None]]


async def restart_server(house: House) -> None:
    house.server.kill()
    house.server_proxy.let_go()
    await asyncio.to_thread(house.server.start)


async def restart_worker(house: House) -> None:
    house.worker.kill()
    house.worker_proxy.let_go()
    house.worker.start()


async def restart_store(house: House) -> None:
    house.store.kill()
    await asyncio.to_thread(house.store.start)
    await asyncio.to_thread(house.server.wait_until_ready)


async def pause_then_kill_store(house: House) -> None:
    # Commands pile up in its socket: some were read, none is answered.
    house.store.pause()
    await asyncio.sleep(0.2)
    await restart_store(house)


def inside(script: Script, point: Point, *, of: str, then: Kill) -> Kill:
    """Kill while a call of `script` by the `of` process is held at `point`."""

    async def kill(house: House) -> None:
        proxy: HoldingProxy = getattr(house, f"{of}_proxy")
        proxy.hold_next(script, point)
        try:
            async with asyncio.timeout(HOLD_S):
                await proxy.holds.wait()
            await then(house)
        finally:
            proxy.let_go()

    return kill


BEFORE: Point = "before it runs"
AFTER: Point = "before its answer"
RECORD, COMMIT, ACT = scripts.RECORD_SUBMISSION, scripts.COMMIT_DECISION, scripts.ACT

KILLS: tuple[Kill, ...] = (
    restart_server,
    restart_worker,
    restart_store,
    inside(RECORD, BEFORE, of="server", then=restart_server),
    inside(RECORD, AFTER, of="server", then=restart_server),
    inside(COMMIT, BEFORE, of="worker", then=restart_worker),
    inside(COMMIT, AFTER, of="worker", then=restart_worker),
    inside(ACT, BEFORE, of="server", then=restart_server),
    inside(ACT, AFTER, of="server", then=restart_server),
    inside(RECORD, AFTER, of="server", then=restart_store),
    inside(ACT, AFTER, of="server", then=restart_store),
    pause_then_kill_store,
    inside(COMMIT, AFTER, of="server", then=restart_server),
    pause_then_kill_store,
)


def test_nothing_acknowledged_is_lost(tmp_path: Path) -> None:
    asyncio.run(_burn(tmp_path))


def test_the_ledger_sees_a_loss(tmp_path: Path) -> None:
    """Without the append-only file a killed store forgets: the same comparison must notice."""
    asyncio.run(_forget(tmp_path))


async def _burn(folder: Path) -> None:
    house = House(folder, Store(folder / "store"))
    await house.start()
    try:
        ledger = Ledger()
        await _under_load(house, ledger, KILLS)
        found = await _settled(house)
        assert len(ledger.comments) == CALLERS * EACH
        assert len(ledger.deeds) > 100, "the moderators hardly decided anything"
        assert _lost(ledger, found) == {}
        assert _contradictions(found) == []
    finally:
        await house.stop()


async def _forget(folder: Path) -> None:
    store = Store(folder / "store", appendonly="no")
    house = House(folder, store, MODERATION_ALLOW_UNSAFE_REDIS="1")
    await house.start()
    try:
        ledger = Ledger()
        key = await asyncio.to_thread(house.server.key, ("submit", "read"))
        async with Caller(house.server.url, key) as caller:
            await submit_many(caller, ledger, texts_of(0, 5))
        await restart_store(house)
        assert set(_lost(ledger, await _settled(house))) == set(ledger.comments.values())
    finally:
        await house.stop()


async def _under_load(house: House, ledger: Ledger, kills: tuple[Kill, ...]) -> None:
    key = await asyncio.to_thread(house.server.key, ("submit", "read", "review"))
    async with Caller(house.server.url, key) as caller, asyncio.TaskGroup() as group:
        crew = [group.create_task(moderate(caller, ledger, f"Moderator {n}")) for n in range(3)]
        load = [
            group.create_task(submit_many(caller, ledger, texts_of(n, EACH)))
            for n in range(CALLERS)
        ]
        for kill in kills:
            assert not all(task.done() for task in load), "the load ended before the last kill"
            await kill(house)
            await asyncio.sleep(0.3)
        await asyncio.wait(load)
        ledger.done.set()
        await asyncio.wait(crew)


async def _settled(house: House) -> "Found":
    """What the store holds once nothing waits for a decision any more."""
    async with Redis(unix_socket_path=str(house.store.socket), decode_responses=True) as redis:
        async with asyncio.timeout(SETTLE_S):
            while await redis.xlen(keys.scoring("demo")):
                await asyncio.sleep(0.1)
        return await Found.read(redis)


class Found:
    """Everything about the demo site's comments, read past the service."""

    def __init__(self) -> None:
        self.comments: dict[str, dict[str, str]] = {}
        self.published: set[str] = set()
        self.queued: set[str] = set()
        self.decided: dict[str, list[str]] = {}

    @classmethod
    async def read(cls, redis: Any) -> "Found":
        found = cls()
        async for key in redis.scan_iter(match="{demo}:comment:*", count=1000):
            fields = await redis.hgetall(key)
            found.comments[fields["id"]] = fields
        async for key in redis.scan_iter(match="{demo}:published:*", count=1000):
            found.published |= set(await redis.zrange(key, 0, -1))
        found.queued = set(await redis.zrange(keys.queue("demo"), 0, -1))
        for _, entry in await redis.xrange(keys.audit("demo")):
            found.decided.setdefault(entry["comment"], []).append(entry["action"])
        return found


def _lost(ledger: Ledger, found: Found) -> dict[str, str]:
    """Acknowledged ids → what is wrong with them now."""
    wrong = {}
    for text, comment_id in ledger.comments.items():
        kept = found.comments.get(comment_id)
        if kept is None or kept["text"] != text:
            wrong[comment_id] = "the comment is gone"
    for comment_id, status in ledger.deeds.items():
        kept = found.comments.get(comment_id)
        if kept is None or kept["status"] != status:
            wrong[comment_id] = f"decided as {status}, is {kept and kept['status']}"
    return wrong


def _contradictions(found: Found) -> list[str]:
    """What cannot be if every script runs once, and whole."""
    wrong = []
    texts = [fields["text"] for fields in found.comments.values()]
    if len(texts) != len(set(texts)):
        wrong.append("a repeated submission became two comments")
    for comment_id, fields in found.comments.items():
        status, history = fields["status"], found.decided[comment_id]
        if "verdict" not in fields or status == Status.SCORING:
            wrong.append(f"{comment_id} is undecided")
        if (status == Status.PUBLISHED) != (comment_id in found.published):
            wrong.append(f"{comment_id} is {status}, and the thread says otherwise")
        if (status == Status.PENDING) != (comment_id in found.queued):
            wrong.append(f"{comment_id} is {status}, and the queue says otherwise")
        if history.count("decide") != 1 or history.count("approve") + history.count("reject") > 1:
            wrong.append(f"{comment_id} was decided more than once: {history}")
    return wrong
