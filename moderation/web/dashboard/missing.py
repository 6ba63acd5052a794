"""Paths under /dashboard that lead nowhere."""

from typing import NoReturn

from starlette.requests import Request

from moderation.domain.errors import NotFound
from moderation.web.services import Services


async def show(_request: Request, _services: Services) -> NoReturn:
    """There is nothing to show."""
    raise NotFound("There is no such page.")
