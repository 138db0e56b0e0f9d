"""A project of a seed."""

from typing import Annotated

from pydantic import AfterValidator

from bim360_provider.emulator.enums import STATUSES
from bim360_provider.emulator.problems import one_of
from bim360_provider.emulator.seed_people import SeedImage, SeedMember
from bim360_provider.emulator.seed_types import Day, Moment, Services, Strict, Text


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
