"""The make targets in the documents exist and have help."""

import re

from tests.meta.source_files import ROOT, iterate_texts

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
TARGET = re.compile(r"^([a-z][\w-]*):(?!=)(.*)$", re.MULTILINE)

# The targets in the README, and those that CI runs.
PROMISED = {"test", "demo", "demo-destroy", "lint", "types", "clean", "help", "lock"}


def targets() -> dict[str, str]:
    """Return the targets of the Makefile, each with the rest of its line."""
    return dict(TARGET.findall(MAKEFILE))


def named(text: str) -> set[str]:
    """Return the targets in a document: in backticks or in a block of commands."""
    code = re.findall(r"```(?:sh|console|bash)\n.*?```|`[^`\n]+`", text, re.DOTALL)
    code = [re.sub(r'[A-Z]+="[^"\n]*"', "", each) for each in code]  # ARGS="--engine local"
    commands = re.findall(
        r"(?:^|[`;&|$]) *make((?: +[A-Za-z][^\s`]*)*)", "\n".join(code), re.MULTILINE
    )
    return {word for line in commands for word in line.split() if re.fullmatch(r"[a-z-]+", word)}


def test_the_makefile_has_the_documented_targets() -> None:
    """The README and CI use them."""
    assert set(targets()) >= PROMISED


def test_every_make_command_in_the_documents_exists() -> None:
    """A missing target costs a reader time."""
    unknown = {
        place: sorted(missing)
        for place, text in iterate_texts()
        if place.endswith(".md") and (missing := named(text) - set(targets()))
    }

    assert unknown == {}


def test_every_target_has_a_line_of_help() -> None:
    """`make` without a target lists them."""
    silent = [name for name, rest in targets().items() if "## " not in rest]

    assert silent == []


def test_every_target_is_phony() -> None:
    """A file with the name of a target would disable it silently."""
    phony = re.findall(r"^\.PHONY:(.*)$", MAKEFILE, re.MULTILINE)

    assert set(" ".join(phony).split()) == set(targets())


def test_every_target_that_needs_the_environment_builds_it() -> None:
    """Users need no order of targets."""
    needy = set(targets()) - {"help", "setup", "test-oldest", "clean"}
    bare = [name for name in needy if targets()[name].split("##")[0].split() != ["setup"]]

    assert bare == []


def test_ci_runs_lint_types_and_tests() -> None:
    """CI and the README use the same commands."""
    steps = re.findall(
        r"^step (\S+)$", (ROOT / ".ci/run").read_text(encoding="utf-8"), re.MULTILINE
    )

    assert steps == ["pulumi", "lint", "types", "test", "test-oldest"]


def test_ci_installs_chromium_before_the_tests() -> None:
    """The browser tests are skipped only where it cannot be installed."""
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")

    assert 0 < script.index("make --no-print-directory chromium") < script.index("step test")
