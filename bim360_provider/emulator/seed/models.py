"""The models of a seed: clients, accounts and what they contain."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Literal

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
from bim360_provider.emulator.hq.enums import REGIONS, SERVICES, STATUSES, USER_ROLES, USER_STATUSES
from bim360_provider.emulator.http.errors import nearest
from bim360_provider.emulator.http.messages import parse_json

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

UNKNOWN_KEY = "extra_forbidden"


def first_problem(error: ValidationError, *models: type[BaseModel]) -> str:
    """Return ``accounts[0].region: "EU" is not ...`` for the first finding.

    Args:
        error: What pydantic found.
        models: The models whose field names are suggested for an unknown key.
    """
    findings = error.errors(include_input=False)
    # A misspelt key first: it is often why another one is missing.
    finding = next((each for each in findings if each["type"] == UNKNOWN_KEY), findings[0])
    place = _place(finding["loc"])
    if finding["type"] != UNKNOWN_KEY:
        return f"{place}: {finding['msg'].removeprefix('Value error, ')}"
    known = {name for model in models for name in model.model_fields}
    return f"{place}: there is no such key{nearest(str(finding['loc'][-1]), known)}"


def one_of(values: Iterable[str]) -> Callable[[str], str]:
    """Return a validator that lets only these values through and names them otherwise."""
    allowed = tuple(values)

    def check(given: str) -> str:
        if given not in allowed:
            msg = f'"{given}" is not one of {", ".join(allowed)}'
            raise ValueError(msg)
        return given

    return check


def _place(steps: Iterable[int | str]) -> str:
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps]
    return "".join(parts).lstrip(".") or "the document"


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

A_CENTURY = 3_200_000_000

Span = Annotated[float, Field(ge=-A_CENTURY, le=A_CENTURY, allow_inf_nan=False)]
"""Seconds that a clock can be moved by."""


class Strict(BaseModel):
    """A part of the file in which an unknown key is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SeedImage(Strict):
    """What is kept of an uploaded image: everything but the image."""

    filename: str
    content_type: Text
    size: int
    sha256: Text


class SeedCompany(Strict):
    """A company; two may share a name, as they do in real accounts."""

    name: Text
    id: Text | None = None
    trade: Text | None = None
    address_line_1: Text | None = None
    address_line_2: Text | None = None
    city: Text | None = None
    state_or_province: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None
    phone: Text | None = None
    website_url: Text | None = None
    description: Text | None = None
    erp_id: Text | None = None
    tax_id: Text | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    image: SeedImage | None = None


class SeedUser(Strict):
    """A user of the account; whoever is active or inactive has signed in once."""

    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    id: Text | None = None
    role: Annotated[str, AfterValidator(one_of(USER_ROLES))] = "account_user"
    status: Annotated[str, AfterValidator(one_of(USER_STATUSES))] = "active"
    company_id: Text | None = None
    uid: Text | None = None
    last_sign_in: Text | None = None
    name: Text | None = None
    nickname: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    image_url: Text | None = None
    address_line_1: Text | None = None
    address_line_2: Text | None = None
    city: Text | None = None
    state_or_province: Text | None = None
    postal_code: Text | None = None
    country: Text | None = None
    phone: Text | None = None
    company: Text | None = None
    job_title: Text | None = None
    industry: Text | None = None
    about_me: Text | None = None
    default_role: Text | None = None
    default_role_id: Text | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


class SeedMember(Strict):
    """A user of a project, by e-mail or by id."""

    email: Text | None = None
    user_id: Text | None = None
    company_id: Text | None = None
    industry_roles: tuple[Text, ...] = ()
    """Names of roles, or their ids in this project."""
    services: dict[
        Literal["document_management", "project_administration"], Literal["admin", "user"]
    ] = Field(default_factory=dict)
    """``document_management`` and ``project_administration``, each with its access level."""
    modules: tuple[Text, ...] = ()
    """The services that HQ v1 has given them, by its names; HQ v2 can only take them away."""
    created_at: Moment | None = None
    updated_at: Moment | None = None


class SeedProject(Strict):
    """A project as if it had been there before; what is left out is null, as in a UI-made one."""

    name: Text
    id: Text | None = None
    status: Annotated[str, AfterValidator(one_of(STATUSES))] = "active"
    service_types: Services | None = None
    active_services: Services | None = None
    """Those somebody was made an admin of; all of an active project's when left out."""
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
    companies: tuple[Text, ...] = ()
    """Ids of the companies in it, beside those its users are in it for."""
    users: tuple[SeedMember, ...] = ()
    image: SeedImage | None = None


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
