"""Look up HQ objects by name in a program; clients and responses are cached for one run."""

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
    """The clients and cached responses of one run of a program.

    Attributes:
        close: Closes the connections; called at the end of the run.
    """

    def __init__(self) -> None:
        config = pulumi.Config("bim360")
        # Not get_secret: a secret output would make all results secret.
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
        """Return the settings; a given account or region takes precedence."""
        scope = {"bim360:accountId": account_id, "bim360:region": region}
        given = {key: value for key, value in scope.items() if value}
        overridden = {CONFIG_KEYS[key] for key in given}
        environ = {name: value for name, value in os.environ.items() if name not in overridden}
        return Settings.resolve({**self._config, **given}, environ)


_sessions: Final[weakref.WeakKeyDictionary[Any, LookupSession]] = weakref.WeakKeyDictionary()
"""By the root resource of a run, because programs of the automation API share a process."""


def get_session() -> LookupSession:
    """Return the session of the current run."""
    root = get_root_resource()
    if root is None:
        return LookupSession()
    return _sessions.setdefault(root, LookupSession())


def _notify(message: str, warning: bool) -> None:
    (pulumi.log.warn if warning else pulumi.log.info)(mask_text(message))


class LookupResult(dict[str, Any]):
    """An HQ object, with HQ's field names as keys and as attributes."""

    def __getattr__(self, name: str) -> Any:
        """Return a field."""
        try:
            return self[name]
        except KeyError:
            msg = f"the result has no field {name!r}; its fields are {', '.join(self)}"
            raise AttributeError(msg) from None


LookupOutput: TypeAlias = Output[LookupResult]


class LookUpError(Bim360Error, pulumi.RunError):
    """A failed look-up; as a ``RunError``, it is printed without a traceback."""


@check_argument_names
def get_project(
    *,
    name: Input[str],
    account_id: Input[str] | None = None,
    region: Input[str] | None = None,
) -> LookupOutput:
    """Find a project by its name; all look-ups together send one request per 100 projects.

    Args:
        name: The exact name, in the same case.
        account_id: Id of an account of the same app. Default: the configured account.
        region: Region of that account. Default: the configured region.

    Returns:
        The fields of HQ's list of projects, such as ``id``, without ``service_types``.

    Raises:
        Bim360Error: In the output: not exactly one object matches, or the request failed.
    """
    return _look_up(Lookups.find_project, account_id, region, name)


@check_argument_names
def get_company(
    *,
    name: Input[str],
    account_id: Input[str] | None = None,
    region: Input[str] | None = None,
) -> LookupOutput:
    """Find a company by its name; sends one request.

    Args:
        name: The whole name; a name in the same case takes precedence.
        account_id: Id of an account of the same app. Default: the configured account.
        region: Region of that account. Default: the configured region.

    Returns:
        The company's fields, such as ``id``.

    Raises:
        Bim360Error: In the output: not exactly one object matches, or the request failed.
    """
    return _look_up(Lookups.find_company, account_id, region, name)


@check_argument_names
def get_account_user(
    *,
    email: Input[str],
    account_id: Input[str] | None = None,
    region: Input[str] | None = None,
) -> LookupOutput:
    """Find a user of the account by e-mail; sends one request, or two if the first finds none.

    Args:
        email: The whole address, in any case.
        account_id: Id of an account of the same app. Default: the configured account.
        region: Region of that account. Default: the configured region.

    Returns:
        The user's fields, such as ``id``, ``uid``, ``status`` and ``company_id``.

    Raises:
        Bim360Error: In the output: not exactly one object matches, or the request failed.
    """
    return _look_up(Lookups.find_account_user, account_id, region, email)


@check_argument_names
def get_business_unit(
    *,
    path: Input[str],
    account_id: Input[str] | None = None,
    region: Input[str] | None = None,
) -> LookupOutput:
    """Find a business unit by its path in the tree; all look-ups together send one request.

    Args:
        path: The names from the top down, such as ``North/West``.
        account_id: Id of an account of the same app. Default: the configured account.
        region: Region of that account. Default: the configured region.

    Returns:
        ``id``, ``parent_id``, ``name``, ``description`` and ``path``.

    Raises:
        Bim360Error: In the output: not exactly one object matches, or the request failed.
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
    """Find an industry role of a project by its name; sends one request per project.

    Args:
        project_id: Id of the project; role ids differ in each project.
        name: The role's exact name, such as ``Architect``.
        account_id: Id of an account of the same app. Default: the configured account.
        region: Region of that account. Default: the configured region.

    Returns:
        ``id``, ``name`` and ``project_id``.

    Raises:
        Bim360Error: In the output: not exactly one object matches, or the request failed.
    """
    return _look_up(Lookups.find_industry_role, account_id, region, project_id, name)


def _look_up(find: Callable[..., Any], *arguments: Any) -> LookupOutput:
    """Return the result of a look-up, which runs when all arguments are known."""
    session = get_session()

    async def list_secrets() -> Any:
        return [await Output.from_input(each).is_secret() for each in arguments]

    def run(values: list[Any]) -> LookupResult:
        secrets, account_id, region, *keys = values
        with keep_secret(*itertools.compress(values[1:], secrets)):
            try:
                return LookupResult(find(session.get_lookups(account_id, region), *keys))
            except Bim360Error as error:
                raise LookUpError(mask_text(str(error))) from None

    return Output.all(Output.from_input(list_secrets()), *arguments).apply(run)
