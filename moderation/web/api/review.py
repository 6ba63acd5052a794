"""/api/v1/review: the queue, claims and actions, for moderators and for backends that vouch."""

from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError
from starlette.responses import Response

from moderation.domain.comment import MAX_NAME, Plain, Status
from moderation.domain.errors import NotFound, SomeoneWasFaster
from moderation.domain.review import Action, Deed
from moderation.web.api.asked import Paged, Site, comment_id
from moderation.web.api.forms import Form, PageForm, QueueItemForm, queue_page
from moderation.web.auth import DESK, Desk
from moderation.web.body import Sent
from moderation.web.endpoint import Call, Nothing, endpoint, json_answer

MAX_REASON = 500
MAX_NOTE = 2_000


def _name(value: str) -> str:
    if not (name := value.strip()):
        raise PydanticCustomError("required", "Name the moderator who acts.")
    return name


ModeratorName = Annotated[
    Annotated[Plain, Field(max_length=MAX_NAME)],
    AfterValidator(_name),
    Field(description="Who acts; with a key only, a session names its own moderator."),
]


class ClaimsBody(Sent):
    """How many of the most urgent items to take."""

    site: Site
    limit: Annotated[int, Field(ge=1, le=100)] = 1
    moderator: ModeratorName | None = None


class ActionBody(Sent):
    """What to do, by whom and why."""

    action: Annotated[Action, Field(strict=False)]
    moderator: ModeratorName | None = None
    reason: Annotated[Plain, Field(max_length=MAX_REASON)] | None = None
    note: Annotated[Plain, Field(max_length=MAX_NOTE)] | None = None
    seen: Annotated[
        Status | None,
        Field(strict=False, description="The status you saw; 409 when it has changed since."),
    ] = None


class ClaimedForm(Form):
    """The items taken, most urgent first; they are the moderator's until their claims end."""

    data: list[QueueItemForm]


class ActedForm(Form):
    """Where the comment is now."""

    id: str
    status: Status


@endpoint(
    "GET",
    "/api/v1/review/queue",
    summary="Look at the queue",
    tag="Review",
    access=DESK,
    query=Paged,
    answers={200: PageForm[QueueItemForm]},
    problems=(NotFound,),
)
async def look(call: Call[Desk, Nothing, Paged]) -> Response:
    """What waits for a decision, most urgent first, claimed or not."""
    asked = call.query
    call.services.site(asked.site)
    call.who.see(asked.site)
    page = await call.services.reading.queue(asked.site, cursor=asked.cursor, limit=asked.limit)
    return json_answer(queue_page(page))


@endpoint(
    "POST",
    "/api/v1/review/claims",
    summary="Take the most urgent items",
    tag="Review",
    access=DESK,
    body=ClaimsBody,
    answers={200: ClaimedForm},
    problems=(NotFound,),
    example={"site": "demo", "limit": 5, "moderator": "Efua"},
)
async def claim(call: Call[Desk, ClaimsBody, Nothing]) -> Response:
    """A claim ends when it is acted on, released, or not used for a while."""
    asked = call.body
    call.services.site(asked.site)
    call.who.act_on(asked.site)
    moderator = call.who.name(asked.moderator)
    items = await call.services.review.claim(asked.site, moderator=moderator, limit=asked.limit)
    return json_answer(ClaimedForm(data=[QueueItemForm.of(item) for item in items]))


@endpoint(
    "POST",
    "/api/v1/review/{comment_id}/actions",
    summary="Decide about a comment",
    tag="Review",
    access=DESK,
    body=ActionBody,
    answers={200: ActedForm},
    problems=(NotFound, SomeoneWasFaster),
    example={"action": "approve", "moderator": "Efua", "reason": None, "note": None},
)
async def act(call: Call[Desk, ActionBody, Nothing]) -> Response:
    """Repeating one's own action is fine; 409 says who was faster and where the comment is."""
    told, given_id = call.body, comment_id(call)
    comment = await call.services.reading.comment(given_id)
    if comment is None:
        raise NotFound("There is no such comment.")
    call.who.act_on(comment.site)
    deed = Deed(
        told.action,
        call.who.name(told.moderator),
        reason=told.reason or "",
        note=told.note or "",
        via="key" if call.who.key else "session",
        seen=told.seen,
    )
    status = await call.services.review.act(given_id, deed, now=call.services.now())
    return json_answer(ActedForm(id=given_id, status=status))


ENDPOINTS = (look, claim, act)
