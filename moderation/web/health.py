"""Whether the process lives, and whether it should be sent requests."""

from pydantic import BaseModel
from starlette.responses import Response

from moderation.web.auth import OPEN
from moderation.web.endpoint import Call, Nothing, endpoint, json_answer


class LiveForm(BaseModel):
    """The process answers."""

    status: str


class ReadyForm(BaseModel):
    """`checks`: store, durability, stream_lag, model; true, or what is wrong."""

    ready: bool
    checks: dict[str, bool | str]


@endpoint(
    "GET",
    "/health/live",
    summary="Is the process alive?",
    tag="Operation",
    access=OPEN,
    answers={200: LiveForm},
)
async def live(_call: Call[None, Nothing, Nothing]) -> Response:
    """Asks nobody else: restart the process when this fails."""
    return json_answer(LiveForm(status="alive"))


@endpoint(
    "GET",
    "/health/ready",
    summary="Should requests be sent here?",
    tag="Operation",
    access=OPEN,
    answers={200: ReadyForm, 503: ReadyForm},
)
async def ready(call: Call[None, Nothing, Nothing]) -> Response:
    """503 while anything the service stands on is away: send requests elsewhere, do not restart."""
    readiness = await call.services.readiness()
    form = ReadyForm(ready=readiness.ready, checks=dict(readiness.checks))
    return json_answer(form, status=200 if readiness.ready else 503)


ENDPOINTS = (live, ready)
