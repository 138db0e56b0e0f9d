"""Two hosts of two programs that create the same name."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc

from bim360_provider.emulator import serve
from tests.engine.crashes.crash_harness import only_in_make_crashes
from tests.host.conftest import build_config
from tests.host.dynamic_host import get_error_message, start_host
from tests.support.hq import PROJECT_BODY, FaultyEmulator


@only_in_make_crashes
def test_two_hosts_create_one_project(tmp_path: Path) -> None:
    """The slower one reports in one line that another program was faster."""
    hq = FaultyEmulator()
    hq.clock.freeze()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    with (
        serve(hq) as emulator,
        start_host(tmp_path / "one", build_config(emulator.url)) as one,
        start_host(tmp_path / "two", build_config(emulator.url)) as two,
        ThreadPoolExecutor(2) as pool,
    ):
        calls = [
            pool.submit(one.check_and_create, PROJECT_BODY),
            pool.submit(two.check_and_create, PROJECT_BODY),
        ]
        errors = [call.exception() for call in calls]
        created = [
            call.result() for call, error in zip(calls, errors, strict=True) if error is None
        ]

    (error,) = [each for each in errors if each is not None]
    assert isinstance(error, grpc.RpcError)
    assert (
        f"({created[0].id}) was created by another user or pipeline during this run"
        in get_error_message(error)
    )
    assert len(get_error_message(error).splitlines()) == 1
    assert hq.request_log.count("POST projects") == 2
