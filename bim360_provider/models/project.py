"""A job: HQ copying a template into a new project."""

from typing import Annotated, Any, ClassVar, Final, Literal, TypeAlias

from pydantic import BeforeValidator, Field

from bim360_provider.models import enums, normalize
from bim360_provider.models.base import Answered, Written

__all__ = [
    "CLEARABLE",
    "CREATE_ONLY",
    "PATCHABLE",
    "PROVIDER_ONLY",
    "Job",
    "JobState",
    "Project",
    "ProjectArguments",
]

JobState = Literal["done", "failed", "running"]

DONE: Final = frozenset({"success", "succeeded", "completed", "complete", "finished", "done"})

FAILED: Final = ("fail", "error")


class Job(Answered):
    """A job as HQ answers it.

    HQ's list of states is not public, so known words are read leniently and any other
    one means that the job still runs. See docs/hq.md, "Template copies".
    """

    id: str | None = None
    status: str | None = None
    message: str | None = None

    @property
    def state(self) -> JobState:
        """Whether the job is done, has failed, or is to be asked again."""
        word = (self.status or "").casefold()
        if word in DONE:
            return "done"
        return "failed" if word.startswith(FAILED) else "running"


Name: TypeAlias = Annotated[str, BeforeValidator(normalize.project_name)]

Day: TypeAlias = Annotated[str, BeforeValidator(normalize.date_text)]

Money: TypeAlias = Annotated[float, BeforeValidator(normalize.money)]

Seconds: TypeAlias = Annotated[float, BeforeValidator(normalize.seconds)]

Flag: TypeAlias = Annotated[bool, BeforeValidator(normalize.flag)]

Id: TypeAlias = Annotated[str, BeforeValidator(normalize.identifier)]

Line: TypeAlias = Annotated[str, BeforeValidator(normalize.text(255))]

Services: TypeAlias = Annotated[list[str], BeforeValidator(normalize.services)]


def _clearable_id(value: object) -> str:
    return "" if value == "" else normalize.identifier(value)


def _project_type(value: object) -> str:
    kind = normalize.text(255)(value)
    if not kind.strip():
        msg = "must not be empty; write a preset such as 'Office', or words of your own"
        raise ValueError(msg)
    return kind


class ProjectArguments(Written):
    """What a stack may say about a project, under HQ's own field names.

    Limits and lists: https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/ .
    """

    name: Name
    start_date: Day
    end_date: Day
    project_type: Annotated[str, BeforeValidator(_project_type)]
    value: Money
    currency: Annotated[str, BeforeValidator(normalize.one_of(enums.CURRENCIES))]
    service_types: Services | None = None
    job_number: Annotated[str, BeforeValidator(normalize.text(100))] | None = None
    address_line_1: Line | None = None
    address_line_2: Line | None = None
    city: Line | None = None
    state_or_province: Line | None = None
    postal_code: Line | None = None
    country: Line | None = None
    business_unit_id: Annotated[str, BeforeValidator(_clearable_id)] | None = None
    timezone: (
        Annotated[str, BeforeValidator(normalize.one_of(enums.TIMEZONES, clearable=True))] | None
    ) = None
    language: Annotated[str, BeforeValidator(normalize.one_of(enums.LANGUAGES))] | None = None
    construction_type: (
        Annotated[str, BeforeValidator(normalize.one_of(enums.CONSTRUCTION_TYPES, clearable=True))]
        | None
    ) = None
    contract_type: (
        Annotated[str, BeforeValidator(normalize.one_of(enums.CONTRACT_TYPES, clearable=True))]
        | None
    ) = None
    template_project_id: Id | None = None
    include_locations: Flag | None = None
    include_companies: Flag | None = None
    status: Annotated[str, BeforeValidator(normalize.one_of(enums.DECLARABLE_STATUSES))] | None = (
        None
    )
    adopt: (
        Annotated[str, BeforeValidator(normalize.one_of(("never", "archived", "any")))] | None
    ) = None
    on_destroy: Annotated[str, BeforeValidator(normalize.one_of(("archive", "retain")))] | None = (
        None
    )
    copy_timeout: Seconds | None = None
    account_id: Id | None = None
    region: Annotated[str, BeforeValidator(normalize.one_of(enums.REGIONS))] | None = None

    OPEN_LISTS: ClassVar[frozenset[str]] = frozenset(
        {"currency", "timezone", "language", "construction_type", "contract_type", "service_types"}
    )
    """Arguments whose lists Autodesk may have extended since."""


CREATE_ONLY: Final = ("template_project_id", "include_locations", "include_companies")
"""Act once, when the project is made: HQ's PATCH does not have them."""

PROVIDER_ONLY: Final = ("adopt", "on_destroy", "copy_timeout", "account_id", "region")
"""Tell this provider what to do; never part of a project's body."""

PATCHABLE: Final = tuple(
    field for field in ProjectArguments.model_fields if field not in (*CREATE_ONLY, *PROVIDER_ONLY)
)
"""https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-:project_id-PATCH/"""

CLEARABLE: Final = frozenset(
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


def _live_services(value: object) -> object:
    return None if value is None else normalize.services(value)


class Project(Answered):
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
    service_types: Annotated[list[str] | None, BeforeValidator(_live_services)] = None
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

    def fields(self) -> dict[str, Any]:
        """Return the fields that HQ filled, dates cut to their day, in plain JSON types."""
        live = {key: value for key, value in self.model_dump().items() if value is not None}
        return {
            key: value[:10] if key in ("start_date", "end_date") else value
            for key, value in live.items()
        }
