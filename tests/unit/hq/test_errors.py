"""Errors: masked secrets, exception classes and advice."""

import json
from time import process_time
from typing import Any

import pytest

from bim360_provider.errors import HqError, RejectedError, UnavailableError
from bim360_provider.hq.transport.errors import ADVICE_BY_STATUS, build_hq_error, mask_secrets
from bim360_provider.hq.transport.message import MAX_READ_LENGTH, Response

JWT = "eyJ" + "hbGciOiJI.eyJjb.SflKxw-_"


@pytest.mark.parametrize(
    ("text", "masked"),
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
def test_an_error_masks_secrets_and_tokens_at_any_position(text: str, masked: str) -> None:
    """The secret is known; a token is recognised by its form."""
    assert mask_secrets(text, "long-secret-1") == masked


def test_a_short_secret_is_masked_only_as_a_whole_word() -> None:
    """Otherwise an error about the name would lose letters."""
    assert mask_secrets("the name is a me", "me") == "the name is a [secret]"


def test_an_empty_secret_masks_nothing() -> None:
    """An empty text matches everywhere."""
    assert mask_secrets("as it is", "") == "as it is"


def measure_masking(text: str) -> float:
    """Return the processor time of masking a text in seconds, the best of three."""
    times = []
    for _ in range(3):
        start = process_time()
        mask_secrets(text, "long-secret-1")
        times.append(process_time() - start)
    return min(times)


@pytest.mark.parametrize(
    "piece", ["eyJ-", "eyJ", "eyJ.", "eyJ- ", "Bearer ", "Bearer x ", "Basic", "long-secret-", "l"]
)
def test_the_time_to_mask_a_text_grows_linearly(piece: str) -> None:
    """A malicious page cannot block the client."""
    count = 4_000

    short = measure_masking(piece * count)
    assert measure_masking(piece * count * 10) < 40 * max(short, 0.0005)


def build_error(status: int, body: Any, **more: str) -> HqError:
    """Return the error for a response."""
    is_page = isinstance(body, str)
    raw = body.encode() if is_page else json.dumps(body).encode()
    headers = {"Content-Type": "text/html" if is_page else "application/json", **more}
    response = Response(status, headers, raw)
    return build_hq_error(
        "try", "GET /x", response, lambda text: mask_secrets(text, "long-secret-1")
    )


@pytest.mark.parametrize("before", range(MAX_READ_LENGTH - 20, MAX_READ_LENGTH + 2))
@pytest.mark.parametrize("secret", ["long-secret-1", f"Bearer {'x' * 40}", JWT])
def test_truncating_a_long_message_leaves_no_part_of_a_secret(before: int, secret: str) -> None:
    """At any position of the cut."""
    error = str(build_error(403, {"message": f"eyJ{'-' * (before - 4)} {secret} and more"}))

    assert "long-se" not in error
    assert "xxx" not in error
    assert "hbGci" not in error


def test_truncating_a_code_leaves_no_part_of_a_secret() -> None:
    """A code is masked before it is truncated."""
    assert "long-se" not in str(build_error(403, {"code": f"{'x' * 33} long-secret-1"}))


@pytest.mark.parametrize("key", ["message", "code"])
def test_only_the_beginning_of_a_long_message_is_read(key: str) -> None:
    """A very long or deeply nested message is cheap to parse."""
    deep: list[Any] = []
    for _ in range(200):
        deep = [deep]
    for value in ("no " * 2**20, "x" * 2**20, [1] * 2**18, deep, 10**4000):
        error = build_error(400, {key: value})

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
    """Also the statuses that only gateways send, with or without an HTML page."""
    error = build_error(status, body)

    assert type(error) is kind
    assert str(error).endswith(ADVICE_BY_STATUS[advice])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 410, 422, 451])
def test_a_proxys_page_does_not_count_as_a_refusal_by_hq(status: int) -> None:
    """It is not about the value, the name or the app's access."""
    error = build_error(status, "<html>Access denied by your company</html>")

    assert type(error) is RejectedError
    assert "The response is not from HQ: check the base URL" in str(error)


@pytest.mark.parametrize(
    ("header", "advice"),
    [
        ("91", "a wait of 91 s, which is too long"),
        ("3600", "a wait of 3600 s, which is too long"),
        ("7200", "a wait of 2 hours, which is too long"),
        ("1000000", "a wait of 12 days, which is too long"),
        ("1e308", "a wait of more than a year, which is too long"),
        ("inf", "a wait of more than a year, which is too long"),
        ("9" * 5000, "a wait of more than a year, which is too long"),
        ("Fri, 31 Dec 9999 23:59:59 GMT", "a wait of more than a year, which is too long"),
        ("nan", "Run it again later"),
        ("-1e308", "Run it again later"),
        ("-inf", "Run it again later"),
    ],
)
def test_an_error_formats_an_excessive_retry_after_for_users(header: str, advice: str) -> None:
    """Not as a number with three hundred digits."""
    error = str(build_error(429, {"message": "slow down"}, **{"Retry-After": header}))

    assert advice in error
    assert len(error) < 200
