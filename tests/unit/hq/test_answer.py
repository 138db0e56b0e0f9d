"""Answers: HQ's and the gateway's error formats, and whatever else comes back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bim360_provider.hq.answer import Answer


def answer(body: bytes, status: int = 400) -> Answer:
    """Return an answer with a body."""
    return Answer(status, {"Content-Type": "text/html; charset=utf-8"}, body)


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        (b'{"code": 1004, "message": "no account"}', "1004", "no account"),
        (b'{"errorCode": "AUTH-006", "developerMessage": "bad token"}', "AUTH-006", "bad token"),
        (b'{"error": "invalid_client", "error_description": "who?"}', "", "who?"),
        (b'{"detail": "two\\nlines"}', "", "two lines"),
        (b'{"message": ["a", "b"]}', "", "['a', 'b']"),
        (b'{"message": ""}', "", "no words of its own (15 bytes of text/html)"),
        (b"[1]", "", "no words of its own (3 bytes of text/html)"),
        (b"<html>", "", "no words of its own (6 bytes of text/html)"),
        (b"", "", "no words of its own (0 bytes of text/html)"),
        (b"\xff\xfe", "", "no words of its own (2 bytes of text/html)"),
    ],
)
def test_both_error_formats_are_read_and_all_others_survived(
    body: bytes, code: str, words: str
) -> None:
    """HQ's has a number, the gateway's a code with letters."""
    assert (answer(body).code, answer(body).words) == (code, words)


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
    assert not answer(body).is_from_hq


@given(st.binary() | st.recursive(st.none() | st.text(), st.lists).map(lambda v: repr(v).encode()))
def test_no_body_breaks_the_reading(body: bytes) -> None:
    """Whatever comes back, it is told on one line."""
    read: Any = answer(body)

    assert "\n" not in read.words
    assert isinstance(read.code, str)
