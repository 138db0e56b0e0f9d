"""References to a user: e-mails in lower case, ids and uids."""

import subprocess
import sys

import pytest

from bim360_provider.models import user_ref


@pytest.mark.parametrize("written", ["Ada@Example.com", " ada@example.com ", "ADA@EXAMPLE.COM"])
def test_an_e_mail_is_converted_to_lower_case(written: str) -> None:
    """HQ ignores the case."""
    assert user_ref.parse_email(written) == "ada@example.com"


@pytest.mark.parametrize(
    "written", ["ada", "ada@", "@example.com", "ada@example", "a b@example.com", "a@b@c.com", ""]
)
def test_the_message_for_an_invalid_e_mail_has_an_example(written: str) -> None:
    """It shows the right format."""
    with pytest.raises(ValueError, match=r"must be an e-mail address such as 'ada@example.com'"):
        user_ref.parse_email(written)


def test_an_e_mail_has_255_characters_at_most() -> None:
    """This is HQ's limit."""
    with pytest.raises(ValueError, match="has 256 characters; HQ accepts 255 at most"):
        user_ref.parse_email("a" * 244 + "@example.com")


def test_the_limit_applies_to_the_e_mail_in_lower_case() -> None:
    """The lower case of İ has two characters."""
    with pytest.raises(ValueError, match="has 498 characters; HQ accepts 255 at most"):
        user_ref.parse_email("İ" * 243 + "@example.com")


@pytest.mark.parametrize("written", ["Ada Lovelace", "ada@example", "short", "a-b-c-d-e-f"])
def test_an_acting_user_is_an_e_mail_an_id_or_a_uid(written: str) -> None:
    """A name is refused."""
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
def test_the_message_for_text_around_an_e_mail_suggests_the_address(written: str) -> None:
    """Otherwise an unreachable user would be added."""
    with pytest.raises(ValueError, match=r"did you mean 'ada@example.com'\?$"):
        user_ref.parse_email(written)


@pytest.mark.parametrize(
    "written",
    ['"a b"@example.com', "a@[127.0.0.1]", "a@localhost", "a@-a.com", "a@b_c.com", "a@b.local"],
)
def test_an_unusable_address_is_refused(written: str) -> None:
    """Examples are quoted names, IP addresses and local hosts."""
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
def test_an_unusual_address_is_accepted(written: str, kept: str) -> None:
    """It is in lower case and in Unicode's form C; HQ checks the rest."""
    assert user_ref.parse_email(written) == kept
    assert user_ref.parse_acting_user(written) == kept


def test_no_dns_request_is_sent_for_an_e_mail() -> None:
    """A preview works without a network, and the host loads no resolver."""
    code = (
        "import sys; from bim360_provider.models import user_ref; "
        "assert 'email_validator' not in sys.modules; "
        "user_ref.parse_email('ada@example.com'); assert 'dns' not in sys.modules"
    )

    subprocess.run([sys.executable, "-c", code], check=True)  # noqa: S603 - our own code
