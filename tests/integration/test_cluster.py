"""Every script on a cluster of three nodes: all its keys must lie in one slot."""

from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from redis import Redis
from redis.asyncio import RedisCluster

from moderation.domain.comment import Status
from moderation.domain.decision import Verdict
from moderation.domain.review import Action
from moderation.store import allowances, keys, retention, scripts
from moderation.store.allowances import Limit
from moderation.store.client import Client
from moderation.store.comments import Comments
from moderation.store.review_queue import ReviewQueue
from tests.integration.house import NOW, decision, deed, last_entry, record, recorded, until
from tests.integration.servers import Server
from tests.service import free_port

pytestmark = pytest.mark.anyio

SLOTS = ((0, 5460), (5461, 10922), (10923, 16383))
SITES = ("demo", "gazette", "news", "forum")


@pytest.fixture
def nodes(tmp_path: Path) -> Iterator[list[int]]:
    """The ports of three nodes that know each other."""
    ports = [(free_port(), free_port()) for _ in SLOTS]
    with ExitStack() as stack:
        for (port, bus), (first, last) in zip(ports, SLOTS, strict=True):
            options = {
                "port": str(port),
                "cluster-port": str(bus),
                "cluster-enabled": "yes",
                "bind": "127.0.0.1",
            }
            node = Server(tmp_path / str(port), "valkey", **options).start()
            stack.callback(node.stop)
            with Redis.from_url(node.url) as client:
                client.execute_command("CLUSTER ADDSLOTSRANGE", first, last)
                client.execute_command("CLUSTER MEET", "127.0.0.1", *ports[0])
        yield [port for port, _ in ports]


@pytest.fixture
async def cluster(nodes: list[int]) -> AsyncIterator[Client]:
    async def agree() -> bool:
        return all(map(_is_whole, nodes))

    await until("the three nodes form a cluster", agree)
    client = RedisCluster(host="127.0.0.1", port=nodes[0], decode_responses=True)
    yield client
    await client.aclose()


def _is_whole(port: int) -> bool:
    with Redis(port=port, decode_responses=True) as client:
        info = client.execute_command("CLUSTER INFO")
        return info["cluster_state"] == "ok" and info["cluster_known_nodes"] == "3"


async def test_every_script_keeps_to_one_slot(cluster: Client) -> None:
    slots = {cluster.keyslot(keys.queue(site)) for site in SITES}
    assert len(slots) == len(SITES)
    for site in SITES:
        await _decide_and_review(cluster, site)
        limits = [Limit(name, "someone", 5, 60, 5) for name in ("address", "author", "thread")]
        assert (await allowances.take(cluster, site, limits)).allowed
    assert (await allowances.take(cluster, keys.DOOR, [Limit("door", "x", 5, 60, 5)])).allowed
    await cluster.set(keys.link("once"), "Ama")
    given = {"link": keys.link("once"), "session": keys.session("first")}
    assert await scripts.OPEN_SESSION(cluster, given, {"lifetime_s": 60}) == "Ama"


async def _decide_and_review(cluster: Client, site: str) -> None:
    queue = ReviewQueue(cluster)
    comment = await recorded(cluster, id=f"{site}.1", site=site)
    assert await record(cluster, comment) == ("recorded", comment.id)
    committed = await Comments(cluster).commit(
        comment,
        decision(Verdict.HOLD),
        status=Status.PENDING,
        entry=await last_entry(cluster, comment),
        unscored=True,
    )
    assert committed == (True, Status.PENDING)
    assert await queue.claim(site, "Ama", limit=1, lease_ms=60_000) == [comment.id]
    assert (await queue.release(comment, "Ama")).outcome == "done"
    acted = await queue.act(comment, deed(Action.REJECT), now=NOW)
    assert (acted.outcome, acted.status) == ("done", Status.REJECTED)
    assert await retention._forget(cluster, site, comment.id, now=NOW) == 1
