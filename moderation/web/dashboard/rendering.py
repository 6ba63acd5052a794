"""Jinja, with autoescape and the few filters that templates use."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from moderation.web.dashboard import wording
from moderation.web.dashboard.assets import asset_url

_PAGES = Environment(
    loader=PackageLoader(__package__),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_PAGES.globals.update(asset_url=asset_url, reasons=wording.REASONS)
_PAGES.filters.update(
    absolute=wording.absolute,
    iso=wording.iso,
    name_of_rule=wording.name_of_rule,
    in_words=wording.in_words,
)


def render(template: str, *, status: int = 200, **values: Any) -> Response:
    """`template` as a page."""
    values.setdefault("visit", None)
    return HTMLResponse(fragment(template, **values), status_code=status)


def fragment(template: str, **values: Any) -> str:
    """`template` as text."""
    return _PAGES.get_template(template).render(values)
