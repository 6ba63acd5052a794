"""Whatever is sent, the answer is the exact status and code, as a problem, and never a 500."""

import http.client
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.service import Service, submission, write_policy

JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="session")
def key(service: Service) -> str:
    return service.key(["submit", "read", "score", "review"])


@pytest.fixture
def from_page(service: Service) -> dict[str, str]:
    return JSON | {"Origin": service.url}


@pytest.fixture
def bearer(key: str) -> dict[str, str]:
    return JSON | {"Authorization": f"Bearer {key}"}


def send(http: httpx2.Client, body: object, headers: Mapping[str, str]) -> httpx2.Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return http.post("/api/v1/comments", content=content, headers=dict(headers))


def problem(answer: httpx2.Response, status: int, code: str) -> dict[str, Any]:
    told: dict[str, Any] = answer.json()
    assert (answer.status_code, told["status"], told["code"]) == (status, status, code), told
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"]
    assert "Traceback" not in answer.text
    return told


def author(**fields: Any) -> dict[str, Any]:
    return {"author": submission()["author"] | fields}


def thread(**fields: Any) -> dict[str, Any]:
    return {"thread": submission()["thread"] | fields}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="torn"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
        pytest.param(b'{"text": NaN}', id="NaN"),
        pytest.param(b"[" * 65 + b"]" * 65, id="65 levels"),
        pytest.param(b"[" * 60_000, id="60,000 brackets"),
        pytest.param(b'{"a":' * 10_000 + b"1" + b"}" * 10_000, id="10,000 objects"),
        pytest.param(b"9" * 10_000, id="a huge number"),
        pytest.param(b"<script>alert(1)</script>", id="HTML"),
    ],
)
def test_malformed_bodies(http: httpx2.Client, from_page: dict[str, str], body: bytes) -> None:
    problem(send(http, body, from_page), 400, "malformed_body")


@pytest.mark.parametrize("body", [[], "text", 5, True, None], ids=repr)
def test_json_that_is_no_object(
    http: httpx2.Client, from_page: dict[str, str], body: object
) -> None:
    told = problem(send(http, body, from_page), 422, "invalid")
    assert [e["pointer"] for e in told["errors"]] == [""]


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "text/html", "application/x-www-form-urlencoded", "multipart/form-data", ""],
)
def test_other_formats(http: httpx2.Client, from_page: dict[str, str], media_type: str) -> None:
    answer = send(http, submission(), from_page | {"Content-Type": media_type})
    problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("media_type", ["application/json; charset=utf-8", "application/a+json"])
def test_every_kind_of_json(
    http: httpx2.Client, from_page: dict[str, str], media_type: str
) -> None:
    assert send(http, submission(), from_page | {"Content-Type": media_type}).status_code == 201


def test_a_body_over_64_kib(http: httpx2.Client, from_page: dict[str, str]) -> None:
    problem(send(http, submission(text="x" * 66_000), from_page), 413, "body_too_large")


def test_a_body_over_64_kib_without_a_length(
    http: httpx2.Client, from_page: dict[str, str]
) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(70):
            yield b" " * 1024

    answer = http.post("/api/v1/comments", content=chunks(), headers=from_page)
    problem(answer, 413, "body_too_large")


FIELDS = [
    ({"text": None}, "/text", "required"),
    ({"text": ""}, "/text", "required"),
    ({"text": " \n\t"}, "/text", "required"),
    ({"text": 5}, "/text", "wrong_type"),
    ({"text": ["a"]}, "/text", "wrong_type"),
    ({"text": {"a": 1}}, "/text", "wrong_type"),
    ({"text": "a\0b"}, "/text", "control_character"),
    ({"text": "a\ud800b"}, "/text", "lone_surrogate"),
    ({"text": "x" * 5_001}, "/text", "too_long"),
    ({"text": "😀" * 5_001}, "/text", "too_long"),
    ({"site": None}, "/site", "required"),
    ({"site": ""}, "/site", "required"),
    ({"site": 1}, "/site", "wrong_type"),
    ({"site": "d\0"}, "/site", "control_character"),
    ({"thread": None}, "/thread", "required"),
    (thread(id=""), "/thread/id", "required"),
    (thread(id="/\0"), "/thread/id", "control_character"),
    (thread(id="/" * 501), "/thread/id", "too_long"),
    (thread(title="x" * 301), "/thread/title", "too_long"),
    (thread(more=1), "/thread/more", "unknown_field"),
    ({"parent_id": 7}, "/parent_id", "wrong_type"),
    ({"parent_id": "demo.nobody"}, "/parent_id", "parent_not_found"),
    ({"author": None}, "/author", "required"),
    ({"author": "Ama"}, "/author", "wrong_type"),
    (author(name=" "), "/author/name", "required"),
    (author(name=None), "/author/name", "required"),
    (author(name=True), "/author/name", "wrong_type"),
    (author(name="x" * 81), "/author/name", "too_long"),
    (author(name="evil\u202egnp.exe"), "/author/name", "name_invalid"),
    (author(name="a\u200bb"), "/author/name", "name_invalid"),
    (author(name="a\0"), "/author/name", "control_character"),
    (author(name="\udfff"), "/author/name", "lone_surrogate"),
    (author(email=""), "/author/email", "required"),
    (author(email="nobody"), "/author/email", "email_invalid"),
    (author(email="a@b@example.org"), "/author/email", "email_invalid"),
    (author(email="Bob <b@example.org>"), "/author/email", "email_invalid"),
    (author(email="a" * 300 + "@example.org"), "/author/email", "email_invalid"),
    (author(email="a@example.org\0"), "/author/email", "control_character"),
    (author(url="javascript:alert(1)"), "/author/url", "url_invalid"),
    (author(url="ftp://example.org"), "/author/url", "url_invalid"),
    (author(url="http://example.org/" + "x" * 500), "/author/url", "too_long"),
    (author(address="192.0.2.1"), "/author/address", "needs_key"),
    (author(user_agent="Browser"), "/author/user_agent", "needs_key"),
    (author(password="x"), "/author/password", "unknown_field"),
    ({"status": "published"}, "/status", "unknown_field"),
    ({"<script>": 1}, "/<script>", "unknown_field"),
    ({"a/b~c": 1}, "/a~1b~0c", "unknown_field"),
    ({"external_id": ""}, "/external_id", "required"),
]


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    FIELDS,
    ids=[f"{p} {c} {i}" for i, (_, p, c) in enumerate(FIELDS)],
)
def test_bad_fields(
    http: httpx2.Client, from_page: dict[str, str], fields: dict[str, Any], pointer: str, code: str
) -> None:
    told = problem(send(http, submission() | fields, from_page), 422, "invalid")
    assert [(e["pointer"], e["code"]) for e in told["errors"]] == [(pointer, code)]


def test_all_failing_fields_at_once(http: httpx2.Client, from_page: dict[str, str]) -> None:
    told = problem(send(http, {}, from_page), 422, "invalid")
    sentences = {e["pointer"]: e["detail"] for e in told["errors"]}
    assert sentences == {
        "/site": "This field is required.",
        "/thread": "This field is required.",
        "/author/name": "Please enter your name here",
        "/author/email": "Please enter your email address here",
        "/text": "Please enter your comment!",
    }


GOOD_TEXTS = [
    "😀" * 5_000,
    "right \u202eto left\u202c and back",
    "<script>alert(1)</script> is a tag & so is <b>",
    "z\u0311\u0343\u0327\u033ca\u0310l\u0342go",
    "'; DROP TABLE comments; --",
]


@pytest.mark.parametrize("text", GOOD_TEXTS, ids=range(len(GOOD_TEXTS)))
def test_strange_texts_are_texts(http: httpx2.Client, from_page: dict[str, str], text: str) -> None:
    answer = send(http, submission(text=text), from_page)
    assert answer.status_code in {201, 202}, answer.text
    assert answer.json()["status"] in {"published", "pending", "rejected", "scoring"}


@pytest.mark.parametrize(
    "fields",
    [
        author(name="<b>Ama</b>"),
        thread(title="<script>"),
        thread(id="/<script>"),
        thread(url="http://[::1"),
    ],
    ids=["name", "title", "id", "url"],
)
def test_markup_and_nonsense_are_only_text(
    http: httpx2.Client, from_page: dict[str, str], fields: dict[str, Any]
) -> None:
    assert send(http, submission() | fields, from_page).status_code in {201, 202}


def test_unknown_site(
    http: httpx2.Client, from_page: dict[str, str], bearer: dict[str, str]
) -> None:
    for headers in (from_page, bearer):
        problem(send(http, submission(site="nowhere"), headers), 404, "not_found")
    for path in ("/api/v1/comments?thread=a&site=nowhere", "/api/v1/counts?thread=a&site=nowhere"):
        problem(http.get(path), 404, "not_found")


def test_unknown_thread_is_empty(http: httpx2.Client) -> None:
    answer = http.get("/api/v1/comments", params={"site": "demo", "thread": "/never"})
    assert answer.json() == {"data": [], "has_more": False, "next_cursor": None}
    answer = http.get("/api/v1/counts", params={"site": "demo", "thread": "/never"})
    assert answer.json() == {"counts": {"/never": 0}}


def test_parent_in_another_thread(
    service: Service, http: httpx2.Client, from_page: dict[str, str]
) -> None:
    parent = service.publish(thread="/parents")
    here = submission(thread="/elsewhere", parent_id=parent)
    told = problem(send(http, here, from_page), 422, "invalid")
    assert [e["pointer"] for e in told["errors"]] == ["/parent_id"]


def test_closed_thread(service: Service, http: httpx2.Client, from_page: dict[str, str]) -> None:
    problem(send(http, submission(thread=service.closed_thread), from_page), 403, "forbidden")


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({}, 401, "unauthenticated"),
        ({"Authorization": "Bearer wrong"}, 401, "unauthenticated"),
        ({"Authorization": "Basic YTpi"}, 401, "unauthenticated"),
        ({"Authorization": "Bearer \xff"}, 401, "unauthenticated"),
        ({"Origin": "null"}, 403, "forbidden"),
        ({"Origin": "self"}, 403, "forbidden"),
        ({"Origin": "https://evil.example"}, 403, "forbidden"),
        ({"Origin": "https://evil.example", "Host": "evil.example"}, 403, "forbidden"),
    ],
    ids=repr,
)
def test_nobody_and_strangers(
    http: httpx2.Client, headers: dict[str, str], status: int, code: str
) -> None:
    raw = {name: value.encode("latin-1") for name, value in (JSON | headers).items()}
    answer = http.post("/api/v1/comments", json=submission(), headers=list(raw.items()))  # type: ignore[arg-type]
    problem(answer, status, code)
    assert ("www-authenticate" in answer.headers) is (status == 401)


def test_origin_null_is_refused_before_the_body_is_read(http: httpx2.Client) -> None:
    problem(send(http, b"{", JSON | {"Origin": "null"}), 403, "forbidden")


def test_a_key_of_another_site(own_service: Any, tmp_path: Path) -> None:
    policy = write_policy(tmp_path / "two-sites")
    with policy.open("a", encoding="utf-8") as file:
        file.write('[sites.other]\norigins = ["https://other.example"]\n')
    service = own_service(policy=policy)
    scopes = [part for scope in ("submit", "read", "review") for part in ("--scope", scope)]
    key = service.run("key", "add", "--site", "other", *scopes).stdout.split()[-1]
    comment = service.publish()
    with httpx2.Client(
        base_url=service.url, headers=JSON | {"Authorization": f"Bearer {key}"}
    ) as http:
        problem(send(http, submission(), {}), 403, "forbidden")
        problem(http.get(f"/api/v1/comments/{comment}"), 403, "forbidden")
        problem(http.get("/api/v1/review/queue?site=demo"), 403, "forbidden")
        acting = {"action": "reject", "moderator": "Efua"}
        act = http.post(f"/api/v1/review/{comment}/actions", json=acting)
        problem(act, 403, "forbidden")
        claiming = {"site": "demo", "moderator": "Efua"}
        problem(http.post("/api/v1/review/claims", json=claiming), 403, "forbidden")
    foreign = {"Origin": "https://other.example"}
    with httpx2.Client(base_url=service.url, headers=JSON | foreign) as http:
        answer = send(http, submission(), {})
        problem(answer, 403, "forbidden")
        assert answer.headers["access-control-allow-origin"] == foreign["Origin"]


def test_a_key_without_the_scope(service: Service, http: httpx2.Client) -> None:
    headers = JSON | {"Authorization": f"Bearer {service.key(['read'])}"}
    problem(send(http, submission(), headers), 403, "forbidden")
    problem(http.post("/api/v1/score", json={"texts": ["a"]}, headers=headers), 403, "forbidden")


@pytest.mark.parametrize("value", ["", "x" * 256, "two words", "tab\there"])
def test_a_strange_idempotency_key(
    http: httpx2.Client, from_page: dict[str, str], value: str
) -> None:
    told = problem(send(http, submission(), from_page | {"Idempotency-Key": value}), 422, "invalid")
    assert [e["code"] for e in told["errors"]] == ["idempotency_key_invalid"]


def test_a_replay_gives_the_first_answer(http: httpx2.Client, from_page: dict[str, str]) -> None:
    headers, body = from_page | {"Idempotency-Key": "test-replay"}, submission()
    first, again = send(http, body, headers), send(http, body, headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["id"] == again.json()["id"]
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    problem(send(http, submission(), headers), 422, "invalid")


def test_a_duplicate(http: httpx2.Client, from_page: dict[str, str]) -> None:
    body = submission()
    assert send(http, body, from_page).status_code == 201
    problem(send(http, body, from_page), 409, "duplicate")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("thread=a", "/site"),
        ("site=demo", "/thread"),
        ("site=demo&thread=a&cursor=%00", "/cursor"),
        ("site=demo&thread=a&cursor=nonsense", "/cursor"),
        ("site=demo&thread=a&limit=0", "/limit"),
        ("site=demo&thread=a&limit=101", "/limit"),
        ("site=demo&thread=a&limit=many", "/limit"),
        ("site=demo&thread=a&limit=" + "9" * 5_000, "/limit"),
        ("site=demo&thread=a&sort=best", "/sort"),
        ("site=demo&thread=a&thread=b", "/thread"),
        ("site=demo&thread=a&colour=red", "/colour"),
    ],
)
def test_bad_queries(http: httpx2.Client, query: str, pointer: str) -> None:
    told = problem(http.get(f"/api/v1/comments?{query}"), 422, "invalid")
    assert [e["pointer"] for e in told["errors"]] == [pointer]


@pytest.mark.parametrize("path", ["nobody", "%00", "..%2f..", "demo.{}", "x" * 1_000])
def test_unknown_comments(http: httpx2.Client, bearer: dict[str, str], path: str) -> None:
    problem(http.get(f"/api/v1/comments/{path}"), 404, "not_found")
    act = http.post(
        f"/api/v1/review/{path}/actions",
        json={"action": "approve", "moderator": "Efua"},
        headers=bearer,
    )
    problem(act, 404, "not_found")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/texts"),
        ({"texts": []}, "/texts"),
        ({"texts": "one"}, "/texts"),
        ({"texts": [""]}, "/texts/0"),
        ({"texts": ["a", 5]}, "/texts/1"),
        ({"texts": ["a\0"]}, "/texts/0"),
        ({"texts": ["\udc00"]}, "/texts/0"),
        ({"texts": ["x" * 20_001]}, "/texts/0"),
        ({"texts": ["a"] * 65}, "/texts"),
    ],
    ids=range(9),
)
def test_bad_texts_to_score(
    http: httpx2.Client, bearer: dict[str, str], body: object, pointer: str
) -> None:
    answer = http.post("/api/v1/score", content=json.dumps(body).encode(), headers=bearer)
    told = problem(answer, 422, "invalid")
    assert [e["pointer"] for e in told["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"moderator": "Efua"}, "/action"),
        ({"action": "explode", "moderator": "Efua"}, "/action"),
        ({"action": "approve"}, "/moderator"),
        ({"action": "approve", "moderator": " "}, "/moderator"),
        ({"action": "approve", "moderator": "Efua", "note": 5}, "/note"),
        ({"action": "approve", "moderator": "Efua", "by": "me"}, "/by"),
    ],
    ids=repr,
)
def test_bad_actions(
    service: Service,
    http: httpx2.Client,
    bearer: dict[str, str],
    body: object,
    pointer: str,
) -> None:
    held = service.hold()
    answer = http.post(f"/api/v1/review/{held}/actions", json=body, headers=bearer)
    told = problem(answer, 422, "invalid")
    assert [e["pointer"] for e in told["errors"]] == [pointer]


def test_the_desk_is_closed_to_strangers(http: httpx2.Client, service: Service) -> None:
    for headers in ({}, {"Cookie": "moderation=guess"}, {"Origin": service.url}):
        answer = http.get("/api/v1/review/queue?site=demo", headers=headers)
        problem(answer, 401, "unauthenticated")


def test_a_wrong_method_is_told_every_right_one(http: httpx2.Client) -> None:
    answer = http.delete("/api/v1/comments")
    problem(answer, 405, "method_not_allowed")
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert http.options("/api/v1/comments").headers["allow"] == answer.headers["allow"]
    assert http.head("/health/live").status_code == 200


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1/comments/", "/api/v2/comments"])
def test_nowhere(http: httpx2.Client, path: str) -> None:
    problem(http.get(path), 404, "not_found")


def test_a_public_caller_sees_no_decision(
    http: httpx2.Client, from_page: dict[str, str], bearer: dict[str, str]
) -> None:
    told = send(http, submission(), from_page).json()
    assert set(told) == {"id", "status", "status_token", "created_at", "comment"}
    assert set(told["comment"]["author"]) == {"name", "url"}
    assert "email" not in json.dumps(told)
    decision = send(http, submission(), bearer).json()["decision"]
    assert {"verdict", "reasons", "scores", "model", "policy"} <= set(decision)


def test_pages_of_the_site_may_read_answers_and_errors(
    http: httpx2.Client, from_page: dict[str, str]
) -> None:
    for answer in (send(http, submission(), from_page), send(http, b"{", from_page)):
        assert answer.headers["access-control-allow-origin"] == from_page["Origin"]
        assert "Origin" in answer.headers["vary"]
        assert "Retry-After" in answer.headers["access-control-expose-headers"]
        assert "access-control-allow-credentials" not in answer.headers


def test_preflights(http: httpx2.Client, from_page: dict[str, str]) -> None:
    asking = {"Access-Control-Request-Method": "POST"}
    allowed = http.options("/api/v1/comments", headers=from_page | asking)
    assert allowed.status_code == 204
    assert allowed.headers["access-control-allow-origin"] == from_page["Origin"]
    foreign = http.options("/api/v1/comments", headers=asking | {"Origin": "https://evil.example"})
    problem(foreign, 403, "forbidden")
    assert "access-control-allow-origin" not in foreign.headers


def test_forwarded_addresses_of_strangers_do_not_matter(own_service: Any, tmp_path: Any) -> None:
    service = own_service(env={"MODERATION_DOOR_RATE_PER_MINUTE": "3"})
    statuses = []
    for n in range(5):
        connection = http.client.HTTPConnection("127.0.0.1", service.port)
        connection.request("POST", "/api/v1/score", headers={"X-Forwarded-For": f"192.0.2.{n}"})
        answer = connection.getresponse()
        statuses.append(answer.status)
        connection.close()
    assert statuses == [401, 401, 401, 429, 429]
    assert int(answer.headers["Retry-After"]) >= 1
    assert answer.headers["RateLimit"].startswith('"door";r=0;t=')
