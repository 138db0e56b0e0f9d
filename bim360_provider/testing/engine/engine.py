"""The local engine: preview, up, refresh and destroy of an unchanged Pulumi Python stack."""

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace as with_changes
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

# Pulumi's own default is 16; the host of the dynamic providers answers four calls at a time.
DEFAULT_PARALLEL: Final = 16


class LocalEngine:
    """Runs one stack of one project, without the Pulumi CLI.

    Attributes:
        state: The state file; it appears with the first step of an ``up``.
    """

    def __init__(  # noqa: PLR0913 -- what a stack is run with
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
        """Read the project; nothing is started yet.

        Args:
            project_dir: The folder of ``Pulumi.yaml``.
            stack: The stack's name.
            state: The state file; by default ``.pulumi/local-engine/<stack>.json``.
            config: Configuration that wins over the stack's file; keys without a namespace get the
                project's name, values that are not text become JSON.
            secret_config: The same, for values that must not be shown or kept.
            env: Environment variables for the program and the providers, beside this process's own.
            parallel: How many steps may be under way at once, at least 1.
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
        """Tell what `up` would do; nothing is created, changed, deleted or saved.

        Args:
            refresh: Look at the real objects first; what is found is not saved.
            replace: URNs of resources to replace in any case: ``pulumi up --replace``.

        Raises:
            LocalEngineError: The state is another stack's, or in use.
        """
        return self._run_command(
            "preview",
            lambda run, engine: self._apply_program(run, engine, refresh),
            dry_run=True,
            replace=replace,
        )

    def up(self, *, refresh: bool = False, replace: Collection[str] = ()) -> Result:
        """Make the world what the program says.

        Args:
            refresh: Look at the real objects first.
            replace: URNs of resources to replace in any case: ``pulumi up --replace``.

        Raises:
            LocalEngineError: The state is another stack's, or in use.
        """
        return self._run_command(
            "up", lambda run, engine: self._apply_program(run, engine, refresh), replace=replace
        )

    def refresh(self, *, preview_only: bool = False) -> Result:
        """Bring the state up to date with the real objects; the program is not run.

        Args:
            preview_only: Only tell what has drifted; save nothing.

        Raises:
            LocalEngineError: The state is another stack's, or in use.
        """
        return self._run_command(
            "refresh",
            lambda run, _: refresh_resources(run, self._parallel, as_command=True),
            dry_run=preview_only,
        )

    def import_from(self, file: str | Path, *, protect: bool = True) -> Result:
        """Take what exists into the state, as ``pulumi import --file`` does; nothing is changed.

        Args:
            file: Its rows hold inputs and outputs, as ``bim360 export`` writes them.
            protect: Whether nothing that is imported can be deleted until the next ``up``.

        Raises:
            LocalEngineError: The file cannot be read, or the state is another stack's, or in use.
        """
        rows = read_import_file(Path(file))
        return self._run_command(
            "import", lambda run, _: import_resources(run, rows, protect=protect)
        )

    def taint(self, *names: str) -> Result:
        """Mark resources, by their URNs, that the next ``up`` is to replace.

        Raises:
            LocalEngineError: The state lacks one, is another stack's, or in use.
        """
        return self._run_command("taint", lambda run, _: _taint_resources(run, names))

    def destroy(self) -> Result:
        """Delete everything in the state, dependents first; the program is not run.

        Raises:
            LocalEngineError: The state is another stack's, or in use.
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
        registrar = StepGenerator(run)
        monitor = ResourceMonitor(run, registrar)
        finished = run_program(
            run, monitor, self._project, self._config, self._env, engine, self._parallel
        )
        if finished and self._may_delete(run, registrar):
            gone = (item for item in run.state.list_resources() if registrar.is_obsolete(item))
            delete_resources(run, gone, self._parallel)

    @staticmethod
    def _may_delete(run: EngineRun, registrar: StepGenerator) -> bool:
        """Tell whether what the program did not register is really meant to go.

        After a failure parts of a program may not have run. A preview only shows; there an error
        of the engine, such as a protected resource in the way, does not hide what else would be.
        """
        return not registrar.failed_urns and (run.dry_run or not run.recorder.has_failed)

    def _run_command(
        self,
        command: Command,
        work: Callable[[EngineRun, str], None],
        *,
        dry_run: bool = False,
        replace: Collection[str] = (),
    ) -> Result:
        known = (self._project, self._stack, self._config, self._env, self._parallel)
        session = Session(*known, frozenset(replace))
        return session.run_command(command, work, self.state, self._on_event, dry_run=dry_run)


def _taint_resources(run: EngineRun, names: Collection[str]) -> None:
    live = run.state.get_live_resources()
    for urn in names:
        if urn not in live:
            msg = f"cannot taint {urn!r}: the state has no such resource"
            raise LocalEngineError(msg)
        run.state.put(with_changes(live[urn], taint=True), previous=live[urn])
