"""Requests made up from our own OpenAPI document: nothing answers 500, or other than it says."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from tests.service import Service

WITH_INPUT = [
    ("/api/v1/comments", "POST"),
    ("/api/v1/comments", "GET"),
    ("/api/v1/counts", "GET"),
    ("/api/v1/score", "POST"),
    ("/api/v1/review/queue", "GET"),
    ("/api/v1/review/claims", "POST"),
    ("/api/v1/review/{comment_id}/actions", "POST"),
]
# Their only input is a path segment, or none: nothing of it can be wrong.
WITHOUT_INPUT = [
    ("/api/v1/comments/{comment_id}", "GET"),
    ("/health/live", "GET"),
    ("/health/ready", "GET"),
    ("/metrics", "GET"),
    ("/openapi.json", "GET"),
    ("/docs", "GET"),
]
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]


@pytest.fixture(scope="session")
def document(service: Service) -> schemathesis.BaseSchema:
    return schemathesis.openapi.from_url(service.url + "/openapi.json")


@pytest.fixture(scope="session")
def headers(service: Service) -> dict[str, str]:
    return {"Authorization": f"Bearer {service.key(['submit', 'read', 'score', 'review'])}"}


def test_no_operation_is_left_out(document: schemathesis.BaseSchema) -> None:
    paths = document.raw_schema["paths"]
    found = {(path, method.upper()) for path, methods in paths.items() for method in methods}
    assert found == {*WITH_INPUT, *WITHOUT_INPUT}


@pytest.mark.parametrize(
    ("path", "method", "mode"),
    [
        *((*operation, GenerationMode.POSITIVE) for operation in (*WITH_INPUT, *WITHOUT_INPUT)),
        *((*operation, GenerationMode.NEGATIVE) for operation in WITH_INPUT),
    ],
)
def test_answers_are_as_documented(
    document: schemathesis.BaseSchema,
    headers: dict[str, str],
    path: str,
    method: str,
    mode: GenerationMode,
) -> None:
    @seed(20261124)
    @settings(
        max_examples=30,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=document[path][method].as_strategy(generation_mode=mode))
    def answers(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    answers()
