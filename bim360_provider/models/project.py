"""A job: HQ copying a template into a new project."""

from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from bim360_provider.models import enums, normalize
from bim360_provider.models.base import InputModel, ResponseModel

__all__ = [
    "CLEARABLE_FIELDS",
    "CREATE_ONLY_FIELDS",
    "PATCHABLE_FIELDS",
    "PROVIDER_ONLY_FIELDS",
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
    """A job as HQ answers it.

    HQ's list of states is not public, so known words are read leniently and any other
    one means that the job still runs. See docs/reference/hq.md, "Template copies".
    """

    id: str | None = None
    status: str | None = None
    message: str | None = None

    @property
    def state(self) -> JobState:
        """Whether the job is done, has failed, or is to be asked again."""
        word = (self.status or "").casefold()
        if word in DONE_STATUSES:
            return "done"
        return "failed" if word.startswith(FAILURE_PREFIXES) else "running"


Name: TypeAlias = Annotated[str, BeforeValidator(normalize.parse_project_name)]

DateText: TypeAlias = Annotated[str, BeforeValidator(normalize.parse_date)]

Money: TypeAlias = Annotated[float, BeforeValidator(normalize.parse_amount)]

Seconds: TypeAlias = Annotated[float, BeforeValidator(normalize.parse_seconds)]

Flag: TypeAlias = Annotated[bool, BeforeValidator(normalize.parse_flag)]

Id: TypeAlias = Annotated[str, BeforeValidator(normalize.parse_id)]

ShortText: TypeAlias = Annotated[str, BeforeValidator(normalize.limit_text(255))]

ServiceTypes: TypeAlias = Annotated[list[str], BeforeValidator(normalize.parse_services)]


def _parse_clearable_id(value: object) -> str:
    return "" if value == "" else normalize.parse_id(value)


def _parse_project_type(value: object) -> str:
    kind = normalize.limit_text(255)(value)
    if not kind.strip():
        msg = "must not be empty; write a preset such as 'Office', or words of your own"
        raise ValueError(msg)
    return kind


class ProjectArguments(InputModel):
    """What a stack may say about a project, under HQ's own field names.

    Limits and lists: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/ .
    """

    name: Name
    start_date: DateText
    end_date: DateText
    project_type: Annotated[str, BeforeValidator(_parse_project_type)]
    value: Money
    currency: Annotated[str, BeforeValidator(normalize.require_choice(enums.CURRENCIES))]
    service_types: ServiceTypes | None = None
    job_number: Annotated[str, BeforeValidator(normalize.limit_text(100))] | None = None
    address_line_1: ShortText | None = None
    address_line_2: ShortText | None = None
    city: ShortText | None = None
    state_or_province: ShortText | None = None
    postal_code: ShortText | None = None
    country: ShortText | None = None
    business_unit_id: Annotated[str, BeforeValidator(_parse_clearable_id)] | None = None
    timezone: (
        Annotated[str, BeforeValidator(normalize.require_choice(enums.TIMEZONES, clearable=True))]
        | None
    ) = None
    language: Annotated[str, BeforeValidator(normalize.require_choice(enums.LANGUAGES))] | None = (
        None
    )
    construction_type: (
        Annotated[
            str, BeforeValidator(normalize.require_choice(enums.CONSTRUCTION_TYPES, clearable=True))
        ]
        | None
    ) = None
    contract_type: (
        Annotated[
            str, BeforeValidator(normalize.require_choice(enums.CONTRACT_TYPES, clearable=True))
        ]
        | None
    ) = None
    template_project_id: Id | None = None
    include_locations: Flag | None = None
    include_companies: Flag | None = None
    status: (
        Annotated[str, BeforeValidator(normalize.require_choice(enums.DECLARABLE_STATUSES))] | None
    ) = None
    adopt: (
        Annotated[str, BeforeValidator(normalize.require_choice(("never", "archived", "any")))]
        | None
    ) = None
    on_destroy: (
        Annotated[str, BeforeValidator(normalize.require_choice(("archive", "retain")))] | None
    ) = None
    copy_timeout: Seconds | None = None
    account_id: Id | None = None
    region: Annotated[str, BeforeValidator(normalize.require_choice(enums.REGIONS))] | None = None

    OPEN_LISTS: ClassVar[frozenset[str]] = frozenset(
        {"currency", "timezone", "language", "construction_type", "contract_type", "service_types"}
    )
    """Arguments whose lists Autodesk may have extended since."""


CREATE_ONLY_FIELDS: Final = ("template_project_id", "include_locations", "include_companies")
"""Act once, when the project is made: HQ's PATCH does not have them."""

PROVIDER_ONLY_FIELDS: Final = ("adopt", "on_destroy", "copy_timeout", "account_id", "region")
"""Tell this provider what to do; never part of a project's body."""

PATCHABLE_FIELDS: Final = tuple(
    field
    for field in ProjectArguments.model_fields
    if field not in (*CREATE_ONLY_FIELDS, *PROVIDER_ONLY_FIELDS)
)
"""https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-:project_id-PATCH/"""

CLEARABLE_FIELDS: Final = frozenset(
    {
        "job_number",
        "address_line_1",
        "address_line_2",
        "city",
        "state_or_province",
        "postal_code",
        "country",
        "business_unit_id",
        "timezone",
        "construction_type",
        "contract_type",
    }
)
"""Optional texts that ``""`` clears."""


def _parse_response_services(value: object) -> object:
    return None if value is None else normalize.parse_services(value)


class Project(ResponseModel):
    """A project as HQ answers it.

    Everything but the id may be null: projects made by hand lack even what an API
    create requires. Unknown fields are ignored.
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
        """Return the fields that HQ filled, dates cut to their day, in plain JSON types."""
        live = {key: value for key, value in self.model_dump().items() if value is not None}
        return {
            key: value[:10] if key in ("start_date", "end_date") else value
            for key, value in live.items()
        }
