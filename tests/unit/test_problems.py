"""Errors as problems: status, document and headers, and nothing of what went wrong inside."""

import asyncio
import inspect
import json
from typing import Any

import pytest
from starlette.exceptions import HTTPException
from starlette.types import Message, Receive, Scope, Send

from moderation.domain import errors
from moderation.domain.allowance import LimitState
from moderation.domain.errors import (
    FieldError,
    Invalid,
    ModerationError,
    Overloaded,
    SomeoneWasFaster,
    TooManyRequests,
    Unauthenticated,
)
from moderation.web.errors import AnswerErrors, limit_headers, problem_of

LIMITS = (
    LimitState("address", quota=5, window_s=30, remaining=3, reset_s=11.2),
    LimitState("author", quota=5, window_s=60, remaining=0, reset_s=60),
)


def document(error: Exception) -> dict[str, Any]:
    answer = problem_of(error)
    assert answer.media_type == "application/problem+json"
    told: dict[str, Any] = json.loads(bytes(answer.body))
    assert told["status"] == answer.status_code
    return told


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for kind in vars(errors).values()
        if inspect.isclass(kind)
        and issubclass(kind, ModerationError)
        and list(inspect.signature(kind).parameters) == ["detail"]
    ],
)
def test_every_refusal_has_its_status_code_and_sentence(kind: type[ModerationError]) -> None:
    told = document(kind("Because."))
    assert (told["status"], told["code"], told["title"]) == (kind.status, kind.code, kind.title)
    assert (told["type"], told["detail"]) == (f"/docs#problem-{kind.code}", "Because.")


def test_an_unexpected_error_tells_nothing_of_itself() -> None:
    answer = problem_of(ValueError("ama@example.org wrote a secret"))
    assert answer.status_code == 500
    assert b"ama@" not in bytes(answer.body)
    assert b"ValueError" not in bytes(answer.body)


def test_routing_errors_are_problems_and_keep_their_headers() -> None:
    answer = problem_of(HTTPException(405, headers={"Allow": "GET"}))
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert document(HTTPException(404))["code"] == "not_found"


def test_who_is_not_known_is_told_how_to_be() -> None:
    assert problem_of(Unauthenticated("Who?")).headers["www-authenticate"].startswith("Bearer")


def test_field_errors_are_listed() -> None:
    told = document(Invalid([FieldError("/0", "unknown_field", "There is no such field.")]))
    assert told["errors"] == [
        {"pointer": "/0", "code": "unknown_field", "detail": "There is no such field."}
    ]


def test_who_was_faster_is_named() -> None:
    told = document(SomeoneWasFaster("Efua was faster.", by="Efua", now="published"))
    assert (told["status"], told["by"], told["comment_status"]) == (409, "Efua", "published")


def test_limits_are_written_as_the_draft_says() -> None:
    assert limit_headers(LIMITS) == {
        "RateLimit-Policy": '"address";q=5;w=30, "author";q=5;w=60',
        "RateLimit": '"address";r=3;t=12, "author";r=0;t=60',
    }
    assert limit_headers(()) == {}


def test_too_fast_says_when_to_come_again_in_whole_seconds() -> None:
    headers = problem_of(TooManyRequests(retry_after=0.2, limits=LIMITS)).headers
    assert headers["retry-after"] == "1"
    assert headers["ratelimit"] == '"address";r=3;t=12, "author";r=0;t=60'
    assert problem_of(Overloaded("Busy.")).headers["retry-after"] == "1"


def test_an_answer_that_has_begun_is_not_begun_again() -> None:
    sent: list[Message] = []

    async def breaks(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ValueError

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    asyncio.run(AnswerErrors(breaks)({"type": "http"}, receive, send))
    assert [message["type"] for message in sent] == ["http.response.start"]
