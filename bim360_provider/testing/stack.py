"""Runs a stack on the local engine, against an emulated BIM 360."""

from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from bim360_provider import emulator
from bim360_provider.testing.engine.engine import LocalEngine
from bim360_provider.testing.engine.results import Result


@dataclass(frozen=True)
class StackResult(Result):
    """The result of a run, with its requests to BIM 360.

    Attributes:
        requests: The requests of the run, oldest first, without token requests; each has
            ``method``, ``path``, ``query``, ``body`` and ``status``.
    """

    requests: tuple[Mapping[str, Any], ...] = ()


class Bim360Stack:
    """One stack of one project.

    Attributes:
        hq: The emulated BIM 360, with its journal, clock and control plane.
    """

    def __init__(self, engine: LocalEngine, hq: emulator.Emulator) -> None:
        self._engine = engine
        self.hq = hq

    def preview(self, *, refresh: bool = False, replace: Collection[str] = ()) -> StackResult:
        """Return what `up` would do."""
        return self._run_with_requests(
            lambda: self._engine.preview(refresh=refresh, replace=replace)
        )

    def up(self, *, refresh: bool = False, replace: Collection[str] = ()) -> StackResult:
        """Apply the program."""
        return self._run_with_requests(lambda: self._engine.up(refresh=refresh, replace=replace))

    def taint(self, *urns: str) -> StackResult:
        """Mark resources, by URN, for replacement by the next `up`."""
        return self._run_with_requests(lambda: self._engine.taint(*urns))

    def refresh(self, *, preview_only: bool = False) -> StackResult:
        """Update the state from BIM 360."""
        return self._run_with_requests(lambda: self._engine.refresh(preview_only=preview_only))

    def import_from(self, file: str | Path) -> StackResult:
        """Import existing resources into the state, from a file for `pulumi import --file`."""
        return self._run_with_requests(lambda: self._engine.import_from(file))

    def destroy(self) -> StackResult:
        """Destroy the stack; its projects are archived."""
        return self._run_with_requests(self._engine.destroy)

    def projects(self) -> list[dict[str, Any]]:
        """Return all projects of all accounts in BIM 360, including archived ones."""
        accounts = self.hq.call_control_plane("GET", "/state")["accounts"]
        return [project for account in accounts for project in account["projects"]]

    def _run_with_requests(self, run: Callable[[], Result]) -> StackResult:
        start = len(self._read_journal())
        result = run()
        if result.interrupted:
            raise KeyboardInterrupt
        values = {field.name: getattr(result, field.name) for field in fields(result)}
        requests = self._read_journal()[start:]
        return StackResult(
            **values, requests=tuple(row for row in requests if not _is_token_request(row))
        )

    def _read_journal(self) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = self.hq.call_control_plane("GET", "/requests")
        return rows


@contextmanager
def open_stacks(folder: Path) -> Iterator[Callable[..., Bim360Stack]]:
    """Run an emulator and yield a function that opens stacks against it.

    Neither has a rate limit or an archive limit, so a test with 150 projects does not wait.

    Args:
        folder: The folder for the states.

    Yields:
        A function that takes the folder of a project, the name of the stack, and ``config``,
        ``secret_config`` and ``env`` of `LocalEngine`.
    """
    with emulator.serve(emulator.Emulator(options=_list_unlimited_options())) as running:
        base = {
            "APS_CLIENT_ID": emulator.CLIENT_ID,
            "APS_CLIENT_SECRET": emulator.CLIENT_SECRET,
            "BIM360_ACCOUNT_ID": emulator.ACCOUNT_ID,
            "BIM360_BASE_URL": running.url,
            "BIM360_REQUESTS_PER_MINUTE": "0",
            "BIM360_MAX_ARCHIVES": "unlimited",
        }

        def open_stack(
            project_dir: str | Path,
            *,
            stack: str,
            config: Mapping[str, Any] | None = None,
            secret_config: Mapping[str, Any] | None = None,
            env: Mapping[str, str] | None = None,
        ) -> Bim360Stack:
            engine = LocalEngine(
                project_dir,
                stack=stack,
                state=folder / f"{Path(project_dir).resolve().name}-{stack}.json",
                config=config,
                secret_config=secret_config,
                env={**base, **(env or {})},
            )
            return Bim360Stack(engine, running.emulator)

        yield open_stack


def _list_unlimited_options() -> dict[str, JsonValue]:
    """Return the options of the emulator that turn off its rate limits."""
    names = emulator.Options.model_fields
    return {name: 0 for name in names if name.endswith("rate_limit_per_minute")}


def _is_token_request(row: Mapping[str, Any]) -> bool:
    return str(row["path"]).startswith("/authentication/")
