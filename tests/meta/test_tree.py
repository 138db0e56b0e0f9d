"""The tree has no files that do not belong there, and every file suits the oldest Python."""

import ast
import re

from tests.meta.source_files import iterate_texts, list_files, list_modules

OLDEST = (3, 10)

# Text that looks like a real key: a JSON web token, a private key, a key of a big cloud.
KEYS = re.compile(
    r"eyJ[\w-]{10,}\.[\w-]{10,}|-----BEGIN [A-Z ]*PRIVATE KEY|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_\w{30,}|\bpul-[0-9a-f]{40}\b"
)
EMULATOR_SECRET = "emulator-secret"
MAY_SAY_IT = ("bim360_provider/emulator/", "tests/", "docs/", "README.md")

# A source tree needs less; the wheel of pip is the largest file by far.
MAX_BYTES = 3_000_000


def test_no_file_holds_a_key() -> None:
    """Credentials come from the environment or from encrypted stack config."""
    found = [place for place, text in iterate_texts() if KEYS.search(text)]

    assert found == []


def test_the_emulators_secret_stays_with_the_emulator() -> None:
    """It protects nothing, but a copy elsewhere would teach people to write secrets into files."""
    found = [
        place
        for place, text in iterate_texts()
        if EMULATOR_SECRET in text and not place.startswith(MAY_SAY_IT)
    ]

    assert found == []


def test_no_file_points_outside_of_the_project() -> None:
    """The project is understood from its own files, or from a public page."""
    outside = re.compile(r"(?:^|[\s`'\"(=])(?:/\w+|\.\.)?/shared\b|/work/|/root/|/home/\w")
    found = [
        place
        for place, text in iterate_texts()
        if not place.startswith("tests/") and outside.search(text)
    ]

    assert found == []


def test_every_file_can_be_read_by_python_3_10() -> None:
    """The oldest Python that the project promises to run on."""
    for module in list_modules(".ci", "bench", "bim360_provider", "stacks", "tests"):
        ast.parse(module.text, filename=module.location, feature_version=OLDEST)


def test_no_file_is_large() -> None:
    """So that a clone takes a moment."""
    large = [path.name for path in list_files() if path.stat().st_size > MAX_BYTES]

    assert large == []
