"""The shared rate limit when the clock is set back: it holds, and no wait is too long."""

from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st
from pyrate_limiter import Rate

from bim360_provider.hq.transport import rate_limit

LIMIT = 3
LENGTH = 10.0
MOMENT = 0.002
"""Tolerance in seconds for rounding to milliseconds."""

STEPS = st.lists(
    st.tuples(st.floats(0, 15), st.sampled_from([0.0] * 6 + [0.5, 5.0, 9.0, 11.0, 3600.0, 1e6])),
    max_size=20,
)
"""Seconds that pass before a request, and seconds by which the clock is then set back."""


@given(STEPS)
def test_the_shared_limit_holds_when_the_clock_is_set_back(
    steps: list[tuple[float, float]],
) -> None:
    """In real time; and a request waits at most one window for its slot."""
    real, offset = 1e7, 0.0
    granted: list[float] = []
    clock = SimpleNamespace(time=lambda: real + offset)
    with patch.object(rate_limit, "time", clock), TemporaryDirectory() as folder:
        shared = rate_limit.create_file_limiter(
            [Rate(LIMIT, int(LENGTH * 1000))], Path(folder, "store"), "t"
        )
        for seconds, back in steps:
            real += seconds
            offset -= back
            start_of_wait = real
            while wait := shared.try_acquire():
                real += wait
            granted.append(real)
            assert real - start_of_wait <= LENGTH + MOMENT * 10

    for start in granted:
        inside = [each for each in granted if start <= each < start + LENGTH - MOMENT]
        assert len(inside) <= LIMIT
