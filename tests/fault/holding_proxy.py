"""A TCP proxy before the store that can hold a script: before it runs, or before its answer."""

import asyncio
import hashlib
from pathlib import Path
from typing import Literal

from moderation.store.scripts import Script

Point = Literal["before it runs", "before its answer"]


def sha_of(script: Script) -> bytes:
    """What EVALSHA calls the script by."""
    return hashlib.sha1(script.body.encode()).hexdigest().encode()


class HoldingProxy:
    """Passes bytes between a process and the store's unix socket until told to hold a script."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._sha = b""
        self._point: Point = "before it runs"
        self.holds = asyncio.Event()
        self._let_go = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    def hold_next(self, script: Script, point: Point) -> None:
        """The next call of `script` sets `holds` and then waits for `let_go`."""
        self._sha, self._point = sha_of(script), point
        self.holds.clear()
        self._let_go.clear()

    def let_go(self) -> None:
        self._sha = b""
        self._let_go.set()

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.create_task(self._serve(reader, writer))
        self._connections.add(connection)
        connection.add_done_callback(self._connections.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            store_reader, store_writer = await asyncio.open_unix_connection(self._socket)
        except OSError:  # the store is away: so is its proxy
            writer.close()
            return
        called = asyncio.Event()  # the held script went through; its answer has not
        answers = asyncio.create_task(self._answer(store_reader, writer, called))
        try:
            while data := await reader.read(1 << 16):
                await self._pass_on(data, store_writer, called)
        except OSError:
            pass
        finally:
            answers.cancel()
            store_writer.close()
            writer.close()

    async def _pass_on(
        self, data: bytes, store_writer: asyncio.StreamWriter, called: asyncio.Event
    ) -> None:
        is_held = bool(self._sha) and self._sha in data
        if is_held and self._point == "before it runs":
            await self._hold()
        elif is_held:
            called.set()
        store_writer.write(data)
        await store_writer.drain()

    async def _answer(
        self,
        store_reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        called: asyncio.Event,
    ) -> None:
        try:
            while data := await store_reader.read(1 << 16):
                if called.is_set():
                    called.clear()
                    await self._hold()
                writer.write(data)
                await writer.drain()
            writer.close()
        except OSError:
            pass

    async def _hold(self) -> None:
        self.holds.set()
        await self._let_go.wait()
