"""What happens around every request: ids, security headers, limits, and what is never logged."""

import json
from collections.abc import Callable

import httpx2

from tests.service import Service, submission

Start = Callable[..., Service]


def test_every_answer_has_an_id_and_the_security_headers(http: httpx2.Client) -> None:
    ids = set()
    for path in ("/health/live", "/docs", "/nowhere", "/static/docs.css"):
        headers = http.get(path, headers={"X-Request-Id": "mine"}).headers
        ids.add(headers["x-request-id"])
        assert headers["x-content-type-options"] == "nosniff"
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
    assert len(ids) == 4
    assert "mine" not in ids


def test_nothing_of_a_request_is_logged(service: Service, http: httpx2.Client) -> None:
    key = service.key(["submit"])
    body = submission(text="A sentence that nobody logs.")
    told = http.post("/api/v1/comments", json=body, headers={"Authorization": f"Bearer {key}"})
    token = told.json()["status_token"]
    http.get(f"/api/v1/comments/{told.json()['id']}", headers={"X-Status-Token": token})
    http.get("/api/v1/comments", params={"site": "demo", "thread": "/asked-for"})
    logged = service.log.read_text(encoding="utf-8")
    assert '"/api/v1/comments/{comment_id}"' in logged
    assert told.headers["x-request-id"] in logged
    for secret in (key, token, body["author"]["email"], body["text"], "asked-for", "127.0.0.1"):
        assert secret not in logged


def test_figures_name_routes_and_not_paths(http: httpx2.Client) -> None:
    http.get("/api/v1/comments/demo.nobody")
    http.get("/nowhere/at/all")
    figures = http.get("/metrics").text
    assert 'route="/api/v1/comments/{comment_id}",status="404"' in figures
    assert "nobody" not in figures
    assert "/nowhere" not in figures


def test_a_trusted_proxy_says_who_asks_and_a_client_does_not(own_service: Start) -> None:
    strict = {"MODERATION_DOOR_RATE_PER_MINUTE": "2"}
    service = own_service(env=strict | {"MODERATION_TRUSTED_PROXIES": "127.0.0.1"})

    def asks(forwarded: str) -> int:
        headers = {"X-Forwarded-For": forwarded}
        return httpx2.post(f"{service.url}/api/v1/score", headers=headers).status_code

    assert [asks("192.0.2.1") for _ in range(3)] == [401, 401, 429]
    assert asks("192.0.2.2") == 401
    # What the client wrote itself stands to the left of what the proxy added.
    assert asks("192.0.2.9, 192.0.2.1") == 429


def test_a_good_key_has_a_limit_of_its_own(own_service: Start) -> None:
    service = own_service(env={"MODERATION_DOOR_RATE_PER_MINUTE": "2"})
    key = service.key(["submit"])
    statuses, limits = [], ""
    for _ in range(5):
        answer = httpx2.post(
            f"{service.url}/api/v1/comments",
            json=submission(),
            headers={"Authorization": f"Bearer {key}"},
        )
        statuses.append(answer.status_code)
        limits = answer.headers["ratelimit-policy"]
    assert statuses == [201] * 5
    assert limits == '"key";q=200;w=2'


def test_guessing_keys_is_limited_on_safe_requests_too(own_service: Start) -> None:
    service = own_service(env={"MODERATION_DOOR_RATE_PER_MINUTE": "2"})

    def guess(n: int) -> int:
        url = f"{service.url}/api/v1/review/queue?site=demo"
        return httpx2.get(url, headers={"Authorization": f"Bearer guess{n}"}).status_code

    assert [guess(n) for n in range(4)] == [401, 401, 429, 429]
    assert httpx2.get(f"{service.url}/health/live").status_code == 200


def test_the_status_of_a_held_comment_is_for_its_author_and_its_site(
    service: Service, http: httpx2.Client
) -> None:
    links = " ".join(f"https://example.org/{n}" for n in range(4))
    told = service.post(text=f"Look {links}")
    assert told["status"] == "pending"
    path = f"/api/v1/comments/{told['id']}"
    assert http.get(path).status_code == 404
    assert http.get(path, headers={"X-Status-Token": "guess"}).status_code == 404
    own = http.get(path, headers={"X-Status-Token": told["status_token"]}).json()
    assert (own["status"], own["comment"]) == ("pending", None)
    assert "decision" not in own
    bearer = {"Authorization": f"Bearer {service.key(['read'])}"}
    reasons = http.get(path, headers=bearer).json()["decision"]["reasons"]
    assert "links" in {reason["rule"] for reason in reasons}
    assert "links" not in json.dumps(own)
