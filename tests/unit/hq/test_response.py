"""Responses: the error formats of HQ and its gateway, and malformed bodies."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bim360_provider.hq.transport.message import Response
from bim360_provider.models import Project


def build_response(body: bytes, status: int = 400) -> Response:
    """Return a response with a body."""
    return Response(status, {"Content-Type": "text/html; charset=utf-8"}, body)


@pytest.mark.parametrize(
    ("body", "code", "message"),
    [
        (b'{"code": 1004, "message": "no account"}', "1004", "no account"),
        (b'{"errorCode": "AUTH-006", "developerMessage": "bad token"}', "AUTH-006", "bad token"),
        (b'{"error": "invalid_client", "error_description": "who?"}', "", "who?"),
        (b'{"detail": "two\\nlines"}', "", "two lines"),
        (b'{"message": ["a", "b"]}', "", "['a', 'b']"),
        (b'{"message": ""}', "", "no message (15 bytes of text/html)"),
        (b"[1]", "", "no message (3 bytes of text/html)"),
        (b"<html>", "", "no message (6 bytes of text/html)"),
        (b"", "", "no message (0 bytes of text/html)"),
        (b"\xff\xfe", "", "no message (2 bytes of text/html)"),
    ],
)
def test_a_response_parses_both_error_formats_and_tolerates_others(
    body: bytes, code: str, message: str
) -> None:
    """HQ's has a number, the gateway's a code with letters."""
    response = build_response(body)

    assert (response.code, response.message) == (code, message)


@pytest.mark.parametrize(
    ("body", "has_json"),
    [(b"{}", True), (b"[]", True), (b"0", True), (b"null", False), (b"", False)],
)
def test_a_body_without_json_has_no_json(body: bytes, has_json: bool) -> None:
    """An empty object is JSON; null and an empty body do not count."""
    assert build_response(body).has_json is has_json


@pytest.mark.parametrize(
    ("status", "is_success"), [(199, False), (200, True), (299, True), (300, False)]
)
def test_success_is_http_class_2xx(status: int, is_success: bool) -> None:
    """200 to 299."""
    assert build_response(b"{}", status).is_success is is_success


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000])
def test_json_that_is_nested_too_deeply_does_not_count_as_json(body: bytes) -> None:
    """Python's parser would raise a RecursionError."""
    assert not build_response(body).has_json
    assert not build_response(body).is_api_error


@given(st.binary() | st.recursive(st.none() | st.text(), st.lists).map(lambda v: repr(v).encode()))
def test_no_body_breaks_the_parsing_of_an_error(body: bytes) -> None:
    """Any body results in a one-line message."""
    response: Any = build_response(body)

    assert "\n" not in response.message
    assert isinstance(response.code, str)


@pytest.mark.parametrize("surrogate", ["\\ud800", "\\uDFFF x", "a\\udbff\\ud800"])
def test_a_lone_surrogate_becomes_a_question_mark(surrogate: str) -> None:
    """Pulumi's protocol cannot transport it."""
    response = Response(200, {}, f'{{"name": "{surrogate}", "whole": "\\ud83d\\ude00 ä"}}'.encode())

    assert "?" in response.json["name"]
    assert response.json["name"].encode()
    assert response.json["whole"] == "😀 ä"


@pytest.mark.parametrize(
    "body", [b"9" * 5000, b"[" * 100_000, b"\xff\xfe\x00", b"\xef\xbb", b'"\\ud800" [', b"{]"]
)
def test_an_unreadable_body_does_not_count_as_json(body: bytes) -> None:
    """It raises a ValueError; the transport retries or reports it."""
    response = build_response(body, 200)

    assert not response.has_json
    with pytest.raises(ValueError, match=r"."):
        _ = response.json


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", '"1e999"', "9" * 4000])
def test_a_project_value_that_is_not_a_number_is_rejected(value: str) -> None:
    """NaN in a state would always differ from itself."""
    response = build_response(f'{{"id": "a", "value": {value}}}'.encode(), 200)

    with pytest.raises(ValidationError):
        Project.model_validate(response.json)
