"""What one run of a program has looked up so far: its clients, and the answers that they got."""

import itertools
import os
import weakref
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final, TypeAlias

import pulumi
from pulumi import Input, Output
from pulumi.runtime import get_root_resource

from bim360_provider.core.lookups import Lookups
from bim360_provider.core.settings import CONFIG_KEYS, Settings
from bim360_provider.errors import Bim360Error
from bim360_provider.hq import Connection, HqClient
from bim360_provider.models.display import keep_secret, mask_text
from bim360_provider.resources.argument_checks import check_argument_names

__all__ = [
    "LookupResult",
    "LookupSession",
    "get_account_user",
    "get_business_unit",
    "get_company",
    "get_industry_role",
    "get_project",
    "get_session",
]


class LookupSession:
    """What one run of a program has asked so far.

    Attributes:
        close: Closes the connections; called when the run is over.
    """

    def __init__(self) -> None:
        config = pulumi.Config("bim360")
        # A plain reading: a secret output would make everything that is looked up a secret.
        self._config = {key: config.get(key.removeprefix("bim360:")) for key in CONFIG_KEYS}
        self._lookups: dict[Connection, Lookups] = {}
        self._clients = ExitStack()
        self.close = weakref.finalize(self, self._clients.close)

    def get_lookups(self, account_id: str | None, region: str | None) -> Lookups:
        """Return the look-ups of an account."""
        settings = self._resolve_settings(account_id, region)
        connection = settings.build_connection(settings.account_id, settings.region)
        if connection not in self._lookups:
            client = HqClient(connection, notify=_notify)
            self._clients.callback(client.close)
            self._lookups[connection] = Lookups(client)
        return self._lookups[connection]

    def _resolve_settings(self, account_id: str | None, region: str | None) -> Settings:
        """Return the settings; a place that is named goes before all others."""
        told = {"bim360:accountId": account_id, "bim360:region": region}
        named = {key: value for key, value in told.items() if value}
        aside = {CONFIG_KEYS[key] for key in named}
        environ = {name: value for name, value in os.environ.items() if name not in aside}
        return Settings.resolve({**self._config, **named}, environ)


_sessions: Final[weakref.WeakKeyDictionary[Any, LookupSession]] = weakref.WeakKeyDictionary()
"""Each run has a root of its own: programs of the automation API share a process, not answers."""


def get_session() -> LookupSession:
    """Return the run that asks."""
    root = get_root_resource()
    if root is None:
        return LookupSession()
    return _sessions.setdefault(root, LookupSession())


def _notify(message: str, warning: bool) -> None:
    (pulumi.log.warn if warning else pulumi.log.info)(mask_text(message))


class LookupResult(dict[str, Any]):
    """Something of HQ's, its fields under HQ's own names: as keys, and as attributes too."""

    def __getattr__(self, name: str) -> Any:
        """Return a field."""
        try:
            return self[name]
        except KeyError:
            msg = f"HQ has no field {name!r} here; there are {', '.join(self)}"
            raise AttributeError(msg) from None


LookupOutput: TypeAlias = Output[LookupResult]


class LookUpError(Bim360Error, pulumi.RunError):
    """Nothing found, or HQ said no; being a ``RunError``, it is printed without a traceback."""


@check_argument_names
def get_project(
    *,
    name: Input[str],
    account_id: Input[str] | None = None,
    region: Input[str] | None = None,
) -> LookupOutput:
    """Look a project up by its name: one request for each 100 projects, for all look-ups together.

    Args:
        name: Its whole name, in the same case.
        account_id: Another account than the configured one, of the same app.
        region: That account's region.

    Returns:
        Its fields as HQ lists them, so without ``service_types``; most of all ``id``.

    Raises:
        Bim360Error: In the output: there is none, there are several, or HQ could not be asked.
    """
    return _look_up(Lookups.find_project, account_id, region, name)


@check_argument_names
def get_company(
    *,
    name: Input[str],
    account_id: Input[str] | None = None,
    region: Input[str] | None = None,
) -> LookupOutput:
    """Look a company up by its name: one request.

    Args:
        name: Its whole name; one in the same case goes before those in another.
        account_id: Another account than the configured one, of the same app.
        region: That account's region.

    Returns:
        Its fields; most of all ``id``.

    Raises:
        Bim360Error: In the output: there is none, there are several, or HQ could not be asked.
    """
    return _look_up(Lookups.find_company, account_id, region, name)


@check_argument_names
def get_account_user(
    *,
    email: Input[str],
    account_id: Input[str] | None = None,
    region: Input[str] | None = None,
) -> LookupOutput:
    """Look a person of the account up by e-mail: one request, or two if nobody is found at once.

    Args:
        email: The whole address, in any case.
        account_id: Another account than the configured one, of the same app.
        region: That account's region.

    Returns:
        The person's fields; most of all ``id``, ``uid``, ``status`` and ``company_id``.

    Raises:
        Bim360Error: In the output: there is none, there are several, or HQ could not be asked.
    """
    return _look_up(Lookups.find_account_user, account_id, region, email)


@check_argument_names
def get_business_unit(
    *,
    path: Input[str],
    account_id: Input[str] | None = None,
    region: Input[str] | None = None,
) -> LookupOutput:
    """Look a business unit up by where it is in the tree: one request for all look-ups together.

    Args:
        path: The names from the top down, such as ``North/West``.
        account_id: Another account than the configured one, of the same app.
        region: That account's region.

    Returns:
        ``id``, ``parent_id``, ``name``, ``description`` and ``path``.

    Raises:
        Bim360Error: In the output: there is none, there are several, or HQ could not be asked.
    """
    return _look_up(Lookups.find_business_unit, account_id, region, path)


@check_argument_names
def get_industry_role(
    *,
    project_id: Input[str],
    name: Input[str],
    account_id: Input[str] | None = None,
    region: Input[str] | None = None,
) -> LookupOutput:
    """Look an industry role of a project up by its name: one request for each project.

    Args:
        project_id: The project's id; each project has role ids of its own.
        name: The role's whole name, such as ``Architect``.
        account_id: Another account than the configured one, of the same app.
        region: That account's region.

    Returns:
        ``id``, ``name`` and ``project_id``.

    Raises:
        Bim360Error: In the output: there is none, there are several, or HQ could not be asked.
    """
    return _look_up(Lookups.find_industry_role, account_id, region, project_id, name)


def _look_up(ask: Callable[..., Any], *told: Any) -> LookupOutput:
    """Return the answer, asked as soon as everything is known; what is unknown stays unknown."""
    run = get_session()

    async def secrets() -> Any:
        return [await Output.from_input(each).is_secret() for each in told]

    def answer(known: list[Any]) -> LookupResult:
        hidden, account_id, region, *question = known
        with keep_secret(*itertools.compress(known[1:], hidden)):
            try:
                return LookupResult(ask(run.get_lookups(account_id, region), *question))
            except Bim360Error as error:
                raise LookUpError(mask_text(str(error))) from None

    return Output.all(Output.from_input(secrets()), *told).apply(answer)
