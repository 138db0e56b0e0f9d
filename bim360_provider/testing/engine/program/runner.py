"""Runs the user's program against this engine."""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

import grpc
from pulumi.runtime.proto import engine_pb2_grpc, resource_pb2_grpc

from bim360_provider.testing.engine.deployment.run import EngineRun
from bim360_provider.testing.engine.plugin import processes
from bim360_provider.testing.engine.plugin.child import EXIT_ALREADY_REPORTED, THREADS_PER_STEP
from bim360_provider.testing.engine.plugin.host import CHANNEL_OPTIONS
from bim360_provider.testing.engine.program.config import Configuration
from bim360_provider.testing.engine.program.project import PulumiProject
from bim360_provider.testing.engine.program.resource_monitor import EngineService, ResourceMonitor
from bim360_provider.testing.engine.results import Recorder

SPARE_THREADS: Final = 4
"""Threads for log messages and outputs, in addition to those for registrations."""


@contextmanager
def serve_grpc(register: Callable[[grpc.Server], None], threads: int) -> Iterator[str]:
    """Serve on a free local port; at the end wait for running calls.

    Args:
        register: Adds the services.
        threads: Maximum number of parallel calls.
    """
    pool = ThreadPoolExecutor(max_workers=threads)
    server = grpc.server(pool, options=CHANNEL_OPTIONS)
    register(server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield f"127.0.0.1:{port}"
    finally:
        stopped = server.stop(None)
        pool.shutdown(wait=True)
        stopped.wait()


@contextmanager
def serve_engine(recorder: Recorder) -> Iterator[str]:
    """Serve the engine's log service and yield its address."""
    service = EngineService(recorder)
    with serve_grpc(
        lambda at: engine_pb2_grpc.add_EngineServicer_to_server(service, at), SPARE_THREADS
    ) as address:
        yield address


def run_program(  # noqa: PLR0913, PLR0917 -- the complete input of a program
    run: EngineRun,
    monitor: ResourceMonitor,
    project: PulumiProject,
    config: Configuration,
    environment: Mapping[str, str],
    engine: str,
    parallel: int,
) -> bool:
    """Run the program until it ends, and record its output as messages.

    Returns:
        Whether the program succeeded. If not, the reason is recorded.
    """

    def register(server: Any) -> None:
        resource_pb2_grpc.add_ResourceMonitorServicer_to_server(monitor, server)

    with serve_grpc(register, THREADS_PER_STEP * parallel + SPARE_THREADS) as address:
        arguments = [
            *("program", address, engine, project.name, run.stack, str(project.root)),
            *(str(parallel), str(run.dry_run).lower(), project.entry_point),
        ]
        code = _run_process(
            run, arguments, project, {**environment, **_build_config_variables(config)}
        )
    if code not in (0, EXIT_ALREADY_REPORTED) and not run.stop_event.is_set():
        run.recorder.record_message("error", f"the program ended with exit code {code}")
    return code == 0 and not run.stop_event.is_set()


def _build_config_variables(config: Configuration) -> dict[str, str]:
    """Return the variables with the configuration, as Pulumi's language host sets them."""
    return {
        "PULUMI_CONFIG": json.dumps(config.values),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(sorted(config.secret_keys)),
    }


def _run_process(
    run: EngineRun, arguments: list[str], project: PulumiProject, environment: Mapping[str, str]
) -> int:
    process = processes.start_child(arguments, project.folder, environment)

    def handle_line(line: str) -> None:
        run.recorder.record_message("info", line)

    streams = [stream for stream in (process.stdout, process.stderr) if stream is not None]
    readers = [processes.forward_lines(stream, handle_line) for stream in streams]
    run.stop_callbacks.append(process.terminate)
    try:
        return process.wait()
    finally:
        run.stop_callbacks.remove(process.terminate)
        processes.end_child(process)
        for reader in readers:
            reader.join()
        processes.close_streams(process)
