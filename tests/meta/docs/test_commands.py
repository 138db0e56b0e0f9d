"""The commands that the documents name are there, and say what they do."""

import re

from tests.meta.source_files import ROOT, iterate_texts

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGET = re.compile(r"^([a-z][\w-]*):(?!=)(.*)$", re.MULTILINE)

# The README's own word on how to start, and what CI runs.
PROMISED = {"test", "demo", "demo-destroy", "lint", "types", "clean", "help", "lock"}


def targets() -> dict[str, str]:
    """Return the targets of the Makefile, each with the rest of its line."""
    return dict(TARGET.findall(MAKEFILE))


def named(text: str) -> set[str]:
    """Return the targets that a document names: in backticks or in a block of commands."""
    code = re.findall(r"```(?:sh|console|bash)\n.*?```|`[^`\n]+`", text, re.DOTALL)
    code = [re.sub(r'[A-Z]+="[^"\n]*"', "", each) for each in code]  # ARGS="--engine local"
    commands = re.findall(
        r"(?:^|[`;&|$]) *make((?: +[A-Za-z][^\s`]*)*)", "\n".join(code), re.MULTILINE
    )
    return {word for words in commands for word in words.split() if re.fullmatch(r"[a-z-]+", word)}


def test_the_promised_targets_are_there() -> None:
    """What people were told to type works."""
    assert set(targets()) >= PROMISED


def test_every_make_command_in_the_documents_exists() -> None:
    """A document that names a target which is gone costs its reader ten minutes."""
    unknown = {
        place: sorted(missing)
        for place, text in iterate_texts()
        if place.endswith(".md") and (missing := named(text) - set(targets()))
    }

    assert unknown == {}


def test_every_target_has_a_line_of_help() -> None:
    """`make` alone shows them all."""
    silent = [name for name, rest in targets().items() if "## " not in rest]

    assert silent == []


def test_every_target_is_phony() -> None:
    """A file named like a target would switch it off without a word."""
    phony = re.findall(r"^\.PHONY:(.*)$", MAKEFILE, re.MULTILINE)

    assert set(" ".join(phony).split()) == set(targets())


def test_every_target_that_runs_something_sets_itself_up() -> None:
    """Nobody has to know an order."""
    needy = set(targets()) - {"help", "setup", "clean"}
    bare = [name for name in needy if targets()[name].split("##")[0].split() != ["setup"]]

    assert bare == []


def test_ci_runs_lint_types_and_tests() -> None:
    """CI and the README say the same command."""
    steps = re.findall(
        r"^step (\S+)$", (ROOT / ".ci/run").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert steps == ["pulumi", "lint", "types", "test"]
