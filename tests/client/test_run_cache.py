"""One process builds one engine run for each account and resolves its settings once."""

from collections.abc import Mapping
from typing import Any

import pytest

from bim360_provider.core.settings import Settings
from bim360_provider.dynamic import shared
from bim360_provider.dynamic.providers import CompanyProvider, ProjectProvider
from bim360_provider.emulator import ACCOUNT_ID, CLIENT_ID, CLIENT_SECRET
from tests.support.hq import HqFixture

PROJECT_COUNT = 20


@pytest.fixture
def resolved(hq: HqFixture, monkeypatch: pytest.MonkeyPatch) -> list[Mapping[str, object]]:
    """Return the configurations that are resolved, in a process that has not resolved any."""
    calls: list[Mapping[str, object]] = []
    resolve = Settings.resolve

    def record(config: Mapping[str, object], environ: Mapping[str, str]) -> Settings:
        calls.append(config)
        return resolve(config, environ)

    environment = {
        "APS_CLIENT_ID": CLIENT_ID,
        "APS_CLIENT_SECRET": CLIENT_SECRET,
        "BIM360_ACCOUNT_ID": ACCOUNT_ID,
        "BIM360_BASE_URL": hq.url,
        "BIM360_REQUESTS_PER_MINUTE": "0",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    for name in ("_settings", "_runs", "_clients", "_transports"):
        monkeypatch.setattr(shared, name, {})
    monkeypatch.setattr(Settings, "resolve", record)
    return calls


def refresh(project_ids: list[str]) -> None:
    """Read the projects as a refresh does, with one provider for each call."""
    state: dict[str, Any] = {"account_id": ACCOUNT_ID, "region": "US"}
    for project_id in project_ids:
        assert ProjectProvider().read(project_id, dict(state)).id == project_id


def test_a_refresh_resolves_the_settings_once(
    hq: HqFixture, resolved: list[Mapping[str, object]]
) -> None:
    """They are the same for each of its calls."""
    refresh([hq.create_project(name=f"Tower {n}")["id"] for n in range(PROJECT_COUNT)])

    assert len(resolved) == 1


@pytest.mark.usefixtures("resolved")
def test_all_calls_for_an_account_use_one_run() -> None:
    """Ownership and the archive limit hold for all resources of an account."""
    settings = shared.resolve_settings(None)

    run = shared.get_run(settings, ACCOUNT_ID, "US")

    assert shared.get_run(settings, ACCOUNT_ID, "US") is run
    assert run.settings is settings


def test_all_resource_types_share_the_settings(resolved: list[Mapping[str, object]]) -> None:
    """Pulumi configures each provider class by itself."""
    ProjectProvider().check({}, {"name": "Tower A"})
    CompanyProvider().check({}, {"name": "Volt"})

    assert len(resolved) == 1


def test_a_changed_environment_is_resolved_again(
    resolved: list[Mapping[str, object]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a test or a notebook would run with the settings of the one before."""
    before = shared.resolve_settings(None)
    monkeypatch.setenv("BIM360_MAX_ARCHIVES", "3")

    after = shared.resolve_settings(None)

    assert (before.max_archives, after.max_archives, len(resolved)) == (20, 3, 2)
