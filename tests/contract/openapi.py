"""Validators of requests and responses against the vendor's OpenAPI files.

Use it in a test that is marked ``needs_openapi_file``::

    assert get_validator().validate_request("GET", "/hq/v1/accounts/x/users", {}, b"") == []
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import jsonschema
import pytest
import yaml

from tests.contract.openapi_data_errata import DATA_ERRATA
from tests.contract.openapi_errata import ERRATA, VERBS, Erratum, OpenApiDocument, patch_document

OPENAPI_FOLDER = Path(__file__).parents[3] / "shared" / "openapi"
OPENAPI_FILE = OPENAPI_FOLDER / "accountadmin.yaml"
DATA_OPENAPI_FILE = OPENAPI_FOLDER / "datamanagement.yaml"

REASON = "the vendor's OpenAPI file is not part of the repository"
needs_openapi_file = pytest.mark.skipif(not OPENAPI_FILE.exists(), reason=REASON)
needs_data_openapi_file = pytest.mark.skipif(not DATA_OPENAPI_FILE.exists(), reason=REASON)

LEGACY_REGION_PATH = "/regions/eu/"
"""An older way to name the region; the file has only the header."""

HTTP_HEADERS = {"accept", "accept-encoding", "authorization", "connection", "content-length"}
HTTP_HEADERS |= {"content-type", "host", "user-agent", "transfer-encoding"}
"""Headers of HTTP itself, which an OpenAPI file does not list."""


@dataclass(frozen=True)
class Operation:
    """One method of one path of the file."""

    method: str
    template: str
    parameters: tuple[Mapping[str, Any], ...]
    body: Mapping[str, Any]
    responses: Mapping[str, Any]

    @property
    def pattern(self) -> re.Pattern[str]:
        """The template as a regular expression."""
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.template))

    def get_parameters(self, place: str) -> dict[str, Mapping[str, Any]]:
        """Return the parameters in a place: ``query`` or ``header``, in lower case there."""
        return {
            each["name"].lower() if place == "header" else each["name"]: each["schema"]
            for each in self.parameters
            if each["in"] == place
        }


class OpenApiValidator:
    """Validates against the file with its errata; unknown fields are problems."""

    def __init__(self, document: OpenApiDocument, errata: Sequence[Erratum] = ERRATA) -> None:
        patched = patch_document(document, errata)
        self._components = patched["components"]
        _forbid_additional_properties(self._components)
        self.operations = [*_parse_operations(patched)]

    def find_operation(self, method: str, path: str) -> Operation | None:
        """Return the operation of a request, None if the file has none."""
        plain = urlsplit(path).path.replace(LEGACY_REGION_PATH, "/", 1)
        fits = [
            each
            for each in self.operations
            if each.method == method.upper() and each.pattern.fullmatch(unquote(plain))
        ]
        # `users/search` before `users/{user_id}`.
        return min(fits, key=lambda each: each.template.count("{"), default=None)

    def validate_request(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes
    ) -> list[str]:
        """Return the problems of a request; none if the file does not have its path."""
        operation = self.find_operation(method, path)
        if operation is None:
            return []
        sent = {name.lower(): value for name, value in headers.items()}
        query = dict(parse_qsl(urlsplit(path).query, keep_blank_values=True))
        return [
            *self._validate_parameters(query, operation.get_parameters("query"), "query parameter"),
            *self._validate_parameters(
                {name: sent[name] for name in sent.keys() - HTTP_HEADERS},
                operation.get_parameters("header"),
                "header",
            ),
            *self._validate_body(operation, sent.get("content-type", ""), body),
        ]

    def validate_response(self, method: str, path: str, status: int, body: bytes) -> list[str]:
        """Return the problems of a response; none if the file does not have its path."""
        operation = self.find_operation(method, path)
        if operation is None:
            return []
        if str(status) not in operation.responses:
            return [f"{status} is not documented for {method} {operation.template}"]
        content = operation.responses[str(status)].get("content", {}).get("application/json")
        if content is None:
            return []
        return [*self._validate_value(json.loads(body), content["schema"], "response")]

    def _validate_parameters(
        self, given: Mapping[str, str], known: Mapping[str, Any], what: str
    ) -> Iterator[str]:
        for name, value in given.items():
            if name not in known:
                yield f"there is no {what} {name}"
            else:
                schema = self.resolve_reference(known[name])
                yield from self._validate_value(
                    _parse_value(value, schema), schema, f"{what} {name}"
                )

    def _validate_body(self, operation: Operation, kind: str, body: bytes) -> Iterator[str]:
        contents = operation.body.get("content", {})
        kind = kind.partition(";")[0].strip()
        if not contents:
            yield from ["there is a body, and there should be none"] if body else []
        elif kind not in contents:
            yield f'the content type "{kind}" is not one of {", ".join(contents)}'
        elif kind.endswith("json"):
            yield from self._validate_value(json.loads(body), contents[kind]["schema"], "body")
        else:
            parts = contents[kind]["schema"]["required"]
            for part in (each for each in parts if f'name="{each}"'.encode() not in body):
                yield f"the form has no part {part}"

    def _validate_value(self, value: Any, schema: Any, what: str) -> Iterator[str]:
        whole = {**schema, "components": self._components}
        for error in jsonschema.Draft202012Validator(whole).iter_errors(value):
            yield f"{what}{error.json_path.removeprefix('$')}: {error.message}"

    def resolve_reference(self, schema: Any) -> Any:
        """Return the schema that a reference points to, or the schema itself."""
        while "$ref" in schema:
            schema = self._components["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema


def _parse_value(value: str, schema: Any) -> Any:
    """Parse a query value; lists are comma-separated."""
    kind = schema.get("type")
    if kind == "array":
        return value.split(",")
    if kind == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    return {"true": True, "false": False}.get(value, value) if kind == "boolean" else value


def _forbid_additional_properties(schema: Any) -> None:
    """Forbid fields that the schema of an object does not name."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            schema.setdefault("additionalProperties", False)
        for each in schema.values():
            _forbid_additional_properties(each)


def _parse_operations(document: OpenApiDocument) -> Iterator[Operation]:
    for template, item in document["paths"].items():
        for verb in (each for each in VERBS if each in item):
            mine = item[verb]
            parameters = tuple(
                _resolve_parameter(document, each)
                for each in (*item.get("parameters", ()), *mine.get("parameters", ()))
            )
            body = mine.get("requestBody", {})
            yield Operation(verb.upper(), template, parameters, body, mine["responses"])


def _resolve_parameter(document: OpenApiDocument, parameter: Any) -> Any:
    if "$ref" not in parameter:
        return parameter
    return document["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]


@cache
def load_openapi_file(path: Path = OPENAPI_FILE) -> OpenApiDocument:
    """Return an unmodified file, read once; copy it before a change."""
    document: OpenApiDocument = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return document


@cache
def get_validator() -> OpenApiValidator:
    """Return the validator."""
    return OpenApiValidator(load_openapi_file())


@cache
def get_data_validator() -> OpenApiValidator:
    """Return the validator of Data Management."""
    return OpenApiValidator(load_openapi_file(DATA_OPENAPI_FILE), DATA_ERRATA)
