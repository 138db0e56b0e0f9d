"""Errors at Pulumi's door: ours as one line, a bug with its traceback."""

import sys
import traceback
from collections.abc import Iterator

import pytest

from bim360_provider.dynamic import base
from bim360_provider.dynamic.base import DEBUG_VARIABLE, shorten_errors
from bim360_provider.errors import Bim360Error, ConfigError, NotFoundError


@shorten_errors
def fails(error: Exception) -> None:
    """Raise what it is given, with a cause behind it."""
    try:
        raise KeyError("inner")  # noqa: EM101, TRY301 - a cause to be hidden
    except KeyError as cause:
        raise error from cause


def get_sent_message(error: Exception) -> str:
    """Return what Pulumi's host would send on."""
    with pytest.raises(Exception, match=r"[a-z]") as caught:
        fails(error)
    return "".join(traceback.format_exception(caught.value))


@pytest.fixture
def in_host(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Make this process look like Pulumi's host."""
    monkeypatch.setattr(base, "IS_HOST", True)
    yield
    if hasattr(sys, "tracebacklimit"):
        del sys.tracebacklimit


@pytest.mark.usefixtures("in_host")
def test_our_own_error_is_its_sentence_and_nothing_else() -> None:
    """What Pulumi prints behind ``error:``."""
    assert (
        get_sent_message(ConfigError("BIM 360: not configured yet."))
        == "BIM 360: not configured yet.\n"
    )


@pytest.mark.usefixtures("in_host")
def test_a_bug_of_ours_keeps_its_traceback() -> None:
    """Also after an error that was cut to its line."""
    get_sent_message(ConfigError("BIM 360: not configured yet."))

    assert "Traceback" in get_sent_message(ZeroDivisionError("a bug"))


@pytest.mark.usefixtures("in_host")
def test_debugging_keeps_every_frame(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the cause behind it."""
    monkeypatch.setenv(DEBUG_VARIABLE, "1")

    assert "KeyError: 'inner'" in get_sent_message(ConfigError("BIM 360: not configured yet."))


def test_outside_of_the_host_nothing_global_is_touched() -> None:
    """Programs that use the provider class keep their tracebacks."""
    get_sent_message(ConfigError("BIM 360: not configured yet."))

    assert not hasattr(sys, "tracebacklimit")


def test_every_expected_error_is_shortened_and_keeps_its_message() -> None:
    """The prefix is not printed twice."""
    error = NotFoundError("BIM 360: could not read it.", status=404, hq_message="", request="GET /")

    assert isinstance(error, Bim360Error)
    assert get_sent_message(error).splitlines()[-1] == "BIM 360: could not read it."
