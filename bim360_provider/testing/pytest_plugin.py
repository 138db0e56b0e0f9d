"""The pytest plugin: runs your stack against an emulated BIM 360.

pytest loads this module at every start, so it imports only pytest.
"""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bim360_provider.testing.stack import Bim360Stack


@pytest.fixture
def bim360_stack(tmp_path: "Path") -> "Iterator[Callable[..., Bim360Stack]]":
    """Return a function that takes the folder of a project and returns a `Bim360Stack`.

    All stacks of a test share one emulator, which stops at the end of the test. Each stack keeps
    its state in ``tmp_path``::

        def test_my_stack(bim360_stack):
            stack = bim360_stack("path/to/project", stack="demo")
            assert stack.up().ok
            assert stack.up().requests == ()  # a second up sends nothing
    """
    try:
        from bim360_provider.testing.stack import open_stacks  # noqa: PLC0415 -- see the docstring of this module
    except ModuleNotFoundError as error:
        pytest.fail(
            f"bim360_stack requires {error.name}: pip install '../bim360_provider[testing]'"
        )
    with open_stacks(tmp_path) as opened:
        yield opened
