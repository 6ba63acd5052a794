"""Refusals as RFC 9457 problems: every error of the domain, of routing, and the last net below all.

Nothing of a request's content is logged here, and no trace ever leaves.
"""

import json
import math
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

import structlog
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from moderation.domain.allowance import LimitState
from moderation.domain.errors import (
    FieldError,
    Invalid,
    ModerationError,
    NotFound,
    SomeoneWasFaster,
    TooManyRequests,
    Unavailable,
)

log = structlog.get_logger(__name__)

PROBLEM = "application/problem+json"


class FailingField(BaseModel):
    """One failing field: where (RFC 6901), a stable code, and a sentence for people."""

    pointer: str
    code: str
    detail: str


class Problem(BaseModel):
    """Why a request was refused (RFC 9457). `code` is stable; `detail` is for people."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: list[FailingField] | None = None
    by: str | None = None
    comment_status: str | None = None


class MethodNotAllowed(ModerationError):
    """The path exists, the method does not; `Allow` says which do."""

    status, code, title = 405, "method_not_allowed", "Method not allowed"


class Unexpected(ModerationError):
    """A fault of ours."""

    status, code, title = 500, "unexpected", "Something broke on our side"


class AnswerErrors:
    """Below everything: whatever was raised becomes a problem, so no request ends in a trace."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on the request, and answer for what went wrong."""
        started = False

        async def sent(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, sent)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - the border between us and the server
            answer = problem_of(error)
            if not started:
                await answer(scope, receive, send)


def problem_of(error: Exception) -> Response:
    """The answer to an error of any kind."""
    if isinstance(error, ModerationError):
        return problem(error)
    if isinstance(error, HTTPException):
        return problem(_of_routing(error), headers=dict(error.headers or {}))
    log.error("unexpected", error=type(error).__name__, at=_where(error))
    return problem(Unexpected("The request could not be answered. It may work later."))


async def http_problem(_request: Request, error: Exception) -> Response:
    """The answer to an HTTPException, in the form Starlette asks for."""
    return problem_of(error)


def problem(error: ModerationError, *, headers: dict[str, str] | None = None) -> Response:
    """The answer to a refusal: status, document, and the headers that belong to it."""
    body = json.dumps(_document(error)).encode()
    return Response(
        body,
        status_code=error.status,
        headers={**_headers(error), **(headers or {})},
        media_type=PROBLEM,
    )


def limit_headers(limits: Sequence[LimitState]) -> dict[str, str]:
    """RateLimit and RateLimit-Policy, as draft-ietf-httpapi-ratelimit-headers-11 writes them."""
    if not limits:
        return {}
    return {
        "RateLimit-Policy": ", ".join(f'"{s.name}";q={s.quota};w={s.window_s}' for s in limits),
        "RateLimit": ", ".join(
            f'"{s.name}";r={s.remaining};t={math.ceil(s.reset_s)}' for s in limits
        ),
    }


def _of_routing(error: HTTPException) -> ModerationError:
    match error.status_code:
        case HTTPStatus.NOT_FOUND:
            return NotFound("There is nothing at this address.")
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return MethodNotAllowed("Use one of the methods named in Allow.")
    other = ModerationError(error.detail)
    other.status = error.status_code
    return other


def _document(error: ModerationError) -> dict[str, Any]:
    document: dict[str, Any] = {
        "type": f"/docs#problem-{error.code}",
        "title": error.title,
        "status": error.status,
        "detail": error.detail,
        "code": error.code,
    }
    if isinstance(error, Invalid):
        document["errors"] = [_field(e) for e in error.errors]
    if isinstance(error, SomeoneWasFaster):
        # `status` is the HTTP status in RFC 9457, so the comment's has a name of its own.
        document |= {"by": error.by, "comment_status": error.now}
    return document


def _field(error: FieldError) -> dict[str, str]:
    return {"pointer": error.pointer, "code": error.code, "detail": error.detail}


def _headers(error: ModerationError) -> dict[str, str]:
    headers = {"Cache-Control": "no-store"}
    if isinstance(error, TooManyRequests | Unavailable):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if isinstance(error, TooManyRequests):
        headers |= limit_headers(error.limits)
    if error.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="moderation"'
    return headers


def _where(error: Exception) -> str:
    """File and line, and nothing of what the frame held: a text may be in it."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
