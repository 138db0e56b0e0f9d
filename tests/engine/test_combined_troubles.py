"""Exchanged names combined with every other trouble of a run: one `up` resolves it."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.core.names.renames import TEMPORARY_NAME_PREFIX
from bim360_provider.testing import LocalEngine, Result
from tests.engine.crashes.crash_harness import (
    CrashStack,
    create_crash_stack,
    mark_unsampled,
    needs_linux,
)
from tests.support.hq import PROJECT_BODY, Fault, build_reply

PROGRAM = """
import json, pathlib
from pulumi import Output, ResourceOptions
from bim360_provider import Bim360Company, Bim360Project

declared = json.loads(pathlib.Path("declared.json").read_text())
kinds = {"projects": Bim360Project, "companies": Bim360Company}
for kind, resource, arguments, options in declared:
    if arguments["name"].startswith("!"):
        arguments["name"] = Output.secret(arguments["name"][1:])
    kinds[kind](resource, **arguments, opts=ResourceOptions(**options))
"""

USUAL: Mapping[str, Mapping[str, Any]] = {
    "projects": PROJECT_BODY,
    "companies": {"trade": "Electrical"},
}
ENDS = {"projects": "bim360:Project", "companies": "bim360:Company"}
KINDS = pytest.mark.parametrize("kind", mark_unsampled(["projects", "companies"], "projects"))
PARALLEL = pytest.mark.parametrize("parallel", mark_unsampled([1, 4, 16], 1))
REPLACEMENTS = [
    (way, first) for way in ("--replace", "replace_on_changes") for first in (False, True)
]
RESPONSES = [(body, number, number != 1) for body in ("foreign", "lost") for number in range(4)]
"""The content of a response, the number of its PATCH, and whether HQ acted on the request."""

A, B, C = "Halle Nord", "Halle Süd", "Halle West"


class NamedStack:
    """A stack of resources of one kind, whose names and options a test declares."""

    def __init__(self, crash_stack: CrashStack, kind: str) -> None:
        self.site, self.kind = crash_stack, kind
        (crash_stack.folder / "__main__.py").write_text(PROGRAM, encoding="utf-8")

    def declare(self, options: Mapping[str, Any] | None = None, /, **names: str) -> None:
        """Declare resources by their names, in this order, all with the same options."""
        rows = [
            (self.kind, resource, {**USUAL[self.kind], "name": name}, options or {})
            for resource, name in names.items()
        ]
        (self.site.folder / "declared.json").write_text(json.dumps(rows), encoding="utf-8")

    def engine(self, parallel: int = 16, **env: str) -> LocalEngine:
        """Return the engine of the stack."""
        folder = self.site.folder
        env = {**self.site.env, **env}
        state = folder / "state.json"
        return LocalEngine(folder, stack="dev", state=state, env=env, parallel=parallel)

    def up(
        self, parallel: int = 16, *, replaced: bool = False, refresh: bool = False, **env: str
    ) -> Result:
        """Run the stack; with ``replaced``, replace all resources of the state."""
        self.site.hq.request_log.clear()
        engine = self.engine(parallel, **env)
        urns = [row["urn"] for row in self.rows()]
        return engine.up(replace=urns if replaced else (), refresh=refresh)

    def rows(self) -> list[dict[str, Any]]:
        """Return the resources of the state."""
        path = self.site.folder / "state.json"
        if not path.exists():
            return []
        state = json.loads(path.read_text(encoding="utf-8"))
        return [row for row in state["resources"] if row["type"].endswith(ENDS[self.kind])]

    def ids(self) -> dict[str, str]:
        """Return the id of each resource."""
        return {row["urn"].rpartition("::")[2]: row["id"] for row in self.rows()}

    def live(self) -> dict[str, dict[str, Any]]:
        """Return the objects at HQ, by id."""
        state: Any = self.site.hq.call_control_plane("GET", "/state")
        return {row["id"]: row for account in state["accounts"] for row in account[self.kind]}

    def names(self) -> dict[str, str]:
        """Return the name at HQ for each resource."""
        live = self.live()
        return {resource: live[each]["name"] for resource, each in self.ids().items()}

    def settled(self, ids: Mapping[str, str], parallel: int = 16, **names: str) -> None:
        """Assert that HQ has these names and that no run sends more; then destroy."""
        assert self.names() == names
        assert self.ids() == ids
        assert not [r for r in self.live().values() if r["name"].startswith(TEMPORARY_NAME_PREFIX)]
        assert not [r for r in self.live().values() if r.get("status") == "archived"]
        self.up(parallel)
        last = self.up(parallel)
        assert last.errors == ()
        assert self.site.list_requests() == []
        destroyed = self.engine(parallel, BIM360_MAX_ARCHIVES="unlimited").destroy()
        assert destroyed.errors == ()
        assert {self.live()[each].get("status") for each in ids.values()} <= {"archived", None}


@pytest.fixture
def crash_stack(tmp_path: Path) -> Iterator[CrashStack]:
    """Return an empty stack."""
    with create_crash_stack(tmp_path) as place:
        yield place


def opened(crash_stack: CrashStack, kind: str, *names: str) -> tuple[NamedStack, dict[str, str]]:
    """Return a stack after its first up, a week ago, and the ids of its resources."""
    stack = NamedStack(crash_stack, kind)
    stack.declare(**dict(zip("abc", names, strict=False)))
    assert stack.up().errors == ()
    crash_stack.hq.clock.advance(7 * 86_400)
    return stack, stack.ids()


@KINDS
@PARALLEL
@pytest.mark.parametrize(
    ("way", "delete_first"),
    mark_unsampled(REPLACEMENTS, ("--replace", False), ("replace_on_changes", True)),
)
def test_replacements_exchange_names(
    crash_stack: CrashStack, kind: str, parallel: int, way: str, *, delete_first: bool
) -> None:
    """A swap of replaced resources."""
    stack, ids = opened(crash_stack, kind, A, B, C)
    options: dict[str, Any] = {"delete_before_replace": True} if delete_first else {}
    if way == "replace_on_changes":
        options["replace_on_changes"] = ["*"]
    stack.declare(options, a=B, b=A, c=C)

    result = stack.up(parallel, replaced=way == "--replace")

    assert result.errors == ()
    stack.settled(ids, parallel, a=B, b=A, c=C)


@KINDS
@PARALLEL
def test_names_are_exchanged_after_a_refresh_in_the_same_run(
    crash_stack: CrashStack, kind: str, parallel: int
) -> None:
    """Pulumi first compares a refreshed resource with its old declaration: too early."""
    stack, ids = opened(crash_stack, kind, A, B, C)
    stack.declare(a=B, b=C, c=A)

    result = stack.up(parallel, refresh=True)

    assert result.errors == ()
    stack.settled(ids, parallel, a=B, b=C, c=A)


@KINDS
@PARALLEL
def test_a_new_resource_gets_the_name_that_a_replaced_one_gives_up(
    crash_stack: CrashStack, kind: str, parallel: int
) -> None:
    """The new one is declared first, so Pulumi begins with it."""
    stack, ids = opened(crash_stack, kind, A)
    stack.declare(new=A, a=B)

    result = stack.up(parallel)

    assert result.errors == ()
    new = stack.ids()["new"]
    assert new not in ids.values()
    stack.settled({**ids, "new": new}, parallel, a=B, new=A)


@KINDS
@pytest.mark.parametrize("delete_first", mark_unsampled([False, True], True))
def test_secret_names_are_kept_by_replacements_and_not_shown(
    crash_stack: CrashStack, kind: str, *, delete_first: bool
) -> None:
    """The state holds them encrypted: neither a traceback nor a message has them."""
    stack, ids = opened(crash_stack, kind, "!Geheim Nord", C)
    stack.declare({"delete_before_replace": delete_first}, a="!Geheim Nord", b=C)

    result = stack.up(replaced=True)

    assert result.errors == ()
    assert "Geheim" not in str([each.text for each in result.messages])
    stack.settled(ids, a="Geheim Nord", b=C)


@KINDS
@pytest.mark.parametrize("replaced", mark_unsampled([False, True], True))
def test_names_in_another_unicode_form_are_exchanged(
    crash_stack: CrashStack, kind: str, *, replaced: bool
) -> None:
    """The program of the second run has them in form D."""
    stack, ids = opened(crash_stack, kind, "Caf\u00e9", "M\u00fcller")
    stack.declare(a="Mu\u0308ller", b="Cafe\u0301")

    result = stack.up(replaced=replaced)

    assert result.errors == ()
    stack.settled(ids, a="M\u00fcller", b="Caf\u00e9")


@KINDS
@pytest.mark.parametrize(
    ("body", "number", "acts"), mark_unsampled(RESPONSES, ("foreign", 0, True), ("lost", 1, False))
)
def test_a_response_is_lost_or_mixed_up_while_names_are_exchanged(
    crash_stack: CrashStack, kind: str, body: str, number: int, *, acts: bool
) -> None:
    """At any PATCH, with replaced resources: the second run completes it at the latest."""
    stack, ids = opened(crash_stack, kind, A, B, C)
    row = stack.live()[ids["c"]]
    reply = build_reply(200, row) if body == "foreign" else build_reply(504, b"")
    what = {"projects": "PATCH project", "companies": "PATCH company"}[kind]
    crash_stack.hq.faults.append(Fault(what, reply, acts_on_request=acts, skip=number))
    stack.declare(a=B, b=A, c=C)

    stack.up(replaced=True, BIM360_ADOPT_SIMULTANEOUS="false")
    result = stack.up(BIM360_ADOPT_SIMULTANEOUS="false")

    assert result.errors == ()
    stack.settled(ids, a=B, b=A, c=C)


@needs_linux
@pytest.mark.parametrize("kills", mark_unsampled(["host", "engine host"], "engine host"))
def test_an_exchange_of_replaced_projects_that_is_killed_is_finished(
    crash_stack: CrashStack, kills: str
) -> None:
    """They are deleted before they are created again; no name has changed yet."""
    stack, ids = opened(crash_stack, "projects", A, B)
    stack.declare({"delete_before_replace": True, "replace_on_changes": ["*"]}, a=B, b=A)
    crash_stack.crash("up", "PATCH:before:1", kills)

    result = stack.up()

    assert result.errors == ()
    stack.settled(ids, a=B, b=A)
