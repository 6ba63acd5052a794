"""The whole web room in one place: every route, and what happens around each request.

Another room exports `routes(services) -> list[Route]` and gets its line in `_routes`.
"""

from pathlib import Path
from typing import Any, cast

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Lifespan
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from moderation.web import api, docs, health, metrics, openapi
from moderation.web.address import PlainClientAddress
from moderation.web.cors import Cors
from moderation.web.dashboard import routes as dashboard_routes
from moderation.web.endpoint import routes_of
from moderation.web.errors import AnswerErrors, http_problem
from moderation.web.metrics import Meter
from moderation.web.middleware import Door, SecurityHeaders, Watch
from moderation.web.services import Services
from moderation.web.widget.routes import routes as widget_routes

STATIC = Path(__file__).parent / "static"

KEYS_ELSEWHERE = ("/v1alpha1/", "/v1/", "/1.1/", "/coral/")
"""The compatible dialects carry keys in their own places and weigh their callers themselves."""


def build_web(services: Services, *, lifespan: Lifespan[Any] | None = None) -> Starlette:
    """The application. Run it with uvicorn's own `proxy_headers` off: they are weighed here."""
    app = Starlette(
        routes=_routes(services),
        middleware=_around(services),
        exception_handlers={HTTPException: http_problem},
        lifespan=lifespan,
    )
    # A redirect to the path with or without a slash would be built from the Host header.
    app.router.redirect_slashes = False
    return app


def _routes(services: Services) -> list[BaseRoute]:
    operation = (*health.ENDPOINTS, *metrics.ENDPOINTS, *openapi.ENDPOINTS, *docs.ENDPOINTS)
    return [
        *api.routes(services),
        *routes_of(operation, services),
        *widget_routes(services),
        *dashboard_routes(services),
        Mount("/static", StaticFiles(directory=STATIC), name="static"),
    ]


def _around(services: Services) -> list[Middleware]:
    """From the outside in; every answer, of whatever layer below, passes those above it."""
    # uvicorn has its own spelling of the ASGI types.
    proxies = cast("Any", ProxyHeadersMiddleware)
    return [
        Middleware(Watch, Meter(services.metrics)),
        Middleware(SecurityHeaders),
        Middleware(PlainClientAddress),
        Middleware(proxies, trusted_hosts=list(services.trusted_proxies)),
        Middleware(Cors, services),
        Middleware(AnswerErrors),
        Middleware(Door, services, KEYS_ELSEWHERE),
    ]
