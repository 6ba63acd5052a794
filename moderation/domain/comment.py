"""A comment in its three forms: Submission (is sent), Comment (is kept), PublicComment (is seen).

There is no fourth. The texts of field errors are those the WordPress world knows.
"""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, TypeAlias

from precis_i18n import get_profile
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
    HttpUrl,
    TypeAdapter,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from moderation.domain.decision import Decision, Finding, Verdict

MAX_NAME = 80
MAX_EMAIL = 254
MAX_URL = 500
MAX_THREAD_ID = 500
MAX_TITLE = 300
MAX_TEXT = 5_000

REQUIRED = {
    "/text": "Please enter your comment!",
    "/author/name": "Please enter your name here",
    "/author/email": "Please enter your email address here",
}
"""Pointer of a field → what to say when it is missing, null or blank."""

WRONG_EMAIL = "You have entered an incorrect email address!"

TextLimit: TypeAlias = Callable[[str], int]
"""Site → the most code points of a text; given as the validation context of a Submission."""

_NICKNAME = get_profile("NicknameCasePreserved")
_EMAIL: TypeAdapter[str] = TypeAdapter(EmailStr)
_URL: TypeAdapter[HttpUrl] = TypeAdapter(HttpUrl)


class Status(StrEnum):
    """Where a comment is."""

    SCORING = "scoring"
    PENDING = "pending"
    PUBLISHED = "published"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


STATUS_AFTER = {
    Verdict.APPROVE: Status.PUBLISHED,
    Verdict.HOLD: Status.PENDING,
    Verdict.REJECT: Status.REJECTED,
}
"""Verdict of a decision → where the comment is then."""


def _plain(value: str) -> str:
    if "\0" in value:
        raise PydanticCustomError("control_character", "Remove the NUL character.")
    return value


def _name(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("required", REQUIRED["/author/name"])
    try:
        name: str = _NICKNAME.enforce(value)
    except UnicodeEncodeError:
        raise PydanticCustomError(
            "name_invalid", "Please use letters in your name; invisible characters are not allowed."
        ) from None
    if len(name) > MAX_NAME:
        raise PydanticCustomError("too_long", f"Please use at most {MAX_NAME} characters.")
    return name


def _email(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("required", REQUIRED["/author/email"])
    # pydantic reads "Bob <b@example.org>" as b@example.org; a form field holds an address alone.
    if "<" in value or len(value) > MAX_EMAIL:
        raise PydanticCustomError("email_invalid", WRONG_EMAIL)
    try:
        return _EMAIL.validate_python(value.strip())
    except ValidationError:
        raise PydanticCustomError("email_invalid", WRONG_EMAIL) from None


def _web_address(value: str) -> str:
    if len(value) > MAX_URL:
        raise PydanticCustomError("too_long", f"Please use at most {MAX_URL} characters.")
    try:
        return str(_URL.validate_python(value.strip()))
    except ValidationError:
        raise PydanticCustomError(
            "url_invalid", "Please enter a web address that starts with http:// or https://."
        ) from None


def _address(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise PydanticCustomError("address_invalid", "Send an IPv4 or IPv6 address.") from None


def _blank_is_none(value: Any) -> Any:
    return None if isinstance(value, str) and not value.strip() else value


Plain = Annotated[str, AfterValidator(_plain)]
WebAddress = Annotated[Plain, AfterValidator(_web_address)]


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Thread(_Sent):
    """A page with comments. `url` and `title` come from strangers: neither is trusted."""

    id: Annotated[Plain, Field(min_length=1, max_length=MAX_THREAD_ID)]
    url: Annotated[Plain, Field(max_length=2_000)] | None = None
    title: Annotated[Plain, Field(max_length=MAX_TITLE)] | None = None


class Author(_Sent):
    """Who wrote it. `address` and `user_agent` are of a backend's own user, and never kept."""

    name: Annotated[Plain, AfterValidator(_name)]
    email: Annotated[Plain, AfterValidator(_email)]
    url: Annotated[WebAddress | None, BeforeValidator(_blank_is_none)] = None
    address: Annotated[Plain, AfterValidator(_address)] | None = None
    user_agent: Annotated[Plain, Field(max_length=1_000)] | None = None


class Submission(_Sent):
    """What arrives. Validate with context={"text_limit": TextLimit}."""

    site: Annotated[Plain, Field(min_length=1, max_length=40)]
    thread: Thread
    parent_id: Annotated[Plain, Field(min_length=1, max_length=100)] | None = None
    # An absent author still reports each of its fields, so that a form can mark them all at once.
    author: Author = Field(default_factory=dict, validate_default=True)
    text: Plain
    external_id: Annotated[Plain, Field(min_length=1, max_length=200)] | None = None

    @field_validator("text")
    @classmethod
    def _readable_text(cls, value: str, info: ValidationInfo) -> str:
        if not value.strip():
            raise PydanticCustomError("required", REQUIRED["/text"])
        limit = info.context["text_limit"](info.data.get("site", "")) if info.context else MAX_TEXT
        if len(value) > limit:
            raise PydanticCustomError(
                "too_long", "Please use at most {limit} characters.", {"limit": limit}
            )
        return value


@dataclass(frozen=True, slots=True)
class Comment:
    """What is kept. Times are in ms since the epoch; hashes are keyed (see store/hashing)."""

    id: str
    site: str
    thread: Thread
    parent_id: str | None
    author: Author
    text: str
    external_id: str | None
    status: Status
    created_at: int
    edited_at: int | None
    author_hash: str
    address_hash: str | None
    findings: tuple[Finding, ...]
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class PublicAuthor:
    """All the public may know of an author."""

    name: str
    url: str | None


@dataclass(frozen=True, slots=True)
class PublicComment:
    """What may be seen. Times are milliseconds since the epoch."""

    id: str
    thread: str
    parent_id: str | None
    author: PublicAuthor
    text: str
    created_at: int
    edited_at: int | None


def public_form(comment: Comment) -> PublicComment:
    """The part of `comment` that strangers may see."""
    return PublicComment(
        id=comment.id,
        thread=comment.thread.id,
        parent_id=comment.parent_id,
        author=PublicAuthor(comment.author.name, comment.author.url),
        text=comment.text,
        created_at=comment.created_at,
        edited_at=comment.edited_at,
    )
