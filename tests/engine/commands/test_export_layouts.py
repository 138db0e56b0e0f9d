"""The commands that an export prints change nothing at HQ, for each project layout."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bim360_provider import emulator
from bim360_provider.export import build_local_commands, build_pulumi_commands
from tests.engine.commands.layouts import LAYOUTS, ProjectLayout, ShellUser, parse_printed_commands
from tests.engine.crashes.crash_harness import mark_unsampled
from tests.meta.docs.markdown_files import read_section
from tests.support.legacy_account import build_account, format_project_id

WITHOUT_PULUMI = "/usr/bin:/bin"
SAMPLE = ("a program with resources", "another folder, not imported")
"""The layouts of the usual suite, besides those of the other tests; `make crashes` runs all."""

CreateUser = Callable[[ProjectLayout], ShellUser]


@pytest.fixture
def create_user(tmp_path: Path) -> Iterator[CreateUser]:
    """Yield a function that creates a user of a project; the account has a few projects."""
    with emulator.serve(emulator.Emulator(emulator.parse_seed(build_account(4)))) as running:
        yield lambda layout: ShellUser(tmp_path, layout, running, WITHOUT_PULUMI)


@pytest.mark.parametrize("name", mark_unsampled(LAYOUTS, *SAMPLE))
def test_the_printed_commands_adopt_an_account_with(create_user: CreateUser, name: str) -> None:
    """The export first rejects a program that does not run it; no write request is sent."""
    user = create_user(LAYOUTS[name])
    exported = user.run_export()
    if user.layout.entry:
        assert exported.returncode == 2, exported.stdout
        assert user.list_changed_files() == []
        user.add_import(exported.stderr)
        exported = user.run_export()

    user.run_commands(parse_printed_commands(exported.stdout))

    assert exported.returncode == 0, exported.stderr
    assert set(user.list_changed_files()) <= {user.layout.entry, ".pulumi/"}
    assert user.list_writes() == []


def test_a_clean_checkout_exports_the_same_names(create_user: CreateUser) -> None:
    """Without the committed import file, a renamed project would get another name."""
    user = create_user(LAYOUTS["no program yet"])
    user.run_commands(parse_printed_commands(user.run_export().stdout))
    user.hq.call_control_plane("PATCH", f"/projects/{format_project_id(1)}", {"name": "Renamed"})
    user.run_shell("git clean -fdx")

    again = user.run_export()

    changed = user.run_shell("git diff -U0 -- existing.py | grep '^[+-] '").stdout
    assert again.returncode == 0, again.stderr
    assert changed.splitlines() == ['-    name="tower a",', '+    name="Renamed",']


def test_an_up_archives_no_project_if_the_program_does_not_run_the_export(
    create_user: CreateUser,
) -> None:
    """Imported resources are protected until an up after a preview without changes."""
    user = create_user(LAYOUTS["another folder"])
    commands = parse_printed_commands(user.run_export().stdout)
    (user.folder / "__main__.py").write_text("", encoding="utf-8")

    imported = user.run_shell(commands[0])
    previewed = user.run_shell(commands[1])
    applied = user.run_shell("bim360 local up --stack existing")

    assert [done.returncode for done in (imported, previewed, applied)] == [0, 1, 1]
    assert "protected" in applied.stdout + applied.stderr
    assert user.list_writes() == []


@pytest.mark.parametrize(
    ("heading", "build_commands"),
    [
        ("## Step by step", build_pulumi_commands),
        ("## Without the Pulumi CLI", build_local_commands),
    ],
)
def test_the_document_contains_the_printed_commands(
    tmp_path: Path, heading: str, build_commands: Callable[..., list[str]]
) -> None:
    """For a project with this repository's layout."""
    stacks = tmp_path / "stacks"
    written = [stacks / "existing.py", stacks / "existing.import.json"]

    printed = build_commands(tmp_path, tmp_path, "existing", written[1], written)

    block = read_section("docs/how-to/export.md", heading).partition(
        "bim360 export --stack existing\n"
    )[2]
    assert block.partition("```")[0].splitlines() == printed
