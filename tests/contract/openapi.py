"""A referee: does a request, or an answer, follow the vendor's accountadmin.yaml?

Use it in a test that is marked ``needs_file``::

    assert referee().request("GET", "/hq/v1/accounts/x/users?limit=5", {}, b"") == []
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import jsonschema
import pytest
import yaml

from tests.contract.openapi_errata import VERBS, Document, mended

FILE = Path(__file__).parents[3] / "shared" / "openapi" / "accountadmin.yaml"

needs_file = pytest.mark.skipif(
    not FILE.exists(), reason="the vendor's OpenAPI file is not part of the repository"
)

LEGACY = "/regions/eu/"
"""An older way to name the region; the file knows only the header."""

OURS = {"accept", "accept-encoding", "authorization", "connection", "content-length"}
OURS |= {"content-type", "host", "user-agent", "transfer-encoding"}
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

    def named(self, place: str) -> dict[str, Mapping[str, Any]]:
        """Return the parameters in a place: ``query`` or ``header``, in lower case there."""
        return {
            each["name"].lower() if place == "header" else each["name"]: each["schema"]
            for each in self.parameters
            if each["in"] == place
        }


class Referee:
    """Judges by the file, mended where it is known to be wrong; fields it lacks are problems."""

    def __init__(self, document: Document) -> None:
        self._components = mended(document)["components"]
        _forbid_more(self._components)
        self.operations = [*_operations(mended(document))]

    def find(self, method: str, path: str) -> Operation | None:
        """Return the operation of a request, None where the file has none."""
        plain = urlsplit(path).path.replace(LEGACY, "/", 1)
        fits = [
            each
            for each in self.operations
            if each.method == method.upper() and each.pattern.fullmatch(unquote(plain))
        ]
        # `users/search` before `users/{user_id}`.
        return min(fits, key=lambda each: each.template.count("{"), default=None)

    def request(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> list[str]:
        """Return what is wrong with a request; nothing, where the file does not have its path."""
        operation = self.find(method, path)
        if operation is None:
            return []
        sent = {name.lower(): value for name, value in headers.items()}
        query = dict(parse_qsl(urlsplit(path).query, keep_blank_values=True))
        return [
            *self._values(query, operation.named("query"), "query parameter"),
            *self._values(
                {name: sent[name] for name in sent.keys() - OURS},
                operation.named("header"),
                "header",
            ),
            *self._body(operation, sent.get("content-type", ""), body),
        ]

    def answer(self, method: str, path: str, status: int, body: bytes) -> list[str]:
        """Return what is wrong with an answer; nothing, where the file does not have its path."""
        operation = self.find(method, path)
        if operation is None:
            return []
        if str(status) not in operation.responses:
            return [f"{status} is not documented for {method} {operation.template}"]
        content = operation.responses[str(status)].get("content", {}).get("application/json")
        if content is None:
            return []
        return [*self._judge(json.loads(body), content["schema"], "answer")]

    def _values(
        self, given: Mapping[str, str], known: Mapping[str, Any], what: str
    ) -> Iterator[str]:
        for name, value in given.items():
            if name not in known:
                yield f"there is no {what} {name}"
            else:
                schema = self.resolved(known[name])
                yield from self._judge(_typed(value, schema), schema, f"{what} {name}")

    def _body(self, operation: Operation, kind: str, body: bytes) -> Iterator[str]:
        contents = operation.body.get("content", {})
        kind = kind.partition(";")[0].strip()
        if not contents:
            yield from ["there is a body, and there should be none"] if body else []
        elif kind not in contents:
            yield f'the content type "{kind}" is not one of {", ".join(contents)}'
        elif kind == "application/json":
            yield from self._judge(json.loads(body), contents[kind]["schema"], "body")
        else:
            parts = contents[kind]["schema"]["required"]
            for part in (each for each in parts if f'name="{each}"'.encode() not in body):
                yield f"the form has no part {part}"

    def _judge(self, value: Any, schema: Any, what: str) -> Iterator[str]:
        whole = {**schema, "components": self._components}
        for error in jsonschema.Draft202012Validator(whole).iter_errors(value):
            yield f"{what}{error.json_path.removeprefix('$')}: {error.message}"

    def resolved(self, schema: Any) -> Any:
        """Return the schema that a reference points to, or the schema itself."""
        while "$ref" in schema:
            schema = self._components["schemas"][schema["$ref"].rpartition("/")[2]]
        return schema


def _typed(value: str, schema: Any) -> Any:
    """Return a query value as what it stands for: lists are parted by commas."""
    kind = schema.get("type")
    if kind == "array":
        return value.split(",")
    if kind == "integer" and re.fullmatch(r"-?\d+", value):
        return int(value)
    return {"true": True, "false": False}.get(value, value) if kind == "boolean" else value


def _forbid_more(schema: Any) -> None:
    """Let no object have a field that its schema does not name."""
    if isinstance(schema, dict):
        if isinstance(schema.get("properties"), dict):
            schema.setdefault("additionalProperties", False)
        for each in schema.values():
            _forbid_more(each)


def _operations(document: Document) -> Iterator[Operation]:
    for template, item in document["paths"].items():
        for verb in (each for each in VERBS if each in item):
            mine = item[verb]
            parameters = (*item.get("parameters", ()), *mine.get("parameters", ()))
            body = mine.get("requestBody", {})
            yield Operation(verb.upper(), template, parameters, body, mine["responses"])


@cache
def vendors_file() -> Document:
    """Return the file as it is, read once; copy it before you change it."""
    document: Document = yaml.load(FILE.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return document


@cache
def referee() -> Referee:
    """Return the referee."""
    return Referee(vendors_file())
