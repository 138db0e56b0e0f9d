"""How a person is named: e-mails in lower case, ids, uids, and nothing else."""

import subprocess
import sys

import pytest

from bim360_provider.models import user_ref


@pytest.mark.parametrize("written", ["Ada@Example.com", " ada@example.com ", "ADA@EXAMPLE.COM"])
def test_an_e_mail_is_kept_in_lower_case(written: str) -> None:
    """HQ compares without case, and so do we."""
    assert user_ref.parse_email(written) == "ada@example.com"


@pytest.mark.parametrize(
    "written", ["ada", "ada@", "@example.com", "ada@example", "a b@example.com", "a@b@c.com", ""]
)
def test_what_is_no_e_mail_is_told_with_an_example(written: str) -> None:
    """The words say what to write instead."""
    with pytest.raises(ValueError, match=r"must be an e-mail address such as 'ada@example.com'"):
        user_ref.parse_email(written)


def test_an_e_mail_has_255_characters_at_most() -> None:
    """HQ's own limit."""
    with pytest.raises(ValueError, match="has 256 characters; HQ accepts 255 at most"):
        user_ref.parse_email("a" * 244 + "@example.com")


def test_an_e_mail_is_measured_as_it_is_sent() -> None:
    """In lower case an İ is two characters."""
    with pytest.raises(ValueError, match="has 498 characters; HQ accepts 255 at most"):
        user_ref.parse_email("İ" * 243 + "@example.com")


@pytest.mark.parametrize("written", ["Ada Lovelace", "ada@example", "short", "a-b-c-d-e-f"])
def test_an_acting_user_has_to_be_one_of_three_things(written: str) -> None:
    """A name finds nobody."""
    with pytest.raises(ValueError, match="must be an e-mail address, an id or a uid of a user"):
        user_ref.parse_acting_user(written)


@pytest.mark.parametrize(
    "written",
    [
        "mailto:ada@example.com",
        "<ada@example.com>",
        "ada@example.com,",
        "ada@example.com.",
        "ada@example..com",
        "ada.@example.com",
        ".ada@example.com",
        "Ada Lovelace <Ada@Example.com>",
        '"Ada" <ada@example.com>',
        "ada@example.com; bob@example.com",
        "(ada@example.com)",
    ],
)
def test_text_around_an_e_mail_is_refused_and_the_address_is_suggested(written: str) -> None:
    """It would create a person whom nobody can reach."""
    with pytest.raises(ValueError, match=r"did you mean 'ada@example.com'\?$"):
        user_ref.parse_email(written)


@pytest.mark.parametrize(
    "written",
    ['"a b"@example.com', "a@[127.0.0.1]", "a@localhost", "a@-a.com", "a@b_c.com", "a@b.local"],
)
def test_an_address_that_no_one_can_have_is_refused(written: str) -> None:
    """Quoted names, IP addresses, hosts that no e-mail reaches."""
    with pytest.raises(ValueError, match="must be an e-mail address"):
        user_ref.parse_email(written)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Jörg@München.example.com", "jörg@münchen.example.com"),
        ("jo\u0308rg@example.com", "jörg@example.com"),
        ("o'brien+hq@example.co.uk", "o'brien+hq@example.co.uk"),
    ],
)
def test_an_unusual_address_is_taken(written: str, kept: str) -> None:
    """In lower case and in Unicode's form C; HQ decides about the rest."""
    assert user_ref.parse_email(written) == kept
    assert user_ref.parse_acting_user(written) == kept


def test_no_e_mail_is_looked_up_in_the_dns() -> None:
    """A preview works without a network, and the host loads no resolver."""
    code = (
        "import sys; from bim360_provider.models import user_ref; "
        "assert 'email_validator' not in sys.modules; "
        "user_ref.parse_email('ada@example.com'); assert 'dns' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own code
