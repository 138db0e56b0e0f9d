"""Two programs that create the same name at once: one project, and one clear error."""

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
    """Return what comes of creates that several programs, each with a client, begin together."""
    clients = [hq.create_client() for _ in declared]
    for client in clients:
        client.transport.get_server_time()
    together = threading.Barrier(len(declared))

    def run(number: int) -> str | Bim360Error:
        together.wait()
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
def test_one_makes_it_and_the_other_is_told(hq: HqFixture, second: Mapping[str, Any]) -> None:
    """Whether or not both want the same; three requests beside the tokens."""
    made, (error,) = split_outcomes(create_in_parallel(hq, PROJECT_INPUTS, second))

    assert len(made) == 1
    assert hq.list_project_names() == ["Tower A"]
    assert isinstance(error, ConflictError)
    assert str(error) == (
        f"BIM 360: could not create project 'Tower A': 'Tower A' ({made[0]}) was made by somebody "
        "else while this run was going on; see whether two resources or two pipelines declare it, "
        "or declare another name."
    )
    asked = sorted(what for what in hq.emulator.requests_made if what != "token")
    assert asked == ["GET projects", "POST projects", "POST projects"]


def test_of_ten_one_makes_it(hq: HqFixture) -> None:
    """And nine are told."""
    made, errors = split_outcomes(create_in_parallel(hq, *[PROJECT_INPUTS] * 10))

    assert (len(made), len(errors)) == (1, 9)
    assert hq.list_project_names() == ["Tower A"]


def test_programs_that_may_share_get_one_project(hq: HqFixture) -> None:
    """As adoptSimultaneous says, with a warning to the second."""
    made, errors = split_outcomes(
        create_in_parallel(hq, PROJECT_INPUTS, PROJECT_INPUTS, adoptSimultaneous="true")
    )

    assert errors == []
    assert len(set(made)) == 1
    assert hq.list_project_names() == ["Tower A"]
    assert len(hq.list_warnings()) == 1


def test_programs_that_may_share_do_not_share_what_is_different(hq: HqFixture) -> None:
    """One would undo what the other does, for ever."""
    made, (error,) = split_outcomes(
        create_in_parallel(hq, PROJECT_INPUTS, OTHER_INPUTS, adoptSimultaneous="true")
    )

    assert len(made) == 1
    assert isinstance(error, ConflictError)
    assert hq.list_project_names() == ["Tower A"]


@pytest.mark.parametrize("reply", [GATEWAY_TIMEOUT, DROPS_CONNECTION])
@pytest.mark.parametrize("second", [PROJECT_INPUTS, OTHER_INPUTS], ids=["equal", "different"])
def test_a_lost_answer_makes_no_second_project(
    hq: HqFixture, second: Mapping[str, Any], reply: Any
) -> None:
    """HQ acted on the first POST and did not say so; whoever sent it finds it, nobody else."""
    hq.emulator.faults.append(Fault("POST projects", reply, acts_on_request=True))

    made, (error,) = split_outcomes(create_in_parallel(hq, PROJECT_INPUTS, second))

    assert len(made) == 1
    assert hq.list_project_names() == ["Tower A"]
    assert isinstance(error, ConflictError)
    assert hq.emulator.requests_made.count("POST projects") == 2


def test_what_another_program_makes_meanwhile_is_not_taken_for_ours(hq: HqFixture) -> None:
    """HQ did not act on our POST; the project that the looks find has other values."""
    other = hq.create_client()
    other.transport.get_server_time()
    hq.emulator.faults.append(Fault("POST projects", GATEWAY_TIMEOUT))
    theirs = iter([lambda: create(build_run(other), OTHER_INPUTS)])
    follow = hq.emulator.clock.advance

    def overtaken(seconds: float) -> None:
        follow(seconds)
        next(theirs, lambda: None)()

    hq.clock.on_sleep = overtaken

    with pytest.raises(ConflictError, match="was made by somebody else while this run"):
        create(build_run(hq.create_client()), PROJECT_INPUTS)

    assert hq.list_project_names() == ["Tower A"]
    assert hq.emulator.requests_made.count("POST projects") == 3
