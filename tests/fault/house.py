"""The house under fire: a store, a server and a worker in processes of their own, all killable."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from moderation.store.embedded import CONFIG, pinned_binary
from tests.fault.holding_proxy import HoldingProxy
from tests.service import ROOMY, Service, write_policy
from tests.unit.tiny_model import make_tiny_model

START_S = 30.0


class Store:
    """A Valkey with the embedded server's configuration, or with `changes` to it."""

    def __init__(self, folder: Path, **changes: str) -> None:
        folder.mkdir()
        self.socket = folder / "store.sock"
        where = {"port": "0", "unixsocket": str(self.socket), "dir": str(folder)}
        changed = {name.replace("_", "-"): value for name, value in changes.items()}
        options = {**CONFIG, **where, **changed}
        self._command = [str(pinned_binary())]
        self._command += [word for name, value in options.items() for word in (f"--{name}", value)]
        self._log = folder / "store.log"
        self.start()

    def start(self) -> None:
        self.socket.unlink(missing_ok=True)
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._command, stdout=log, stderr=log)
        deadline = time.monotonic() + START_S
        while not self.socket.exists():
            assert time.monotonic() < deadline, self._log.read_text()
            time.sleep(0.01)

    def pause(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Worker:
    """A `moderation worker` beside the server, through a proxy of its own."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self._env, self._log = env, folder / "worker.log"
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as log:
            command = [sys.executable, "-m", "moderation", "worker"]
            self.process = subprocess.Popen(command, env=self._env, stdout=log, stderr=log)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class House:
    """Everything together; each process reaches the store through a proxy that can hold scripts."""

    def __init__(self, folder: Path, store: Store, **env: str) -> None:
        self.store = store
        self._folder = folder
        self._env = env
        self.server_proxy = HoldingProxy(store.socket)
        self.worker_proxy = HoldingProxy(store.socket)

    async def start(self) -> None:
        await self.server_proxy.start()
        await self.worker_proxy.start()
        policy = write_policy(
            self._folder / "policy",
            limits={**ROOMY, "key": "100000/1 burst 100000"},
            claim_lease_ms=2_000,
            decision_wait_ms=1_000,
        )
        model = self._folder / "model"
        model.mkdir()
        common = {"MODERATION_SCORER": str(make_tiny_model(model)), **self._env}
        self.server = Service(
            self._folder / "service",
            policy=policy,
            env={**common, "MODERATION_REDIS_URL": _url(self.server_proxy)},
        )
        await asyncio.to_thread(self.server.start)
        env = {**self.server.env, "MODERATION_REDIS_URL": _url(self.worker_proxy)}
        self.worker = Worker(self._folder, env)

    async def stop(self) -> None:
        self.server_proxy.let_go()
        self.worker_proxy.let_go()
        for process in (self.server.process, self.worker.process):
            if process is not None:
                process.kill()
                process.wait()
        await self.server_proxy.stop()
        await self.worker_proxy.stop()
        self.store.kill()


def _url(proxy: HoldingProxy) -> str:
    return f"redis://127.0.0.1:{proxy.port}"
