"""Serve Pulumi's LanguageRuntime protocol for Python programs: a test tool, not Pulumi's own host.

No package registry serves Pulumi's own ``pulumi-language-python``, so tests that run on a Pulumi
CLI from the Go module proxy use this one. It has what ``preview``, ``up``, ``refresh``,
``destroy``, ``import`` and ``about`` call.

Protocol: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/language.proto
"""

import signal
import sys

# The CLI ends a host with SIGINT, perhaps before the imports below are done. Without a handler,
# Python would print a traceback into the output of the user's command.
signal.signal(signal.SIGINT, lambda _signal, _frame: sys.exit(0))

import importlib.util
import json
import os
import subprocess
import threading
import types
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import grpc


def _import_protocol() -> tuple[Any, Any, Any]:
    """Import the protocol's messages without ``import pulumi``, which takes half a second."""
    found = importlib.util.find_spec("pulumi")
    folder = Path(found.origin).parent if found and found.origin else Path()
    for name in ("pulumi", "pulumi.runtime", "pulumi.runtime.proto"):
        package = types.ModuleType(name)
        package.__path__ = [str(folder.joinpath(*name.split(".")[1:]))]
        sys.modules[name] = package
    names = ("language_pb2", "language_pb2_grpc", "plugin_pb2")
    language, services, plugin = (
        importlib.import_module(f"pulumi.runtime.proto.{name}") for name in names
    )
    return language, services, plugin


language_pb2, language_pb2_grpc, plugin_pb2 = _import_protocol()

ERROR_ALREADY_SHOWN = 32
"""Exit code of a program whose error the user has seen already."""

CANCEL_TIMEOUT = 5.0
"""Seconds between SIGINT and SIGKILL for a program that does not end."""

MAX_MESSAGE = 400 * 1024 * 1024
"""Bytes; the limit that Pulumi's SDK sets."""

RUNNER = Path(__file__).with_name("program_runner.py")


if TYPE_CHECKING:
    LanguageRuntimeServicer = object  # known only by its name, see above
else:
    LanguageRuntimeServicer = language_pb2_grpc.LanguageRuntimeServicer


class LanguageHost(LanguageRuntimeServicer):
    """Serves the calls of the CLI; each ``Run`` starts one process."""

    def __init__(self, engine: str) -> None:
        self._engine = engine
        self._program: subprocess.Popen[bytes] | None = None

    def GetPluginInfo(self, _request: Any, _context: Any) -> Any:
        """Return the version of the SDK."""
        return plugin_pb2.PluginInfo(version=version("pulumi"))

    def GetRequiredPackages(self, _request: Any, _context: Any) -> Any:
        """Return no package: a dynamic provider needs none."""
        return language_pb2.GetRequiredPackagesResponse()

    def About(self, request: Any, _context: Any) -> Any:
        """Return which Python runs the programs."""
        python = python_of(request.info)
        script = "import platform; print(platform.python_version())"
        output = subprocess.run([python, "-c", script], stdout=subprocess.PIPE, check=True).stdout
        return language_pb2.AboutResponse(executable=python, version=output.decode().strip())

    def GetProgramDependencies(self, _request: Any, _context: Any) -> Any:
        """Return the SDK alone."""
        sdk = language_pb2.DependencyInfo(name="pulumi", version=version("pulumi"))
        return language_pb2.GetProgramDependenciesResponse(dependencies=[sdk])

    def Run(self, request: Any, context: Any) -> Any:
        """Run a program in a process of its own and wait for its end."""
        self._program = subprocess.Popen(
            [python_of(request.info), "-u", str(RUNNER), self._settings(request)],
            cwd=request.pwd or None,
            env=environment_of(request),
            stdin=subprocess.DEVNULL,
        )
        if not context.add_callback(self._end_program):
            self._end_program()
        return result_of(self._program.wait())

    def Cancel(self, _request: Any, _context: Any) -> Any:
        """Interrupt the program; return without waiting for its end."""
        from google.protobuf import empty_pb2

        threading.Thread(target=self._end_program, daemon=True).start()
        return empty_pb2.Empty()

    def kill_program(self) -> None:
        """End the program at once."""
        if self._program is not None:
            self._program.kill()

    def _end_program(self) -> None:
        program = self._program
        if program is None or program.poll() is not None:
            return
        program.send_signal(signal.SIGINT)
        try:
            program.wait(CANCEL_TIMEOUT)
        except subprocess.TimeoutExpired:
            program.kill()

    def _settings(self, request: Any) -> str:
        return json.dumps(
            {
                "monitor": request.monitor_address,
                "engine": self._engine,
                "project": request.project,
                "stack": request.stack,
                "organization": request.organization,
                "parallel": request.parallel,
                "dry_run": request.dryRun,
                "root_directory": request.info.root_directory,
                "entry_point": request.info.entry_point or ".",
            }
        )


def python_of(info: Any) -> str:
    """Return the project's Python: of its virtual environment, else ``PULUMI_PYTHON_CMD``."""
    fields = info.options.fields
    if "virtualenv" in fields:
        folder = Path(info.root_directory, fields["virtualenv"].string_value)
        return str(folder / "bin" / "python")
    return os.environ.get("PULUMI_PYTHON_CMD") or "python3"


def environment_of(request: Any) -> dict[str, str]:
    """Return the program's environment: the host's, with the stack's configuration."""
    environment = {
        **os.environ,
        "PULUMI_CONFIG": json.dumps(dict(request.config)),
        "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
    }
    python = Path(python_of(request.info))
    if python.is_absolute():
        environment["VIRTUAL_ENV"] = str(python.parents[1])
        environment["PATH"] = f"{python.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        environment.pop("PYTHONHOME", None)
    return environment


def result_of(exit_code: int) -> Any:
    """Return what the CLI needs to know of a program's end."""
    if exit_code == 0:
        return language_pb2.RunResponse()
    if exit_code == ERROR_ALREADY_SHOWN:
        return language_pb2.RunResponse(bail=True)
    shown = exit_code if exit_code > 0 else -1
    return language_pb2.RunResponse(error=f"program exited with non-zero exit code: {shown}")


def exit_with_the_cli(host: LanguageHost) -> None:
    """End the program and this process when standard input closes: the CLI is gone."""
    os.read(0, 1)
    host.kill_program()
    os._exit(0)


def serve(engine: str) -> None:
    """Serve until the CLI ends this process."""
    limits = ("grpc.max_receive_message_length", "grpc.max_send_message_length")
    options = [("grpc.so_reuseport", 0), *((limit, MAX_MESSAGE) for limit in limits)]
    server = grpc.server(ThreadPoolExecutor(max_workers=8), options=options)
    host = LanguageHost(engine)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(host, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    # The CLI reads the first line as the port, and shows any other output to the user.
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    threading.Thread(target=exit_with_the_cli, args=(host,), daemon=True).start()
    server.wait_for_termination()


if __name__ == "__main__":
    serve(sys.argv[-1])
