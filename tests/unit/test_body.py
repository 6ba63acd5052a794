"""Bodies and queries: bytes in, checked values or every mistake at once out."""

import json
from typing import Annotated, Any

import pytest
from pydantic import Field
from starlette.datastructures import QueryParams

from moderation.domain.comment import WRONG_EMAIL, Submission
from moderation.domain.errors import Invalid, MalformedBody
from moderation.web.body import MAX_FIELD_ERRORS, Asked, parse_json, validate, validate_query

GOOD = {
    "site": "demo",
    "thread": {"id": "/a"},
    "author": {"name": "Ama", "email": "ama@example.org"},
    "text": "Hello",
}


class Asking(Asked):
    site: str
    thread: Annotated[list[str], Field(min_length=1)]
    limit: Annotated[int, Field(ge=1, le=100)] = 50


def no_limit(_site: str) -> int:
    return 5_000


def mistakes(**changes: Any) -> set[tuple[str, str, str]]:
    with pytest.raises(Invalid) as refusal:
        validate(Submission, GOOD | changes, text_limit=lambda _site: 10)
    return {(e.pointer, e.code, e.detail) for e in refusal.value.errors}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"{} {}",
        b"\xff",
        b"\xef\xbb\xbf{}",
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b"[" * 60_000,
        b"[" * 65 + b"]" * 65,
        b'{"a":' * 65 + b"1" + b"}" * 65,
        b"1" * 5_000,
        '{"a": "é"}'.encode("utf-16"),
    ],
)
def test_what_is_no_json_of_ours_is_malformed(raw: bytes) -> None:
    with pytest.raises(MalformedBody):
        parse_json(raw)


def test_sixty_four_levels_are_read() -> None:
    assert parse_json(b"[" * 64 + b"]" * 64) is not None


def test_every_failing_field_is_told_at_once_in_the_known_words() -> None:
    assert mistakes(author={"name": " ", "email": "nobody"}, text=None, colour="red") == {
        ("/author/name", "required", "Please enter your name here"),
        ("/author/email", "email_invalid", WRONG_EMAIL),
        ("/text", "required", "Please enter your comment!"),
        ("/colour", "unknown_field", "There is no such field."),
    }


def test_an_unknown_field_is_unknown_even_when_it_is_null() -> None:
    assert mistakes(colour=None) == {("/colour", "unknown_field", "There is no such field.")}


def test_a_missing_author_marks_the_fields_of_the_form() -> None:
    without = {name: value for name, value in GOOD.items() if name != "author"}
    with pytest.raises(Invalid) as refusal:
        validate(Submission, without, text_limit=no_limit)
    assert {e.pointer for e in refusal.value.errors} == {"/author/name", "/author/email"}


@pytest.mark.parametrize("document", [[], "text", 1, True, [GOOD]])
def test_a_body_that_is_no_object_has_the_wrong_type(document: Any) -> None:
    with pytest.raises(Invalid) as refusal:
        validate(Submission, document, text_limit=no_limit)
    assert [(e.pointer, e.code) for e in refusal.value.errors] == [("", "wrong_type")]


def test_half_characters_are_found_wherever_they_are() -> None:
    found = mistakes(text="a\ud800", author={"name": "\udc00b", "email": "a@example.org"})
    assert {(pointer, code) for pointer, code, _ in found} == {
        ("/text", "lone_surrogate"),
        ("/author/name", "lone_surrogate"),
    }


def test_a_half_character_in_a_field_name_can_be_told_in_utf_8() -> None:
    found = mistakes(**{"a\ud800/~": 1})
    assert {code for _, code, _ in found} == {"lone_surrogate", "unknown_field"}
    json.dumps(sorted(found), ensure_ascii=False).encode()


def test_a_surrogate_pair_is_a_character() -> None:
    document = parse_json(json.dumps(GOOD | {"text": "😀"}).encode())
    assert validate(Submission, document, text_limit=no_limit).text == "😀"


def test_the_text_limit_is_that_of_the_site() -> None:
    assert mistakes(text="x" * 11) == {("/text", "too_long", "Please use at most 10 characters.")}


def test_a_query_repeats_lists_only() -> None:
    asked = validate_query(Asking, QueryParams("site=demo&thread=a&thread=b&limit=7"))
    assert (asked.thread, asked.limit) == (["a", "b"], 7)
    with pytest.raises(Invalid) as refusal:
        validate_query(Asking, QueryParams("site=demo&site=demo&thread=a&limit=x&more=1"))
    assert {(e.pointer, e.code) for e in refusal.value.errors} == {
        ("/site", "wrong_type"),
        ("/limit", "wrong_type"),
        ("/more", "unknown_field"),
    }


def test_thousands_of_mistakes_are_not_all_told() -> None:
    many = {f"field{n}": 1 for n in range(5_000)}
    assert len(mistakes(**many)) == MAX_FIELD_ERRORS
