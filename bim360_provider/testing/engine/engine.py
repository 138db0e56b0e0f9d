"""The local engine: runs the commands of Pulumi on a Python stack without the Pulumi CLI."""

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace as replace_fields
from pathlib import Path
from typing import Any, Final

from bim360_provider.testing.engine.deployment.deletion import delete_resources
from bim360_provider.testing.engine.deployment.import_file import import_resources, read_import_file
from bim360_provider.testing.engine.deployment.refresh import refresh_resources
from bim360_provider.testing.engine.deployment.run import EngineRun
from bim360_provider.testing.engine.deployment.session import Session
from bim360_provider.testing.engine.deployment.step_generator import StepGenerator
from bim360_provider.testing.engine.program.config import read_configuration
from bim360_provider.testing.engine.program.project import read_project
from bim360_provider.testing.engine.program.resource_monitor import ResourceMonitor
from bim360_provider.testing.engine.program.runner import run_program
from bim360_provider.testing.engine.results import Command, EventListener, LocalEngineError, Result

DEFAULT_PARALLEL: Final = 16
"""Pulumi's own default. The host of dynamic providers handles four calls at a time."""


class LocalEngine:
    """Runs one stack of one project, without the Pulumi CLI.

    Attributes:
        state: The state file, which the first step of an ``up`` creates.
    """

    def __init__(  # noqa: PLR0913 -- the options of a run
        self,
        project_dir: str | Path,
        *,
        stack: str,
        state: str | Path | None = None,
        config: Mapping[str, Any] | None = None,
        secret_config: Mapping[str, Any] | None = None,
        env: Mapping[str, str] | None = None,
        parallel: int = DEFAULT_PARALLEL,
        on_event: EventListener | None = None,
    ) -> None:
        """Read the project without starting a process.

        Args:
            project_dir: Folder of ``Pulumi.yaml``.
            stack: Name of the stack.
            state: The state file; by default ``.pulumi/local-engine/<stack>.json``.
            config: Configuration that overrides the file of the stack. Keys without a namespace
                get the name of the project; values that are not text become JSON.
            secret_config: Likewise, for secret values, which are neither shown nor stored.
            env: Environment variables for the program and the providers, in addition to those of
                this process.
            parallel: Maximum number of parallel steps, at least 1.
            on_event: Called with each event as it happens, one at a time.

        Raises:
            LocalEngineError: The project or its configuration cannot be read.
        """
        root = Path(project_dir).resolve()
        self._project = read_project(root)
        self._stack = stack
        self._env = dict(env or {})
        self._parallel = max(parallel, 1)
        self._on_event = on_event
        self.state = Path(state) if state else root / ".pulumi" / "local-engine" / f"{stack}.json"
        environment = {**os.environ, **self._env}
        self._config = read_configuration(
            self._project, stack, environment, config or {}, secret_config or {}
        )

    def preview(self, *, refresh: bool = False, replace: Collection[str] = ()) -> Result:
        """Return what `up` would do, without changing resources or the state.

        Args:
            refresh: Refresh the state first; the refreshed state is not saved.
            replace: URNs of resources to replace even if unchanged (``pulumi up --replace``).

        Raises:
            LocalEngineError: The state is in use or belongs to another stack.
        """
        return self._run_command(
            "preview",
            lambda run, engine: self._apply_program(run, engine, refresh),
            dry_run=True,
            replace=replace,
        )

    def up(self, *, refresh: bool = False, replace: Collection[str] = ()) -> Result:
        """Apply the program.

        Args:
            refresh: Refresh the state first.
            replace: URNs of resources to replace even if unchanged (``pulumi up --replace``).

        Raises:
            LocalEngineError: The state is in use or belongs to another stack.
        """
        return self._run_command(
            "up", lambda run, engine: self._apply_program(run, engine, refresh), replace=replace
        )

    def refresh(self, *, preview_only: bool = False) -> Result:
        """Update the state from the real resources, without running the program.

        Args:
            preview_only: Return the drift without saving it.

        Raises:
            LocalEngineError: The state is in use or belongs to another stack.
        """
        return self._run_command(
            "refresh",
            lambda run, _: refresh_resources(run, self._parallel, as_command=True),
            dry_run=preview_only,
        )

    def import_from(self, file: str | Path, *, protect: bool = True) -> Result:
        """Import existing resources into the state, as ``pulumi import --file`` does.

        Args:
            file: The import file; its rows contain inputs and outputs, as ``bim360 export``
                writes them.
            protect: Protect the imported resources from deletion until the next ``up``.

        Raises:
            LocalEngineError: The file is invalid; the state is in use or is another stack's.
        """
        rows = read_import_file(Path(file))
        return self._run_command(
            "import", lambda run, _: import_resources(run, rows, protect=protect)
        )

    def taint(self, *names: str) -> Result:
        """Mark resources, by URN, for replacement by the next ``up``.

        Raises:
            LocalEngineError: The state is in use, is another stack's or has no such resource.
        """
        return self._run_command("taint", lambda run, _: _taint_resources(run, names))

    def destroy(self) -> Result:
        """Delete all resources of the stack, dependents first, without running the program.

        Raises:
            LocalEngineError: The state is in use or belongs to another stack.
        """
        return self._run_command("destroy", self._delete_all)

    def _delete_all(self, run: EngineRun, _: str) -> None:
        delete_resources(run, run.state.list_resources(), self._parallel)

    def _apply_program(self, run: EngineRun, engine: str, refresh: bool) -> None:
        if refresh:
            refresh_resources(run, self._parallel, as_command=False)
            if run.recorder.has_failed:
                return
        run.hosts.start_default_host()
        step_generator = StepGenerator(run)
        monitor = ResourceMonitor(run, step_generator)
        finished = run_program(
            run, monitor, self._project, self._config, self._env, engine, self._parallel
        )
        if finished and self._may_delete(run, step_generator):
            obsolete = (
                item for item in run.state.list_resources() if step_generator.is_obsolete(item)
            )
            delete_resources(run, obsolete, self._parallel)

    @staticmethod
    def _may_delete(run: EngineRun, step_generator: StepGenerator) -> bool:
        """Return whether resources that the program did not register may be deleted.

        After a failure, parts of the program may not have run. A preview continues after an error
        of the engine, such as a protected resource, to show all other changes.
        """
        return not step_generator.failed_urns and (run.dry_run or not run.recorder.has_failed)

    def _run_command(
        self,
        command: Command,
        work: Callable[[EngineRun, str], None],
        *,
        dry_run: bool = False,
        replace: Collection[str] = (),
    ) -> Result:
        session = Session(
            self._project,
            self._stack,
            self._config,
            self._env,
            self._parallel,
            frozenset(replace),
        )
        return session.run_command(command, work, self.state, self._on_event, dry_run=dry_run)


def _taint_resources(run: EngineRun, names: Collection[str]) -> None:
    live = run.state.get_live_resources()
    for urn in names:
        if urn not in live:
            msg = f"cannot taint {urn!r}: the state has no such resource"
            raise LocalEngineError(msg)
        run.state.put(replace_fields(live[urn], taint=True), previous=live[urn])
