"""All resources: the outputs for which Pulumi waits at the end of a program."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi import Output
from pulumi.runtime.settings import SETTINGS

from bim360_provider import (
    Bim360AccountUser,
    Bim360BusinessUnits,
    Bim360Company,
    Bim360Project,
    Bim360ProjectAdmin,
    Bim360ProjectImage,
    Bim360ProjectMember,
)
from bim360_provider.resources.base import Bim360Resource
from bim360_provider.resources.team import Bim360ProjectMembers
from tests.support.hq import PROJECT_BODY
from tests.unit.resources.test_project import Engine, registered

PNG = b"\x89PNG\r\n\x1a\n"
EMAIL = "ada@example.com"

KINDS: dict[type[Bim360Resource], Mapping[str, Any]] = {
    Bim360AccountUser: {"email": EMAIL},
    Bim360BusinessUnits: {"units": {"North": {}}},
    Bim360Company: {"name": "Halvorsen", "trade": "Concrete"},
    Bim360Project: PROJECT_BODY,
    Bim360ProjectAdmin: {
        "project_id": "p",
        "email": EMAIL,
        "service_type": "pm",
        "company_id": "c",
    },
    Bim360ProjectImage: {"project_id": "p", "path": "tower.png"},
    Bim360ProjectMember: {"project_id": "p", "email": EMAIL, "document_management": "user"},
    Bim360ProjectMembers: {
        "project_id": "p",
        "members": [{"email": EMAIL, "document_management": "user"}],
    },
}


def list_awaited_outputs(engine: Engine, declare: Callable[[], Bim360Resource]) -> set[str]:
    """Return the outputs of a resource for which the end of a program waits."""
    found: set[str] = set()

    def declare_and_list() -> pulumi.Resource:
        resource = declare()
        outputs = {k: v for k, v in vars(resource).items() if isinstance(v, pulumi.Output)}
        assert len(outputs) > len(("id", "urn"))
        found.update(k for k, v in outputs.items() if v._data in SETTINGS.outputs)  # noqa: SLF001 - Pulumi offers no other look
        return resource

    registered(engine, declare_and_list)
    return found


def test_all_resources_are_tested() -> None:
    """A new resource must be added above."""
    assert {*KINDS} == {*Bim360Resource.__subclasses__()}


@pytest.mark.skipif(not hasattr(Output, "_untrack"), reason="older SDKs wait for all outputs")
@pytest.mark.parametrize("kind", KINDS)
def test_the_end_of_a_program_waits_only_once_for_a_resource(
    kind: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Waiting for all outputs takes quadratic time."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tower.png").write_bytes(PNG)
    arguments = KINDS[kind]
    if kind is Bim360ProjectImage:
        arguments = {**arguments, "path": str(tmp_path / "tower.png")}

    declared = list_awaited_outputs(Engine(), lambda: kind("it", **arguments))
    looked_up = list_awaited_outputs(Engine(), lambda: kind.get("it", "an-id"))

    assert declared == looked_up == {"id", "urn"}
