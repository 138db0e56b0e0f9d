"""The seed file: what it may say, and how it says what is wrong with it."""

import json
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.emulator import Emulator, SeedError, parse_seed, read_seed

ACCOUNT = {"id": "acc", "name": "Halvorsen"}


def projects_of(emulator: Emulator) -> Any:
    state = emulator.call_control_plane("GET", "/state")
    emulator.close()
    return state["accounts"][0]["projects"]


def test_a_project_needs_only_a_name() -> None:
    """The rest is null, as in a project made in the browser; it is active, with all services."""
    seed = parse_seed({"accounts": [ACCOUNT | {"projects": [{"name": "Old"}]}]})

    project = projects_of(Emulator(seed))[0]

    assert (project["status"], project["value"]) == ("active", None)
    assert len(project["service_types"].split(",")) == 12
    assert project["id"]


def test_a_project_may_say_everything() -> None:
    """Ids, times and services among it."""
    old = {
        "id": "80793a28-f9b1-4888-9533-5f00cddcd6fb",
        "name": "Old",
        "status": "archived",
        "service_types": "field,pm",
        "created_at": "2016-04-05T07:26:20.858Z",
    }
    seed = parse_seed({"accounts": [ACCOUNT | {"projects": [old]}]})

    project = projects_of(Emulator(seed))[0]

    assert old.items() <= project.items()
    assert project["updated_at"] == project["created_at"]


def test_options_in_the_seed_are_taken_and_arguments_win() -> None:
    """The command line is nearer than the file."""
    seed = parse_seed({"options": {"job_duration": 5, "visible_after": 7}})

    emulator = Emulator(seed, options={"visible_after": 1})
    emulator.close()

    assert (emulator.options.job_duration, emulator.options.visible_after) == (5, 1)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([], "the document: "),
        ({"client": []}, "client: unknown key; the nearest known one is clients"),
        ({"accounts": [{"id": "a"}]}, "accounts[0].name: Field required"),
        (
            {"accounts": [ACCOUNT | {"region": "EU"}]},
            'accounts[0].region: "EU" is not one of US, EMEA',
        ),
        (
            {"accounts": [ACCOUNT | {"services": ["fields"]}]},
            'accounts[0].services[0]: "fields" is not one of field',
        ),
        (
            {"accounts": [ACCOUNT | {"projects": [{"name": "A", "status": "actve"}]}]},
            'accounts[0].projects[0].status: "actve" is not one of active',
        ),
        (
            {"accounts": [ACCOUNT | {"projects": [{"name": "A"}, {"name": "A"}]}]},
            "accounts[0]: two projects are named 'A'",
        ),
        (
            {"clients": [{"client_id": "c", "client_secret": "s", "accounts": ["x"]}]},
            "client 'c' names account 'x', which is not there",
        ),
        (
            {"clients": [{"client_id": "c", "client_secret": 7}]},
            "clients[0].client_secret: Input should be a valid string",
        ),
    ],
)
def test_a_mistake_is_one_line_that_names_the_place(document: object, words: str) -> None:
    """Nobody should have to look for it."""
    with pytest.raises(SeedError) as caught:
        parse_seed(document)

    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_is_named_with_its_mistake(tmp_path: Path) -> None:
    """Whether it is missing, no JSON, or wrong."""
    broken, wrong = tmp_path / "broken.json", tmp_path / "wrong.json"
    broken.write_text("{")
    wrong.write_text(json.dumps({"client": []}))

    for path in (tmp_path / "missing.json", broken, wrong):
        with pytest.raises(SeedError, match=path.name):
            read_seed(path)


def test_a_file_is_read(tmp_path: Path) -> None:
    """The format is that of the control plane's seed order."""
    path = tmp_path / "seed.json"
    path.write_text(json.dumps({"accounts": [ACCOUNT]}))

    assert read_seed(path) == parse_seed({"accounts": [ACCOUNT]})
