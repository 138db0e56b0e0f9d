"""An account as declarations: asked list by list, in one order that no answer of HQ changes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from bim360_provider.core.place import place_of
from bim360_provider.core.settings import Settings
from bim360_provider.export import business_units
from bim360_provider.export.choosing import Choice
from bim360_provider.export.declaration import Declaration
from bim360_provider.export.naming import Called, names_of
from bim360_provider.export.projects import declared_project
from bim360_provider.hq import HqClient
from bim360_provider.models import Project
from bim360_provider.resources import Bim360BusinessUnits, Bim360Project
from bim360_provider.resources.declared import Declared

__all__ = ["Account", "Kept", "Tell", "read_account"]

Kept: TypeAlias = Mapping[tuple[str, str], str]
"""Names that an earlier export gave, by type and id."""

Tell: TypeAlias = Callable[[str, int, int | None], None]
"""Is told what is being read, how many there are already, and how many there will be."""


@dataclass
class Account:
    """What was read.

    Attributes:
        declarations: What there is, in the order of the file.
        passed_over: How many projects were not meant.
        warnings: What could not be declared, a line each.
    """

    declarations: list[Declaration] = field(default_factory=list)
    passed_over: int = 0
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """Reads one account."""

    client: HqClient
    settings: Settings
    kept: Kept
    tell: Tell

    @property
    def place(self) -> dict[str, Any]:
        """The account and the region."""
        return place_of(self.client)

    def names(self, resource: type[Declared], things: Iterable[Called]) -> dict[str, str]:
        """Return names for all that there is of a kind."""
        token = resource.type_token()
        own = {id_: name for (type_, id_), name in self.kept.items() if type_ == token}
        return names_of(things, own)


def read_account(
    client: HqClient,
    settings: Settings,
    choice: Choice,
    *,
    kept: Kept | None = None,
    tell: Tell = lambda _what, _there, _of: None,
) -> Account:
    """Return an account as declarations.

    Args:
        client: The account.
        settings: Say whether values outside the public lists are let through.
        choice: What is meant.
        kept: Names that an earlier export gave.
        tell: Is told how far it is.

    Raises:
        HqError: HQ said no.
        UnansweredError: No answer came.
    """
    reader = Reader(client, settings, kept or {}, tell)
    account = Account()
    units = _units(reader, account) if "business-units" in choice.include else None
    if "projects" in choice.include:
        _projects(reader, account, choice, units)
    return account


def _units(reader: Reader, account: Account) -> Declaration | None:
    live = reader.client.business_units.structure()
    called = Called(reader.place["account_id"], business_units.NAME)
    name = reader.names(Bim360BusinessUnits, [called])[called.id]
    units = business_units.declared_units(live, name, reader.place, reader.settings)
    left = len(live) - (len(units.outputs["ids"]) if units else 0)
    if units:
        account.declarations.append(units)
    if left:
        words = "business units are left as they are: their names cannot tell them apart"
        account.warnings.append(f"{left:,} {words}")
    return units


def _projects(reader: Reader, account: Account, choice: Choice, units: Declaration | None) -> None:
    everything = _listed(reader)
    called = [Called(each.id, each.name or "", each.created_at or "") for each in everything]
    names = reader.names(Bim360Project, called)
    meant = choice.among(everything)
    account.passed_over = len(everything) - len(meant)
    if choice.service_types:
        meant = _whole(reader, meant)
    references = business_units.references(units)
    declared = (
        declared_project(each, names[each.id], reader.place, reader.settings, references)
        for each in meant
    )
    account.declarations += sorted(declared, key=lambda each: each.name)


def _listed(reader: Reader) -> list[Project]:
    found: dict[str, Project] = {}
    for project in reader.client.projects.walk():
        # Rows may move between pages while projects are made; each counts once.
        found[project.id] = project
        reader.tell("projects", len(found), None)
    return list(found.values())


def _whole(reader: Reader, projects: list[Project]) -> list[Project]:
    """Return the projects with their services, which no list of HQ's has."""
    found = []
    for project in projects:
        found.append(reader.client.projects.get(project.id))
        reader.tell("service types", len(found), len(projects))
    return found
