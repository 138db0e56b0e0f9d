"""Masking: what an error may not repeat, whoever wrote it into an answer."""

import pytest

from bim360_provider.hq.failure import masked

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
    assert masked(words, "long-secret-1") == shown


def test_a_short_secret_is_masked_only_where_it_stands_alone() -> None:
    """Otherwise an error about the name would lose its letters."""
    assert masked("the name is a me", "me") == "the name is a [secret]"


def test_an_empty_secret_masks_nothing() -> None:
    """There is nothing to hide."""
    assert masked("as it is", "") == "as it is"
