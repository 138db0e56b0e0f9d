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

from bim360_provider.emulator.clock import parse_timestamp
from bim360_provider.emulator.hq.enums import REGIONS, SERVICES, STATUSES, USER_ROLES, USER_STATUSES
from bim360_provider.emulator.http.errors import format_suggestion
from bim360_provider.emulator.http.messages import parse_json

__all__ = [
    "SEED_MODELS",
    "Seed",
    "SeedAccount",
    "SeedBusinessUnit",
    "SeedClient",
    "SeedError",
    "parse_seed",
    "read_seed",
]

UNKNOWN_KEY_ERROR_TYPE = "extra_forbidden"

CENTURY_SECONDS = 3_200_000_000


def format_first_problem(error: ValidationError, *models: type[BaseModel]) -> str:
    """Format the first error: ``accounts[0].region: "EU" is not ...``.

    Args:
        error: The error of pydantic.
        models: The models whose field names are suggested for an unknown key.
    """
    findings = error.errors(include_input=False)
    # A misspelt key first: it often causes a missing one.
    finding = next(
        (each for each in findings if each["type"] == UNKNOWN_KEY_ERROR_TYPE), findings[0]
    )
    place = _format_location(finding["loc"])
    if finding["type"] != UNKNOWN_KEY_ERROR_TYPE:
        return f"{place}: {finding['msg'].removeprefix('Value error, ')}"
    known = {name for model in models for name in model.model_fields}
    return f"{place}: unknown key{format_suggestion(str(finding['loc'][-1]), known)}"


def build_choice_validator(values: Iterable[str]) -> Callable[[str], str]:
    """Return a validator that accepts only these values and lists them in its error."""
    allowed = tuple(values)

    def check(given: str) -> str:
        if given not in allowed:
            msg = f'"{given}" is not one of {", ".join(allowed)}'
            raise ValueError(msg)
        return given

    return check


def _format_location(steps: Iterable[int | str]) -> str:
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps]
    return "".join(parts).lstrip(".") or "the document"


class SeedError(Exception):
    """A seed is invalid; the message is one line with the place."""


def _split_services(given: object) -> object:
    return [*filter(None, given.split(","))] if isinstance(given, str) else given


def _validate_moment(moment: str) -> str:
    parse_timestamp(moment)
    return moment


NonEmptyText = Annotated[str, Field(min_length=1)]

Service = Annotated[str, AfterValidator(build_choice_validator(SERVICES))]

Services = Annotated[tuple[Service, ...], BeforeValidator(_split_services)]

Day = Annotated[str, Field(pattern=r"^\d{4}-\d\d-\d\d$")]

Moment = Annotated[
    str,
    Field(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$"),
    AfterValidator(_validate_moment),
]

ClockShift = Annotated[float, Field(ge=-CENTURY_SECONDS, le=CENTURY_SECONDS, allow_inf_nan=False)]
"""Seconds by which a clock can be moved."""


class StrictModel(BaseModel):
    """A part of the file; unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SeedImage(StrictModel):
    """The metadata of an uploaded image."""

    filename: str
    content_type: NonEmptyText
    size: int
    sha256: NonEmptyText


class SeedCompany(StrictModel):
    """A company; two may have the same name, as in real accounts."""

    name: NonEmptyText
    id: NonEmptyText | None = None
    trade: NonEmptyText | None = None
    address_line_1: NonEmptyText | None = None
    address_line_2: NonEmptyText | None = None
    city: NonEmptyText | None = None
    state_or_province: NonEmptyText | None = None
    postal_code: NonEmptyText | None = None
    country: NonEmptyText | None = None
    phone: NonEmptyText | None = None
    website_url: NonEmptyText | None = None
    description: NonEmptyText | None = None
    erp_id: NonEmptyText | None = None
    tax_id: NonEmptyText | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    image: SeedImage | None = None


class SeedUser(StrictModel):
    """A user of the account; active and inactive users have signed in once."""

    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    id: NonEmptyText | None = None
    role: Annotated[str, AfterValidator(build_choice_validator(USER_ROLES))] = "account_user"
    status: Annotated[str, AfterValidator(build_choice_validator(USER_STATUSES))] = "active"
    company_id: NonEmptyText | None = None
    uid: NonEmptyText | None = None
    last_sign_in: NonEmptyText | None = None
    name: NonEmptyText | None = None
    nickname: NonEmptyText | None = None
    first_name: NonEmptyText | None = None
    last_name: NonEmptyText | None = None
    image_url: NonEmptyText | None = None
    address_line_1: NonEmptyText | None = None
    address_line_2: NonEmptyText | None = None
    city: NonEmptyText | None = None
    state_or_province: NonEmptyText | None = None
    postal_code: NonEmptyText | None = None
    country: NonEmptyText | None = None
    phone: NonEmptyText | None = None
    company: NonEmptyText | None = None
    job_title: NonEmptyText | None = None
    industry: NonEmptyText | None = None
    about_me: NonEmptyText | None = None
    default_role: NonEmptyText | None = None
    default_role_id: NonEmptyText | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


class SeedMember(StrictModel):
    """A user of a project, by e-mail or by id."""

    email: NonEmptyText | None = None
    user_id: NonEmptyText | None = None
    company_id: NonEmptyText | None = None
    industry_roles: tuple[NonEmptyText, ...] = ()
    """Names of roles, or their ids in this project."""
    services: dict[
        Literal["document_management", "project_administration"], Literal["admin", "user"]
    ] = Field(default_factory=dict)
    """``document_management`` and ``project_administration``, each with its access level."""
    modules: tuple[NonEmptyText, ...] = ()
    """The services that HQ v1 has assigned, by its names; HQ v2 can only remove them."""
    created_at: Moment | None = None
    updated_at: Moment | None = None


class SeedProject(StrictModel):
    """An existing project; absent fields are null, as in a project created in the browser."""

    name: NonEmptyText
    id: NonEmptyText | None = None
    status: Annotated[str, AfterValidator(build_choice_validator(STATUSES))] = "active"
    service_types: Services | None = None
    active_services: Services | None = None
    """The services that have an admin; by default all services of an active project."""
    start_date: Day | None = None
    end_date: Day | None = None
    project_type: NonEmptyText | None = None
    value: float | None = None
    currency: NonEmptyText | None = None
    job_number: NonEmptyText | None = None
    address_line_1: NonEmptyText | None = None
    address_line_2: NonEmptyText | None = None
    city: NonEmptyText | None = None
    state_or_province: NonEmptyText | None = None
    postal_code: NonEmptyText | None = None
    country: NonEmptyText | None = None
    business_unit_id: NonEmptyText | None = None
    timezone: NonEmptyText | None = None
    language: NonEmptyText | None = None
    construction_type: NonEmptyText | None = None
    contract_type: NonEmptyText | None = None
    last_sign_in: Moment | None = None
    copy_project_job_id: NonEmptyText | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    visible_from: float = 0
    companies: tuple[NonEmptyText, ...] = ()
    """Ids of the companies in it, besides those of its users."""
    users: tuple[SeedMember, ...] = ()
    image: SeedImage | None = None


class SeedClient(StrictModel):
    """An app on the developer portal, and the accounts to which it has access."""

    client_id: NonEmptyText
    client_secret: SecretStr
    accounts: tuple[NonEmptyText, ...] = ()
    account_administration: bool = True


class SeedBusinessUnit(StrictModel):
    """A business unit; without a parent it is a root."""

    id: NonEmptyText
    name: NonEmptyText
    parent_id: NonEmptyText | None = None
    description: NonEmptyText | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None


class SeedAccount(StrictModel):
    """An account with its contents."""

    id: NonEmptyText
    name: NonEmptyText
    region: Annotated[str, AfterValidator(build_choice_validator(REGIONS))] = "US"
    services: Services = SERVICES
    business_units: tuple[SeedBusinessUnit, ...] = ()
    companies: tuple[SeedCompany, ...] = ()
    users: tuple[SeedUser, ...] = ()
    projects: tuple[SeedProject, ...] = ()

    @model_validator(mode="after")
    def _check_unique_names(self) -> "SeedAccount":
        names = [project.name for project in self.projects]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            msg = f"two projects are named {twice!r}; names are unique in an account"
            raise ValueError(msg)
        return self

    @model_validator(mode="after")
    def _check_unique_emails(self) -> "SeedAccount":
        emails = [user.email.lower() for user in self.users]
        twice = next((email for email in emails if emails.count(email) > 1), None)
        if twice is not None:
            msg = f"two users have the e-mail {twice}; it is unique in an account"
            raise ValueError(msg)
        return self


class Seed(StrictModel):
    """The whole file."""

    clients: tuple[SeedClient, ...] = ()
    accounts: tuple[SeedAccount, ...] = ()
    options: dict[str, JsonValue] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _check_client_accounts(self) -> "Seed":
        known = {account.id for account in self.accounts}
        for client in self.clients:
            absent = [each for each in client.accounts if each not in known]
            if absent:
                msg = f"client {client.client_id!r} names the unknown account {absent[0]!r}"
                raise ValueError(msg)
        return self


SEED_MODELS = (
    Seed,
    SeedClient,
    SeedAccount,
    SeedBusinessUnit,
    SeedCompany,
    SeedUser,
    SeedProject,
    SeedMember,
)


def parse_seed(document: object) -> Seed:
    """Return a seed from parsed JSON.

    Raises:
        SeedError: The document is invalid.
    """
    try:
        return Seed.model_validate(document)
    except ValidationError as error:
        raise SeedError(format_first_problem(error, *SEED_MODELS)) from None


def read_seed(path: Path) -> Seed:
    """Return the seed in a JSON file.

    Raises:
        SeedError: The file cannot be read, is not JSON, or is invalid.
    """
    try:
        return parse_seed(parse_json(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        msg = f"seed {path} cannot be read: {error}"
        raise SeedError(msg) from None
    except SeedError as error:
        msg = f"seed {path}: {error}"
        raise SeedError(msg) from None
