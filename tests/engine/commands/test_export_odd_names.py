"""Export, import and preview an account with odd names: no changes."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from bim360_provider import emulator
from bim360_provider.cli.app import create_app
from bim360_provider.testing import LocalEngine, Result
from tests.support.odd_values import ODD_NAMES, build_odd_account

EVERYTHING = "projects,business-units,companies,users,members"

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)

NAMES = st.lists(TEXTS | st.sampled_from(ODD_NAMES), min_size=1, max_size=15, unique=True)

Adopt = Callable[[Sequence[str]], Result]


@pytest.fixture
def adopt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Adopt]:
    """Yield a function that adopts an account with the given names and previews the stack."""
    project = tmp_path / "project"
    with emulator.serve(
        emulator.Emulator(emulator.parse_seed(build_odd_account(["x"])))
    ) as running:
        for name, value in {
            "APS_CLIENT_ID": emulator.CLIENT_ID,
            "APS_CLIENT_SECRET": emulator.CLIENT_SECRET,
            "BIM360_ACCOUNT_ID": emulator.ACCOUNT_ID,
            "BIM360_BASE_URL": running.url,
            "BIM360_REQUESTS_PER_MINUTE": "0",
            "BIM360_ACTING_USER": "person.0@example.com",
        }.items():
            monkeypatch.setenv(name, value)

        def adopt_account(names: Sequence[str]) -> Result:
            shutil.rmtree(project, ignore_errors=True)
            project.mkdir()
            (project / "Pulumi.yaml").write_text("name: firm\nruntime: python\n")
            running.emulator.call_control_plane("POST", "/seed", build_odd_account(names))
            flags = ["--stack", "existing", "--out", str(project), "--include", EVERYTHING]
            exported = CliRunner().invoke(create_app(), ["export", *flags])
            assert exported.exit_code == 0, exported.output
            engine = LocalEngine(project, stack="existing")
            imported = engine.import_from(project / "existing.import.json")
            assert imported.errors == ()
            assert [each.text for each in imported.messages] == []
            return engine.preview()

        yield adopt_account


def test_odd_names_cause_no_changes(adopt: Adopt) -> None:
    """Names of projects, units, companies, users and members."""
    preview = adopt(ODD_NAMES)

    assert preview.errors == ()
    assert [step for step in preview.steps if step.op != "same"] == []
    teams = len(ODD_NAMES[::7])
    assert preview.changes["same"] == 2 + 3 * len(ODD_NAMES) + 2 * teams


@settings(
    max_examples=3, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(names=NAMES)
def test_any_names_cause_no_changes(adopt: Adopt, names: list[str]) -> None:
    """Names are arbitrary texts."""
    preview = adopt(names)

    assert preview.errors == ()
    assert set(preview.changes) == {"same"}
