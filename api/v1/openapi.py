"""`openapi.json` (OpenAPI 3.1): made from the same records and models as the answers, so it cannot say otherwise."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from api.v1 import models, problems
from api.v1.endpoints import CSV, JSON, TSV, XLSX, Endpoint
from indicators.words import Words

VERSION = "1.0.0"
PREFIX = "/api/v1"
SECURITY = "token"
REFERENCE = "#/components/schemas/{model}"

TITLE = Words("Tavle: indberet og læs for programmer", "Tavle: delivering and reading for machines")
DESCRIPTION = Words(
    "Samme kontroller, rettigheder og små tal som på siderne. Nøgler laves med »tavle token make«. Svarenes sprog "
    "følger Accept-Language (da, en).",
    "The same checks, rights and small numbers as the pages. Tokens are made with “tavle token make”. The language of "
    "answers follows Accept-Language (da, en).",
)
TOKEN = Words("En nøgle: tavle_ og 43 tegn.", "A token: tavle_ and 43 signs.")
DONE = {
    200: Words("Svaret.", "The answer."),
    201: Words("Gemt; »Location« er kvitteringens adresse.", "Saved; “Location” is the address of the receipt."),
}
DRY_OR_SAME = Words("Kontrolleret, eller 0 ændringer: intet er gemt.", "Checked, or 0 changes: nothing is saved.")
UNCHANGED = Words("Uændret siden det svar, ETag er fra.", "Unchanged since the answer the ETag is from.")
IF_NONE_MATCH = Words("ETag fra et tidligere svar.", "The ETag of an earlier answer.")
TABLE = Words("Tabellen, som docs/deliveries.md beskriver.", "The table, as docs/deliveries.md describes it.")


def document(endpoints: Sequence[Endpoint], language: str, *, server: str = PREFIX) -> dict[str, Any]:
    """The document, its words in "da" or "en", of an API that is reached at `server`."""
    names, schemas = _schemas(endpoints, language)
    paths: dict[str, dict[str, Any]] = defaultdict(dict)
    for endpoint in endpoints:
        paths[endpoint.path][endpoint.method.lower()] = _operation(endpoint, names, language)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": TITLE.say(language),
            "version": VERSION,
            "description": DESCRIPTION.say(language),
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "servers": [{"url": server}],
        "security": [{SECURITY: []}],
        "paths": dict(paths),
        "components": {
            "schemas": schemas,
            "securitySchemes": {SECURITY: {"type": "http", "scheme": "bearer", "description": TOKEN.say(language)}},
        },
    }


def _schemas(endpoints: Sequence[Endpoint], language: str) -> tuple[Mapping[type[BaseModel], str], dict[str, Any]]:
    taken = {model for one in endpoints for model in one.bodies.values() if model}
    given = {model for one in endpoints for model in one.answers.values() if model}
    given |= {models.Problem, models.DeliveryProblem}
    wanted: list[tuple[Any, JsonSchemaMode]] = [(model, "validation") for model in _by_name(taken)]
    wanted += [(model, "serialization") for model in _by_name(given)]
    references, made = models_json_schema(wanted, ref_template=REFERENCE)
    names: dict[Any, str] = {
        model: reference["$ref"].rsplit("/", 1)[1] for (model, _mode), reference in references.items()
    }
    return names, _in_language(made.get("$defs", {}), language)


def _by_name(found: Iterable[type[BaseModel]]) -> list[type[BaseModel]]:
    return sorted(found, key=lambda model: model.__name__)


def _in_language(schema: Any, language: str) -> Any:
    """A schema with the descriptions of one language and none of the other."""
    if isinstance(schema, list):
        return [_in_language(one, language) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {key: _in_language(value, language) for key, value in schema.items() if key != models.DANISH}
    if language == "da" and isinstance(schema.get(models.DANISH), str):
        made["description"] = schema[models.DANISH]
    if isinstance(made.get("title"), str):  # a property may be called title; pydantic's own is a text
        del made["title"]
    return made


def _reference(names: Mapping[type[BaseModel], str], model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": REFERENCE.format(model=names[model])}


def _operation(endpoint: Endpoint, names: Mapping[type[BaseModel], str], language: str) -> dict[str, Any]:
    made: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary.say(language),
        "parameters": _parameters(endpoint, language),
        "responses": _responses(endpoint, names, language),
    }
    if endpoint.bodies:
        content: dict[str, Any] = {}
        for media_type, model in endpoint.bodies.items():
            content[media_type] = {"schema": _reference(names, model) if model else FILES[media_type]}
        made["requestBody"] = {"required": True, "content": content}
        if any(model is None for model in endpoint.bodies.values()):
            made["requestBody"]["description"] = TABLE.say(language)
    if endpoint.is_open:
        made["security"] = []
    return made


FILES: Mapping[str, dict[str, Any]] = {
    CSV: {"type": "string"},
    TSV: {"type": "string"},
    XLSX: {"type": "string", "format": "binary"},
}


def _parameters(endpoint: Endpoint, language: str) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": argument.words.say(language),
            "schema": {"type": "string", "pattern": argument.pattern},
        }
        for name, argument in endpoint.arguments.items()
    ]
    if endpoint.query is not None:
        schema = endpoint.query.model_json_schema(ref_template=REFERENCE)
        for name, one in _in_language(schema["properties"], language).items():
            description = one.pop("description", "")
            made.append({"name": name, "in": "query", "description": description, "schema": _without_null(one)})
    if endpoint.is_remembered:
        made.append(
            {
                "name": "If-None-Match",
                "in": "header",
                "description": IF_NONE_MATCH.say(language),
                "schema": {"type": "string"},
            }
        )
    return made


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter that may be left out: an address has no null to send instead."""
    others = [one for one in schema.pop("anyOf", ()) if one.get("type") != "null"]
    if schema.get("default", ...) is None:
        del schema["default"]
    return {**others[0], **schema} if others else schema


def _responses(endpoint: Endpoint, names: Mapping[type[BaseModel], str], language: str) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for status, model in endpoint.answers.items():
        words = DRY_OR_SAME if status == 200 and 201 in endpoint.answers else DONE[status]
        made[str(status)] = {
            "description": words.say(language),
            "content": {JSON: {"schema": _reference(names, model) if model else {"type": "object"}}},
        }
        if status == 201:
            made["201"]["headers"] = {"Location": {"required": True, "schema": {"type": "string"}}}
    if endpoint.is_remembered:
        made["200"]["headers"] = {"ETag": {"required": True, "schema": {"type": "string"}}}
        made["304"] = {"description": UNCHANGED.say(language)}
    by_status: dict[int, list[problems.Kind]] = defaultdict(list)
    for kind in endpoint.every_refusal:
        by_status[kind.status].append(kind)
    for status, kinds in sorted(by_status.items()):
        model = models.DeliveryProblem if problems.REFUSED_DELIVERY in endpoint.refuses else models.Problem
        made[str(status)] = {
            "description": " / ".join(kind.title.say(language) for kind in kinds) + ".",
            "content": {problems.MEDIA_TYPE: {"schema": _reference(names, model)}},
        }
        if status in (401, 429):
            name = "WWW-Authenticate" if status == 401 else "Retry-After"
            made[str(status)]["headers"] = {name: {"required": True, "schema": {"type": "string"}}}
    return made
