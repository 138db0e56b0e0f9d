"""What a project's body may say: fields, types, limits and lists.

Documented, unless a line says otherwise:
https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/
"""

from bim360_provider.emulator import enums
from bim360_provider.emulator.fields import TEXT_LIMIT, Field
from bim360_provider.emulator.values import (
    amount,
    day,
    flag,
    listed,
    name,
    services,
    text,
    unique_id,
)

JOB_NUMBER_LIMIT = 100

SETTABLE = (
    Field("name", name, required=True),
    Field("service_types", services),
    Field("start_date", day, required=True),
    Field("end_date", day, required=True),
    Field("project_type", text(TEXT_LIMIT), required=True),
    Field("value", amount, required=True),
    Field("currency", listed(enums.CURRENCIES), required=True),
    Field("job_number", text(JOB_NUMBER_LIMIT)),
    Field("address_line_1", text(TEXT_LIMIT)),
    Field("address_line_2", text(TEXT_LIMIT)),
    Field("city", text(TEXT_LIMIT)),
    # Which states a country has stands on a page that could not be read; any text is accepted.
    Field("state_or_province", text(TEXT_LIMIT)),
    Field("postal_code", text(TEXT_LIMIT)),
    Field("country", text(TEXT_LIMIT)),
    Field("business_unit_id", unique_id),
    Field("timezone", listed(enums.TIMEZONES)),
    Field("language", listed(enums.LANGUAGES)),
    Field("construction_type", listed(enums.CONSTRUCTION_TYPES)),
    Field("contract_type", listed(enums.CONTRACT_TYPES)),
)
"""What POST and PATCH take."""

CREATE_ONLY = (
    Field("template_project_id", unique_id),
    Field("include_locations", flag),
    Field("include_companies", flag),
)
"""What only POST takes; absent from the page of PATCH."""

STATUS = Field("status", listed(enums.SETTABLE_STATUSES), required=True)
"""What only PATCH takes."""

READ_ONLY = (
    "id",
    "account_id",
    "last_sign_in",
    "copy_project_job_id",
    "created_at",
    "updated_at",
    "folders_created_from",
)
"""What is answered but never set. The vendor's set-up tool sends some of them, and
``folders_created_from``, and works (observed), so they are ignored by default:
https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool"""

ON_CREATE = SETTABLE + CREATE_ONLY
ON_PATCH = (*SETTABLE, STATUS)
EVERY_NAME = tuple(field.name for field in (*ON_CREATE, STATUS)) + READ_ONLY
