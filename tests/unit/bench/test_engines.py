"""``bench.engines``: what the bench measures on this machine."""

import os
from pathlib import Path

import pytest

from bench.engines import describe_missing_peer


def test_the_bench_names_the_peer_that_it_does_not_measure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the reason: OpenTofu is not on PATH, or the bench has no projects for it."""
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = describe_missing_peer()
    (tmp_path / "tofu").touch(mode=0o755)
    found = describe_missing_peer()

    assert missing.endswith("`tofu` is not on PATH.")
    assert os.fspath(tmp_path / "tofu") in found
