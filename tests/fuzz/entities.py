"""The entities of the fuzz tests: the samples of their arguments, and their special cases."""

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from bim360_provider.emulator import BUSINESS_UNIT_ID, COMPANY_ID
from bim360_provider.emulator.hq import enums
from tests.fuzz import business_units, members
from tests.fuzz.argument_sets import ArgumentSet, FieldValues, FuzzEntity, Samples
from tests.fuzz.members import PROJECT, PROJECT_ID
from tests.fuzz.strategies import (
    DAY,
    EMAIL,
    FLAG,
    INVISIBLE_CHARACTERS,
    MONEY,
    NAME,
    NUMBERS,
    SECONDS,
    SELECTABLE_SERVICES,
    SERVICES,
    TITLE,
    VALID_DAY,
    WRONG_TYPES,
    Expectation,
    Sample,
    accepted,
    build_choice,
    build_identifier,
    build_text,
    either,
    refused,
)
from tests.support.entities import ENTITY_KINDS

__all__ = ["ENTITIES", "IMAGE_FILES", "PROJECT_ID", "TEMPLATE_ID"]

TEMPLATE_ID: Final = "c1000000-0000-4000-8000-000000000001"
LINE = build_text(255)
ADDRESS_FIELDS = (
    *("address_line_1", "address_line_2", "city", "state_or_province", "postal_code", "country"),
)
NO_COMPANY: Final = "the account has no company"
NO_ROLE: Final = "industry_roles '"


def _is_accepted(samples: Mapping[str, Sample], *names: str) -> bool:
    given = [samples[name].expectation for name in names if name in samples]
    return given == [Expectation.ACCEPTED] * len(names)


DATES = ("start_date", "end_date")


def _find_reversed_dates(given: ArgumentSet, certainly: bool) -> set[str]:
    """Return the end date if it is not after the start date; both must be valid."""
    if _is_accepted(given.samples, *DATES):
        start, end = (date.fromisoformat(str(given.get_plain_value(k))[:10]) for k in DATES)
        return {"end_date"} if start >= end else set()
    is_doubtful = given.list_names_with(Expectation.EITHER) & {*DATES}
    return {"end_date"} if is_doubtful and not certainly else set()


def _sort_dates(samples: Samples) -> dict[str, Sample]:
    if not _is_accepted(samples, *DATES):
        return {}
    start, end = sorted((samples[name] for name in DATES), key=lambda day: str(day.value))
    return {"start_date": start, "end_date": end}


def _list_pending_status(_state: FieldValues, inputs: FieldValues) -> set[str]:
    """Return the status that HQ accepts only after the first sign-in."""
    return {"status"} if inputs.get("status") == "inactive" else set()


IMAGE_FILES: Mapping[str, bytes] = {
    "tower.png": b"\x89PNG\r\n\x1a\n a tower",
    "tour Eiffel.jpg": b"\xff\xd8\xff\xe0 by night",
    "東京.gif": b"GIF89a tokyo",
    "👨\u200d👩\u200d👧.bmp": b"BM a family",
}
"""Images in the folder of the host."""

MISSING_FILES = ("printed.txt", ".", "missing.png", "x" * 5000, "", " ")
INVALID_DIGESTS: tuple[Any, ...] = (
    *("", "x", "0" * 63, "0" * 65, "A" * 64, "0" * 64 + "\n", "\u0660" * 64),
    *(*WRONG_TYPES, *NUMBERS),
)


def _set_digest(samples: Samples) -> dict[str, Sample]:
    """Return the digest that the program computes of an existing file."""
    if not _is_accepted(samples, "path"):
        return {}
    digest = hashlib.sha256(IMAGE_FILES[samples["path"].value]).hexdigest()
    return {"sha256": Sample(digest, Expectation.ACCEPTED)}


ENTITIES: Final[Mapping[str, FuzzEntity]] = {
    "project": FuzzEntity(
        ENTITY_KINDS["project"],
        {
            "name": NAME,
            "start_date": DAY,
            "end_date": (DAY[0], DAY[1] | VALID_DAY),
            "project_type": build_text(255, empty=False),
            "value": MONEY,
            "currency": build_choice(enums.CURRENCIES),
            "service_types": SERVICES,
            "job_number": build_text(100),
            **dict.fromkeys(ADDRESS_FIELDS, LINE),
            "business_unit_id": build_identifier(BUSINESS_UNIT_ID, empty=True),
            "timezone": build_choice(enums.TIMEZONES, empty=True),
            "language": build_choice(enums.LANGUAGES),
            "construction_type": build_choice(enums.CONSTRUCTION_TYPES, empty=True),
            "contract_type": build_choice(enums.CONTRACT_TYPES, empty=True),
            "template_project_id": build_identifier(TEMPLATE_ID),
            "include_locations": FLAG,
            "include_companies": FLAG,
            "status": build_choice(("active", "inactive", "archived")),
            "adopt": build_choice(("never", "archived", "any")),
            "on_destroy": build_choice(("archive", "retain")),
            "copy_timeout": SECONDS,
        },
        create_only=("template_project_id", "include_locations", "include_companies"),
        find_conflicts=_find_reversed_dates,
        adjust=_sort_dates,
        hq_refusals=(
            "the account has no business unit",
            "the account has no such project",
            "a project that is pending cannot become inactive",
        ),
        list_pending=_list_pending_status,
        is_final=lambda state: state.get("status") == "archived",
    ),
    "company": FuzzEntity(
        ENTITY_KINDS["company"],
        {
            "name": TITLE,
            "trade": TITLE,
            **dict.fromkeys((*ADDRESS_FIELDS, "phone", "website_url", "description"), LINE),
            **dict.fromkeys(("erp_id", "tax_id"), build_text(None)),
            "adopt": build_choice(("never", "any")),
        },
    ),
    "account_user": FuzzEntity(
        ENTITY_KINDS["account_user"],
        {
            "email": EMAIL,
            "company_id": build_identifier(COMPANY_ID, empty=True),
            **dict.fromkeys(("default_role", "nickname", "first_name", "last_name"), LINE),
            **dict.fromkeys((*ADDRESS_FIELDS, "phone", "company", "job_title"), LINE),
            **dict.fromkeys(("image_url", "industry", "about_me"), LINE),
            "status": build_choice(("active", "inactive")),
            "on_destroy": build_choice(("deactivate", "retain")),
        },
        hq_refusals=(NO_COMPANY,),
        list_pending=_list_pending_status,
    ),
    "project_admin": FuzzEntity(
        ENTITY_KINDS["project_admin"],
        {
            "project_id": PROJECT,
            "email": EMAIL,
            "service_type": build_choice(SELECTABLE_SERVICES),
            "company_id": build_identifier(COMPANY_ID),
            "on_destroy": build_choice(("retain", "remove")),
        },
        create_only=("service_type", "company_id"),
        second_identity="service_type",
        hq_refusals=(NO_COMPANY, "HQ does not show whether"),
    ),
    "project_member": FuzzEntity(
        ENTITY_KINDS["project_member"],
        {
            "project_id": PROJECT,
            **members.MEMBER_ARGUMENTS,
            "on_destroy": build_choice(("retain", "remove")),
        },
        find_conflicts=members.find_missing_access,
        adjust=members.add_access,
        hq_refusals=(NO_COMPANY, NO_ROLE),
    ),
    "project_members": FuzzEntity(
        ENTITY_KINDS["project_members"],
        {
            "project_id": PROJECT,
            "members": members.ROWS,
            "on_removal": build_choice(("retain", "remove")),
        },
        hq_refusals=(NO_COMPANY, NO_ROLE),
        # HQ may refuse a row, such as for a missing role or company.
        list_pending=lambda state, inputs: {*state["unfinished"]} & {*inputs["members"]},
    ),
    "business_units": FuzzEntity(
        ENTITY_KINDS["business_units"],
        {
            "units": business_units.UNITS,
            "complete": FLAG,
            "on_destroy": build_choice(("retain", "remove")),
        },
        adjust=business_units.allow_other_units,
        hq_refusals=("and the account has no such unit", "which is no longer declared"),
    ),
    "project_image": FuzzEntity(
        ENTITY_KINDS["project_image"],
        {
            "project_id": PROJECT,
            "path": (
                accepted(*IMAGE_FILES),
                either(*MISSING_FILES, *(f"x{each}.png" for each in INVISIBLE_CHARACTERS))
                | refused(*WRONG_TYPES, *NUMBERS),
            ),
            "sha256": (accepted("0" * 64), refused(*INVALID_DIGESTS) | either("f" * 64)),
        },
        adjust=_set_digest,
        hq_refusals=("could not send",),
    ),
}
