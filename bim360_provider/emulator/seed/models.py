"""The models of a seed: clients, accounts and what they contain."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    SecretStr,
    ValidationError,
    create_model,
    model_validator,
)

from bim360_provider.emulator.clock import parse_timestamp
from bim360_provider.emulator.data_management.values import ACTIONS, SYSTEM_AUTHOR
from bim360_provider.emulator.hq.enums import REGIONS, SERVICES, STATUSES, USER_ROLES, USER_STATUSES
from bim360_provider.emulator.http.errors import format_suggestion
from bim360_provider.emulator.http.messages import parse_json
from bim360_provider.emulator.storage.schema import (
    BUSINESS_UNITS,
    COMPANIES,
    PROJECTS,
    USERS,
    Table,
)

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

Model = TypeVar("Model", bound=BaseModel)

UNKNOWN_KEY_ERROR_TYPE = "extra_forbidden"

CENTURY_SECONDS = 3_200_000_000


class SeedError(Exception):
    """A seed is invalid; the message is one line with the place."""


def validate_document(
    model: type[Model], document: object, *others: type[BaseModel], prefix: str = ""
) -> Model:
    """Return a model from parsed JSON.

    Args:
        model: The model.
        document: The parsed JSON.
        others: The models inside it, whose field names are suggested for an unknown key.
        prefix: The place of the document, in messages.

    Raises:
        SeedError: It is invalid: ``accounts[0].region: "EU" is not ...``.
    """
    try:
        return model.model_validate(document)
    except ValidationError as error:
        msg = prefix + _format_first_problem(error, model, *others)
        raise SeedError(msg) from None


def _format_first_problem(error: ValidationError, *models: type[BaseModel]) -> str:
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


def _format_location(steps: Iterable[int | str]) -> str:
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps]
    return "".join(parts).lstrip(".") or "the document"


def build_choice_validator(values: Iterable[str]) -> Callable[[str], str]:
    """Return a validator that accepts only these values and lists them in its error."""
    allowed = tuple(values)

    def check(given: str) -> str:
        if given not in allowed:
            msg = f'"{given}" is not one of {", ".join(allowed)}'
            raise ValueError(msg)
        return given

    return check


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


class DatedModel(StrictModel):
    """An entity with the times of its creation and its last change."""

    created_at: Moment | None = None
    updated_at: Moment | None = None


def add_columns(table: Table) -> Callable[[type[Model]], type[Model]]:
    """Return a decorator that adds the other columns of a table to a model, each text or null."""

    def extend(model: type[Model]) -> type[Model]:
        listed = {"account_id", *model.model_fields}
        others: dict[str, Any] = {
            name: (NonEmptyText | None, None) for name in table.stored_names if name not in listed
        }
        return create_model(model.__name__, __base__=model, __doc__=model.__doc__, **others)

    return extend


class SeedImage(StrictModel):
    """The metadata of an uploaded image."""

    filename: str
    content_type: NonEmptyText
    size: int
    sha256: NonEmptyText


@add_columns(COMPANIES)
class SeedCompany(DatedModel):
    """A company; two may have the same name, as in real accounts."""

    name: NonEmptyText
    id: NonEmptyText | None = None
    image: SeedImage | None = None


@add_columns(USERS)
class SeedUser(DatedModel):
    """A user of the account; active and inactive users have signed in once."""

    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    id: NonEmptyText | None = None
    role: Annotated[str, AfterValidator(build_choice_validator(USER_ROLES))] = "account_user"
    status: Annotated[str, AfterValidator(build_choice_validator(USER_STATUSES))] = "active"


class SeedMember(DatedModel):
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


class SeedPermission(StrictModel):
    """The direct permissions of one subject: a user, a role or a company."""

    email: NonEmptyText | None = None
    user_id: NonEmptyText | None = None
    role: NonEmptyText | None = None
    """The name of a role, or its id in this project."""
    company_id: NonEmptyText | None = None
    actions: tuple[Annotated[str, AfterValidator(build_choice_validator(ACTIONS))], ...]

    @model_validator(mode="after")
    def _check_subject(self) -> "SeedPermission":
        subjects = (self.email, self.user_id, self.role, self.company_id)
        if len([each for each in subjects if each]) != 1:
            msg = "it needs one of email, user_id, role and company_id"
            raise ValueError(msg)
        return self


class SeedFolder(DatedModel):
    """A folder with its permissions and the folders in it."""

    name: NonEmptyText
    id: NonEmptyText | None = None
    hidden: bool = False
    created_by: str = SYSTEM_AUTHOR
    updated_by: str = SYSTEM_AUTHOR
    rolled_up_at: Moment | None = None
    permissions: tuple[SeedPermission, ...] = ()
    folders: tuple["SeedFolder", ...] = ()


@add_columns(PROJECTS)
class SeedProject(DatedModel):
    """An existing project; absent fields are null, as in a project created in the browser."""

    name: NonEmptyText
    id: NonEmptyText | None = None
    status: Annotated[str, AfterValidator(build_choice_validator(STATUSES))] = "active"
    service_types: Services | None = None
    active_services: Services | None = None
    """The services that have an admin; by default all services of an active project."""
    start_date: Day | None = None
    end_date: Day | None = None
    value: float | None = None
    last_sign_in: Moment | None = None
    visible_from: float = 0
    platform: Literal["bim360", "acc"] = "bim360"
    companies: tuple[NonEmptyText, ...] = ()
    """Ids of the companies in it, besides those of its users."""
    users: tuple[SeedMember, ...] = ()
    image: SeedImage | None = None
    folders: tuple[SeedFolder, ...] = ()
    """Top folders; those that every project has need not be listed."""


class SeedClient(StrictModel):
    """An app on the developer portal, and the accounts to which it has access."""

    client_id: NonEmptyText
    client_secret: SecretStr
    accounts: tuple[NonEmptyText, ...] = ()
    account_administration: bool = True
    document_management: bool = True


@add_columns(BUSINESS_UNITS)
class SeedBusinessUnit(DatedModel):
    """A business unit; without a parent it is a root."""

    id: NonEmptyText
    name: NonEmptyText


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
    SeedFolder,
    SeedPermission,
)


def parse_seed(document: object) -> Seed:
    """Return a seed from parsed JSON.

    Raises:
        SeedError: The document is invalid.
    """
    return validate_document(Seed, document, *SEED_MODELS)


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
