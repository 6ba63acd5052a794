"""Style and script of the desk, under addresses that change when they do."""

import hashlib
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

from moderation.domain.errors import NotFound
from moderation.web.services import Services

_TYPES = {".css": "text/css", ".js": "text/javascript"}
_FILES = {
    file.name: file.read_bytes()
    for file in (files(__package__) / "static").iterdir()
    if file.name.endswith(tuple(_TYPES))
}


def asset_url(name: str) -> str:
    """Where browsers find `name`, with its version."""
    return f"/dashboard/static/{name}?v={hashlib.sha256(_FILES[name]).hexdigest()[:12]}"


async def serve_asset(request: Request, _services: Services) -> Response:
    """One file; browsers may keep it, since another version has another address."""
    name: str = request.path_params["name"]
    if name not in _FILES:
        raise NotFound("There is no such file.")
    return Response(
        _FILES[name],
        media_type=_TYPES[name[name.rindex(".") :]],
        headers={"Cache-Control": "public, max-age=31536000, immutable"},
    )
