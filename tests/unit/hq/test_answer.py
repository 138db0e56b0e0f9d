"""Answers: HQ's and the gateway's error formats, and whatever else comes back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bim360_provider.hq.transport.response import Response
from bim360_provider.models import Project


def answer(body: bytes, status: int = 400) -> Response:
    """Return an answer with a body."""
    return Response(status, {"Content-Type": "text/html; charset=utf-8"}, body)


@pytest.mark.parametrize(
    ("body", "code", "words"),
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
def test_both_error_formats_are_read_and_all_others_survived(
    body: bytes, code: str, words: str
) -> None:
    """HQ's has a number, the gateway's a code with letters."""
    assert (answer(body).code, answer(body).message) == (code, words)


@pytest.mark.parametrize(
    ("body", "holds"), [(b"{}", True), (b"[]", True), (b"0", True), (b"null", False), (b"", False)]
)
def test_an_answer_without_json_is_no_answer(body: bytes, holds: bool) -> None:
    """An empty object is one; nothing is none."""
    assert answer(body).has_json is holds


@pytest.mark.parametrize(("status", "good"), [(199, False), (200, True), (299, True), (300, False)])
def test_success_is_https_own_class(status: int, good: bool) -> None:
    """200 to 299."""
    assert answer(b"{}", status).is_success is good


@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"a":' * 100_000])
def test_json_of_absurd_depth_is_none(body: bytes) -> None:
    """It would make Python's parser give up in an error of its own."""
    assert not answer(body).has_json
    assert not answer(body).is_api_error


@given(st.binary() | st.recursive(st.none() | st.text(), st.lists).map(lambda v: repr(v).encode()))
def test_no_body_breaks_the_reading(body: bytes) -> None:
    """Whatever comes back, it is told on one line."""
    read: Any = answer(body)

    assert "\n" not in read.message
    assert isinstance(read.code, str)


@pytest.mark.parametrize("half", ["\\ud800", "\\uDFFF x", "a\\udbff\\ud800"])
def test_half_a_character_becomes_a_question_mark(half: str) -> None:
    """Pulumi's protocol could not carry it."""
    read = Response(200, {}, f'{{"name": "{half}", "whole": "\\ud83d\\ude00 ä"}}'.encode())

    assert "?" in read.json["name"]
    assert read.json["name"].encode()
    assert read.json["whole"] == "😀 ä"


@pytest.mark.parametrize(
    "body", [b"9" * 5000, b"[" * 100_000, b"\xff\xfe\x00", b"\xef\xbb", b'"\\ud800" [', b"{]"]
)
def test_what_cannot_be_read_is_no_json(body: bytes) -> None:
    """It is an error of its own kind, which is told or retried."""
    read = answer(body, 200)

    assert not read.has_json
    with pytest.raises(ValueError, match=r"."):
        _ = read.json


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e999", '"1e999"', "9" * 4000])
def test_an_amount_that_is_no_number_is_no_answer_of_hq(value: str) -> None:
    """In a state it would differ from itself for ever."""
    read = answer(f'{{"id": "a", "value": {value}}}'.encode(), 200)

    with pytest.raises(ValidationError):
        Project.model_validate(read.json)
