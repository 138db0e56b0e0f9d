"""The checklist names tests that exist, no row is missing, and every case runs somewhere."""

import re

from tests.meta.source_files import ROOT, list_modules

PAGE = (ROOT / "tests" / "CHECKLIST.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (\d+) \| .+? \| (.+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")

ROW_COUNT = 36

SAMPLED = re.compile(
    r"crash_harness import [^)]*?\b(mark_unsampled|only_in_make_crashes|RUNS_ALL_CASES)\b"
)


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


def test_make_crashes_runs_every_file_of_which_the_suite_runs_a_sample() -> None:
    """The other cases would run nowhere."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = makefile.partition("\ncrashes:")[2].partition("\n\n")[0]
    sampled = [
        module.location
        for module in list_modules("tests")
        if module.path.name.startswith("test_") and SAMPLED.search(module.text)
    ]

    assert len(sampled) > 20
    assert [
        each for each in sampled if not each.startswith(tuple(re.findall(r"tests/\S+", recipe)))
    ] == []
