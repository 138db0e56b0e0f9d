"""Which engine the host watches."""

import threading

import pytest

from bim360_provider.dynamic import engine


def _watched(address: str | None, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the addresses that are watched."""
    watched: list[str] = []
    monkeypatch.setattr(engine, "get_engine_address", lambda: address)
    monkeypatch.setattr(engine, "_watch_engine", watched.append)
    before = set(threading.enumerate())
    engine.exit_with_engine()
    for thread in set(threading.enumerate()) - before:
        thread.join()
    return watched


def test_the_engine_is_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _watched("127.0.0.1:2", monkeypatch) == ["127.0.0.1:2"]


def test_nothing_is_watched_outside_of_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    assert _watched(None, monkeypatch) == []
