"""Everything the service may refuse, raised on purpose and translated once at each border."""

from collections.abc import Sequence
from dataclasses import dataclass

from moderation.domain.allowance import LimitState


@dataclass(frozen=True, slots=True)
class FieldError:
    """One failing field: JSON pointer (RFC 6901), a stable code, and a sentence for people."""

    pointer: str
    code: str
    detail: str


class ModerationError(Exception):
    """A refusal with an HTTP status, a stable code and a sentence that says what to do."""

    status = 400
    code = "bad_request"
    title = "Bad request"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class MalformedBody(ModerationError):
    """The body is no JSON document that this service reads."""

    code, title = "malformed_body", "The body is not readable JSON"


class Unauthenticated(ModerationError):
    """Nobody vouches for the caller."""

    status, code, title = 401, "unauthenticated", "Who is asking?"


class Forbidden(ModerationError):
    """The caller is known, and may not."""

    status, code, title = 403, "forbidden", "Not allowed"


class NotFound(ModerationError):
    """There is no such thing, or the caller may not know of it."""

    status, code, title = 404, "not_found", "Not found"


class Conflict(ModerationError):
    """Someone was faster, or the comment is there already."""

    status, code, title = 409, "conflict", "Conflict"


class Duplicate(Conflict):
    """The same author said the same in the same place."""

    code, title = "duplicate", "Duplicate comment"

    def __init__(self) -> None:
        super().__init__("Duplicate comment detected; it looks as though you've already said that!")


class SomeoneWasFaster(Conflict):
    """A moderator acted on, or has claimed, the item. `by` is a moderator, `now` its status."""

    code, title = "someone_was_faster", "Someone was faster"

    def __init__(self, detail: str, *, by: str | None, now: str) -> None:
        super().__init__(detail)
        self.by = by
        self.now = now


class BodyTooLarge(ModerationError):
    """More bytes than any comment needs."""

    status, code, title = 413, "body_too_large", "The body is too large"


class UnsupportedMediaType(ModerationError):
    """A body in another format."""

    status, code, title = 415, "unsupported_media_type", "Send JSON"


class Invalid(ModerationError):
    """Fields that cannot be taken as they are; all of them at once."""

    status, code, title = 422, "invalid", "Some fields need another look"

    def __init__(self, errors: Sequence[FieldError], detail: str | None = None) -> None:
        super().__init__(detail or " ".join(error.detail for error in errors))
        self.errors = tuple(errors)


class TooManyRequests(ModerationError):
    """A limit is used up for now; the same request may pass in `retry_after` seconds."""

    status, code, title = 429, "too_many_requests", "Too many requests"

    def __init__(self, *, retry_after: float, limits: Sequence[LimitState]) -> None:
        super().__init__("You are posting comments too quickly. Slow down.")
        self.retry_after = retry_after
        self.limits = tuple(limits)


class Unavailable(ModerationError):
    """Something this service stands on is away; the same request may pass later."""

    status, code, title = 503, "unavailable", "Unavailable for the moment"
    retry_after = 5.0


class StoreUnavailable(Unavailable):
    """Redis does not answer, or may not write."""

    code = "store_unavailable"


class Overloaded(Unavailable):
    """More texts wait for a score than can be scored in time."""

    code = "overloaded"
    retry_after = 1.0


class ScoringFailed(ModerationError):
    """The model raised, hung, or gave scores that are none."""

    status, code, title = 503, "scoring_failed", "The model gave no scores"


class Refused(Exception):
    """A command cannot go on; the sentence says why and what to do (exit code 1)."""
