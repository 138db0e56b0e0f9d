"""The seed: which clients and accounts there are at the start, and what is in them."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, JsonValue, SecretStr, ValidationError, model_validator

from bim360_provider.emulator.enums import REGIONS, SERVICES
from bim360_provider.emulator.parsing import parse_json
from bim360_provider.emulator.problems import first_problem, one_of
from bim360_provider.emulator.seed_people import SeedCompany, SeedMember, SeedUser
from bim360_provider.emulator.seed_project import SeedProject
from bim360_provider.emulator.seed_types import Moment, SeedError, Services, Strict, Text

__all__ = [
    "MODELS",
    "Seed",
    "SeedAccount",
    "SeedClient",
    "SeedError",
    "SeedUnit",
    "parse_seed",
    "read_seed",
]


class SeedClient(Strict):
    """An app on the developer portal, and the accounts that let it in."""

    client_id: Text
    client_secret: SecretStr
    accounts: tuple[Text, ...] = ()
    account_administration: bool = True


class SeedUnit(Strict):
    """A business unit; without a parent it is a root."""

    id: Text
    name: Text
    parent_id: Text | None = None
    description: Text | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


class SeedAccount(Strict):
    """An account, with what is in it."""

    id: Text
    name: Text
    region: Annotated[str, AfterValidator(one_of(REGIONS))] = "US"
    services: Services = SERVICES
    business_units: tuple[SeedUnit, ...] = ()
    companies: tuple[SeedCompany, ...] = ()
    users: tuple[SeedUser, ...] = ()
    projects: tuple[SeedProject, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> "SeedAccount":
        names = [project.name for project in self.projects]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            msg = f"two projects are named {twice!r}; names are unique in an account"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _emails_are_unique(self) -> "SeedAccount":
        emails = [user.email.lower() for user in self.users]
        twice = next((email for email in emails if emails.count(email) > 1), None)
        if twice is not None:
            msg = f"two users have the e-mail {twice}; it is unique in an account"
            raise ValueError(msg)
        return self


class Seed(Strict):
    """The whole file."""

    clients: tuple[SeedClient, ...] = ()
    accounts: tuple[SeedAccount, ...] = ()
    options: dict[str, JsonValue] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _accounts_exist(self) -> "Seed":
        known = {account.id for account in self.accounts}
        for client in self.clients:
            absent = [each for each in client.accounts if each not in known]
            if absent:
                msg = f"client {client.client_id!r} names account {absent[0]!r}, which is not there"
                raise ValueError(msg)
        return self


MODELS = (Seed, SeedClient, SeedAccount, SeedUnit, SeedCompany, SeedUser, SeedProject, SeedMember)


def parse_seed(document: object) -> Seed:
    """Return a seed from parsed JSON.

    Raises:
        SeedError: The document has a mistake.
    """
    try:
        return Seed.model_validate(document)
    except ValidationError as error:
        raise SeedError(first_problem(error, *MODELS)) from None


def read_seed(path: Path) -> Seed:
    """Return the seed in a JSON file.

    Raises:
        SeedError: The file cannot be read, is no JSON, or has a mistake.
    """
    try:
        return parse_seed(parse_json(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        msg = f"seed {path} cannot be read: {error}"
        raise SeedError(msg) from None
    except SeedError as error:
        msg = f"seed {path}: {error}"
        raise SeedError(msg) from None
