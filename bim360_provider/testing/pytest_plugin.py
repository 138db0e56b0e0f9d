"""The pytest plugin: a stack of your own against an emulated BIM 360.

pytest loads this at every start, so nothing is imported here but pytest itself.
"""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bim360_provider.testing.stack import Bim360Stack


@pytest.fixture
def bim360_stack(tmp_path: "Path") -> "Iterator[Callable[..., Bim360Stack]]":
    """Return a function that opens a stack: a project's folder in, a `Bim360Stack` out.

    All stacks of one test share one emulator; each keeps its state in ``tmp_path``. At the end of
    the test everything is stopped::

        def test_my_stack(bim360_stack):
            stack = bim360_stack("path/to/project", stack="demo")
            assert stack.up().ok
            assert stack.up().requests == ()  # a second up sends nothing
    """
    try:
        from bim360_provider.testing.stack import open_stacks  # noqa: PLC0415 -- see above
    except ModuleNotFoundError as error:
        pytest.fail(f"bim360_stack needs {error.name}: pip install '../bim360_provider[testing]'")
    with open_stacks(tmp_path) as opened:
        yield opened
