"""Real servers for the tests: each on a unix socket, with the configuration that ships."""

import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import pytest
from redis import Redis
from redis.exceptions import RedisError

from moderation.store.embedded import pinned_binary

CONFIG = Path(__file__).parents[2] / "config" / "redis.conf"
FAMILIES = ("valkey", "redis")
"""The server that is embedded, and the oldest one we support: Debian's 7.0."""

START_S = 20.0


class Server:
    """One server process; `options` are laid on config/redis.conf."""

    def __init__(self, folder: Path, family: str, **options: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.binary = binary_of(family)
        # A folder of its own: the kernel ends socket paths at 108 bytes.
        self.socket = Path(tempfile.mkdtemp(prefix="moderation-")) / "s"
        self.url = f"unix://{self.socket}"
        self._options = {"port": "0", "unixsocket": str(self.socket), "dir": str(folder)} | options
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Server":
        """Start and wait until it answers."""
        options = [piece for name, value in self._options.items() for piece in (f"--{name}", value)]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                [self.binary, CONFIG, *options], stdout=log, stderr=log, start_new_session=True
            )
        self._wait_until_it_answers()
        return self

    def send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """kill -9."""
        self.send(signal.SIGKILL)
        assert self.process is not None
        self.process.wait(timeout=10)

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGCONT)
        self.process.terminate()
        self.process.wait(timeout=20)
        shutil.rmtree(self.socket.parent)

    def _wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + START_S
        while not self._answers():
            assert self.process is not None
            if self.process.poll() is not None or time.monotonic() > deadline:
                log = (self.folder / "server.log").read_text(errors="replace")
                raise AssertionError(f"{self.binary} did not start:\n{log}")
            time.sleep(0.02)

    def _answers(self) -> bool:
        try:
            with Redis.from_url(self.url, retry=None) as client:
                return bool(client.ping())
        except (RedisError, OSError):
            return False


def binary_of(family: str) -> str:
    """The program of a family; the tests fail without it, they skip nothing."""
    if family == "valkey":
        return str(pinned_binary())
    found = shutil.which("redis-server")
    if found is None:
        pytest.fail("redis-server is missing: apt-get install redis-server.", pytrace=False)
    return found
