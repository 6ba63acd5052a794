"""Fixtures every suite shares: one running service for the tests that need no other."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.service import Service


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service as it ships, with roomier limits; shared: use threads of your own."""
    running = Service(tmp_path_factory.mktemp("service")).start()
    yield running
    assert running.stop() == 0


@pytest.fixture
def http(service: Service) -> Iterator[httpx2.Client]:
    """A client of the shared service that says nothing by itself."""
    with httpx2.Client(base_url=service.url, timeout=30) as client:
        yield client


@pytest.fixture
def own_service(tmp_path: Path) -> Iterator[Callable[..., Service]]:
    """Starts services for one test: own data, own policy, own settings."""
    started: list[Service] = []

    def start(**options: Any) -> Service:
        started.append(Service(tmp_path / f"service{len(started)}", **options).start())
        return started[-1]

    yield start
    for running in started:
        if running.process and running.process.poll() is None:
            running.stop()
