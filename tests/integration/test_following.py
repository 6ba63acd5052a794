"""A decision that takes longer than a caller waits: 202, and the same address tells later."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx2

from tests.service import Service, submission, write_policy

PATIENCE_S = 20.0


def test_a_late_decision_is_found_under_the_same_address(
    own_service: Callable[..., Service], tmp_path: Path
) -> None:
    service = own_service(policy=write_policy(tmp_path / "hasty", decision_wait_ms=0))
    with httpx2.Client(base_url=service.url, headers={"Origin": service.url}) as reader:
        body = submission()
        sent = reader.post("/api/v1/comments", json=body)
        assert (sent.status_code, sent.json()["status"]) == (202, "scoring")
        assert sent.json()["comment"] is None
        address = f"/api/v1/comments/{sent.json()['id']}"
        follow = {"X-Status-Token": sent.json()["status_token"]}

        deadline = time.monotonic() + PATIENCE_S
        while (status := reader.get(address, headers=follow).json()["status"]) == "scoring":
            assert time.monotonic() < deadline, "the comment was never decided"
        assert status == "published"
        assert reader.get(address).json()["text"] == body["text"]
