"""The OpenAPI document that the emulator serves, made from rows.

Not here: the rows (openapi_rows); what the answers mean, which no schema can say.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from certlife.adapters.emulator.openapi_rows import (
    API_VERSIONS,
    ENUMERATIONS,
    EXAMPLES,
    FOLLOWS,
    MODELS,
    OPERATIONS,
    Row,
)

_PLAIN: Final[Mapping[str, dict[str, Any]]] = {
    "text": {"type": "string"},
    "uri": {"type": "string", "format": "uri"},
    "int": {"type": "integer", "format": "int64"},
    "flag": {"type": "boolean"},
    "map": {"type": "object", "additionalProperties": {"type": "string"}},
}
_QUERY: Final[Mapping[str, dict[str, Any]]] = {
    "api-version": {"type": "string", "enum": list(API_VERSIONS)},
    "maxresults": {"type": "integer", "minimum": 1, "maximum": 25},
    "includePending": {"type": "boolean"},
    "request_id": {"type": "string"},
}
_NAME: Final = {"type": "string", "pattern": "^[0-9a-zA-Z-]+$", "minLength": 1, "maxLength": 127}
_IN_PATH: Final = re.compile(r"\{([^}]+)\}")


@lru_cache(maxsize=64)
def document(base: str) -> bytes:
    """The document, as JSON.

    Args:
        base: scheme and host of the vault that it is about.
    """
    paths: dict[str, dict[str, Any]] = {}
    for row in OPERATIONS:
        paths.setdefault(row.path, {})[row.method.lower()] = _operation(row)
    schemas: dict[str, Any] = {name: _model(members) for name, members in MODELS.items()}
    schemas |= {name: {"type": "string", "enum": list(values)} for name, values in ENUMERATIONS.items()}
    whole: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "Key Vault certificates, as certlife emulates them", "version": API_VERSIONS[-1]},
        "servers": [{"url": base}],
        "security": [{"bearer": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }
    return json.dumps(whole).encode()


def _operation(row: Row) -> dict[str, Any]:
    names = _IN_PATH.findall(row.path)
    whole: dict[str, Any] = {
        "operationId": row.operation + ("" if "certificate-version" not in names else "Version"),
        "parameters": [
            *({"name": name, "in": "path", "required": True, "schema": _NAME} for name in names),
            {"name": "api-version", "in": "query", "required": True, "schema": _QUERY["api-version"]},
            *({"name": name, "in": "query", "schema": _QUERY[name]} for name in row.query),
        ],
        "responses": {str(row.status): _answer(row), "default": _content("KeyVaultError", "what went wrong")},
    }
    if row.body:
        whole["requestBody"] = {"required": True, "content": _content(row.body, "")["content"]}
        if row.body in EXAMPLES:
            whole["requestBody"]["content"]["application/json"]["example"] = EXAMPLES[row.body]
    return whole


def _answer(row: Row) -> dict[str, Any]:
    answer: dict[str, Any] = _content(row.answer, "success") if row.answer else {"description": "success"}
    if row.headers:
        answer["headers"] = {name: {"required": True, "schema": {"type": "string"}} for name in row.headers}
    names = _IN_PATH.findall(row.path)
    if row.operation in FOLLOWS and len(names) == 1:
        answer["links"] = {
            one: {"operationId": one, "parameters": {names[0]: f"$request.path.{names[0]}", "api-version": "$request.query.api-version"}}
            for one in FOLLOWS[row.operation]
        }
    return answer


def _content(model: str, description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": _reference(model)}}}


def _model(members: str) -> dict[str, Any]:
    pairs = [member.partition(":") for member in members.split()]
    required = [name for name, _, kind in pairs if kind.endswith("!")]
    schema: dict[str, Any] = {"type": "object", "properties": {name: _type(kind.rstrip("!")) for name, _, kind in pairs}}
    return schema | ({"required": required} if required else {})


def _type(kind: str) -> dict[str, Any]:
    if kind.endswith("?"):
        return {"anyOf": [_type(kind[:-1]), {"type": "null"}]}
    if kind.startswith("[]"):
        return {"type": "array", "items": _type(kind[2:])}
    return dict(_PLAIN[kind]) if kind in _PLAIN else _reference(kind)


def _reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}
