"""Write new stacks with `bim360 init`: each passes its preview, and no file is overwritten."""

import re
import shutil
import sys
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from bim360_provider import emulator
from bim360_provider.cli.app import create_app
from bim360_provider.cli.init_files import CI_FILES, PROGRAM
from tests.meta.docs.markdown_files import list_examples, read_document
from tests.meta.source_files import ROOT
from tests.support.legacy_account import build_account

CSV = ROOT / "stacks/portfolio.csv"
PIPELINES = ROOT / "bim360_provider/cli/pipelines"
PROMPTS = "bim360_provider.cli.init._has_terminal"
COMMON_FILES = ("Pulumi.yaml", "Pulumi.dev.yaml", "requirements.txt", ".gitignore", "__main__.py")
STARTS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "example": ((), ()),
    "csv": (("--from-csv", str(CSV)), ("portfolio.csv",)),
    "account": (("--from-account",), ("dev.py", "dev.import.json")),
}
"""The flags of each start, and its files."""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Yield the working folder; an emulator has an account with a few projects."""
    monkeypatch.chdir(tmp_path)
    with emulator.serve(emulator.Emulator(emulator.parse_seed(build_account(3)))) as hq:
        for name, value in {
            "APS_CLIENT_ID": emulator.CLIENT_ID,
            "APS_CLIENT_SECRET": emulator.CLIENT_SECRET,
            "BIM360_ACCOUNT_ID": emulator.ACCOUNT_ID,
            "BIM360_BASE_URL": hq.url,
            "BIM360_REQUESTS_PER_MINUTE": "0",
        }.items():
            monkeypatch.setenv(name, value)
        yield tmp_path


def run_init(*flags: str, prompts: str | None = None) -> Result:
    """Run the command; without prompts, standard input is empty."""
    return CliRunner().invoke(create_app(), ["init", *flags], input=prompts)


def read_files(folder: Path, without: Collection[str] = ()) -> dict[str, bytes]:
    """Return the contents of all files in a folder, by path."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {
        name: path.read_bytes()
        for name, path in paths.items()
        if path.is_file() and name not in without
    }


@pytest.mark.parametrize("start", STARTS)
def test_a_new_stack_passes_its_preview_with_the_printed_commands(
    start: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the Pulumi CLI they use the local engine; tests/cli runs those of Pulumi.

    Each host of pipelines adds only its files, so one preview holds for all of them.
    """
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    flags, program_files = STARTS[start]
    done = {ci: run_init(f"{ci}/new", "--ci", ci, *flags) for ci in CI_FILES}
    stacks = [read_files(folder / ci / "new", without=CI_FILES[ci].values()) for ci in CI_FILES]
    cd, *steps = re.split(r"\n  | && ", done["none"].stdout.partition("commands:\n  ")[2].strip())

    monkeypatch.chdir(cd.removeprefix("cd "))
    results = [CliRunner().invoke(create_app(), step.split()[1:]) for step in steps]

    assert stacks == [stacks[0]] * len(CI_FILES)
    assert stacks[0].keys() == {*COMMON_FILES, *program_files}
    assert [result.exit_code for result in results] == [0, 0, 0], [r.output for r in results]
    assert sum("preview" in step for step in steps) == 1


def test_the_example_is_the_stack_of_the_readme() -> None:
    """A reader sees first what the command writes."""
    shown = list_examples(read_document("README.md"), "python")[0]

    assert PROGRAM.endswith(shown)


def test_the_pipelines_are_those_that_other_tests_run(folder: Path) -> None:
    """Those of stack dev are equal; others differ in the name of the stack only."""
    run_init("new", "--ci", "github")
    run_init("other", "--ci", "github", "--stack", "firm/projects/1.10")

    for name, path in CI_FILES["github"].items():
        text = (PIPELINES / name).read_text(encoding="utf-8")
        assert (folder / "new" / path).read_text(encoding="utf-8") == text
        jobs = yaml.safe_load((folder / "other" / path).read_text(encoding="utf-8"))["jobs"]
        assert [job["env"]["STACK"] for job in jobs.values()] == ["firm/projects/1.10"]
        assert "dev" not in (folder / "other" / path).read_text(encoding="utf-8").split()


def test_existing_files_are_all_listed_and_nothing_is_written(folder: Path) -> None:
    """Also a link to a missing file counts, and an account is not read then."""
    (folder / "Pulumi.yaml").write_text("name: mine\n")
    (folder / "dev.py").symlink_to("missing.py")

    done = run_init("--from-account", "--ci", "gitlab")

    assert done.exit_code == 2
    assert "because Pulumi.yaml, dev.py exist;" in done.output
    assert [*read_files(folder)] == ["Pulumi.yaml"]
    assert (folder / "Pulumi.yaml").read_text() == "name: mine\n"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--from-csv", "bad.csv"), "line 2, currency: 'EURO' is not a valid value"),
        (("--from-csv", "missing.csv"), "could not read missing.csv"),
        (("--from-csv", "bad.csv", "--from-account"), "exclude each other"),
        (("--stack", "a b"), "is not the name of a stack"),
        (("--account-id", "firm"), "bim360:accountId"),
        (("--region", "Mars"), "bim360:region 'Mars' is not a valid value"),
    ],
)
def test_a_wrong_choice_is_an_error_and_nothing_is_written(
    flags: tuple[str, ...], message: str, folder: Path
) -> None:
    """The stack would not pass its preview."""
    header, row = "name,start_date,end_date,project_type,value,currency", "T,2027-01-01,2028-01-01"
    (folder / "bad.csv").write_text(f"{header}\n{row},Office,1,EURO\n")

    done = run_init("new", *flags)

    assert done.exit_code == 2
    assert message in done.output
    assert [*read_files(folder)] == ["bad.csv"]


def test_a_terminal_gets_a_prompt_for_each_choice_without_a_flag(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An invalid input repeats the prompt; an empty one is the default."""
    monkeypatch.setattr(PROMPTS, lambda: True)
    shutil.copy(CSV, folder)
    entered = ["excel", "csv", "portfolio.csv", "", "no id", "", "EMEA", "github"]

    done = run_init(prompts="\n".join([*entered, ""]))

    assert done.exit_code == 0, done.output
    assert done.output.count("Start with") == done.output.count("Account id") == 2
    settings = yaml.safe_load((folder / "Pulumi.dev.yaml").read_text())["config"]
    assert settings == {"bim360:accountId": emulator.ACCOUNT_ID, "bim360:region": "EMEA"}
    assert ".github/workflows/drift.yml" in read_files(folder)
    assert 'with_name("portfolio.csv")' in (folder / "__main__.py").read_text()


@pytest.mark.parametrize("flag", ["--yes", "--json"])
def test_no_prompt_appears_with_yes_or_json(flag: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script may run on a terminal."""
    monkeypatch.setattr(PROMPTS, lambda: True)

    done = run_init("new", flag)

    assert done.exit_code == 0, done.output
    assert "Start with" not in done.output


def test_the_files_hold_no_secret_and_the_output_says_what_is_missing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Credentials stay in the environment."""
    run_init("with")
    contents = read_files(folder / "with").values()
    for name in ("APS_CLIENT_ID", "APS_CLIENT_SECRET", "BIM360_ACCOUNT_ID"):
        monkeypatch.delenv(name)

    done = run_init("without", "--ci", "github")

    assert not [each for each in contents if emulator.CLIENT_SECRET.encode() in each]
    assert "the account id is missing" in done.output
    assert "APS_CLIENT_ID and APS_CLIENT_SECRET are not set" in done.output
    assert "which a pipeline cannot" in done.output
    assert "accountId" not in (folder / "without/Pulumi.dev.yaml").read_text()
