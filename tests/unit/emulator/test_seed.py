"""The seed file: its contents and its errors."""

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
    """The other fields are null; the project is active and has all services."""
    seed = parse_seed({"accounts": [ACCOUNT | {"projects": [{"name": "Old"}]}]})

    project = projects_of(Emulator(seed))[0]

    assert (project["status"], project["value"]) == ("active", None)
    assert len(project["service_types"].split(",")) == 12
    assert project["id"]


def test_a_project_may_have_every_field() -> None:
    """Including ids, times and services."""
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


def test_arguments_override_the_options_of_the_seed() -> None:
    """The command line overrides the file."""
    seed = parse_seed({"options": {"job_duration": 5, "visible_after": 7}})

    emulator = Emulator(seed, options={"visible_after": 1})
    emulator.close()

    assert (emulator.options.job_duration, emulator.options.visible_after) == (5, 1)


@pytest.mark.parametrize(
    ("document", "message"),
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
            "client 'c' names the unknown account 'x'",
        ),
        (
            {"clients": [{"client_id": "c", "client_secret": 7}]},
            "clients[0].client_secret: Input should be a valid string",
        ),
    ],
)
def test_an_invalid_seed_raises_a_one_line_error_with_the_place(
    document: object, message: str
) -> None:
    """It has the path to the invalid key."""
    with pytest.raises(SeedError) as caught:
        parse_seed(document)

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_error_names_the_seed_file(tmp_path: Path) -> None:
    """A missing file, a file that is not JSON, or an invalid one."""
    broken, wrong = tmp_path / "broken.json", tmp_path / "wrong.json"
    broken.write_text("{")
    wrong.write_text(json.dumps({"client": []}))

    for path in (tmp_path / "missing.json", broken, wrong):
        with pytest.raises(SeedError, match=path.name):
            read_seed(path)


def test_a_seed_file_is_read(tmp_path: Path) -> None:
    """It has the format of the control plane's POST seed."""
    path = tmp_path / "seed.json"
    path.write_text(json.dumps({"accounts": [ACCOUNT]}))

    assert read_seed(path) == parse_seed({"accounts": [ACCOUNT]})
