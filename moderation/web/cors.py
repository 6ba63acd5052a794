"""Which pages of other origins may read our answers: those of any registered site, errors too.

A preflight has no body, so it cannot know the site; the request itself is checked against it.
"""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from moderation.domain.errors import Forbidden
from moderation.web.errors import problem
from moderation.web.origin import is_allowed
from moderation.web.services import Services

PREFIX = "/api/"
ALLOWED_METHODS = "GET, HEAD, POST"
ALLOWED_HEADERS = "Authorization, Content-Type, Idempotency-Key, X-Status-Token"
EXPOSED_HEADERS = (
    "Idempotent-Replayed, Location, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
)
PREFLIGHT_AGE_S = "600"


class Cors:
    """Name the asking origin in every answer of the API when it is registered; no credentials."""

    def __init__(self, app: ASGIApp, services: Services) -> None:
        self.app = app
        self.services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight; otherwise pass on the request and mark the answer."""
        if scope["type"] != "http" or not scope["path"].startswith(PREFIX):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        allowed = self._allowed(headers)

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                _mark(MutableHeaders(scope=message), allowed)
            await send(message)

        if scope["method"] == "OPTIONS" and "access-control-request-method" in headers:
            await _preflight(allowed)(scope, receive, marked)
        else:
            await self.app(scope, receive, marked)

    def _allowed(self, headers: Headers) -> str | None:
        """The Origin of the request, when any site has it."""
        origin = headers.get("origin")
        registered = (o for site in self.services.policy().sites.values() for o in site.origins)
        host, public_url = headers.get("host", ""), self.services.public_url
        if origin and is_allowed(origin, registered, host=host, public_url=public_url):
            return origin
        return None


def _preflight(allowed: str | None) -> Response:
    if allowed is None:
        return problem(Forbidden("No site here has this origin."))
    return Response(
        status_code=204,
        headers={
            "Access-Control-Allow-Methods": ALLOWED_METHODS,
            "Access-Control-Allow-Headers": ALLOWED_HEADERS,
            "Access-Control-Max-Age": PREFLIGHT_AGE_S,
        },
    )


def _mark(headers: MutableHeaders, allowed: str | None) -> None:
    headers.add_vary_header("Origin")
    if allowed is not None:
        headers["Access-Control-Allow-Origin"] = allowed
        headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
