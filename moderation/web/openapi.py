"""OpenAPI 3.1 of whatever is routed: the document is computed from the endpoints' declarations."""

import json
import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Any, Literal

from pydantic import TypeAdapter
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from moderation import __version__
from moderation.web.auth import OPEN, SCHEMES
from moderation.web.endpoint import Call, Endpoint, Nothing, Problems, Table, endpoint
from moderation.web.errors import PROBLEM, Problem

Json = dict[str, Any]
Shape = tuple[Any, Literal["validation", "serialization"]]

_REF = "#/components/schemas/{model}"
_PATH_PARAMETER = re.compile(r"{(\w+)}")


@endpoint(
    "GET",
    "/openapi.json",
    summary="This document",
    tag="Operation",
    access=OPEN,
    answers={200: dict[str, Any]},
)
async def openapi(call: Call[None, Nothing, Nothing]) -> Response:
    """What can be asked here, for machines."""
    described = document(call.request.app.routes, server=call.services.public_url)
    return Response(json.dumps(described), media_type="application/json")


ENDPOINTS = (openapi,)


def document(routes: Iterable[BaseRoute], *, server: str | None) -> Json:
    """The OpenAPI document of all endpoints among `routes`."""
    endpoints = list(declared(routes))
    schemas, components = _schemas(endpoints)
    paths: dict[str, Json] = {}
    for each in endpoints:
        paths.setdefault(each.path, {})[each.method.lower()] = _operation(each, schemas)
    return {
        "openapi": "3.1.1",
        "info": {"title": "Moderation", "version": __version__},
        "servers": [{"url": server or "/"}],
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": SCHEMES},
    }


def declared(routes: Iterable[BaseRoute]) -> Iterator[Endpoint]:
    """All endpoints among `routes`, in their order."""
    for route in routes:
        if isinstance(route, Route) and isinstance(route.endpoint, Table):
            yield from route.endpoint.endpoints.values()


def _schemas(endpoints: list[Endpoint]) -> tuple[dict[Shape, Json], Json]:
    shapes: list[Shape] = [(Problem, "serialization")]
    for each in endpoints:
        shapes.append((each.body, "validation"))
        shapes += [(answer, "serialization") for answer in each.answers.values()]
    inputs = [(str(i), mode, TypeAdapter(kind)) for i, (kind, mode) in enumerate(shapes)]
    made, definitions = TypeAdapter.json_schemas(inputs, ref_template=_REF)
    found = {shape: made[str(i), shape[1]] for i, shape in enumerate(shapes)}
    return found, definitions.get("$defs", {})


def _operation(each: Endpoint, schemas: dict[Shape, Json]) -> Json:
    operation: Json = {
        "operationId": each.handler.__name__,
        "summary": each.summary,
        "description": each.handler.__doc__ or "",
        "tags": [each.tag],
        "parameters": [*_parameters(each)],
        "responses": _answers(each, schemas) | _refusals(each.all_problems, schemas),
        "security": [{scheme: []} if scheme else {} for scheme in each.access.schemes],
    }
    if each.body is not Nothing:
        content: Json = {"schema": schemas[each.body, "validation"]}
        if each.example:
            content["example"] = each.example
        operation["requestBody"] = {"required": True, "content": {"application/json": content}}
    return operation


def _parameters(each: Endpoint) -> Iterator[Json]:
    for name in _PATH_PARAMETER.findall(each.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
    schema = each.query.model_json_schema()
    for name, of in schema.get("properties", {}).items():
        required = name in schema.get("required", ())
        yield {"name": name, "in": "query", "required": required, "schema": of}
    for name, description in each.headers.items():
        text = {"type": "string"}
        yield {"name": name, "in": "header", "description": description, "schema": text}


def _answers(each: Endpoint, schemas: dict[Shape, Json]) -> Json:
    return {
        str(status): {
            "description": HTTPStatus(status).phrase,
            "content": {each.media_type: {"schema": schemas[answer, "serialization"]}},
        }
        for status, answer in each.answers.items()
    }


def _refusals(problems: Problems, schemas: dict[Shape, Json]) -> Json:
    schema = schemas[Problem, "serialization"]
    titles: dict[int, list[str]] = {}
    for kind in problems:
        if kind.title not in titles.setdefault(kind.status, []):
            titles[kind.status].append(kind.title)
    return {
        str(status): {
            "description": " · ".join(told),
            "content": {PROBLEM: {"schema": schema}},
        }
        for status, told in sorted(titles.items())
    }
