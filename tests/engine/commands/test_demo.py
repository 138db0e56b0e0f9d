"""``bim360 demo``, as people start it."""

import os
import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
import requests

from tests.meta.docs.markdown_files import read_document
from tests.meta.source_files import ROOT

PROGRAM = """
from datetime import date
from bim360_provider import Bim360Project

for name in ("North", "South"):
    Bim360Project(name.lower(), name=name, start_date=date(2027, 1, 1), end_date="2028-01-01",
                  project_type="Office", value=1000, currency="EUR", adopt="archived")
"""

ACCOUNT = "a1d5e9b2-0000-4000-8000-000000000001"

REAL = {
    "APS_CLIENT_ID": "real",
    "APS_CLIENT_SECRET": "real-secret-of-a-user",
    "BIM360_BASE_URL": "https://developer.api.autodesk.com",
    "BIM360_ACCOUNT_ID": "11111111-1111-4111-8111-111111111111",
}
"""The shell variables of a user with a real account."""

Run = subprocess.CompletedProcess[str]


def demo(project: Path, *flags: str) -> Run:
    """Run the demo of a project on the local engine, in a shell that has a real account."""
    command = [sys.executable, "-m", "bim360_provider.cli", "demo", "--engine", "local", *flags]
    return subprocess.run(  # noqa: S603 - our own command
        command,
        cwd=project,
        env={**os.environ, **REAL},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@dataclass
class Story:
    """Two offices that the demo creates, destroys and creates again."""

    folder: Path
    before: dict[str, bytes]
    first: Run
    destroyed: Run
    again: Run


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """Run the demo once; each test checks one aspect."""
    folder = tmp_path_factory.mktemp("offices")
    (folder / "Pulumi.yaml").write_text("name: offices\nruntime: python\n")
    settings = f"config:\n  bim360:accountId: {ACCOUNT}\n"
    (folder / "Pulumi.demo.yaml").write_text(settings)
    (folder / "__main__.py").write_text(PROGRAM)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    return Story(folder, before, demo(folder), demo(folder, "--destroy"), demo(folder, "-v"))


def test_the_demo_ends_well_each_time(story: Story) -> None:
    """Exit code 0 for up, for destroy, and for up again."""
    codes = [run.returncode for run in (story.first, story.destroyed, story.again)]

    assert codes == [0, 0, 0]


def test_the_demo_of_this_repository_is_shorter_than_a_screen_and_a_half(
    tmp_path: Path,
) -> None:
    """A screen has 24 lines; each fits 100 columns, and the tutorial shows all of them."""
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks", ignore=lambda *_: ["__pycache__"])
    shutil.copy(ROOT / "Pulumi.yaml", tmp_path)

    run = demo(tmp_path, "--in-make")

    assert len(run.stdout.splitlines()) <= 36
    assert max(map(len, run.stdout.splitlines())) <= 100
    assert run.stderr == ""
    page = read_document("docs/tutorials/first_hour.md")
    assert mask_varying_parts(run.stdout) in mask_varying_parts(page)


def mask_varying_parts(output: str) -> str:
    """Return the output without the engine and the seconds."""
    output = re.sub(r"^Engine: .*\. Details", "Engine: . Details", output, flags=re.MULTILINE)
    return re.sub(r" in \d+ s\.", " in 0 s.", output)


def test_the_demo_shows_its_steps_in_order(story: Story) -> None:
    """Preview, up, second up, a change by hand, its correction, and the review."""
    titles = re.findall(r"^\d\. ([\w -]+)", story.first.stdout, re.MULTILINE)

    assert titles == [
        "Preview",
        "Up",
        "Up again",
        "A change by hand",
        "Preview with --refresh",
        "Review",
    ]


def test_the_demo_shows_what_exists_and_what_it_cost(story: Story) -> None:
    """Two projects are two POSTs and a token; a second up sends nothing."""
    assert "+ 2 projects: North, South" in story.first.stdout
    assert "3 requests to HQ in " in story.first.stdout
    assert "3. Up again: nothing has changed\n   0 requests to HQ." in story.first.stdout


def test_the_demo_shows_who_changed_what_and_how_it_is_corrected(story: Story) -> None:
    """In the preview, and in the review comment."""
    output = story.first.stdout

    assert re.search(
        r"Anna Halvorsen, account admin, opens '(North|South)' in the browser\n"
        r" +and changes its end from 2028-01-01 to 2028-04-02.",
        output,
    )
    assert re.search(r"~ project (North|South), end: 2028-04-02 → 2028-01-01", output)
    assert "1 to change. 1 changed by hand in BIM 360." in output
    assert "end: 2028-01-01 → 2028-04-02  (this run: restored)" in output


def test_a_destroy_of_the_demo_archives_and_a_second_up_reactivates(story: Story) -> None:
    """HQ keeps the names, so a second up reactivates the archived projects."""
    assert story.destroyed.stdout.count("archived") >= 2
    assert "'North'" in story.again.stdout
    assert "was archived and is reactivated" in story.again.stdout


def test_the_next_demo_corrects_what_was_changed_by_hand(story: Story) -> None:
    """The demo ends with drift; another one begins with its correction."""
    again = demo(story.folder)

    assert again.stdout.count("end: 2028-04-02 → 2028-01-01") == 2
    assert again.returncode == 0


def test_the_demo_leaves_the_projects_own_files_alone(story: Story) -> None:
    """Nothing but .demo is written."""
    after = {path.name for path in story.folder.iterdir()} - {"__pycache__"}

    assert after == {*story.before, ".demo"}
    assert {n: (story.folder / n).read_bytes() for n in story.before} == story.before


def test_what_the_demo_keeps_is_private(story: Story) -> None:
    """The folder as a whole, and the state and HQ's database in it."""
    kept = story.folder / ".demo"

    assert kept.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in kept.glob("*/*.*")} == {0o600}


def test_the_demo_never_uses_the_credentials_of_a_real_account(story: Story) -> None:
    """Users who have APS_CLIENT_SECRET in the shell can still try it safely."""
    said = [run.stdout + run.stderr for run in (story.first, story.destroyed, story.again)]

    assert all(REAL["APS_CLIENT_SECRET"] not in output for output in said)
    assert all("projects, read from HQ" in output for output in said)


def test_a_kept_emulator_shows_drift_until_it_is_interrupted(story: Story) -> None:
    """A change at the address that is printed, Enter for the preview, Ctrl-C."""
    command = [sys.executable, "-u", "-m", "bim360_provider.cli", "demo", "--engine", "local"]
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603 - our own command
        [*command, "--keep"], cwd=story.folder, stdin=pipe, stdout=pipe, text=True
    ) as process:
        assert process.stdin
        assert process.stdout
        line = next(line for line in process.stdout if line.startswith("The page of the emulator:"))
        url = line.split()[-1].rstrip("/")
        state = requests.get(f"{url}/_emulator/state", timeout=10).json()
        north = next(p for p in state["accounts"][0]["projects"] if p["name"] == "North")
        path = f"{url}/_emulator/projects/{north['id']}"
        requests.patch(path, json={"name": "Renamed by hand"}, timeout=10).raise_for_status()
        process.stdin.write("\n")
        process.stdin.flush()
        drift = next(line for line in process.stdout if "Renamed by hand" in line)
        process.send_signal(signal.SIGINT)
        rest = process.stdout.read()

    assert "North" in drift
    assert process.returncode == 0
    assert "The emulator stops" in rest


def test_without_a_project_the_demo_names_the_searched_folder(tmp_path: Path) -> None:
    """One line and exit code 2."""
    completed = demo(tmp_path)

    assert completed.returncode == 2
    assert f"There is no Pulumi.yaml in {tmp_path}" in completed.stderr
