"""The checklist names tests that exist, and no row is missing."""

import re

from tests.meta.source_files import ROOT, list_modules

PAGE = (ROOT / "tests" / "CHECKLIST.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+) \| .+? \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")

ROW_COUNT = 36


def test_every_row_is_there_once_and_in_order() -> None:
    """A lost row would not be noticed."""
    numbers = [int(number) for number, _ in ROW.findall(PAGE)]

    assert numbers == list(range(1, ROW_COUNT + 1))


def test_every_row_names_a_test_that_exists() -> None:
    """A renamed test needs its row changed."""
    existing = {
        (module.location, function.name)
        for module in list_modules("tests")
        for function in module.iterate_functions()
    }
    named = {number: TEST.findall(cell) for number, cell in ROW.findall(PAGE)}

    assert [number for number, tests in named.items() if not tests] == []
    assert {each for tests in named.values() for each in tests} - existing == set()
