"""Signing in by a one-time link, and out again. Looking at a link never uses it up."""

from starlette.requests import Request
from starlette.responses import Response

from moderation.domain.access import Moderator
from moderation.web import auth
from moderation.web.dashboard.page import see_other
from moderation.web.dashboard.rendering import render
from moderation.web.services import Services


async def explain(_request: Request, _services: Services) -> Response:
    """Where links come from."""
    return render("sign_in.html")


async def confirm(request: Request, services: Services) -> Response:
    """Ask first: mail scanners fetch every link they see."""
    moderator = await services.access.peek_link(request.path_params["token"])
    return render("confirm.html", moderator=moderator) if moderator else _lapsed()


async def enter(request: Request, services: Services) -> Response:
    """Use the link up and remember who it was for."""
    auth.check_same_site(request)
    token = await services.access.open_session(request.path_params["token"])
    if token is None:
        return _lapsed()
    response = see_other("/dashboard")
    auth.remember(response, token, services)
    return response


async def leave(request: Request, services: Services) -> Response:
    """End the session, here and in the store."""
    moderator: Moderator | None = await auth.signed_in(request, services)
    if moderator:
        await services.access.close_session(request.cookies[auth.cookie_name(services)])
    response = see_other("/dashboard/sign-in")
    auth.forget(response, services)
    return response


def _lapsed() -> Response:
    return render("lapsed.html", status=410)
