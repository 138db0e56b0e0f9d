"""docs/reference/emulator.md matches the emulator."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import typer.main

from bim360_provider.emulator import Emulator, Options, parse_rules, parse_seed
from bim360_provider.emulator.assumptions import ASSUMPTIONS
from bim360_provider.emulator.cli import app
from bim360_provider.emulator.control.routes import ACTIONS
from bim360_provider.emulator.faults import FaultEffect, RequestMatch, Rule

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reference/emulator.md").read_text(encoding="utf-8")

RULES = (
    "Gateway",
    "Accounts and regions",
    "Projects",
    "Companies",
    "Imports and searches",
    "Account users",
    "Project users",
    "The newer backend",
    "ACC projects",
    "Folders",
    "Permissions of folders",
    "Business units",
    "Images",
)


def section(title: str) -> str:
    """Return the text below a heading, up to the next one."""
    return re.split(r"^#+ ", PAGE.split(f" {title}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def rows(text: str) -> Iterator[list[str]]:
    """Yield the cells of each row of a table."""
    for line in text.splitlines():
        if line.startswith("|") and not line.startswith("|---"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


def first_cells(title: str) -> set[str]:
    return {name for row in rows(section(title)) for name in re.findall("`(.+?)`", row[0])}


def test_every_rule_has_a_certainty_and_a_test_that_exists() -> None:
    """Every documented rule is tested."""
    written = "".join(path.read_text(encoding="utf-8") for path in ROOT.glob("tests/**/test_*.py"))
    rules = [row for title in RULES for row in rows(section(title)) if row[0] != "Rule"]

    assert len(rules) > 40
    for rule, certainty, _, tests in rules:
        assert re.match("documented|observed|inference", certainty), rule
        assert re.findall("`(.+?)`", tests), rule
        for name in re.findall("`(.+?)`", tests):
            assert f"def {name}(" in written, name


def test_documented_and_observed_rules_name_their_source() -> None:
    """Only an inference needs no source; every link is defined."""
    for title in RULES:
        for rule, certainty, source, _ in rows(section(title)):
            assert source or certainty == "inference", rule
            for label in re.findall(r"\[([\w ]+)\]", source):
                assert f"\n[{label}]: https://" in PAGE


def test_the_page_lists_every_assumption() -> None:
    """The page and the code have the same rows."""
    documented = [tuple(row) for row in rows(section("Invented")) if row[0] != "Value"]

    assert documented == [(f"`{each.value}`", each.location, each.meaning) for each in ASSUMPTIONS]


def test_the_page_lists_every_option_with_its_default() -> None:
    """New options must be documented."""
    documented = {row[0].strip("`"): row[1].strip("`") for row in rows(section("Options"))}
    documented.pop("Option")

    defaults = {name: field.default for name, field in Options.model_fields.items()}
    assert [*documented] == [*defaults]
    for name, default in defaults.items():
        assert documented[name] == (str(default).lower() if default != "" else "empty")


def test_the_page_lists_every_control_route() -> None:
    """The page has no other route."""
    assert first_cells("The control plane") == {*ACTIONS}


def test_the_page_lists_every_flag() -> None:
    """The page has no other flag."""
    command = typer.main.get_command(app)

    flags = {flag for each in command.params for flag in each.opts}
    assert first_cells("Start the emulator") == flags


def test_the_page_lists_every_key_of_a_fault() -> None:
    """In the table, or in the text above it."""
    assert first_cells("Faults") - {"then"} == {*FaultEffect.model_fields}
    for name in {*RequestMatch.model_fields, *Rule.model_fields}:
        assert f"`{name}`" in section("Faults")


def test_the_examples_of_the_page_work() -> None:
    """The seed, the fault and the Python snippet."""
    seed, fault = re.findall(r"```json\n(.+?)```", PAGE, re.DOTALL)[:2]
    snippet = re.findall(r"```python\n(.+?)```", PAGE, re.DOTALL)[0]

    emulator = Emulator(parse_seed(json.loads(seed)))
    emulator.close()
    exec(snippet, {"print": lambda _: None})  # noqa: S102 - the page's own example

    assert parse_rules(json.loads(fault))[0].then.is_processed
