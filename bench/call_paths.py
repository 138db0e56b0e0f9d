"""``python -m bench.call_paths``: how much of the package a reader passes in one operation.

Prints the distinct files and functions of the package that one operation runs through, and compares
the number of files with a limit. The exit code is 1 if an operation exceeds its limit.
"""

import base64
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

import bim360_provider
from bim360_provider.dynamic.providers import (
    AccountUserProvider,
    ProjectMembersProvider,
    ProjectProvider,
)
from bim360_provider.emulator import (
    ACCOUNT_ID,
    ADMIN_EMAIL,
    CLIENT_ID,
    CLIENT_SECRET,
    Emulator,
    IncomingRequest,
    serve,
)

PACKAGE: Final = Path(bim360_provider.__file__).parent

LIMITS: Final = {"create": 22, "refresh": 20, "new team member": 24, "emulator POST": 14}
"""Files that each operation may run through."""

REFRESHED: Final = 1_000
"""Projects of the refresh."""

NEW_MEMBER: Final = "new.member@example.com"

PROJECT: Final = {
    "name": "Tower",
    "start_date": "2030-01-01",
    "end_date": "2031-01-01",
    "project_type": "Office",
    "value": 1,
    "currency": "EUR",
}


@dataclass(frozen=True)
class CallPath:
    """What one operation ran through.

    Attributes:
        files: Paths below the package.
        function_count: Distinct functions.
    """

    files: frozenset[str]
    function_count: int


def trace(operation: Callable[[], object], *, inside: str = "", outside: str = " ") -> CallPath:
    """Return the path of an operation in this thread.

    Args:
        operation: What to run.
        inside: Count files below this folder only.
        outside: Leave out files below this folder.
    """
    seen: set[CodeType] = set()

    def note(frame: FrameType, event: str, _argument: object) -> None:
        if event == "call":
            seen.add(frame.f_code)

    sys.setprofile(note)
    try:
        operation()
    finally:
        sys.setprofile(None)
    prefix, excluded = str(PACKAGE / inside), str(PACKAGE / outside)
    codes = {
        code
        for code in seen
        if code.co_filename.startswith(prefix)
        and not code.co_filename.startswith(excluded)
        and code.co_name != "<module>"
    }
    files = frozenset(str(Path(code.co_filename).relative_to(PACKAGE)) for code in codes)
    return CallPath(files, len(codes))


def trace_operations() -> dict[str, CallPath]:
    """Return the paths of all operations, against an emulator of their own."""
    with serve() as hq:
        os.environ.update(
            APS_CLIENT_ID=CLIENT_ID,
            APS_CLIENT_SECRET=CLIENT_SECRET,
            BIM360_ACCOUNT_ID=ACCOUNT_ID,
            BIM360_ACTING_USER=ADMIN_EMAIL,
            BIM360_BASE_URL=hq.url,
            BIM360_REQUESTS_PER_MINUTE="0",
        )
        hq.emulator.call_control_plane(
            "PATCH", "/options", {"rate_limit_per_minute": 0, "admin_rate_limit_per_minute": 0}
        )
        # The first operation of a process also issues the token and reads the settings.
        projects = [_create({**PROJECT, "name": f"Tower {n}"}) for n in range(REFRESHED)]
        found = {"create": trace(lambda: _create(PROJECT), outside="emulator")}
        found["refresh"] = trace(lambda: _refresh(projects), outside="emulator")
        found["new team member"] = _trace_new_member(projects[0][0])
    found["emulator POST"] = _trace_emulator()
    return found


def _create(arguments: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    provider = ProjectProvider()
    checked = provider.check({}, dict(arguments))
    created = provider.create(checked.inputs)
    return str(created.id), dict(created.outs or {})


def _refresh(projects: list[tuple[str, dict[str, Any]]]) -> None:
    provider = ProjectProvider()
    for project_id, outputs in projects:
        provider.read(project_id, outputs)


def _trace_new_member(project_id: str) -> CallPath:
    users = AccountUserProvider()
    user = {"email": NEW_MEMBER, "first_name": "New", "last_name": "Member"}
    users.create(users.check({}, user).inputs)
    provider = ProjectMembersProvider()
    first, second = (
        {"email": email, "document_management": "user"} for email in (ADMIN_EMAIL, NEW_MEMBER)
    )
    declared: dict[str, Any] = {"project_id": project_id, "members": [first]}
    inputs = provider.check({}, declared).inputs
    created = provider.create(inputs)
    more = {**declared, "members": [first, second]}

    def add() -> None:
        wanted = provider.check(inputs, more).inputs
        provider.diff(str(created.id), dict(created.outs or {}), wanted)
        provider.update(str(created.id), dict(created.outs or {}), wanted)

    return trace(add, outside="emulator")


def _trace_emulator() -> CallPath:
    emulator = Emulator()
    token = _issue_token(emulator)
    headers = {"authorization": f"Bearer {token}", "content-type": "application/json"}
    path = f"/hq/v1/accounts/{ACCOUNT_ID}/projects"
    request = IncomingRequest("POST", path, "", headers, json.dumps(PROJECT).encode())
    try:
        return trace(lambda: emulator.handle(request), inside="emulator")
    finally:
        emulator.close()


def _issue_token(emulator: Emulator) -> str:
    basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    headers = {
        "authorization": f"Basic {basic}",
        "content-type": "application/x-www-form-urlencoded",
    }
    body = b"grant_type=client_credentials&scope=account%3Aread+account%3Awrite"
    reply = emulator.handle(IncomingRequest("POST", "/authentication/v2/token", "", headers, body))
    return str(reply.parse_content()["access_token"])


def main() -> int:
    """Print the paths; return 1 if one of them is longer than its limit."""
    paths = trace_operations()
    print(f"{'operation':<18}{'files':>6}{'limit':>6}{'functions':>10}")
    for name, path in paths.items():
        print(f"{name:<18}{len(path.files):>6}{LIMITS[name]:>6}{path.function_count:>10}")
        if "-v" in sys.argv:
            print("\n".join(f"    {file}" for file in sorted(path.files)))
    return int(any(len(path.files) > LIMITS[name] for name, path in paths.items()))


if __name__ == "__main__":
    sys.exit(main())
