"""A request's body and query as checked values; everything wrong with them, at once, as 422.

Bytes → JSON → clean strings → pydantic. Each step has its own refusal; none can fail otherwise.
"""

import json
from collections.abc import Callable
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails
from starlette.datastructures import QueryParams
from starlette.requests import Request

from moderation.domain.comment import REQUIRED
from moderation.domain.errors import (
    BodyTooLarge,
    FieldError,
    Invalid,
    MalformedBody,
    UnsupportedMediaType,
)

MAX_BODY_BYTES = 64 * 1024
MAX_DEPTH = 64
# A form has a dozen fields; thousands of unknown ones need not all be told.
MAX_FIELD_ERRORS = 100

Model = TypeVar("Model", bound=BaseModel)

_TOLD: dict[str, tuple[str, str | None]] = {
    "extra_forbidden": ("unknown_field", "There is no such field."),
    "missing": ("required", "This field is required."),
    "model_type": ("wrong_type", "Send an object."),
    "dict_type": ("wrong_type", "Send an object."),
    "string_type": ("wrong_type", "Send a string."),
    "int_type": ("wrong_type", "Send a whole number."),
    "int_parsing": ("wrong_type", "Send a whole number."),
    "int_parsing_size": ("out_of_range", "Send a smaller number."),
    "bool_type": ("wrong_type", "Send true or false."),
    "list_type": ("wrong_type", "Send an array."),
    "tuple_type": ("wrong_type", "Send an array."),
    "enum": ("unknown_value", None),
    "literal_error": ("unknown_value", None),
    "greater_than_equal": ("out_of_range", None),
    "less_than_equal": ("out_of_range", None),
    "string_too_short": ("too_short", None),
    "string_too_long": ("too_long", None),
    "string_pattern_mismatch": ("pattern", None),
}
"""pydantic's name of an error → our stable code, and our sentence when we have a better one."""


class Sent(BaseModel):
    """The base of body models: exactly these fields, of exactly these types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Asked(BaseModel):
    """The base of query models: exactly these parameters; numbers arrive as text."""

    model_config = ConfigDict(extra="forbid", frozen=True)


async def read_body(request: Request, *, limit: int = MAX_BODY_BYTES) -> bytes:
    """All bytes of the body; raises BodyTooLarge as soon as they are too many."""
    if (declared := request.headers.get("content-length", "")).isdecimal() and int(
        declared
    ) > limit:
        _too_large(limit)
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > limit:
            _too_large(limit)
    return bytes(read)


def expect_json(request: Request) -> None:
    """Raise UnsupportedMediaType unless the body says it is JSON."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_json = media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )
    if not is_json or request.headers.get("content-encoding", "identity") != "identity":
        raise UnsupportedMediaType("Send the body as plain application/json.")


def parse_json(raw: bytes) -> Any:
    """The document in `raw`: UTF-8, strict JSON, at most MAX_DEPTH levels deep."""
    try:
        document = json.loads(raw.decode("utf-8"), parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise MalformedBody("The body must be one JSON document in UTF-8.") from None
    _check_depth(document, 1)
    return document


def validate(model: type[Model], document: Any, *, text_limit: Callable[[str], int]) -> Model:
    """`document` as `model`; raises Invalid with all failing fields."""
    errors: list[FieldError] = []
    clean = _without_lone_surrogates(document, "", errors)
    try:
        value = model.model_validate(clean, context={"text_limit": text_limit})
    except ValidationError as error:
        found = {e.pointer for e in errors}
        errors += [e for e in map(_field_error, _details(error)) if e.pointer not in found]
    if errors:
        raise Invalid(errors[:MAX_FIELD_ERRORS])
    return value


def validate_query(model: type[Model], query: QueryParams) -> Model:
    """The query as `model`: a parameter of a list type may repeat, the others may not."""
    document: dict[str, Any] = {}
    for name in query:
        values = query.getlist(name)
        document[name] = values if len(values) > 1 or _is_list(model, name) else values[0]
    return validate(model, document, text_limit=len)


def _is_list(model: type[BaseModel], name: str) -> bool:
    field = model.model_fields.get(name)
    return field is not None and getattr(field.annotation, "__origin__", None) is list


def _too_large(limit: int) -> NoReturn:
    raise BodyTooLarge(f"Send at most {limit // 1024} KiB.")


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)


def _check_depth(value: Any, depth: int) -> None:
    if not isinstance(value, dict | list):
        return
    if depth > MAX_DEPTH:
        raise MalformedBody(f"Nest at most {MAX_DEPTH} levels deep.")
    for inner in value.values() if isinstance(value, dict) else value:
        _check_depth(inner, depth + 1)


def _without_lone_surrogates(value: Any, pointer: str, errors: list[FieldError]) -> Any:
    """`value` with U+FFFD for half characters, each noted: no later step can stumble on one."""
    match value:
        case str():
            return _whole(value, pointer, errors)
        case list():
            return [
                _without_lone_surrogates(v, f"{pointer}/{i}", errors) for i, v in enumerate(value)
            ]
        case dict():
            cleaned = ((_whole(k, pointer, errors), v) for k, v in value.items())
            return {k: _without_lone_surrogates(v, pointer + _step(k), errors) for k, v in cleaned}
        case _:
            return value


def _whole(text: str, pointer: str, errors: list[FieldError]) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        errors.append(FieldError(pointer, "lone_surrogate", "Half a character is no text."))
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _details(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_context=False)


def _field_error(error: ErrorDetails) -> FieldError:
    pointer = "".join(map(_step, error["loc"]))
    kind = error["type"]
    if kind == "missing" or (kind != "extra_forbidden" and error["input"] in (None, "")):
        return FieldError(pointer, "required", REQUIRED.get(pointer, "This field is required."))
    code, told = _TOLD.get(kind, (_own(kind), None))
    return FieldError(pointer, code, told or error["msg"])


def _own(kind: str) -> str:
    """A code of the domain stays; one of pydantic that we do not know may change with pydantic."""
    return kind if kind in _DOMAIN_CODES else "invalid"


_DOMAIN_CODES = {
    "address_invalid",
    "control_character",
    "email_invalid",
    "name_invalid",
    "required",
    "too_long",
    "too_short",
    "url_invalid",
}


def _step(key: str | int) -> str:
    """One step of a JSON pointer (RFC 6901)."""
    return "/" + str(key).replace("~", "~0").replace("/", "~1")
