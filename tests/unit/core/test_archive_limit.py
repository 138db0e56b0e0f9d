"""The archive limit of a run is never exceeded, even after failures."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from bim360_provider.core.run import ArchiveLimit
from bim360_provider.errors import (
    ArchiveLimitError,
    ConfigError,
    HqError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    UnansweredError,
    UnauthorizedError,
    UnavailableError,
    UnreachableError,
)
from bim360_provider.hq import OpenOutcomeError


def build_error(kind: type[HqError], status: int) -> HqError:
    """Return a response of HQ as an error."""
    return kind("no", status=status, hq_message="no", request="PATCH")


CLEAR = [
    build_error(RejectedError, 422),
    build_error(UnauthorizedError, 403),
    build_error(NotFoundError, 404),
    build_error(RateLimitedError, 429),
]
OPEN = [
    build_error(UnavailableError, 504),
    UnansweredError("lost"),
    OpenOutcomeError("lost"),
    UnreachableError("after a try that was lost"),
    ConfigError("?"),
    KeyboardInterrupt(),
]


def archived(allowance: ArchiveLimit, send: Callable[[], object] = lambda: None) -> bool:
    """Return whether one more was let through."""
    try:
        with allowance.reserve("'Tower' (85d84020-…)"):
            send()
    except ArchiveLimitError:
        return False
    return True


def fails(error: BaseException) -> Callable[[], object]:
    """Return a request that ends so."""

    def send() -> None:
        raise error

    return send


def test_several_threads_never_exceed_the_limit() -> None:
    """The host has four; here are sixteen."""
    allowance = ArchiveLimit(20)

    with ThreadPoolExecutor(16) as pool:
        let = list(pool.map(lambda _: archived(allowance), range(400)))

    assert let.count(True) == 20


def test_without_a_limit_all_are_archived() -> None:
    """As for an emulator, where there is nothing to lose."""
    allowance = ArchiveLimit()

    assert all(archived(allowance) for _ in range(400))


@pytest.mark.parametrize("error", CLEAR, ids=repr)
def test_a_clear_no_gives_the_place_back(error: Exception) -> None:
    """Nothing was archived, so the next one may be."""
    allowance = ArchiveLimit(1)

    with pytest.raises(type(error)):
        archived(allowance, fails(error))

    assert archived(allowance)
    assert not archived(allowance)


@pytest.mark.parametrize("error", OPEN, ids=repr)
def test_an_open_end_counts_as_archived(error: BaseException) -> None:
    """It may have been: one less is a nuisance, one more is what the guard is against."""
    allowance = ArchiveLimit(1)

    with suppress(type(error)):
        archived(allowance, fails(error))

    assert not archived(allowance)


def test_what_is_refused_never_begins() -> None:
    """Not one request."""
    reserved: list[int] = []

    with pytest.raises(ArchiveLimitError), ArchiveLimit(0).reserve("'Tower' (85d84020-…)"):
        reserved.append(1)

    assert reserved == []


def test_none_at_all_says_so_and_does_not_advise_to_run_it_again() -> None:
    """A second run would be refused as well."""
    with (
        pytest.raises(ArchiveLimitError) as caught,
        ArchiveLimit(0).reserve("'Tower' (85d84020-…)"),
    ):
        pass

    assert str(caught.value) == (
        "BIM 360: project 'Tower' (85d84020-…) is not archived: bim360:maxArchives is 0. To "
        "archive it, set BIM360_MAX_ARCHIVES to a higher number, or to 'unlimited'."
    )
