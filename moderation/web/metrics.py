"""Figures for Prometheus: requests by method, route template and status, and how long they took."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from starlette.responses import Response

from moderation.web.auth import OPEN
from moderation.web.endpoint import Call, Nothing, endpoint

_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Meter:
    """Counts requests in `registry`."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._requests = Counter(
            "moderation_http_requests",
            "Requests answered",
            ["method", "route", "status"],
            registry=registry,
        )
        self._seconds = Histogram(
            "moderation_http_request_seconds",
            "Time from a request's head to its answer's end",
            ["method", "route"],
            registry=registry,
        )

    def count(self, method: str, route: str, *, status: int, seconds: float) -> None:
        """Note one request."""
        # A client may invent methods; each would be a time series of its own.
        known = method if method in _KNOWN_METHODS else "OTHER"
        self._requests.labels(known, route, status).inc()
        self._seconds.labels(known, route).observe(seconds)


@endpoint(
    "GET",
    "/metrics",
    summary="Figures for Prometheus",
    tag="Operation",
    access=OPEN,
    answers={200: str},
    media_type="text/plain",
)
async def figures(call: Call[None, Nothing, Nothing]) -> Response:
    """Everything the process counts, in the Prometheus text format."""
    return Response(generate_latest(call.services.metrics), media_type=CONTENT_TYPE_LATEST)


ENDPOINTS = (figures,)
