"""One declaration an endpoint: routing, parsing, and its part of OpenAPI follow from it.

A handler is given a Call with everything checked, and gives a Response. One Route a path.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Generic, TypeAlias, TypeVar

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from moderation.domain.errors import (
    BodyTooLarge,
    Forbidden,
    Invalid,
    MalformedBody,
    ModerationError,
    StoreUnavailable,
    TooManyRequests,
    Unauthenticated,
    UnsupportedMediaType,
)
from moderation.web.auth import SAFE_METHODS, Access
from moderation.web.body import (
    MAX_BODY_BYTES,
    Asked,
    expect_json,
    parse_json,
    read_body,
    validate,
    validate_query,
)
from moderation.web.services import Services

Who = TypeVar("Who")
Body = TypeVar("Body", bound=BaseModel)
Query = TypeVar("Query", bound=BaseModel)

Problems: TypeAlias = tuple[type[ModerationError], ...]


class Nothing(Asked):
    """No body, or no query parameters."""


@dataclass(frozen=True, slots=True)
class Call(Generic[Who, Body, Query]):
    """A request after everything about it was checked."""

    request: Request
    services: Services
    who: Who
    body: Body
    query: Query


Handler: TypeAlias = Callable[[Call[Any, Any, Any]], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One method of one path. `answers` maps a status to the model of its document."""

    method: str
    path: str
    handler: Handler
    summary: str
    tag: str
    access: Access[Any]
    answers: Mapping[int, Any]
    body: type[BaseModel] = Nothing
    query: type[BaseModel] = Nothing
    headers: Mapping[str, str] = field(default_factory=dict)
    problems: Problems = ()
    example: Mapping[str, Any] | None = None
    media_type: str = "application/json"
    body_limit: int = MAX_BODY_BYTES

    async def answer(self, request: Request, services: Services) -> Response:
        """Let the caller in, check query and body, and hand over."""
        who = await self.access.enter(request, services)
        query = validate_query(self.query, request.query_params)
        body = await self._read(request, services)
        return await self.handler(Call(request, services, who, body, query))

    @property
    def all_problems(self) -> Problems:
        """The refusals named in the declaration, and those that follow from its other lines."""
        by_access: Problems = (Unauthenticated, Forbidden) if self.access.schemes else ()
        by_body: Problems = (MalformedBody, BodyTooLarge, UnsupportedMediaType, Invalid)
        by_query: Problems = (Invalid,)
        is_limited = self.method not in SAFE_METHODS or self.access.schemes
        return (
            *self.problems,
            *by_access,
            *(by_body if self.body is not Nothing else by_query),
            *((TooManyRequests, StoreUnavailable) if is_limited else ()),
        )

    async def _read(self, request: Request, services: Services) -> BaseModel:
        if self.body is Nothing:
            return Nothing()
        expect_json(request)
        document = parse_json(await read_body(request, limit=self.body_limit))
        return validate(self.body, document, text_limit=services.text_limit)


def endpoint(method: str, path: str, **declared: Any) -> Callable[[Handler], Endpoint]:
    """Declare the function below as an endpoint; the names are those of Endpoint."""
    return lambda handler: Endpoint(method, path, handler, **declared)


class Table:
    """All methods of one path, so that a wrong method is told every right one."""

    def __init__(self, endpoints: Iterable[Endpoint], services: Services) -> None:
        self.endpoints = {endpoint.method: endpoint for endpoint in endpoints}
        self.services = services
        head = {"HEAD"} if "GET" in self.endpoints else set()
        self.allow = ", ".join(sorted({*self.endpoints, *head, "OPTIONS"}))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request by the endpoint of its method."""
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": self.allow})
        method = "GET" if request.method == "HEAD" else request.method
        if (endpoint := self.endpoints.get(method)) is None:
            raise HTTPException(405, headers={"Allow": self.allow})
        return await endpoint.answer(request, self.services)


def routes_of(endpoints: Iterable[Endpoint], services: Services) -> list[Route]:
    """One Route for each path among `endpoints`."""
    by_path = groupby(sorted(endpoints, key=_path), key=_path)
    return [Route(path, Table(group, services), name=path) for path, group in by_path]


def json_answer(
    document: BaseModel, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """`document` as JSON, without what was never set; what is public may change: no caching."""
    return Response(
        document.model_dump_json(exclude_unset=True),
        status_code=status,
        headers={"Cache-Control": "no-store", **(headers or {})},
        media_type="application/json",
    )


def _path(endpoint: Endpoint) -> str:
    return endpoint.path
