"""A server that may lose what it acknowledged is refused, unless the operator accepts it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from moderation.app import open_store
from moderation.domain.errors import Refused
from moderation.settings import Settings
from moderation.store.client import Client, command_client
from moderation.store.durability import insist, inspect, memory_share
from tests.integration.servers import FAMILIES, Server

pytestmark = pytest.mark.anyio

RISKS = {"appendfsync": "everysec", "appendonly": "no", "maxmemory-policy": "allkeys-lru"}
WANTED = {"appendfsync": "always", "appendonly": "yes", "maxmemory-policy": "noeviction"}


@pytest.fixture(params=FAMILIES)
def careless(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Server]:
    """A server that writes to disk once a second."""
    running = Server(tmp_path / "careless", request.param, appendfsync="everysec").start()
    yield running
    running.stop()


def settings(server: Server, folder: Path, *, allow: bool = False) -> Settings:
    return Settings(redis_url=server.url, data_dir=folder, allow_unsafe_redis=allow)


async def test_the_configuration_that_ships_is_safe(redis: Client) -> None:
    durability = await inspect(redis)
    assert durability.is_safe
    await insist(redis, allow_unsafe=False)
    assert 0 < await memory_share(redis) < 0.1


@pytest.mark.parametrize("name", RISKS)
async def test_each_risk_is_named(careless: Server, name: str) -> None:
    client = command_client(careless.url)
    for line, value in (WANTED | {name: RISKS[name]}).items():
        await client.config_set(line, value)
    with pytest.raises(Refused) as refused:
        await insist(client, allow_unsafe=False)
    assert str(refused.value) == (
        f"The Redis server may lose acknowledged comments: {name} is {RISKS[name]}, not "
        f"{WANTED[name]}. Start it with config/redis.conf, or set "
        "MODERATION_ALLOW_UNSAFE_REDIS=1 if you accept that."
    )
    await client.aclose()


async def test_the_service_does_not_open_a_careless_store(careless: Server, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="appendfsync is everysec, not always"):
        async with open_store(settings(careless, tmp_path)):
            pytest.fail("the store was opened")


async def test_the_operator_may_accept_it(careless: Server, tmp_path: Path) -> None:
    async with open_store(settings(careless, tmp_path, allow=True)) as store:
        assert await store.redis.ping()


async def test_a_server_that_hides_its_configuration_is_refused_too(
    careless: Server, tmp_path: Path
) -> None:
    admin = command_client(careless.url)
    await admin.acl_setuser(
        "app",
        enabled=True,
        nopass=True,
        keys=["*"],
        channels=["*"],
        commands=["+@all", "-config"],
    )
    careless.url = careless.url.replace("unix://", "unix://app:any@")
    client = command_client(careless.url)
    durability = await inspect(client)
    assert not durability.known
    with pytest.raises(Refused, match=r"it does not show its configuration \(CONFIG GET\)"):
        await insist(client, allow_unsafe=False)
    await insist(client, allow_unsafe=True)
    await client.aclose()
    await admin.aclose()
