"""GET /api/v1/counts: how many published comments threads have, for lists of articles."""

from typing import Annotated

from pydantic import Field
from starlette.responses import Response

from moderation.domain.access import ApiKey
from moderation.domain.errors import NotFound
from moderation.web.api.asked import Site, ThreadId
from moderation.web.api.forms import Form
from moderation.web.auth import ANYONE
from moderation.web.body import Asked
from moderation.web.endpoint import Call, Nothing, endpoint, json_answer


class CountsQuery(Asked):
    """The threads to count, each a parameter `thread`."""

    site: Site
    thread: Annotated[list[ThreadId], Field(min_length=1, max_length=100)]


class CountsForm(Form):
    """Thread id → number of published comments."""

    counts: dict[str, int]


@endpoint(
    "GET",
    "/api/v1/counts",
    summary="Count the published comments of threads",
    tag="Comments",
    access=ANYONE,
    query=CountsQuery,
    answers={200: CountsForm},
    problems=(NotFound,),
)
async def count(call: Call[ApiKey | None, Nothing, CountsQuery]) -> Response:
    """Repeat `thread` for each thread; an unknown one counts 0."""
    call.services.site(call.query.site)
    counts = await call.services.reading.counts(call.query.site, call.query.thread)
    return json_answer(CountsForm(counts=counts))


ENDPOINTS = (count,)
