"""The native JSON interface: comments, counts, scores, and the review queue."""

from starlette.routing import Route

from moderation.web.api import comments, counts, review, score
from moderation.web.endpoint import routes_of
from moderation.web.services import Services

ENDPOINTS = (*comments.ENDPOINTS, *counts.ENDPOINTS, *score.ENDPOINTS, *review.ENDPOINTS)


def routes(services: Services) -> list[Route]:
    """The routes of this interface."""
    return routes_of(ENDPOINTS, services)
