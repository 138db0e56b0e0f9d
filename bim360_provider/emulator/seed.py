"""The seed: which clients, accounts and projects there are at the start."""

import json
from pathlib import Path
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    SecretStr,
    ValidationError,
    model_validator,
)

from bim360_provider.emulator.clock import moment_of
from bim360_provider.emulator.enums import REGIONS, SERVICES, STATUSES
from bim360_provider.emulator.problems import first_problem, one_of


class SeedError(Exception):
    """A seed has a mistake; the message is one line that names the place."""


def _split(given: object) -> object:
    return [*filter(None, given.split(","))] if isinstance(given, str) else given


def _there_is(moment: str) -> str:
    moment_of(moment)
    return moment


Text = Annotated[str, Field(min_length=1)]
Service = Annotated[str, AfterValidator(one_of(SERVICES))]
Services = Annotated[tuple[Service, ...], BeforeValidator(_split)]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]
Moment = Annotated[
    str,
    Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"),
    AfterValidator(_there_is),
]


class _Strict(BaseModel):
    """A part of the file in which an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SeedClient(_Strict):
    """An app on the developer portal, and the accounts that let it in."""

    client_id: Text
    client_secret: SecretStr
    accounts: tuple[Text, ...] = ()
    account_administration: bool = True


class SeedUnit(_Strict):
    """A business unit."""

    id: Text
    name: Text


class SeedProject(_Strict):
    """A project as if it had been there before; what is left out is null, as in a UI-made one."""

    name: Text
    id: Text | None = None
    status: Annotated[str, AfterValidator(one_of(STATUSES))] = "active"
    service_types: Services | None = None
    start_date: Day | None = None
    end_date: Day | None = None
    project_type: Text | None = None
    value: float | None = None
    currency: Text | None = None
    job_number: Text | None = None
    address_line_1: Text | None = None
    address_line_2: Text | None = None
    city: Text | None = None
    state_or_province: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None
    business_unit_id: Text | None = None
    timezone: Text | None = None
    language: Text | None = None
    construction_type: Text | None = None
    contract_type: Text | None = None
    last_sign_in: Moment | None = None
    copy_project_job_id: Text | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    visible_from: float = 0


class SeedAccount(_Strict):
    """An account, with what is in it."""

    id: Text
    name: Text
    region: Annotated[str, AfterValidator(one_of(REGIONS))] = "US"
    services: Services = SERVICES
    business_units: tuple[SeedUnit, ...] = ()
    projects: tuple[SeedProject, ...] = ()

    @model_validator(mode="after")
    def _names_are_unique(self) -> "SeedAccount":
        names = [project.name for project in self.projects]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            msg = f"two projects are named {twice!r}; names are unique in an account"
            raise ValueError(msg)
        return self


class Seed(_Strict):
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


MODELS = (Seed, SeedClient, SeedAccount, SeedUnit, SeedProject)


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
        return parse_seed(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        msg = f"seed {path} cannot be read: {error}"
        raise SeedError(msg) from None
    except SeedError as error:
        msg = f"seed {path}: {error}"
        raise SeedError(msg) from None
