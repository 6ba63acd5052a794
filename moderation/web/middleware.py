"""What happens around every request: an id, one log line, figures, security headers, the door."""

import time

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uuid_utils.compat import uuid7

from moderation.web.address import client_address
from moderation.web.auth import KEY, SAFE_METHODS, bearer
from moderation.web.metrics import Meter
from moderation.web.services import Services

log = structlog.get_logger(__name__)

UNROUTED = "(none)"

SECURITY_HEADERS = {
    # Pages bring everything along and are framed by nobody; the widget's page sets its own.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
}


class Watch:
    """Give the request an id, and say afterwards what it was and how it ended.

    The route's template is logged, never the path or the query: ids and tokens may be in them.
    """

    def __init__(self, app: ASGIApp, meter: Meter) -> None:
        self.app = app
        self.meter = meter

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on the request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id, started, status = str(uuid7()), time.perf_counter(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self.app(scope, receive, noted)
            finally:
                self._report(scope, status=status, seconds=time.perf_counter() - started)

    def _report(self, scope: Scope, *, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", UNROUTED)
        self.meter.count(scope["method"], route, status=status, seconds=seconds)
        log.info(
            "request",
            method=scope["method"],
            route=route,
            status=status,
            ms=round(seconds * 1000, 1),
        )


class SecurityHeaders:
    """Add the headers every answer has, unless it has its own."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on the request."""

        async def secured(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, secured)


class Door:
    """A coarse limit an address, before a body is read: on unsafe requests and on wrong keys.

    Who has a good key has an allowance of their own and passes. Paths under `elsewhere` carry
    their keys in other places and weigh their callers themselves.
    """

    def __init__(self, app: ASGIApp, services: Services, elsewhere: tuple[str, ...] = ()) -> None:
        self.app = app
        self.services = services
        self.elsewhere = elsewhere

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on the request, or raise TooManyRequests."""
        if scope["type"] == "http" and not scope["path"].startswith(self.elsewhere or "\n"):
            await self._weigh(scope)
        await self.app(scope, receive, send)

    async def _weigh(self, scope: Scope) -> None:
        claims_key = any(name == b"authorization" for name, _ in scope["headers"])
        scope[KEY] = await bearer(scope, self.services) if claims_key else None
        if scope[KEY] is None and (claims_key or scope["method"] not in SAFE_METHODS):
            await self.services.door(client_address(scope))
