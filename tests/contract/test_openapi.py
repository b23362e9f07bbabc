"""docs/openapi.json is what the app serves, and says of every operation what it promises."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute

from runtime.api import cvs, interviews, operations, sessions
from runtime.api.app import openapi
from runtime.api.contracts import documents

DOCS = Path(__file__).resolve().parents[2] / "docs"
ROUTERS = (sessions.router, cvs.router, interviews.router, interviews.languages_router, operations.router)


def operations_of(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method.upper(), path, operation


OPERATIONS = [pytest.param(op, id=f"{method} {path}") for method, path, op in operations_of(openapi())]


@pytest.mark.parametrize("name", ["openapi.json", "asyncapi.json"])
def test_the_committed_contract_is_of_today(name: str) -> None:
    committed = (DOCS / name).read_text(encoding="utf-8")

    assert committed == documents()[name], (
        f"docs/{name} is not what is served; `make contracts` writes it anew"
    )


def test_every_operation_is_named_after_its_function() -> None:
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    functions = {route.endpoint.__name__ for route in routes if route.include_in_schema}

    assert {op["operationId"] for _, _, op in operations_of(openapi())} == functions


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_refusal_is_documented_as_a_problem(operation: dict[str, Any]) -> None:
    refusals = {status: answer for status, answer in operation["responses"].items() if status >= "400"}

    assert {"400", "403", "405", "413", "422", "503"} <= set(refusals)
    for status, answer in refusals.items():
        assert list(answer["content"]) == ["application/problem+json"], status
        schema = answer["content"]["application/problem+json"]["schema"]
        assert schema == {"$ref": "#/components/schemas/Problem"}, status


@pytest.mark.parametrize("operation", OPERATIONS)
def test_every_operation_says_what_it_does_and_what_comes_of_it(operation: dict[str, Any]) -> None:
    successes = [answer for status, answer in operation["responses"].items() if status < "300"]

    assert operation["summary"]
    assert operation["description"].endswith(".")
    assert successes
    assert all(answer["content"]["application/json"]["schema"] for answer in successes)


def test_every_operation_on_one_interview_documents_that_it_may_be_unknown() -> None:
    of_one = [(path, op) for _, path, op in operations_of(openapi()) if "_id}" in path]

    assert len(of_one) >= 12
    assert [path for path, op in of_one if "404" not in op["responses"]] == []


def test_everything_but_health_may_ask_for_a_token() -> None:
    document = openapi()

    assert {"bearer": []} in document["security"]
    assert [path for _, path, op in operations_of(document) if op.get("security") == []] == ["/health"]
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def test_no_reference_leads_nowhere() -> None:
    document = openapi()

    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            for key, value in node.items():
                if key == "$ref":
                    yield value
                else:
                    yield from references(value)
        elif isinstance(node, list):
            for value in node:
                yield from references(value)

    names = {reference.removeprefix("#/components/schemas/") for reference in references(document)}
    assert names - set(document["components"]["schemas"]) == set()
