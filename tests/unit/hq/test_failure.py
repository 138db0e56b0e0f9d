"""Masking: what an error may not repeat, whoever wrote it into an answer."""

import json
from time import process_time
from typing import Any

import pytest

from bim360_provider.errors import HqError, RejectedError, UnavailableError
from bim360_provider.hq.transport.errors import ADVICE_BY_STATUS, build_hq_error, mask_secrets
from bim360_provider.hq.transport.response import MAX_READ_LENGTH, Response

JWT = "eyJ" + "hbGciOiJI.eyJjb.SflKxw-_"


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("no access with long-secret-1", "no access with [secret]"),
        ("long-secret-1long-secret-1", "[secret][secret]"),
        (f"token {JWT} expired", "token [secret] expired"),
        (f"token {JWT[:20]}", "token [secret]"),
        ("Authorization: Bearer abcdefgh12 was", "Authorization: Bearer [secret] was"),
        ("Authorization: Basic YXBwOnNlY3JldA== was", "Authorization: Basic [secret] was"),
        ("a basic mistake of the bearer", "a basic mistake of the bearer"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_secrets_and_tokens_are_masked_wherever_they_stand(words: str, shown: str) -> None:
    """The secret is known; a token is known by its form."""
    assert mask_secrets(words, "long-secret-1") == shown


def test_a_short_secret_is_masked_only_where_it_stands_alone() -> None:
    """Otherwise an error about the name would lose its letters."""
    assert mask_secrets("the name is a me", "me") == "the name is a [secret]"


def test_an_empty_secret_masks_nothing() -> None:
    """There is nothing to hide."""
    assert mask_secrets("as it is", "") == "as it is"


def seconds(text: str) -> float:
    """Return the processor time of masking a text: the best of three."""
    times = []
    for _ in range(3):
        began = process_time()
        mask_secrets(text, "long-secret-1")
        times.append(process_time() - began)
    return min(times)


@pytest.mark.parametrize(
    "piece", ["eyJ-", "eyJ", "eyJ.", "eyJ- ", "Bearer ", "Bearer x ", "Basic", "long-secret-", "l"]
)
def test_ten_times_the_text_takes_no_hundred_times_to_mask(piece: str) -> None:
    """A page that was written to keep us busy does not."""
    few = 4_000

    assert seconds(piece * few * 10) < 40 * max(seconds(piece * few), 0.0005)


def refusal(status: int, body: Any, **headers: str) -> HqError:
    """Return the error for an answer."""
    is_page = isinstance(body, str)
    raw = body.encode() if is_page else json.dumps(body).encode()
    kind = {"Content-Type": "text/html" if is_page else "application/json", **headers}
    answer = Response(status, kind, raw)
    return build_hq_error("try", "GET /x", answer, lambda text: mask_secrets(text, "long-secret-1"))


@pytest.mark.parametrize("before", range(MAX_READ_LENGTH - 20, MAX_READ_LENGTH + 2))
@pytest.mark.parametrize("secret", ["long-secret-1", f"Bearer {'x' * 40}", JWT])
def test_no_half_of_a_secret_is_left_where_a_long_message_is_cut(before: int, secret: str) -> None:
    """Whatever part of it is the last that is read."""
    told = str(refusal(403, {"message": f"eyJ{'-' * (before - 4)} {secret} and more"}))

    assert "long-se" not in told
    assert "xxx" not in told
    assert "hbGci" not in told


def test_no_half_of_a_secret_is_left_of_a_code() -> None:
    """A code is shown after it was masked."""
    assert "long-se" not in str(refusal(403, {"code": f"{'x' * 33} long-secret-1"}))


@pytest.mark.parametrize("key", ["message", "code"])
def test_of_a_long_message_only_the_beginning_is_read(key: str) -> None:
    """Neither its length nor its depth costs more than it is worth."""
    deep: list[Any] = []
    for _ in range(200):
        deep = [deep]
    for value in ("no " * 2**20, "x" * 2**20, [1] * 2**18, deep, 10**4000):
        error = refusal(400, {key: value})

        assert len(str(error)) < 700
        assert len(error.hq_message) <= 300


GATEWAYS = (520, 521, 522, 523, 524, 525, 526, 527, 529, 530, 598, 599, 999)


@pytest.mark.parametrize(
    ("status", "kind", "advice"),
    [
        *((status, UnavailableError, 408) for status in (408, 425, 444, 460, 499)),
        *((status, UnavailableError, 500) for status in (500, 502, 503, 504, 507)),
        *((status, UnavailableError, 501) for status in (501, 505, 506, 508, 510)),
        (511, UnavailableError, 511),
        *((status, UnavailableError, 520) for status in GATEWAYS),
        (413, RejectedError, 413),
        (418, RejectedError, 400),
    ],
)
@pytest.mark.parametrize("body", ["", "<html>error</html>", {"message": "error"}])
def test_each_status_has_its_class_and_its_advice(
    status: int, kind: type[HqError], advice: int, body: Any
) -> None:
    """Also those that only gateways send, with or without a page of theirs."""
    error = refusal(status, body)

    assert type(error) is kind
    assert str(error).endswith(ADVICE_BY_STATUS[advice])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 422, 451])
def test_a_page_of_a_proxy_is_not_taken_for_a_refusal_of_hq(status: int) -> None:
    """It says nothing of the value, the name or the app's access."""
    error = refusal(status, "<html>Access denied by your company</html>")

    assert type(error) is RejectedError
    assert "The response is not from HQ: check the base URL" in str(error)


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("91", "wait 91 s, longer"),
        ("3600", "wait 3600 s, longer"),
        ("7200", "wait 2 hours, longer"),
        ("1000000", "wait 12 days, longer"),
        ("1e308", "wait more than a year, longer"),
        ("inf", "wait more than a year, longer"),
        ("9" * 5000, "wait more than a year, longer"),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "wait more than a year, longer"),
        ("nan", "Run it again later"),
        ("-1e308", "Run it again later"),
        ("-inf", "Run it again later"),
    ],
)
def test_a_wait_that_hq_asks_for_is_told_as_people_read_it(header: str, told: str) -> None:
    """Never as a number of three hundred digits."""
    error = str(refusal(429, {"message": "slow down"}, **{"Retry-After": header}))

    assert told in error
    assert len(error) < 200
