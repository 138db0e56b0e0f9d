"""A project: its arguments, HQ's response, and the job that copies a template."""

from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from bim360_provider.models import enums, normalize
from bim360_provider.models.base import (
    AccountIdArgument,
    AddressLine1Argument,
    AddressLine2Argument,
    CityArgument,
    CountryArgument,
    FieldRole,
    Id,
    InputModel,
    PostalCodeArgument,
    RegionArgument,
    ResponseModel,
    StateOrProvinceArgument,
)

__all__ = [
    "Job",
    "JobState",
    "Project",
    "ProjectArguments",
]

JobState = Literal["done", "failed", "running"]

DONE_STATUSES: Final = frozenset(
    {"success", "succeeded", "completed", "complete", "finished", "done"}
)

FAILURE_PREFIXES: Final = ("fail", "error")


class Job(ResponseModel):
    """A job in HQ's response.

    HQ's list of statuses is not public, so any status that is not known counts as running. See
    docs/reference/hq.md, "Template copies".
    """

    id: str | None = None
    status: str | None = None
    message: str | None = None

    @property
    def state(self) -> JobState:
        """Whether the job is done, has failed or is running."""
        status = (self.status or "").casefold()
        if status in DONE_STATUSES:
            return "done"
        return "failed" if status.startswith(FAILURE_PREFIXES) else "running"


Name: TypeAlias = Annotated[str, BeforeValidator(normalize.parse_project_name)]

DateText: TypeAlias = Annotated[str, BeforeValidator(normalize.parse_date)]

Money: TypeAlias = Annotated[float, BeforeValidator(normalize.parse_amount)]

Seconds: TypeAlias = Annotated[float, BeforeValidator(normalize.parse_seconds)]

Flag: TypeAlias = Annotated[bool, BeforeValidator(normalize.parse_flag)]


ServiceTypes: TypeAlias = Annotated[list[str], BeforeValidator(normalize.parse_services)]


def _parse_clearable_id(value: object) -> str:
    return "" if value == "" else normalize.parse_id(value)


def _parse_project_type(value: object) -> str:
    text = normalize.limit_text(255)(value)
    if not text.strip():
        msg = "must not be empty; write a preset such as 'Office', or your own text"
        raise ValueError(msg)
    return text


ProjectType: TypeAlias = Annotated[str, BeforeValidator(_parse_project_type)]

Currency: TypeAlias = Annotated[str, BeforeValidator(normalize.require_choice(enums.CURRENCIES))]

JobNumber: TypeAlias = Annotated[str, BeforeValidator(normalize.limit_text(100))]

ClearableId: TypeAlias = Annotated[str, BeforeValidator(_parse_clearable_id)]

Timezone: TypeAlias = Annotated[
    str, BeforeValidator(normalize.require_choice(enums.TIMEZONES, clearable=True))
]

Language: TypeAlias = Annotated[str, BeforeValidator(normalize.require_choice(enums.LANGUAGES))]

ConstructionType: TypeAlias = Annotated[
    str, BeforeValidator(normalize.require_choice(enums.CONSTRUCTION_TYPES, clearable=True))
]

ContractType: TypeAlias = Annotated[
    str, BeforeValidator(normalize.require_choice(enums.CONTRACT_TYPES, clearable=True))
]

Status: TypeAlias = Annotated[
    str, BeforeValidator(normalize.require_choice(enums.DECLARABLE_STATUSES))
]

AdoptPolicy: TypeAlias = Annotated[
    str, BeforeValidator(normalize.require_choice(("never", "archived", "any")))
]

DestroyPolicy: TypeAlias = Annotated[
    str, BeforeValidator(normalize.require_choice(("archive", "retain")))
]


class ProjectArguments(InputModel):
    """The arguments of a project, under HQ's field names.

    Limits and lists: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/ ;
    changes: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-:project_id-PATCH/ .
    """

    name: Annotated[
        Name,
        FieldRole.PATCHABLE,
        Field(
            description=(
                "The project's name, 1 to 255 characters, unique in the account, also among "
                r"archived projects. Required to create; must not contain any of ``\ / ? [ ] > "
                '* : < " | ,``.'
            )
        ),
    ]
    start_date: Annotated[
        DateText,
        FieldRole.PATCHABLE,
        Field(
            description=(
                "First day, a ``date`` or ``YYYY-MM-DD``, before ``end_date``. Required to create."
            )
        ),
    ]
    end_date: Annotated[
        DateText,
        FieldRole.PATCHABLE,
        Field(
            description=(
                "Last day, a ``date`` or ``YYYY-MM-DD``, after ``start_date``. Required to create."
            )
        ),
    ]
    project_type: Annotated[
        ProjectType,
        FieldRole.PATCHABLE,
        Field(
            description=(
                "Preset such as ``Office``, or your own text of at most 255 characters. "
                "Required to create."
            )
        ),
    ]
    value: Annotated[
        Money,
        FieldRole.PATCHABLE,
        Field(description="Value of the project in ``currency``. Required to create."),
    ]
    currency: Annotated[
        Currency,
        FieldRole.PATCHABLE,
        Field(description="Three-letter code from HQ's list, such as ``EUR``. Required to create."),
    ]
    service_types: Annotated[
        ServiceTypes | None,
        FieldRole.PATCHABLE,
        Field(
            description=(
                "Services such as ``doc_manager``, in any order. Default: all services of the "
                "account."
            )
        ),
    ] = None
    job_number: Annotated[
        JobNumber | None,
        FieldRole.CLEARABLE,
        Field(description='Job number, at most 100 characters; ``""`` clears it.'),
    ] = None
    address_line_1: AddressLine1Argument = None
    address_line_2: AddressLine2Argument = None
    city: CityArgument = None
    state_or_province: StateOrProvinceArgument = None
    postal_code: PostalCodeArgument = None
    country: CountryArgument = None
    business_unit_id: Annotated[
        ClearableId | None,
        FieldRole.CLEARABLE,
        Field(description='Id of an existing business unit; ``""`` clears it.'),
    ] = None
    timezone: Annotated[
        Timezone | None,
        FieldRole.CLEARABLE,
        Field(
            description=(
                'Time zone from HQ\'s list, such as ``America/New_York``; ``""`` clears it.'
            )
        ),
    ] = None
    language: Annotated[
        Language | None,
        FieldRole.PATCHABLE,
        Field(description="``en`` or ``de``; must match the template's language."),
    ] = None
    construction_type: Annotated[
        ConstructionType | None,
        FieldRole.CLEARABLE,
        Field(description='``New Construction`` or ``Renovation``; ``""`` clears it.'),
    ] = None
    contract_type: Annotated[
        ContractType | None,
        FieldRole.CLEARABLE,
        Field(
            description='Contract type from HQ\'s list, such as ``Design-Bid``; ``""`` clears it.'
        ),
    ] = None
    template_project_id: Annotated[
        Id | None,
        FieldRole.CREATE_ONLY,
        Field(description="Id of the project whose settings are copied. Applies only on create."),
    ] = None
    include_locations: Annotated[
        Flag | None,
        FieldRole.CREATE_ONLY,
        Field(description="Whether to copy the template's locations too. Applies only on create."),
    ] = None
    include_companies: Annotated[
        Flag | None,
        FieldRole.CREATE_ONLY,
        Field(description="Whether to copy the template's companies too. Applies only on create."),
    ] = None
    status: Annotated[
        Status | None,
        FieldRole.PATCHABLE,
        Field(
            description=(
                "``active``, ``inactive`` or ``archived``. Default: an archived project is "
                "reactivated, any other status is kept."
            )
        ),
    ] = None
    adopt: Annotated[
        AdoptPolicy | None,
        FieldRole.PROVIDER_ONLY,
        Field(
            description=(
                "What to do if the name is in use: ``never`` fails (the default), "
                "``archived`` reactivates an archived project, ``any`` adopts the existing "
                "project."
            )
        ),
    ] = None
    on_destroy: Annotated[
        DestroyPolicy | None,
        FieldRole.PROVIDER_ONLY,
        Field(
            description=(
                "``archive`` (the default), or ``retain``, which leaves the project as it is."
            )
        ),
    ] = None
    copy_timeout: Annotated[
        Seconds | None,
        FieldRole.PROVIDER_ONLY,
        Field(description="Seconds to wait for a template copy, 0 to 3600, 120 by default."),
    ] = None
    account_id: AccountIdArgument = None
    region: RegionArgument = None

    OPEN_LISTS: ClassVar[frozenset[str]] = frozenset(
        {"currency", "timezone", "language", "construction_type", "contract_type", "service_types"}
    )
    """Arguments whose lists Autodesk may have extended."""


def _parse_response_services(value: object) -> object:
    return None if value is None else normalize.parse_services(value)


class Project(ResponseModel):
    """A project in HQ's response.

    All fields except the id may be null: a project that was created on the web page lacks even
    fields that the API requires. Unknown fields are ignored.
    """

    id: str
    account_id: str | None = None
    name: str | None = None
    status: str | None = None
    start_date: str | None = None
    end_date: str | None = None
    project_type: str | None = None
    value: Annotated[float | None, Field(allow_inf_nan=False)] = None
    currency: str | None = None
    service_types: Annotated[list[str] | None, BeforeValidator(_parse_response_services)] = None
    job_number: str | None = None
    address_line_1: str | None = None
    address_line_2: str | None = None
    city: str | None = None
    state_or_province: str | None = None
    postal_code: str | None = None
    country: str | None = None
    business_unit_id: str | None = None
    timezone: str | None = None
    language: str | None = None
    construction_type: str | None = None
    contract_type: str | None = None
    copy_project_job_id: str | None = None
    last_sign_in: str | None = None
    created_at: str | None = None
    updated_at: str | None = None

    def get_fields(self) -> dict[str, Any]:
        """Return the fields that are not null, in JSON types; dates have no time."""
        live = {key: value for key, value in self.model_dump().items() if value is not None}
        return {
            key: value[:10] if key in ("start_date", "end_date") else value
            for key, value in live.items()
        }
