"""Look-ups: what the account has already, by the name that people know.

Each is answered while the program runs, in a preview too, and never asked twice in a run.
"""

import itertools
from collections.abc import Callable
from typing import Any, TypeAlias

import pulumi
from pulumi import Input, Output

from bim360_provider.core.lookups import LookUps
from bim360_provider.errors import Bim360Error
from bim360_provider.models.secrecy import keep_secret, masked
from bim360_provider.resources.keywords import near_keywords
from bim360_provider.resources.look_up_run import this_run

__all__ = [
    "LookedUp",
    "get_account_user",
    "get_business_unit",
    "get_company",
    "get_industry_role",
    "get_project",
]


class LookedUp(dict[str, Any]):
    """Something of HQ's, its fields under HQ's own names: as keys, and as attributes too."""

    def __getattr__(self, name: str) -> Any:
        """Return a field."""
        try:
            return self[name]
        except KeyError:
            msg = f"HQ has no field {name!r} here; there are {', '.join(self)}"
            raise AttributeError(msg) from None


Found: TypeAlias = Output[LookedUp]


class LookUpError(Bim360Error, pulumi.RunError):
    """Nothing found, or HQ said no; being a ``RunError``, it is printed without a traceback."""


@near_keywords
def get_project(
    *,
    name: Input[str],
    account_id: Input[str] | None = None,
    region: Input[str] | None = None,
) -> Found:
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
    return _looked_up(LookUps.project, account_id, region, name)


@near_keywords
def get_company(
    *,
    name: Input[str],
    account_id: Input[str] | None = None,
    region: Input[str] | None = None,
) -> Found:
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
    return _looked_up(LookUps.company, account_id, region, name)


@near_keywords
def get_account_user(
    *,
    email: Input[str],
    account_id: Input[str] | None = None,
    region: Input[str] | None = None,
) -> Found:
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
    return _looked_up(LookUps.account_user, account_id, region, email)


@near_keywords
def get_business_unit(
    *,
    path: Input[str],
    account_id: Input[str] | None = None,
    region: Input[str] | None = None,
) -> Found:
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
    return _looked_up(LookUps.business_unit, account_id, region, path)


@near_keywords
def get_industry_role(
    *,
    project_id: Input[str],
    name: Input[str],
    account_id: Input[str] | None = None,
    region: Input[str] | None = None,
) -> Found:
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
    return _looked_up(LookUps.industry_role, account_id, region, project_id, name)


def _looked_up(ask: Callable[..., Any], *told: Any) -> Found:
    """Return the answer, asked as soon as everything is known; what is unknown stays unknown."""
    run = this_run()

    async def secrets() -> Any:
        return [await Output.from_input(each).is_secret() for each in told]

    def answer(known: list[Any]) -> LookedUp:
        hidden, account_id, region, *question = known
        with keep_secret(*itertools.compress(known[1:], hidden)):
            try:
                return LookedUp(ask(run.of(account_id, region), *question))
            except Bim360Error as error:
                raise LookUpError(masked(str(error))) from None

    return Output.all(Output.from_input(secrets()), *told).apply(answer)
