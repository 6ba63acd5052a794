"""How the domain's values look in JSON: snake_case, RFC 3339 in UTC, and nothing unsaid.

A form only spells what it is given; who may see which form is said by the endpoints.
"""

from datetime import UTC, datetime
from typing import Annotated, Generic, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from moderation.domain.comment import Comment, PublicComment, Status, public_form
from moderation.domain.decision import Decision, Verdict
from moderation.domain.review import QueueItem
from moderation.reading import Page

Item = TypeVar("Item", bound=BaseModel)


def rfc3339(time_ms: int) -> str:
    """`time_ms` since the epoch as 2026-01-31T12:00:00.000Z."""
    moment = datetime.fromtimestamp(time_ms / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


Time = Annotated[
    int,
    PlainSerializer(rfc3339, return_type=str),
    Field(json_schema_extra={"format": "date-time"}),
]


class Form(BaseModel):
    """The base of all forms: read from the attributes of a domain value of the same shape."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class PublicAuthorForm(Form):
    """All the public may know of an author."""

    name: str
    url: str | None


class PublicForm(Form):
    """A comment as strangers may see it."""

    id: str
    thread: str
    parent_id: str | None
    author: PublicAuthorForm
    text: str
    created_at: Time
    edited_at: Time | None


class FindingForm(Form):
    """What one rule had to say, and what made it say so."""

    rule: str
    verdict: Verdict
    detail: str
    matched: list[str]


class ModelForm(Form):
    """Which model gave the scores."""

    id: str
    version: str
    weights: str


class DecisionForm(Form):
    """What was decided, why, and by which model and policy; no scores when rules were enough."""

    verdict: Verdict
    reasons: list[FindingForm]
    scores: dict[str, float] | None
    model: ModelForm | None
    policy: str
    language: str | None


class StateForm(Form):
    """Where a comment is. `comment` is its public form once it is published."""

    id: str
    status: Status
    created_at: Time
    comment: PublicForm | None
    decision: Annotated[
        DecisionForm | None, Field(description="For callers with a key of the site only.")
    ] = None

    @classmethod
    def of(cls, comment: Comment, *, with_decision: bool, **more: str) -> Self:
        """The state of `comment`; `more` are fields of a form that says more."""
        decision = {"decision": _decision(comment.decision)} if with_decision else {}
        seen = visible(comment)
        return cls(
            id=comment.id,
            status=comment.status,
            created_at=comment.created_at,
            comment=PublicForm.model_validate(seen) if seen else None,
            **decision,
            **more,
        )


class ReceiptForm(StateForm):
    """The answer to a submission. `status_token` lets its sender ask for the status later."""

    status_token: str


class PageForm(Form, Generic[Item]):
    """One page of a list; `next_cursor` asks for the next one."""

    data: list[Item]
    has_more: bool
    next_cursor: str | None


class ThreadForm(Form):
    """The page a comment is on. Url and title come from strangers."""

    id: str
    url: str | None
    title: str | None


class DeskAuthorForm(Form):
    """An author as moderators see one."""

    name: str
    email: str
    url: str | None


class DeskForm(Form):
    """A comment as moderators see it."""

    id: str
    site: str
    thread: ThreadForm
    parent_id: str | None
    author: DeskAuthorForm
    text: str
    external_id: str | None
    status: Status
    created_at: Time
    edited_at: Time | None


class ClaimForm(Form):
    """Who has taken an item, and until when it is theirs."""

    by: str
    until: Time


class QueueItemForm(Form):
    """One comment to decide about, and what is known so far."""

    comment: DeskForm
    reasons: list[FindingForm]
    scores: dict[str, float] | None
    priority: float
    claim: ClaimForm | None

    @classmethod
    def of(cls, item: QueueItem) -> Self:
        """`item` with the reasons of its decision, or of the rules while there is none."""
        decision = item.comment.decision
        reasons = decision.reasons if decision else item.comment.findings
        return cls(
            comment=DeskForm.model_validate(item.comment),
            reasons=[FindingForm.model_validate(reason) for reason in reasons],
            scores=dict(decision.scores) if decision and decision.scores is not None else None,
            priority=item.priority,
            claim=ClaimForm.model_validate(item.claim) if item.claim else None,
        )


def public_page(page: Page[PublicComment]) -> PageForm[PublicForm]:
    """A page of published comments."""
    return PageForm[PublicForm](
        data=[PublicForm.model_validate(comment) for comment in page.items],
        has_more=page.next_cursor is not None,
        next_cursor=page.next_cursor,
    )


def queue_page(page: Page[QueueItem]) -> PageForm[QueueItemForm]:
    """A page of the review queue."""
    return PageForm[QueueItemForm](
        data=[QueueItemForm.of(item) for item in page.items],
        has_more=page.next_cursor is not None,
        next_cursor=page.next_cursor,
    )


def visible(comment: Comment) -> PublicComment | None:
    """The public form of `comment` while it is published."""
    return public_form(comment) if comment.status is Status.PUBLISHED else None


def _decision(decision: Decision | None) -> DecisionForm | None:
    return DecisionForm.model_validate(decision) if decision else None
