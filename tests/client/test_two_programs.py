"""Two programs that create the same name at once: one project, and one clear error."""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bim360_provider.core.project import create
from bim360_provider.errors import Bim360Error, ConflictError
from tests.support.hq import HANGS_UP, TOWER, Fault, Stage, says, settings

OTHERS = {**TOWER, "value": 5000.0, "city": "Oslo"}
GATEWAY_TIMEOUT = says(504, b"<html>504</html>")


def at_once(stage: Stage, *declared: Mapping[str, Any], **config: str) -> list[Any]:
    """Return what comes of creates that several programs, each with a client, begin together."""
    clients = [stage.client() for _ in declared]
    for client in clients:
        client.transport.now()
    together = threading.Barrier(len(declared))

    def run(number: int) -> str | Bim360Error:
        together.wait()
        try:
            return create(clients[number], declared[number], settings(**config))[0]
        except Bim360Error as error:
            return error

    with ThreadPoolExecutor(len(declared)) as pool:
        return list(pool.map(run, range(len(declared))))


def parted(outcomes: list[Any]) -> tuple[list[str], list[Bim360Error]]:
    """Return the ids and the errors."""
    ids = [each for each in outcomes if isinstance(each, str)]
    return ids, [each for each in outcomes if isinstance(each, Bim360Error)]


@pytest.mark.parametrize("second", [TOWER, OTHERS], ids=["equal", "different"])
def test_one_makes_it_and_the_other_is_told(stage: Stage, second: Mapping[str, Any]) -> None:
    """Whether or not both want the same; three requests beside the tokens."""
    made, (error,) = parted(at_once(stage, TOWER, second))

    assert len(made) == 1
    assert stage.names() == ["Tower A"]
    assert isinstance(error, ConflictError)
    assert str(error) == (
        f"BIM 360: could not create project 'Tower A': 'Tower A' ({made[0]}) was made by somebody "
        "else while this run was going on; see whether two resources or two pipelines declare it, "
        "or declare another name."
    )
    asked = sorted(what for what in stage.hq.asked if what != "token")
    assert asked == ["GET projects", "POST projects", "POST projects"]


def test_of_ten_one_makes_it(stage: Stage) -> None:
    """And nine are told."""
    made, errors = parted(at_once(stage, *[TOWER] * 10))

    assert (len(made), len(errors)) == (1, 9)
    assert stage.names() == ["Tower A"]


def test_programs_that_may_share_get_one_project(stage: Stage) -> None:
    """As adoptSimultaneous says, with a warning to the second."""
    made, errors = parted(at_once(stage, TOWER, TOWER, adoptSimultaneous="true"))

    assert errors == []
    assert len(set(made)) == 1
    assert stage.names() == ["Tower A"]
    assert len(stage.warnings()) == 1


def test_programs_that_may_share_do_not_share_what_is_different(stage: Stage) -> None:
    """One would undo what the other does, for ever."""
    made, (error,) = parted(at_once(stage, TOWER, OTHERS, adoptSimultaneous="true"))

    assert len(made) == 1
    assert isinstance(error, ConflictError)
    assert stage.names() == ["Tower A"]


@pytest.mark.parametrize("reply", [GATEWAY_TIMEOUT, HANGS_UP])
@pytest.mark.parametrize("second", [TOWER, OTHERS], ids=["equal", "different"])
def test_a_lost_answer_makes_no_second_project(
    stage: Stage, second: Mapping[str, Any], reply: Any
) -> None:
    """HQ acted on the first POST and did not say so; whoever sent it finds it, nobody else."""
    stage.hq.faults.append(Fault("POST projects", reply, acts=True))

    made, (error,) = parted(at_once(stage, TOWER, second))

    assert len(made) == 1
    assert stage.names() == ["Tower A"]
    assert isinstance(error, ConflictError)
    assert stage.hq.asked.count("POST projects") == 2


def test_what_another_program_makes_meanwhile_is_not_taken_for_ours(stage: Stage) -> None:
    """HQ did not act on our POST; the project that the looks find has other values."""
    other = stage.client()
    other.transport.now()
    stage.hq.faults.append(Fault("POST projects", GATEWAY_TIMEOUT))
    theirs = iter([lambda: create(other, OTHERS, settings())])
    follow = stage.hq.clock.advance

    def overtaken(seconds: float) -> None:
        follow(seconds)
        next(theirs, lambda: None)()

    stage.clock.follow = overtaken

    with pytest.raises(ConflictError, match="was made by somebody else while this run"):
        create(stage.client(), TOWER, settings())

    assert stage.names() == ["Tower A"]
    assert stage.hq.asked.count("POST projects") == 3
