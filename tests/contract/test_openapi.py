"""The OpenAPI document is valid, and says everything that is routed."""

import httpx2
import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator
from prometheus_client import CollectorRegistry
from starlette.routing import Route

from moderation.domain.errors import ModerationError
from moderation.policy import Policy
from moderation.web.api import ENDPOINTS
from moderation.web.body import validate
from moderation.web.docs import _problems
from moderation.web.endpoint import Nothing
from moderation.web.routes import build_web
from moderation.web.services import Services

OURS = ("/api/", "/health/", "/metrics", "/openapi.json", "/docs")


@pytest.fixture
def document(http: httpx2.Client) -> dict:
    return http.get("/openapi.json").json()


def test_the_document_is_valid(document: dict) -> None:
    OpenAPIV31SpecValidator(document).validate()


def test_every_route_is_documented(document: dict) -> None:
    given = {
        "metrics": CollectorRegistry(),
        "trusted_proxies": (),
        "policy": lambda: Policy(sites={}),
    }
    nothing = dict.fromkeys(Services.__dataclass_fields__)
    app = build_web(Services(**nothing | given))  # type: ignore[arg-type]
    routed = {
        (route.path, method)
        for route in app.routes
        if isinstance(route, Route) and route.path.startswith(OURS)
        for method in route.endpoint.endpoints
    }
    documented = {
        (path, method.upper()) for path, methods in document["paths"].items() for method in methods
    }
    assert routed
    assert routed == {entry for entry in documented if entry[0].startswith(OURS)}


def test_every_operation_says_who_may_ask_and_what_may_go_wrong(document: dict) -> None:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], path
            assert any(status < "400" for status in operation["responses"]), path
            if method == "post" and path.startswith("/api/"):
                assert {"400", "413", "415", "422", "429"} <= set(operation["responses"]), path
                assert operation["security"], path


def test_every_example_is_a_good_body() -> None:
    with_body = [each for each in ENDPOINTS if each.body is not Nothing]
    assert with_body
    for each in with_body:
        validate(each.body, each.example, text_limit=lambda _site: 5_000)


def test_the_page_shows_every_operation_and_explains_every_problem(
    http: httpx2.Client, document: dict
) -> None:
    page = http.get("/docs").text
    for methods in document["paths"].values():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page
    kinds: list[type[ModerationError]] = list(_problems())
    assert all(f'id="problem-{kind.code}"' in page for kind in kinds)
    assert "<script" not in page
    assert "style=" not in page
    assert http.get("/static/docs.css").status_code == 200
