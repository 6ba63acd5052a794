"""GET /docs: the OpenAPI document as a page for people, rendered here, without a script."""

from collections.abc import Iterator
from typing import Any

from jinja2 import Environment, PackageLoader
from starlette.responses import HTMLResponse, Response

from moderation.domain import errors
from moderation.domain.errors import ModerationError
from moderation.web.auth import OPEN
from moderation.web.endpoint import Call, Nothing, endpoint
from moderation.web.openapi import document

PAGES = Environment(loader=PackageLoader("moderation.web"), autoescape=True)


@endpoint(
    "GET",
    "/docs",
    summary="The documentation of this interface",
    tag="Operation",
    access=OPEN,
    answers={200: str},
    media_type="text/html",
)
async def docs(call: Call[None, Nothing, Nothing]) -> Response:
    """What can be asked here, for people."""
    described = document(call.request.app.routes, server=call.services.public_url)
    page = PAGES.get_template("docs.html")
    return HTMLResponse(page.render(api=described, groups=_groups(described), problems=_problems()))


ENDPOINTS = (docs,)


def _groups(described: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """Tag → its operations, each with its method and path."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, methods in described["paths"].items():
        for method, operation in methods.items():
            entry = {**operation, "method": method.upper(), "path": path}
            groups.setdefault(operation["tags"][0], []).append(entry)
    return groups


def _problems() -> Iterator[type[ModerationError]]:
    """Every refusal of the domain, as the anchors that `type` of a problem points to."""
    kinds = (value for value in vars(errors).values() if isinstance(value, type))
    refusals = (kind for kind in kinds if issubclass(kind, ModerationError))
    return iter(sorted(refusals, key=lambda kind: (kind.status, kind.code)))
