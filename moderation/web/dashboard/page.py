"""What every page of the desk has in common: who visits, which site, and what becomes of errors."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeAlias
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from moderation.domain.access import Moderator
from moderation.domain.comment import Comment
from moderation.domain.errors import (
    Forbidden,
    MalformedBody,
    ModerationError,
    NotFound,
    Unauthenticated,
)
from moderation.policy import SitePolicy
from moderation.web import auth
from moderation.web.body import read_body
from moderation.web.dashboard.rendering import render
from moderation.web.errors import MethodNotAllowed, problem
from moderation.web.services import Services

MAX_FIELDS = 20


@dataclass(frozen=True, slots=True)
class Visit:
    """A request of somebody signed in. `sites` are those the moderator may see."""

    request: Request
    services: Services
    moderator: Moderator
    sites: Mapping[str, SitePolicy]
    site: str

    @property
    def policy(self) -> SitePolicy:
        """How comments of the site in view are judged."""
        return self.sites[self.site]

    @property
    def may_act(self) -> bool:
        """Whether buttons are shown and heeded."""
        return self.moderator.may_act_on(self.site)

    def check_may_act(self, site: str) -> None:
        """Raise Forbidden for viewers."""
        if not self.moderator.may_act_on(site):
            raise Forbidden("A viewer may look, and not decide.")

    def page(self, template: str, *, status: int = 200, **values: object) -> Response:
        """`template` in the frame of the desk."""
        return render(template, status=status, visit=self, here=self.request.url.path, **values)


Handler: TypeAlias = Callable[[Request, Services], Awaitable[Response]]
VisitHandler: TypeAlias = Callable[[Visit], Awaitable[Response]]


class Page:
    """One path. Refusals are shown as pages; scripts that ask for JSON are given problems."""

    def __init__(
        self, services: Services, *, get: Handler | None = None, post: Handler | None = None
    ) -> None:
        self._services = services
        self._handlers = {
            method: handler
            for method, handler in (("GET", get), ("HEAD", get), ("POST", post))
            if handler
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the request."""
        request = Request(scope, receive)
        try:
            response = await self._answer(request)
        except ModerationError as error:
            response = _refusal(request, error)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["Allow"] = ", ".join(self._handlers)
        response.headers.setdefault("Cache-Control", "no-store")
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        handler = self._handlers.get(request.method)
        if handler is None:
            raise MethodNotAllowed("This page is not for that.")
        return await handler(request, self._services)


def for_moderators(handler: VisitHandler) -> Handler:
    """`handler`, for those who are signed in."""

    async def enter(request: Request, services: Services) -> Response:
        return await handler(await _visit(request, services))

    return enter


async def the_comment(visit: Visit) -> Comment:
    """The comment in the path; one of a site that is not the moderator's does not exist."""
    comment = await visit.services.reading.comment(visit.request.path_params["comment_id"])
    if comment is None or comment.site not in visit.sites:
        raise NotFound("There is no such comment, or it is not of your site.")
    return comment


async def read_form(request: Request) -> dict[str, str]:
    """The fields of a form."""
    raw = await read_body(request)
    try:
        pairs = parse_qsl(raw.decode(), keep_blank_values=True, max_num_fields=MAX_FIELDS)
    except ValueError:
        raise MalformedBody("This is no form of ours.") from None
    # NUL and half characters cannot be typed: whoever sends them gets them back as U+FFFD.
    return {name: value.replace("\0", "\ufffd") for name, value in pairs}


def wants_json(request: Request) -> bool:
    """Whether the desk's own script asks."""
    return "application/json" in request.headers.get("accept", "")


def see_other(path: str, **query: str) -> Response:
    """Go on elsewhere, with GET."""
    mark = "&" if "?" in path else "?"
    return RedirectResponse(path + (mark + urlencode(query) if query else ""), 303)


async def _visit(request: Request, services: Services) -> Visit:
    moderator = await auth.signed_in(request, services)
    if moderator is None:
        raise Unauthenticated("Sign in to see this page.")
    sites = {
        name: policy for name, policy in services.policy().sites.items() if moderator.may_see(name)
    }
    return Visit(request, services, moderator, sites, _asked_site(request, sites))


def _asked_site(request: Request, sites: Mapping[str, SitePolicy]) -> str:
    asked = request.query_params.get("site") or _site_in_path(request)
    if asked is None and sites:
        return next(iter(sites))
    if asked not in sites:
        raise NotFound("There is no such site, or you do not moderate it.")
    return str(asked)


def _site_in_path(request: Request) -> str | None:
    comment_id: str = request.path_params.get("comment_id", "")
    return comment_id.partition(".")[0] or None


def _refusal(request: Request, error: ModerationError) -> Response:
    if wants_json(request):
        return problem(error)
    if isinstance(error, Unauthenticated):
        return see_other("/dashboard/sign-in")
    again = request.url.path if request.method == "GET" else "/dashboard"
    response = render("refusal.html", status=error.status, error=error, again=again)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        response.headers["Retry-After"] = "5"
    return response
