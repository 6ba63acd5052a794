"""Who may do what at the desk, and that a session is of no use to other sites' pages."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from moderation.domain.access import ApiKey, Moderator, Role, Scope
from moderation.domain.errors import Forbidden, Invalid, Unauthenticated
from moderation.web.auth import (
    DESK,
    KEY,
    SCORER,
    Desk,
    check_same_site,
    cookie_name,
    forget,
    remember,
)

EFUA = Moderator("Efua", Role.MODERATOR, "demo")
HTTP: Any = SimpleNamespace(is_https=False)
HTTPS: Any = SimpleNamespace(is_https=True)


def key(*scopes: Scope) -> ApiKey:
    return ApiKey(id="k", site="demo", name="Backend", scopes=frozenset(scopes))


def request(method: str = "POST", *, found: ApiKey | None = None, **headers: str) -> Request:
    raw = {name.replace("_", "-"): value for name, value in {"host": "desk.example"}.items()}
    raw |= {name.replace("_", "-"): value for name, value in headers.items()}
    encoded = [(name.encode(), value.encode()) for name, value in raw.items()]
    return Request({"type": "http", "method": method, "headers": encoded, KEY: found})


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "none"},
        {"origin": "https://desk.example"},
    ],
)
def test_a_session_works_from_our_own_pages(headers: dict[str, str]) -> None:
    check_same_site(request(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"sec_fetch_site": "cross-site", "origin": "https://desk.example"},
        {"origin": "https://evil.example"},
        {"origin": "https://desk.example.evil.example"},
        {"origin": "http://[::1"},
        {"origin": "null"},
    ],
)
def test_a_session_changes_nothing_from_elsewhere(headers: dict[str, str]) -> None:
    with pytest.raises(Forbidden):
        check_same_site(request(**headers))
    check_same_site(request("GET", **headers))


def test_a_session_is_let_in_at_the_desk_but_not_from_elsewhere() -> None:
    async def session(token: str) -> Any:
        return SimpleNamespace(moderator=EFUA) if token == "good" else None

    services: Any = SimpleNamespace(is_https=False, access=SimpleNamespace(session=session))
    own = request(cookie="moderation=good", sec_fetch_site="same-origin")
    assert asyncio.run(DESK.enter(own, services)) == Desk(EFUA, None)
    foreign = request(cookie="moderation=good", sec_fetch_site="cross-site")
    with pytest.raises(Forbidden):
        asyncio.run(DESK.enter(foreign, services))
    with pytest.raises(Unauthenticated):
        asyncio.run(DESK.enter(request(cookie="moderation=bad"), services))


def test_the_session_cookie_is_out_of_reach() -> None:
    response = Response()
    remember(response, "token", HTTPS)
    cookie = response.headers["set-cookie"].lower()
    assert cookie.startswith("__host-moderation=token;")
    assert {"secure", "httponly", "samesite=lax", "path=/"} <= set(cookie.split("; "))
    assert "domain" not in cookie
    assert cookie_name(HTTP) == "moderation"
    plain = Response()
    forget(plain, HTTP)
    assert "secure" not in plain.headers["set-cookie"].lower()


def test_a_key_acts_on_its_own_site_alone_and_names_who_acts() -> None:
    desk = Desk(None, key(Scope.REVIEW))
    desk.act_on("demo")
    with pytest.raises(Forbidden):
        desk.see("other")
    assert desk.name("Efua") == "Efua"
    with pytest.raises(Invalid):
        desk.name(None)


def test_a_session_acts_in_its_own_name() -> None:
    assert Desk(EFUA, None).name("Somebody Else") == "Efua"


def test_a_viewer_looks_and_a_moderator_stays_at_home() -> None:
    viewer = Desk(Moderator("Vi", Role.VIEWER, None), None)
    viewer.see("demo")
    with pytest.raises(Forbidden):
        viewer.act_on("demo")
    Desk(EFUA, None).act_on("demo")
    with pytest.raises(Forbidden):
        Desk(EFUA, None).see("other")


def test_a_key_needs_the_scope() -> None:
    held = key(Scope.SUBMIT, Scope.READ)
    for access in (SCORER, DESK):
        with pytest.raises(Forbidden):
            asyncio.run(access.enter(request(found=held, authorization="Bearer x"), HTTP))


def test_a_wrong_key_is_not_overlooked_for_a_cookie() -> None:
    asked = request(authorization="Bearer wrong", cookie="moderation=token")
    with pytest.raises(Unauthenticated):
        asyncio.run(DESK.enter(asked, HTTP))
