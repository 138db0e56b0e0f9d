"""How a person is named: e-mails in lower case, ids, uids, and nothing else."""

import pytest

from bim360_provider.models import person


@pytest.mark.parametrize("written", ["Ada@Example.com", " ada@example.com ", "ADA@EXAMPLE.COM"])
def test_an_e_mail_is_kept_in_lower_case(written: str) -> None:
    """HQ compares without case, and so do we."""
    assert person.email(written) == "ada@example.com"


@pytest.mark.parametrize(
    "written", ["ada", "ada@", "@example.com", "ada@example", "a b@example.com", "a@b@c.com", ""]
)
def test_what_is_no_e_mail_is_told_with_an_example(written: str) -> None:
    """The words say what to write instead."""
    with pytest.raises(ValueError, match=r"must be an e-mail address such as 'ada@example.com'"):
        person.email(written)


def test_an_e_mail_has_255_characters_at_most() -> None:
    """HQ's own limit."""
    with pytest.raises(ValueError, match="has 256 characters; HQ takes 255 at most"):
        person.email("a" * 244 + "@example.com")


def test_an_e_mail_is_measured_as_it_is_sent() -> None:
    """In lower case an İ is two characters."""
    with pytest.raises(ValueError, match="has 498 characters; HQ takes 255 at most"):
        person.email("İ" * 243 + "@example.com")


@pytest.mark.parametrize("written", ["Ada Lovelace", "ada@example", "short", "a-b-c-d-e-f"])
def test_an_acting_user_has_to_be_one_of_three_things(written: str) -> None:
    """A name finds nobody."""
    with pytest.raises(ValueError, match="must be an e-mail address, an id or a uid of a user"):
        person.acting_user(written)
