"""Two hosts of two programs, and what they make of one name."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import grpc

from bim360_provider.emulator import serve
from tests.engine.crashes.crash_harness import every
from tests.host.conftest import configuration
from tests.host.dynamic_host import refusal, running
from tests.support.hq import BODY, Actor


@every
def test_two_hosts_make_one_project(tmp_path: Path) -> None:
    """The slower one tells its program in one line who was faster."""
    hq = Actor()
    hq.clock.freeze()
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
    with (
        serve(hq) as emulator,
        running(tmp_path / "one", configuration(emulator.url)) as one,
        running(tmp_path / "two", configuration(emulator.url)) as two,
        ThreadPoolExecutor(2) as pool,
    ):
        calls = [pool.submit(one.made, BODY), pool.submit(two.made, BODY)]
        errors = [call.exception() for call in calls]
        made = [call.result() for call, error in zip(calls, errors, strict=True) if error is None]

    (error,) = [each for each in errors if each is not None]
    assert isinstance(error, grpc.RpcError)
    assert f"({made[0].id}) was made by somebody else while this run was going on" in refusal(error)
    assert len(refusal(error).splitlines()) == 1
    assert hq.asked.count("POST projects") == 2
