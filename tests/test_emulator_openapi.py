"""The OpenAPI document: it is about what the vault answers, and the vault's answers fit it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from certlife.adapters.emulator.openapi import document
from certlife.adapters.emulator.openapi_rows import ENUMERATIONS, MODELS, OPERATIONS, Row
from certlife.adapters.memory.routes import route
from certlife.adapters.memory.state import API_VERSIONS
from certlife.conformance.readers import read
from certlife.model.values import Exchange, Json
from certlife.model.vocabulary import Operation

WHOLE: dict[str, Any] = json.loads(document("https://localhost:8443"))
FOLDER = Path(__file__).resolve().parents[2] / "shared" / "ground-truth"
SAMPLES = Path(__file__).resolve().parents[1] / "conformance" / "samples"


def test_document_is_about_all_operations() -> None:
    assert {row.operation for row in OPERATIONS} == {operation.value for operation in Operation}


@pytest.mark.parametrize("row", OPERATIONS, ids=lambda row: f"{row.method} {row.path}")
def test_operation_is_the_one_that_the_vault_answers(row: Row) -> None:
    assert route(row.method, re.sub(r"\{[^}]+\}", "x1", row.path))[0].value == row.operation


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for path in WHOLE["paths"].values() for operation in path.values()]

    assert len(ids) == len(set(ids)) == len(OPERATIONS)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from ([value["$ref"]] if "$ref" in value else [])
        for one in value.values():
            yield from references(one)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


def test_every_model_is_there_and_of_use() -> None:
    assert {name.rsplit("/", 1)[1] for name in references(WHOLE)} == {*MODELS, *ENUMERATIONS}


def test_api_versions_are_some_that_the_vault_knows() -> None:
    parameters = WHOLE["paths"]["/certificates"]["get"]["parameters"]
    assert parameters[0]["name"] == "api-version"
    assert set(parameters[0]["schema"]["enum"]) <= set(API_VERSIONS)


def misfits(value: Json, schema: dict[str, Any], place: str = "") -> list[str]:
    """Where a value does not fit a schema; only what this document makes use of is understood."""
    if "$ref" in schema:
        return misfits(value, WHOLE["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], place)
    if "anyOf" in schema:
        found = [misfits(value, one, place) for one in schema["anyOf"]]
        return [] if [] in found else found[0]
    kinds: dict[str, Any] = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "null": type(None)}
    if not isinstance(value, kinds[schema["type"]]) or (isinstance(value, bool) and schema["type"] != "boolean"):
        return [f"{place} is no {schema['type']}"]
    wrong = [f"{place} is {value}"] if value not in schema.get("enum", [value]) else []
    if isinstance(value, list):
        return [one for number, item in enumerate(value) for one in misfits(item, schema["items"], f"{place}/{number}")]
    if isinstance(value, dict):
        properties = schema.get("properties")
        wrong += [f"{place}/{name} is missing" for name in schema.get("required", ()) if name not in value]
        for name, one in value.items():
            inner = properties.get(name) if properties is not None else schema["additionalProperties"]
            wrong += [f"{place}/{name} is unknown"] if inner is None else misfits(one, inner, f"{place}/{name}")
    return wrong


def answer_schema(exchange: Exchange) -> dict[str, Any] | None:
    request, answer = exchange.request, exchange.answer
    if answer.status >= 400:
        return {"$ref": "#/components/schemas/KeyVaultError"}
    operation, name, version = route(request.method, request.path)
    rows = [row for row in OPERATIONS if row.operation == operation.value and ("version}" in row.path) == bool(version)]
    found = next(row for row in rows if bool(name) == ("{" in row.path))
    assert answer.status == found.status
    return {"$ref": f"#/components/schemas/{found.answer}"} if found.answer else None


TRACES = sorted(FOLDER.rglob("*.json")) if FOLDER.is_dir() else sorted(SAMPLES.glob("*.json"))


# members of former services: three came with the service of 2021-03 and went again (N-24), the oldest spelled one otherwise
FORMER = {f"/{name} is unknown" for name in ("subject", "issuer", "serialnumber", "attributes/recoverylevel")}


def test_answers_of_the_real_service_fit() -> None:
    seen = 0
    for path in TRACES:
        for exchange in read(path).exchanges:
            schema = answer_schema(exchange)
            if schema is None:
                assert exchange.answer.body is None
                continue
            seen += 1
            where = f"{path.stem}: {exchange.request.method} {exchange.request.path}"
            assert (where, {*misfits(exchange.answer.body, schema)} - FORMER) == (where, set())
    assert seen > 20


def test_misfits_are_found() -> None:
    schema = {"$ref": "#/components/schemas/CertificateItem"}

    assert misfits({"id": 1, "attributes": {"enabled": 1, "recoveryLevel": "x", "odd": 0}}, schema) == [
        "/id is no string",
        "/attributes/enabled is no boolean",
        "/attributes/recoveryLevel is x",
        "/attributes/odd is unknown",
    ]
    assert misfits({}, schema) == ["/id is missing", "/attributes is missing"]
