"""One server of each family for the whole suite, emptied before each test."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from moderation.scoring.onnx import OnnxScorer
from moderation.store.client import Client, blocking_client, command_client
from tests.integration.house import House
from tests.integration.servers import FAMILIES, Server
from tests.service import write_policy
from tests.unit.tiny_model import make_tiny_model


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", params=FAMILIES)
def server(request: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp(request.param), request.param).start()
    yield running
    running.stop()


@pytest.fixture
async def redis(server: Server) -> AsyncIterator[Client]:
    """A command client of an empty server."""
    client = command_client(server.url)
    await client.config_set("maxmemory", "2gb")
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def full(redis: Client) -> Callable[[], Awaitable[None]]:
    """Call it, and the server has no memory left."""

    async def fill() -> None:
        await redis.config_set("maxmemory", "1mb")

    return fill


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own, to be killed and stopped."""
    running = Server(tmp_path / "own", "valkey").start()
    yield running
    running.stop()


@pytest.fixture
async def own_house(own_server: Server, policy_file: Path) -> AsyncIterator[House]:
    redis, blocking = command_client(own_server.url), blocking_client(own_server.url)
    yield House(redis, blocking, policy_file)
    await redis.aclose()
    await blocking.aclose()


@pytest.fixture
async def blocking(server: Server) -> AsyncIterator[Client]:
    client = blocking_client(server.url)
    yield client
    await client.aclose()


@pytest.fixture
def policy_file(tmp_path: Path) -> Path:
    """The shipped policy with roomy limits and no wait for decisions nobody makes."""
    return write_policy(tmp_path / "policy", decision_wait_ms=0)


@pytest.fixture
def house(redis: Client, blocking: Client, policy_file: Path) -> House:
    """The flows, wired as the app wires them."""
    return House(redis, blocking, policy_file)


@pytest.fixture(scope="session")
def tiny_scorer(tmp_path_factory: pytest.TempPathFactory) -> OnnxScorer:
    return OnnxScorer(make_tiny_model(tmp_path_factory.mktemp("tiny")), threads=1)
