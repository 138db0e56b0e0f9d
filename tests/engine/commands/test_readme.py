"""The README's stack and the examples of docs that use it, run unchanged."""

import runpy
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bim360_provider.cli.app import create_app
from bim360_provider.emulator import (
    ACCOUNT_ID,
    CLIENT_ID,
    CLIENT_SECRET,
    Emulator,
    parse_seed,
    serve,
)
from bim360_provider.testing.stack import Bim360Stack
from tests.meta.docs.markdown_files import list_examples, read_document, read_section

FIRST_HOUR = "docs/tutorials/first_hour.md"
CONFIGURATION = "docs/reference/configuration.md"


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working folder, which has the README's stack."""
    folder = tmp_path / "projects"
    done = CliRunner().invoke(create_app(), ["init", str(folder)])
    assert done.exit_code == 0, done.output
    monkeypatch.chdir(folder)
    return folder


def test_the_test_passes_on_the_stack(
    repository: Path, bim360_stack: Callable[..., Bim360Stack]
) -> None:
    """What a reader pastes into a repository of their own works at once."""
    example = list_examples(read_document("docs/how-to/test_a_stack.md"), "python")[0]
    (repository / "test_stack.py").write_text(example, encoding="utf-8")

    runpy.run_path("test_stack.py")["test_my_stack"](bim360_stack)


def test_a_change_shows_as_the_properties_that_the_preview_lists(
    repository: Path, bim360_stack: Callable[..., Bim360Stack]
) -> None:
    """The first hour shows the preview of the three changes that it describes."""
    stack = bim360_stack(repository, stack="dev")
    stack.up()
    program = repository / "__main__.py"
    before = program.read_text(encoding="utf-8")
    after = before.replace("2029-09-30", "2029-12-15").replace("184_500_000", "191_000_000")
    program.write_text(after.replace("    currency", '    city="Seattle",\n    currency'))

    step = next(each for each in stack.preview().steps if each.op == "update")
    shown = list_examples(read_section(FIRST_HOUR, "## 6. A change"), "text")[0]

    assert sorted(step.paths) == ["city", "end_date", "value"]
    assert '+ city    : "Seattle"' in shown
    assert '~ end_date: "2029-09-30" => "2029-12-15"' in shown
    assert "~ value   : 184500000 => 191000000" in shown


def test_a_second_account_works_as_shown(
    repository: Path, bim360_stack: Callable[..., Bim360Stack]
) -> None:
    """The example with an explicit provider, added to the first stack."""
    europe = list_examples(read_section(CONFIGURATION, "## Several accounts"), "python")[0]
    with (repository / "__main__.py").open("a", encoding="utf-8") as program:
        program.write(europe)
    stack = bim360_stack(repository, stack="dev")

    result = stack.up()

    assert result.ok
    assert {row["region"] for row in result.requests} == {None, "EMEA"}
    assert len(stack.projects()) == 2


def test_the_client_works_as_shown(
    repository: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The example without Pulumi, on an account that has one project."""
    client = list_examples(read_document("docs/how-to/python_client.md"), "python")[0]
    (repository / "client.py").write_text(client, encoding="utf-8")
    client_of = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "accounts": [ACCOUNT_ID]}
    account = {"id": ACCOUNT_ID, "name": "Halvorsen", "projects": [{"name": "Tower"}]}
    seed = parse_seed({"clients": [client_of], "accounts": [account]})
    monkeypatch.setenv("APS_CLIENT_ID", CLIENT_ID)
    monkeypatch.setenv("APS_CLIENT_SECRET", CLIENT_SECRET)
    monkeypatch.setenv("BIM360_ACCOUNT_ID", ACCOUNT_ID)

    with serve(Emulator(seed)) as hq:
        monkeypatch.setenv("BIM360_BASE_URL", hq.url)
        runpy.run_path("client.py")

    assert capsys.readouterr().out == "active Tower\n"
