"""Two programs create the same name at once: one project, and one clear error."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bim360_provider.core.project import create
from bim360_provider.errors import Bim360Error, ConflictError
from tests.support.hq import (
    DROPS_CONNECTION,
    PROJECT_INPUTS,
    Fault,
    HqFixture,
    build_reply,
    build_run,
    build_settings,
)

OTHER_INPUTS = {**PROJECT_INPUTS, "value": 5000.0, "city": "Oslo"}
GATEWAY_TIMEOUT = build_reply(504, b"<html>504</html>")


def create_in_parallel(hq: HqFixture, *declared: Mapping[str, Any], **config: str) -> list[Any]:
    """Return the results of concurrent creates by several programs, each with its own client."""
    clients = [hq.create_client() for _ in declared]
    for client in clients:
        client.transport.get_server_time()
    barrier = threading.Barrier(len(declared))

    def run(number: int) -> str | Bim360Error:
        barrier.wait()
        try:
            return create(build_run(clients[number], build_settings(**config)), declared[number])[0]
        except Bim360Error as error:
            return error

    with ThreadPoolExecutor(len(declared)) as pool:
        return list(pool.map(run, range(len(declared))))


def split_outcomes(outcomes: list[Any]) -> tuple[list[str], list[Bim360Error]]:
    """Return the ids and the errors."""
    ids = [each for each in outcomes if isinstance(each, str)]
    return ids, [each for each in outcomes if isinstance(each, Bim360Error)]


@pytest.mark.parametrize("second", [PROJECT_INPUTS, OTHER_INPUTS], ids=["equal", "different"])
def test_one_program_creates_the_project_and_the_other_gets_an_error(
    hq: HqFixture, second: Mapping[str, Any]
) -> None:
    """Equal or different arguments; three requests, without tokens."""
    ids, (error,) = split_outcomes(create_in_parallel(hq, PROJECT_INPUTS, second))

    assert len(ids) == 1
    assert hq.list_project_names() == ["Tower A"]
    assert isinstance(error, ConflictError)
    assert str(error) == (
        f"BIM 360: could not create project 'Tower A': 'Tower A' ({ids[0]}) was created by "
        "another user or pipeline during this run; check whether two resources or pipelines "
        "declare it, "
        "or declare another name."
    )
    requests = sorted(route for route in hq.emulator.request_log if route != "token")
    assert requests == ["GET projects", "POST projects", "POST projects"]


def test_one_of_ten_programs_creates_the_project(hq: HqFixture) -> None:
    """The other nine get an error."""
    ids, errors = split_outcomes(create_in_parallel(hq, *[PROJECT_INPUTS] * 10))

    assert (len(ids), len(errors)) == (1, 9)
    assert hq.list_project_names() == ["Tower A"]


def test_programs_that_may_share_get_one_project(hq: HqFixture) -> None:
    """The option adoptSimultaneous permits it; the second program gets a warning."""
    ids, errors = split_outcomes(
        create_in_parallel(hq, PROJECT_INPUTS, PROJECT_INPUTS, adoptSimultaneous="true")
    )

    assert errors == []
    assert len(set(ids)) == 1
    assert hq.list_project_names() == ["Tower A"]
    assert len(hq.list_warnings()) == 1


def test_programs_with_different_arguments_do_not_share(hq: HqFixture) -> None:
    """They would permanently undo each other's changes."""
    ids, (error,) = split_outcomes(
        create_in_parallel(hq, PROJECT_INPUTS, OTHER_INPUTS, adoptSimultaneous="true")
    )

    assert len(ids) == 1
    assert isinstance(error, ConflictError)
    assert hq.list_project_names() == ["Tower A"]


@pytest.mark.parametrize("reply", [GATEWAY_TIMEOUT, DROPS_CONNECTION])
@pytest.mark.parametrize("second", [PROJECT_INPUTS, OTHER_INPUTS], ids=["equal", "different"])
def test_a_lost_response_duplicates_no_project(
    hq: HqFixture, second: Mapping[str, Any], reply: Any
) -> None:
    """HQ acted on the first POST without a response; only its sender accepts the project."""
    hq.emulator.faults.append(Fault("POST projects", reply, acts_on_request=True))

    ids, (error,) = split_outcomes(create_in_parallel(hq, PROJECT_INPUTS, second))

    assert len(ids) == 1
    assert hq.list_project_names() == ["Tower A"]
    assert isinstance(error, ConflictError)
    assert hq.emulator.request_log.count("POST projects") == 2


def test_a_concurrent_project_of_another_program_is_not_ours(hq: HqFixture) -> None:
    """HQ did not act on our POST; the project that the search finds has other values."""
    other = hq.create_client()
    other.transport.get_server_time()
    hq.emulator.faults.append(Fault("POST projects", GATEWAY_TIMEOUT))
    theirs = iter([lambda: create(build_run(other), OTHER_INPUTS)])
    follow = hq.emulator.clock.advance

    def overtaken(seconds: float) -> None:
        follow(seconds)
        next(theirs, lambda: None)()

    hq.clock.on_sleep = overtaken

    with pytest.raises(
        ConflictError, match="was created by another user or pipeline during this run"
    ):
        create(build_run(hq.create_client()), PROJECT_INPUTS)

    assert hq.list_project_names() == ["Tower A"]
    assert hq.emulator.request_log.count("POST projects") == 3
