"""Rate limits as a stranger meets them, over HTTP, with the limits as they ship."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx2

from tests.service import Service, submission, write_policy

Start = Callable[..., Service]


def strict(start: Start, folder: Path, **options: object) -> Service:
    """A service whose limits are the shipped ones, or `limits` on top of them."""
    limits = options.pop("limits", {})
    return start(policy=write_policy(folder / "strict", limits=limits), **options)  # type: ignore[arg-type]


def post(service: Service, **headers: str) -> httpx2.Response:
    sent = {"Origin": service.url, **headers}
    return httpx2.post(service.url + "/api/v1/comments", json=submission(), headers=sent)


def test_the_sixth_comment_in_a_row_is_too_quick(own_service: Start, tmp_path: Path) -> None:
    service = strict(own_service, tmp_path)
    assert [post(service).status_code for _ in range(5)] == [201] * 5
    refused = post(service)
    assert refused.status_code == 429
    assert refused.json()["detail"] == "You are posting comments too quickly. Slow down."
    assert 1 <= int(refused.headers["Retry-After"]) <= 6
    assert '"address";q=5;w=30' in refused.headers["RateLimit-Policy"]
    assert re.search(r'"address";r=0;t=\d+', refused.headers["RateLimit"])


def test_a_made_up_forwarded_address_moves_no_limit(own_service: Start, tmp_path: Path) -> None:
    service = strict(own_service, tmp_path)
    answers = [
        post(service, **{"X-Forwarded-For": f"203.0.113.{n}", "Forwarded": f"for=203.0.113.{n}"})
        for n in range(6)
    ]
    assert [answer.status_code for answer in answers] == [201] * 5 + [429]


def test_a_trusted_proxy_tells_whom_it_serves(own_service: Start, tmp_path: Path) -> None:
    service = strict(own_service, tmp_path, env={"MODERATION_TRUSTED_PROXIES": "127.0.0.1"})
    for n in range(6):
        # The right-most address is the proxy's word; what stands left of it the client made up.
        forwarded = f"198.51.100.{n}, 203.0.113.7"
        answer = post(service, **{"X-Forwarded-For": forwarded})
        assert answer.status_code == (201 if n < 5 else 429)
    assert post(service, **{"X-Forwarded-For": "203.0.113.8"}).status_code == 201


def test_an_open_site_valve_holds_and_refuses_nobody(own_service: Start, tmp_path: Path) -> None:
    roomy = {"address": "600/60 burst 600", "new_threads": "600/60 burst 600"}
    service = strict(own_service, tmp_path, limits={**roomy, "site": "1/60 burst 2"})
    answers = [post(service) for _ in range(4)]
    assert [answer.status_code for answer in answers] == [201] * 4
    statuses = [answer.json()["status"] for answer in answers]
    assert statuses == ["published", "published", "pending", "pending"]


def test_a_key_has_a_limit_of_its_own(own_service: Start, tmp_path: Path) -> None:
    service = strict(own_service, tmp_path)
    key = {"Authorization": f"Bearer {service.key()}"}
    with httpx2.Client(base_url=service.url, headers=key) as backend:
        codes = {backend.post("/api/v1/comments", json=submission()).status_code for _ in range(12)}
    assert codes == {201}


def test_the_door_is_coarse_and_comes_first(own_service: Start, tmp_path: Path) -> None:
    service = strict(own_service, tmp_path, env={"MODERATION_DOOR_RATE_PER_MINUTE": "3"})
    wrong = {"Authorization": "Bearer mod_wrong.wrong"}
    codes = [
        httpx2.post(service.url + "/api/v1/score", content=b"{", headers=wrong).status_code
        for _ in range(4)
    ]
    assert codes == [401, 401, 401, 429]
