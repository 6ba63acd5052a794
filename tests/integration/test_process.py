"""The process from outside: start, drain, logs, and what it must not load."""

import asyncio
import re
import time
from collections.abc import Callable
from pathlib import Path

import httpx2

from tests.service import Service, submission

Start = Callable[..., Service]


def test_sigterm_drops_no_accepted_request(own_service: Start) -> None:
    service = own_service()
    asyncio.run(_stop_under_load(service))
    assert service.process is not None
    assert service.process.wait(timeout=30) == 0


async def _stop_under_load(service: Service) -> None:
    """Every request whose connection was made before SIGTERM is answered."""
    async with httpx2.AsyncClient(base_url=service.url, timeout=30) as client:
        headers = {"Origin": service.url, "Connection": "close"}
        posts = [
            asyncio.create_task(client.post("/api/v1/comments", json=submission(), headers=headers))
            for _ in range(24)
        ]
        await asyncio.wait(posts, return_when=asyncio.FIRST_COMPLETED)
        assert service.process is not None
        service.process.terminate()
        answers = await asyncio.gather(*posts)
    assert {answer.status_code for answer in answers} <= {201, 202}


def test_a_second_start_finds_everything_again(own_service: Start) -> None:
    service = own_service()
    comment_id = service.publish(thread="/again")
    assert service.stop() == 0
    begun = time.monotonic()
    service.start()
    assert time.monotonic() - begun < 5
    listed = service.request("GET", "/api/v1/comments?site=demo&thread=/again")
    assert [comment["id"] for comment in listed["data"]] == [comment_id]


def test_a_killed_service_starts_again_on_its_orphaned_store(own_service: Start) -> None:
    service = own_service()
    comment_id = service.publish(thread="/orphan")
    service.kill()
    service.start()
    listed = service.request("GET", "/api/v1/comments?site=demo&thread=/orphan")
    assert [comment["id"] for comment in listed["data"]] == [comment_id]


def test_no_torch_at_run_time(service: Service) -> None:
    service.publish()
    assert service.process is not None
    maps = Path(f"/proc/{service.process.pid}/maps").read_text()
    assert "onnxruntime" in maps
    assert "torch" not in maps


def test_logs_hold_no_text_no_email_no_address_no_key(own_service: Start) -> None:
    service = own_service()
    key, link = service.key(["submit", "read", "score", "review"]), service.sign_in_link()
    secrets = {"Sesquipedalian", "ama.secret@example.org", "203.0.113.77", key, link[-20:]}
    author = {"name": "Sesquipedalian", "email": "ama.secret@example.org"}
    body = submission(text="A Sesquipedalian remark", author={**author, "address": "203.0.113.77"})
    headers = {"Authorization": f"Bearer {key}"}
    with httpx2.Client(base_url=service.url, headers=headers) as backend:
        assert backend.post("/api/v1/comments", json=body).status_code == 201
        assert backend.post("/api/v1/comments", json=body).status_code == 409
        assert backend.post("/api/v1/score", json={"texts": ["Sesquipedalian"]}).is_success
        assert backend.post("/api/v1/comments", json={**body, "text": ""}).status_code == 422
        assert backend.get("/api/v1/comments", params={"x": "Sesquipedalian"}).is_client_error
        assert httpx2.get(link).is_success
    assert service.stop() == 0
    log = service.log.read_text()
    assert '"route": "/api/v1/comments"' in log
    assert [secret for secret in secrets if secret in log] == []


def test_the_first_start_prints_a_sign_in_link_to_the_terminal_alone(own_service: Start) -> None:
    service = own_service()
    link = re.search(r"/dashboard/sign-in/(\S+)", service.output.read_text())
    assert link is not None
    assert link[1] not in service.log.read_text()
    assert service.stop() == 0
    service.start()
    assert service.output.read_text().count("/dashboard/sign-in/") == 1


def test_a_bad_policy_is_refused_with_all_its_mistakes(own_service: Start, tmp_path: Path) -> None:
    service = own_service()
    policy = tmp_path / "bad.toml"
    policy.write_text('[sites."Bad Name"]\nthresholds = 3\n')
    service.env["MODERATION_POLICY"] = str(policy)
    refused = service.run("check-config")
    assert refused.returncode == 1
    assert "thresholds" in refused.stderr
    assert "limits" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_taken_port_is_told_in_one_sentence(service: Service, tmp_path: Path) -> None:
    second = Service(tmp_path)
    second.env["MODERATION_PORT"] = str(service.port)
    refused = second.run("serve")
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"moderation: Port {service.port} on 127.0.0.1 cannot be used")


def test_wrong_usage_and_refusals_have_their_exit_codes(service: Service) -> None:
    assert service.run("key", "add").returncode == 2
    unknown = service.run("key", "add", "--site", "nowhere")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "nowhere" in unknown.stderr
