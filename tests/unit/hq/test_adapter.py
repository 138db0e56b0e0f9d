"""The adapter: which bytes count as sent."""

import pytest
from urllib3.connection import HTTPConnection

from bim360_provider.hq.transport.http import POOL_CLASSES, AttemptBudget, thread_state


def test_a_connect_request_to_a_proxy_does_not_count_as_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """HQ has received nothing yet, so the request can be retried."""

    def connect(_connection: HTTPConnection) -> None:
        thread_state.budget.has_sent = True

    monkeypatch.setattr(HTTPConnection, "connect", connect)
    budget = AttemptBudget(10.0, 1000)

    with budget:
        POOL_CLASSES["http"].ConnectionCls("hq.example").connect()

    assert not budget.has_sent
