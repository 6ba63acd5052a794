"""The embedded server: started, shared, restarted, taken over, refused, stopped."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from moderation.domain.comment import Comment
from moderation.domain.errors import Refused, StoreUnavailable
from moderation.store.client import Client, command_client
from moderation.store.comments import Comments
from moderation.store.durability import inspect
from moderation.store.embedded import EmbeddedServer, store_url
from tests.integration.house import held, until
from tests.integration.servers import binary_of
from tests.service import ROOT

pytestmark = pytest.mark.anyio

OWNER = """
import asyncio, sys
from pathlib import Path
from moderation.store.embedded import EmbeddedServer

async def own():
    server = EmbeddedServer(Path(sys.argv[1]))
    await server.start()
    print(server.url, flush=True)
    await asyncio.Event().wait()

asyncio.run(own())
"""


@asynccontextmanager
async def running(folder: Path, binary: Path | None = None) -> AsyncIterator[EmbeddedServer]:
    server = EmbeddedServer(folder, binary)
    await server.start()
    try:
        yield server
    finally:
        await server.stop()


@asynccontextmanager
async def client_of(server: EmbeddedServer) -> AsyncIterator[Client]:
    client = command_client(server.url)
    try:
        yield client
    finally:
        await client.aclose()


def pid_of(server: EmbeddedServer) -> int:
    return int((server.folder / "server.pid").read_text())


def orphan_server(folder: Path) -> str:
    """A server whose owner was killed; its url."""
    with subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder)], stdout=subprocess.PIPE, cwd=ROOT
    ) as owner:
        assert owner.stdout is not None
        url = owner.stdout.readline().decode().strip()
        owner.kill()
    return url


def finds(server: EmbeddedServer, comment: Comment) -> Callable[[], Awaitable[bool]]:
    """Whether the server, when it answers at all, has the comment."""

    async def look() -> bool:
        async with client_of(server) as client:
            try:
                return await Comments(client).get(comment.id) is not None
            except StoreUnavailable:
                return False

    return look


async def test_it_starts_durable_and_stops(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        async with client_of(server) as client:
            assert (await inspect(client)).is_safe
            comment = await held(client)
        pid = pid_of(server)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    async with running(tmp_path) as again:
        assert await finds(again, comment)()


async def test_a_deep_data_directory_has_a_short_socket(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["directory"] * 12)
    async with running(deep) as server:
        assert len(str(server.socket)) < 108
        assert len(str(server.folder)) > 108


async def test_a_second_user_shares_the_server_and_leaves_it_running(tmp_path: Path) -> None:
    async with running(tmp_path) as first:
        async with running(tmp_path) as second:
            assert second.url == first.url
            async with client_of(second) as client:
                comment = await held(client)
        assert await finds(first, comment)()


async def test_two_data_directories_have_two_servers(tmp_path: Path) -> None:
    async with running(tmp_path / "a") as first, running(tmp_path / "b") as second:
        async with client_of(first) as client:
            comment = await held(client)
        assert not await finds(second, comment)()


async def test_it_comes_back_with_everything_when_it_is_killed(tmp_path: Path) -> None:
    async with running(tmp_path) as server, client_of(server) as client:
        comment = await held(client)
        for _ in range(2):
            os.kill(pid_of(server), signal.SIGKILL)
            await until("the keeper starts it again", finds(server, comment))
        assert await Comments(client).get(comment.id) is not None


async def test_a_server_that_outlived_its_owner_is_taken_over(tmp_path: Path) -> None:
    url = await asyncio.to_thread(orphan_server, tmp_path)
    orphan = EmbeddedServer(tmp_path)
    assert orphan.url == url
    pid = pid_of(orphan)
    async with client_of(orphan) as client:
        comment = await held(client)
    async with running(tmp_path) as server:
        assert pid_of(server) == pid
        assert await finds(server, comment)()
    assert not await finds(server, comment)()


async def test_a_taken_over_server_is_kept_running_too(tmp_path: Path) -> None:
    await asyncio.to_thread(orphan_server, tmp_path)
    async with running(tmp_path) as server:
        async with client_of(server) as client:
            comment = await held(client)
        os.kill(pid_of(server), signal.SIGKILL)
        await until("the keeper starts it again", finds(server, comment))


async def test_whoever_shares_inherits_the_server_when_its_owner_stops(tmp_path: Path) -> None:
    first, second = EmbeddedServer(tmp_path), EmbeddedServer(tmp_path)
    await first.start()
    await second.start()
    async with client_of(first) as client:
        comment = await held(client)
    await first.stop()
    await until("the second one runs the server", finds(second, comment))
    await second.stop()
    assert not await finds(second, comment)()


@pytest.mark.parametrize(("writer", "reader"), [("valkey", "redis"), ("redis", "valkey")])
async def test_data_of_another_family_are_refused(tmp_path: Path, writer: str, reader: str) -> None:
    written, reading = Path(binary_of(writer)), Path(binary_of(reader))
    async with running(tmp_path, written):
        pass
    names = {"valkey": r"Valkey 9\.\d+\.\d+", "redis": r"Redis 7\.\d+\.\d+"}
    sentence = (
        f"^{tmp_path / 'valkey'} was written by {names[writer]}, but {reading} is "
        rf"{names[reader]}\. Use the former \(MODERATION_REDIS_SERVER\), or another data directory "
        r"\(MODERATION_DATA_DIR\)\.$"
    )
    with pytest.raises(Refused, match=sentence):
        async with running(tmp_path, reading):
            pytest.fail("it started")
    async with running(tmp_path, written):
        pass


async def test_data_of_a_newer_server_are_refused(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        folder = server.folder
    (folder / "written-by").write_text("Valkey 99.0.0\n")
    with pytest.raises(Refused, match=r"was written by Valkey 99\.0\.0, but .* is Valkey 9"):
        async with running(tmp_path):
            pytest.fail("it started")


@pytest.mark.parametrize(
    ("binary", "sentence"),
    [("/nowhere/redis-server", "does not run"), ("/bin/echo", "is no Valkey or Redis server")],
)
async def test_a_binary_that_is_no_server_is_refused(
    tmp_path: Path, binary: str, sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        async with running(tmp_path, Path(binary)):
            pytest.fail("it started")


async def test_a_server_that_cannot_start_says_where_to_look(tmp_path: Path) -> None:
    async with running(tmp_path) as server:
        folder = server.folder
    [manifest] = folder.glob("appendonlydir/*.manifest")
    manifest.write_text("this is no manifest\n")
    with pytest.raises(Refused, match=r"did not start; .*server\.log says why\.$"):
        async with running(tmp_path):
            pytest.fail("it started")


async def test_a_configured_server_is_used_as_it_is(tmp_path: Path) -> None:
    async with store_url("unix:///somewhere", tmp_path, None) as url:
        assert url == "unix:///somewhere"
    assert not (tmp_path / "valkey").exists()


async def test_a_silent_orphan_is_waited_for_and_never_doubled(tmp_path: Path) -> None:
    """Two servers on one append-only file would ruin it."""
    orphan_server(tmp_path)
    heir = EmbeddedServer(tmp_path)
    orphan = pid_of(heir)
    os.kill(orphan, signal.SIGSTOP)
    starting = asyncio.create_task(heir.start())
    done, _ = await asyncio.wait({starting}, timeout=2)
    assert not done
    assert pid_of(heir) == orphan
    os.kill(orphan, signal.SIGCONT)
    await starting
    assert pid_of(heir) == orphan
    await heir.stop()
    with pytest.raises(ProcessLookupError):
        os.kill(orphan, 0)
