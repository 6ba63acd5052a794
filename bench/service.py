"""`python -m bench.service`: how fast the service starts, takes, lists and queues comments.

One process answers, one process asks, the store makes three, on the cores of this machine: the
asking is part of the load. Prints a table in Markdown.
"""

import asyncio
import os
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests.service import ROOMY, Service, submission, write_policy

CONNECTIONS = 32
COMMENTS = 1_500
READS = 2_000
STARTS = 3
MIB = 1 << 20

# Sentences of everyday length; each submission gets a number, so that no two are the same text.
_WORDS = (
    "the bridge market morning canoe trader council paid promised library school river rain "
    "people think because never again good bad long short early late price road light"
)
WORDS = _WORDS.split()


@dataclass(frozen=True)
class Timing:
    """Seconds each call took, and seconds from the first to the last."""

    seconds: list[float]
    total: float

    def row(self, what: str) -> str:
        """One line of the table."""
        cuts = statistics.quantiles(self.seconds, n=100)
        rate = len(self.seconds) / self.total
        return f"| {what} | {rate:.0f} | {cuts[49] * 1000:.1f} | {cuts[98] * 1000:.1f} |"


def main() -> None:
    """Measure, and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        policy = write_policy(folder, limits={**ROOMY, "key": "1000000/1 burst 1000000"})
        starts = [_start_seconds(folder, policy) for _ in range(STARTS)]
        service = Service(folder, policy=policy).start()
        try:
            idle = _resident_mib(service)
            asyncio.run(_measure(service))
            busy = _resident_mib(service)
        finally:
            service.stop()
    print(f"\nStart to ready (warm, median of {STARTS}): {statistics.median(starts):.2f} s")
    print(f"Resident memory, all in one process: {idle:.0f} MiB idle, {busy:.0f} MiB after load")


async def _measure(service: Service) -> None:
    key = await asyncio.to_thread(service.key, ("submit", "read", "review"))
    headers = {"Authorization": f"Bearer {key}"}
    limits = httpx2.Limits(max_connections=CONNECTIONS)
    async with httpx2.AsyncClient(
        base_url=service.url, headers=headers, limits=limits, timeout=60
    ) as client:
        print(f"{CONNECTIONS} connections; every submission is new, scored, and decided.\n")
        print("| what | per second | p50 ms | p99 ms |\n|---|---|---|---|")
        bare = await _timed(READS, lambda _: client.get("/health/live"))
        print(bare.row("bare: GET /health/live"))
        taken = await _timed(COMMENTS, lambda n: client.post("/api/v1/comments", json=_body(n)))
        print(taken.row("POST /api/v1/comments, decision included"))
        listing = {"site": "demo", "thread": "/bench/1", "limit": 50}
        listed = await _timed(READS, lambda _: client.get("/api/v1/comments", params=listing))
        print(listed.row("GET /api/v1/comments, 50 of a thread"))
        queue = {"site": "demo", "limit": 50}
        queued = await _timed(
            READS // 4, lambda _: client.get("/api/v1/review/queue", params=queue)
        )
        print(queued.row("GET /api/v1/review/queue, 50 items"))


async def _timed(count: int, call: Callable[[int], Awaitable[httpx2.Response]]) -> Timing:
    numbers = iter(range(count))
    seconds: list[float] = []

    async def ask() -> None:
        for number in numbers:
            started = time.perf_counter()
            answer = await call(number)
            seconds.append(time.perf_counter() - started)
            answer.raise_for_status()

    begun = time.perf_counter()
    await asyncio.gather(*(ask() for _ in range(CONNECTIONS)))
    return Timing(seconds, time.perf_counter() - begun)


def _body(number: int) -> dict[str, object]:
    length = 8 + number * 7 % 40
    words = (WORDS[(number * 31 + place * place) % len(WORDS)] for place in range(length))
    # Every fourth one carries links, and fills the queue.
    links = " ".join(f"http://example.org/{n}" for n in range(4)) if number % 4 == 0 else ""
    return submission(text=f"{number} {' '.join(words)} {links}", thread=f"/bench/{number % 5}")


def _start_seconds(folder: Path, policy: Path) -> float:
    started = time.perf_counter()
    service = Service(folder, policy=policy).start()
    seconds = time.perf_counter() - started
    service.stop()
    return seconds


def _resident_mib(service: Service) -> float:
    assert service.process is not None
    pages = Path(f"/proc/{service.process.pid}/statm").read_text(encoding="utf-8").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / MIB


if __name__ == "__main__":
    main()
