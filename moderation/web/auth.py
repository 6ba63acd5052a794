"""Who is asking: a backend by its key, a page by its Origin, a moderator by a session.

Each `Access` is named by the endpoints that use it; it runs before the body is read.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope as AsgiScope

from moderation.domain.access import ApiKey, Moderator, Scope
from moderation.domain.errors import FieldError, Forbidden, Invalid, Unauthenticated
from moderation.web.origin import is_allowed
from moderation.web.services import Services

Who = TypeVar("Who")

KEY = "moderation.key"
"""Where the door leaves the ApiKey it has already looked up in a request's scope."""

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Access(Generic[Who]):
    """One way to be let in, and how OpenAPI names it (no schemes: anyone)."""

    enter: Callable[[Request, Services], Awaitable[Who]]
    schemes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A browser on a page of this origin."""

    origin: str


@dataclass(frozen=True, slots=True)
class Desk:
    """Who works on the queue: a moderator with a session, or a backend that vouches for one."""

    moderator: Moderator | None
    key: ApiKey | None

    def see(self, site: str) -> None:
        """Raise Forbidden unless the queue of `site` may be looked at."""
        if self.key:
            of_its_site(self.key, site)
        elif self.moderator and not self.moderator.may_see(site):
            raise Forbidden("You are not a moderator of this site.")

    def act_on(self, site: str) -> None:
        """Raise Forbidden unless comments of `site` may be decided about."""
        self.see(site)
        if self.moderator and not self.moderator.may_act_on(site):
            raise Forbidden("A viewer may look, and not decide.")

    def name(self, told: str | None) -> str:
        """Who acts: the session's moderator whatever is `told`, or whom the backend names."""
        if self.moderator:
            return self.moderator.name
        if told is None:
            raise Invalid([FieldError("/moderator", "required", "Name the moderator who acts.")])
        return told


async def bearer(scope: AsgiScope, services: Services) -> ApiKey | None:
    """The key in the Authorization header, if it is one."""
    header = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
    scheme, _, secret = header.partition(" ")
    is_bearer = scheme.lower() == "bearer" and secret.isascii()
    return await services.access.key(secret.strip()) if is_bearer else None


def key_of(request: Request) -> ApiKey | None:
    """The caller's key, or None when there is no Authorization header; a wrong key is a 401."""
    if "authorization" not in request.headers:
        return None
    key: ApiKey | None = request.scope.get(KEY)
    if key is None:
        raise Unauthenticated("This key is unknown. Send Authorization: Bearer KEY.")
    return key


def of_its_site(key: ApiKey, site: str) -> None:
    """Raise Forbidden when `key` belongs to another site."""
    if key.site != site:
        raise Forbidden("This key belongs to another site.")


async def _anyone(request: Request, _services: Services) -> ApiKey | None:
    key = key_of(request)
    return _with_scope(key, Scope.READ) if key else None


async def _submitter(request: Request, _services: Services) -> ApiKey | Page:
    if key := key_of(request):
        return _with_scope(key, Scope.SUBMIT)
    if origin := request.headers.get("origin"):
        return _page(origin)
    raise Unauthenticated("Send a key of the site, or post from a page of the site.")


async def _scorer(request: Request, _services: Services) -> ApiKey:
    if key := key_of(request):
        return _with_scope(key, Scope.SCORE)
    raise Unauthenticated("Send a key of the site.")


async def _desk(request: Request, services: Services) -> Desk:
    if key := key_of(request):
        return Desk(None, _with_scope(key, Scope.REVIEW))
    if moderator := await signed_in(request, services):
        return Desk(moderator, None)
    raise Unauthenticated("Sign in, or send a key with the scope review.")


async def _nobody_asked(_request: Request, _services: Services) -> None:
    """Say nothing about the caller: health checks and documents ask for no key."""


OPEN: Access[None] = Access(_nobody_asked)
ANYONE: Access[ApiKey | None] = Access(_anyone, ("", "key"))
SUBMITTER: Access[ApiKey | Page] = Access(_submitter, ("key", "origin"))
SCORER: Access[ApiKey] = Access(_scorer, ("key",))
DESK: Access[Desk] = Access(_desk, ("key", "session"))

SCHEMES: dict[str, dict[str, Any]] = {
    "key": {"type": "http", "scheme": "bearer", "description": "A key of the site's backend."},
    "origin": {
        "type": "apiKey",
        "in": "header",
        "name": "Origin",
        "description": "An origin of the site, as browsers send it. Limits are the guard.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "moderation",
        "description": "A moderator's session; on https the name is __Host-moderation.",
    },
}


def check_origin(page: Page, site: str, *, request: Request, services: Services) -> None:
    """Raise Forbidden unless `page` is one of `site`; NotFound when there is no such site."""
    allowed = is_allowed(
        page.origin,
        services.site(site).origins,
        host=request.headers.get("host", ""),
        public_url=services.public_url,
    )
    if not allowed:
        raise Forbidden("Pages of this origin may not post to this site.")


async def signed_in(request: Request, services: Services) -> Moderator | None:
    """The moderator of the session cookie; a cookie alone never changes anything from elsewhere."""
    token = request.cookies.get(cookie_name(services))
    session = await services.access.session(token) if token else None
    if session is None:
        return None
    check_same_site(request)
    return session.moderator


def check_same_site(request: Request) -> None:
    """Raise Forbidden when an unsafe request was made by a page of another site."""
    if request.method in SAFE_METHODS:
        return
    came_from = request.headers.get("sec-fetch-site")
    if came_from in {"same-origin", "none"} or (came_from is None and _origin_is_host(request)):
        return
    raise Forbidden("This request was made by another site's page.")


def cookie_name(services: Services) -> str:
    """The session cookie's name: browsers take `__Host-` only over https."""
    return "__Host-moderation" if services.is_https else "moderation"


def remember(response: Response, token: str, services: Services) -> None:
    """Give the browser the session `token`; the store says when it ends."""
    response.set_cookie(
        cookie_name(services), token, secure=services.is_https, httponly=True, samesite="lax"
    )


def forget(response: Response, services: Services) -> None:
    """Take the session cookie back."""
    response.delete_cookie(
        cookie_name(services), secure=services.is_https, httponly=True, samesite="lax"
    )


def _page(origin: str) -> Page:
    if origin == "null":
        raise Forbidden("Origin null is nobody: post from a page of the site.")
    return Page(origin)


def _with_scope(key: ApiKey, scope: Scope) -> ApiKey:
    if scope not in key.scopes:
        raise Forbidden(f"This key lacks the scope {scope.value}.")
    return key


def _origin_is_host(request: Request) -> bool:
    origin = request.headers.get("origin")
    return origin is not None and origin.partition("://")[2] == request.headers.get("host")
