"""The parts of a request that several endpoints share: ids in paths, sites, cursors, limits."""

import re
from typing import Annotated, Any

from pydantic import Field

from moderation.domain.comment import MAX_THREAD_ID, Plain
from moderation.domain.errors import NotFound
from moderation.web.body import Asked
from moderation.web.endpoint import Call

# A site's name, a dot, and a UUID.
_ID = re.compile(r"[0-9a-z-]{1,40}\.[0-9a-f-]{36}")

Site = Annotated[Plain, Field(min_length=1, max_length=40, description="A site's name.")]
ThreadId = Annotated[Plain, Field(min_length=1, max_length=MAX_THREAD_ID)]
Cursor = Annotated[
    Plain | None,
    Field(max_length=500, description="`next_cursor` of the page before; none: the first page."),
]
Limit = Annotated[int, Field(ge=1, le=100, description="At most so many entries.")]


class Paged(Asked):
    """A list is read in pages."""

    site: Site
    cursor: Cursor = None
    limit: Limit = 50


def comment_id(call: Call[Any, Any, Any]) -> str:
    """The id in the path; one that cannot be an id is not looked for."""
    given: str = call.request.path_params["comment_id"]
    if not _ID.fullmatch(given):
        raise NotFound("There is no such comment.")
    return given
