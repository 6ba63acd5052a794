"""POST and GET /api/v1/comments: send a comment, follow it, read what is published."""

import re
from typing import Annotated, Literal

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from moderation.domain.access import ApiKey
from moderation.domain.comment import Author, Comment, Status, Submission
from moderation.domain.errors import Conflict, Duplicate, FieldError, Invalid, NotFound
from moderation.intake import Caller, Receipt
from moderation.web.address import client_address
from moderation.web.api.asked import Paged, ThreadId, comment_id
from moderation.web.api.forms import (
    PageForm,
    PublicForm,
    ReceiptForm,
    StateForm,
    public_page,
    visible,
)
from moderation.web.auth import ANYONE, SUBMITTER, Page, check_origin, of_its_site
from moderation.web.endpoint import Call, Nothing, endpoint, json_answer
from moderation.web.errors import limit_headers

_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")

EXAMPLE = {
    "site": "demo",
    "thread": {
        "id": "/2026/article",
        "url": "https://example.org/2026/article",
        "title": "An article",
    },
    "parent_id": None,
    "author": {"name": "Ama Mensah", "email": "ama@example.org", "url": None},
    "text": "Thank you, this helped me a lot.",
    "external_id": None,
}


class ThreadQuery(Paged):
    """Which published comments to list."""

    thread: ThreadId
    sort: Annotated[Literal["newest", "oldest"], Field(description="Which come first.")] = "newest"


@endpoint(
    "POST",
    "/api/v1/comments",
    summary="Send a comment",
    tag="Comments",
    access=SUBMITTER,
    body=Submission,
    answers={201: ReceiptForm, 202: ReceiptForm},
    headers={
        "Idempotency-Key": "1–255 visible ASCII characters. The same key with the same body gives "
        "the first answer again, marked Idempotent-Replayed: true."
    },
    problems=(NotFound, Duplicate, Conflict),
    example=EXAMPLE,
)
async def submit(call: Call[ApiKey | Page, Submission, Nothing]) -> Response:
    """Answers 201 once it is decided, and 202 when the decision is still out.

    `author.address` and `author.user_agent` describe a backend's own user: with a key only.
    """
    caller = _caller(call)
    receipt = await call.services.intake.submit(call.body, caller, now=call.services.now())
    return _receipt(receipt, with_decision=caller.key is not None)


@endpoint(
    "GET",
    "/api/v1/comments",
    summary="List the published comments of a thread",
    tag="Comments",
    access=ANYONE,
    query=ThreadQuery,
    answers={200: PageForm[PublicForm]},
    problems=(NotFound,),
)
async def list_published(call: Call[ApiKey | None, Nothing, ThreadQuery]) -> Response:
    """A flat list; `parent_id` says what an entry answers. An unknown thread is empty."""
    asked = call.query
    page = await call.services.reading.thread(
        asked.site,
        asked.thread,
        cursor=asked.cursor,
        limit=asked.limit,
        newest_first=asked.sort == "newest",
    )
    return json_answer(public_page(page))


@endpoint(
    "GET",
    "/api/v1/comments/{comment_id}",
    summary="Read one comment, or follow its status",
    tag="Comments",
    access=ANYONE,
    answers={200: StateForm | PublicForm},
    headers={"X-Status-Token": "`status_token` of the answer to the submission."},
    problems=(NotFound,),
)
async def read_one(call: Call[ApiKey | None, Nothing, Nothing]) -> Response:
    """With a status token or a key the status; without, the public form once it is published."""
    comment = await call.services.reading.comment(comment_id(call))
    if comment is None:
        raise NotFound("There is no such comment.")
    if _may_follow(call, comment):
        return json_answer(StateForm.of(comment, with_decision=call.who is not None))
    if (seen := visible(comment)) is None:
        raise NotFound("There is no such comment.")
    return json_answer(PublicForm.model_validate(seen))


ENDPOINTS = (submit, list_published, read_one)


def _caller(call: Call[ApiKey | Page, Submission, Nothing]) -> Caller:
    """Who sends this, after key or origin were found to belong to the site."""
    site, who = call.body.site, call.who
    idempotency_key = _idempotency_key(call.request)
    call.services.site(site)
    if isinstance(who, ApiKey):
        of_its_site(who, site)
        # A backend's own address says nothing about its users: the key has a limit of its own.
        return Caller(site=site, address=None, key=who, idempotency_key=idempotency_key)
    check_origin(who, site, request=call.request, services=call.services)
    _refuse_backend_fields(call.body.author)
    address = client_address(call.request.scope)
    return Caller(site=site, address=address, key=None, idempotency_key=idempotency_key)


def _idempotency_key(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not _IDEMPOTENCY_KEY.fullmatch(key):
        detail = "Send 1 to 255 visible ASCII characters."
        raise Invalid([FieldError("/Idempotency-Key", "idempotency_key_invalid", detail)])
    return key


def _refuse_backend_fields(author: Author) -> None:
    given = {"address": author.address, "user_agent": author.user_agent}
    errors = [
        FieldError(f"/author/{name}", "needs_key", "Only a backend with a key may send this.")
        for name, value in given.items()
        if value is not None
    ]
    if errors:
        raise Invalid(errors)


def _receipt(receipt: Receipt, *, with_decision: bool) -> Response:
    comment = receipt.comment
    form = ReceiptForm.of(comment, with_decision=with_decision, status_token=receipt.status_token)
    replayed = {"Idempotent-Replayed": "true"} if receipt.replayed else {}
    return json_answer(
        form,
        status=202 if comment.status is Status.SCORING else 201,
        headers={
            "Location": f"/api/v1/comments/{comment.id}",
            **limit_headers(receipt.limits),
            **replayed,
        },
    )


def _may_follow(call: Call[ApiKey | None, Nothing, Nothing], comment: Comment) -> bool:
    """Whether the caller has a key of the comment's site, or the token of its submission."""
    if call.who:
        of_its_site(call.who, comment.site)
        return True
    token = call.request.headers.get("x-status-token")
    return token is not None and call.services.reading.token_fits(comment.id, token)
