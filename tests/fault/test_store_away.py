"""The store goes away and comes back: clear refusals meanwhile, recovery without a restart."""

import time
from pathlib import Path

import httpx2

from tests.fault.house import Store
from tests.service import Service, submission

PATIENCE_S = 20.0


def test_refused_while_away_and_served_again_after(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    service = Service(
        tmp_path / "service", env={"MODERATION_REDIS_URL": f"unix://{store.socket}"}
    ).start()
    try:
        with httpx2.Client(
            base_url=service.url, headers={"Origin": service.url}, timeout=30
        ) as reader:
            before = service.publish(thread="/away")
            store.kill()
            refused = reader.post("/api/v1/comments", json=submission())
            assert refused.status_code == 503
            assert refused.json()["code"] == "store_unavailable"
            assert int(refused.headers["Retry-After"]) > 0
            assert reader.get("/api/v1/comments?site=demo&thread=/away").status_code == 503
            assert reader.get("/health/ready").status_code == 503
            assert reader.get("/health/live").status_code == 200

            store.start()
            service.wait_until_ready()
            after = service.publish(thread="/away")
            listed = reader.get("/api/v1/comments?site=demo&thread=/away").json()["data"]
            assert [comment["id"] for comment in listed] == [after, before]
        assert service.stop() == 0
    finally:
        store.kill()


def test_a_store_that_hangs_is_given_up_in_seconds(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    service = Service(
        tmp_path / "service", env={"MODERATION_REDIS_URL": f"unix://{store.socket}"}
    ).start()
    try:
        store.pause()
        begun = time.monotonic()
        refused = httpx2.get(f"{service.url}/api/v1/comments?site=demo&thread=/x", timeout=30)
        assert refused.status_code == 503
        assert time.monotonic() - begun < PATIENCE_S
    finally:
        service.kill()
        store.kill()
