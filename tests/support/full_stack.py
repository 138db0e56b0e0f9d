"""A stack with one of each entity, and an emulator that can be reset to its state after the up."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from bim360_provider.core.entity import Entity, ReadResult
from bim360_provider.core.run import Ownership
from bim360_provider.emulator.seed.database import CLIENT_ID, CLIENT_SECRET
from bim360_provider.hq import HqClient
from tests.support.entities import ENTITY_KINDS
from tests.support.hq import PROJECT_BODY, HqFixture, build_run
from tests.support.members import ACCOUNT_SCOPE, ADMIN_EMAIL, acting_settings, create_acting_client

DEPENDENCIES: Mapping[str, tuple[str, ...]] = {
    "units": (),
    "company": (),
    "ada": ("company",),
    "bob": ("company",),
    "project": ("units",),
    "image": ("project",),
    "admin": ("project", "ada", "company"),
    "member": ("admin", "bob", "company"),
    "team": ("admin", "company"),
}
"""The resources whose outputs each resource uses."""

NAMES_OF_KINDS: Mapping[str, str] = {
    "units": "business_units",
    "ada": "account_user",
    "bob": "account_user",
    "image": "project_image",
    "admin": "project_admin",
    "member": "project_member",
    "team": "project_members",
}
ENTITIES: Mapping[str, Entity] = {
    name: ENTITY_KINDS[NAMES_OF_KINDS.get(name, name)].core for name in DEPENDENCIES
}

DESTRUCTIVE_ARGS: Mapping[str, Mapping[str, str]] = {
    "units": {"on_destroy": "remove"},
    "ada": {"on_destroy": "deactivate"},
    "bob": {"on_destroy": "deactivate"},
    "admin": {"on_destroy": "remove"},
    "member": {"on_destroy": "remove"},
    "team": {"on_removal": "remove"},
}
"""The arguments with which a destroy removes as much as possible."""

SECONDS_PER_DAY = 86_400.0
"""Seconds after which no resource counts as recently created."""

PNG_CONTENT = b"\x89PNG\r\n\x1a\n a tower"


@dataclass
class FullStack:
    """One of each entity, and the state of HQ after their creation.

    Attributes:
        hq: The emulator.
        resources: Id and outputs of each resource.
        inputs: The normalized arguments of each resource.
        state: The state of the emulator after the creation.
    """

    hq: HqFixture
    resources: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    state: Any = None

    def get_account(self) -> dict[str, Any]:
        """Return the account at HQ."""
        account: dict[str, Any] = self.hq.emulator.call_control_plane("GET", "/state")["accounts"][
            0
        ]
        return account

    def get_project(self) -> dict[str, Any]:
        """Return the project at HQ."""
        (found,) = (
            p for p in self.get_account()["projects"] if p["id"] == self.resources["project"][0]
        )
        return dict(found)

    def restore(self) -> None:
        """Reset HQ to its state after the up."""
        self.hq.emulator.call_control_plane("PUT", "/state", self.state)
        self.hq.notifications.clear()
        self.hq.emulator.request_log.clear()

    def hide_account(self) -> None:
        """Remove the app from the custom integrations of the account."""
        app = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "accounts": []}
        self.hq.emulator.call_control_plane("POST", "/seed", {"clients": [app], "accounts": []})
        self.hq.emulator.call_control_plane("PUT", "/state", self.state)
        self.hq.emulator.request_log.clear()

    def create_client(self) -> HqClient:
        """Return the client of a new run."""
        client = self.hq.create_client(acting_user=ADMIN_EMAIL)
        client.transport.get_server_time()
        return client

    def destroy(self, order: Sequence[str], client: HqClient | None = None) -> None:
        """Delete the resources in this order, in one run."""
        client, ownership = client or self.create_client(), Ownership()
        for name in order:
            ENTITIES[name].delete(build_run(client, ownership=ownership), *self.resources[name])

    def read(self, name: str, client: HqClient) -> ReadResult | None:
        """Refresh one resource."""
        return ENTITIES[name].read(build_run(client), *self.resources[name])


def create_full_stack(hq: HqFixture, picture: Path, *, destructive: bool) -> FullStack:
    """Create one of each entity, at an HQ that can remove members from projects."""
    client = create_acting_client(hq)
    picture.write_bytes(PNG_CONTENT)
    hq.emulator.call_control_plane("PATCH", "/options", {"remove_project_users": "allow"})
    stack = FullStack(hq)
    for name in DEPENDENCIES:
        destructive_args = DESTRUCTIVE_ARGS.get(name, {}) if destructive else {}
        arguments = {**_build_arguments(name, stack, picture), **destructive_args}
        inputs, problems = ENTITIES[name].check({}, arguments, acting_settings())
        assert problems == []
        stack.inputs[name] = inputs
        stack.resources[name] = _create_entity(ENTITIES[name], client, inputs)
        if name in ("ada", "bob"):
            hq.emulator.call_control_plane("POST", f"/users/{stack.resources[name][0]}/sign-in")
    hq.clock.sleep(SECONDS_PER_DAY)
    stack.state = hq.emulator.call_control_plane("GET", "/state")
    return stack


def _create_entity(entity: Entity, client: HqClient, inputs: Any) -> tuple[str, dict[str, Any]]:
    entity_id, outs = entity.create(build_run(client, acting_settings()), inputs)
    return entity_id, {**ACCOUNT_SCOPE, **outs}


def _build_arguments(name: str, stack: FullStack, picture: Path) -> dict[str, Any]:
    """Return the arguments of a resource, with outputs of the resources before it."""
    ids = {each: entity_id for each, (entity_id, _) in stack.resources.items()}
    scope = {"project_id": ids.get("project"), "company_id": ids.get("company")}
    docs = {"document_management": "user"}
    arguments: dict[str, dict[str, Any]] = {
        "units": {"units": {"North": {}, "North/West": {}}},
        "company": {"name": "Volt", "trade": "Electrical"},
        "ada": {"email": "ada@volt.no", "company_id": ids.get("company")},
        "bob": {"email": "bob@volt.no", "company_id": ids.get("company")},
        "project": {**PROJECT_BODY, "service_types": ["doc_manager", "pm"]},
        "image": {
            "project_id": ids.get("project"),
            "path": str(picture),
            "sha256": hashlib.sha256(PNG_CONTENT).hexdigest(),
        },
        "admin": {**scope, "email": "ada@volt.no", "service_type": "doc_manager"},
        "member": {**scope, "email": "bob@volt.no", **docs},
        "team": {
            "project_id": ids.get("project"),
            "members": [{"email": f"{name_}@volt.no", **docs} for name_ in ("cy", "dee")],
        },
    }
    if name == "project":
        west = stack.resources["units"][1]["ids"]["North/West"]
        arguments[name]["business_unit_id"] = west
    return arguments[name]


def iterate_orders(needs: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, ...]]:
    """Yield every order in which dependents come first."""
    if not needs:
        yield ()
    needed = {each for others in needs.values() for each in others}
    for name in needs.keys() - needed:
        rest = {each: others for each, others in needs.items() if each != name}
        yield from ((name, *order) for order in iterate_orders(rest))


def sample_orders(count: int, seed: int) -> list[tuple[str, ...]]:
    """Return random orders, as for a program that declares no dependencies."""
    random = Random(seed)  # noqa: S311 - the seed makes it repeatable
    return [tuple(random.sample(sorted(DEPENDENCIES), len(DEPENDENCIES))) for _ in range(count)]
