"""The requirement that a new stack installs the provider with."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bim360_provider.cli import init_files

COMMIT = "0123456789abcdef0123456789abcdef01234567"
URL = "https://git.example.com/bim360_provider"


@pytest.mark.parametrize(
    ("source", "requirement"),
    [
        (None, "bim360-provider[cli]==0.1.0"),
        (
            {"url": URL, "vcs_info": {"vcs": "git", "commit_id": COMMIT}},
            f"bim360-provider[cli] @ git+{URL}@{COMMIT}",
        ),
        ({"url": f"{URL}.whl", "archive_info": {}}, "bim360-provider[cli]==0.1.0"),
        ({"url": "file:///code/bim%20360", "dir_info": {}}, "../../bim 360[cli]"),
        ({"url": "file:///code/firm/projects/lib", "dir_info": {}}, "./lib[cli]"),
    ],
)
def test_it_installs_the_provider_from_where_it_was_installed(
    source: dict[str, Any] | None, requirement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From an index, a commit, or a folder relative to the stack."""
    text = json.dumps(source) if source else None
    installed = SimpleNamespace(read_text=lambda _name: text)
    monkeypatch.setattr(init_files, "distribution", lambda _name: installed)

    found = init_files.find_package(Path("/code/firm/projects"))

    assert found == requirement
    assert init_files.is_local_package(found) == ("lib" in found or "bim 360" in found)
