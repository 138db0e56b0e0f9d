"""Everything the emulator had to make up because no public source shows it: one table.

HQ's numeric codes for 400, 403, 409 and 422 and its job states have never been published. The codes
here start at 9000 so that nobody takes them for real ones. A client must branch on the HTTP status.
"""

from enum import Enum, IntEnum
from typing import NamedTuple


class Code(IntEnum):
    """The ``code`` of an HQ error body where the real number is unknown."""

    INVALID = 9400
    FORBIDDEN = 9403
    ACTING_USER = 9404
    ACC_ONLY = 9405
    NAME_TAKEN = 9409
    COMPANY_TAKEN = 9410
    EMAIL_TAKEN = 9411
    MEMBER_TAKEN = 9412
    REFUSED = 9422
    TRANSITION = 9423
    ARCHIVED = 9424
    OTHER_COMPANY = 9425


class JobState(str, Enum):
    """The ``status`` of a job; the page's response table could not be read."""

    QUEUED = "queued"
    PROCESSING = "processing"
    SUCCESS = "success"
    FAILED = "failed"


COPY_JOB = "copy_project"
"""The ``name`` of a job; that a job has one is known, its values are not."""

UNKNOWN_ROUTE = "EMU-404"
UNSUPPORTED_GRANT = "EMU-400"
BAD_CLIENT = "AUTH-003"


class Invention(NamedTuple):
    """One row of the table: the value, where it is answered, and what it stands for."""

    value: str
    where: str
    meaning: str


INVENTED = (
    Invention(
        str(Code.INVALID.value), "HQ 400 `code`", "a field, query value or body is malformed"
    ),
    Invention(
        str(Code.FORBIDDEN.value), "HQ 403 `code`", "the client lacks Account Administration"
    ),
    Invention(
        str(Code.ACTING_USER.value), "HQ 403 `code`", "the acting user is missing or no admin"
    ),
    Invention(str(Code.ACC_ONLY.value), "HQ 403 `code`", "users of a BIM 360 project stay in it"),
    Invention(str(Code.NAME_TAKEN.value), "HQ 409 `code`", "another project has this name"),
    Invention(str(Code.COMPANY_TAKEN.value), "HQ 409 `code`", "another company has this name"),
    Invention(str(Code.EMAIL_TAKEN.value), "HQ 409 `code`", "another user has this e-mail"),
    Invention(
        str(Code.MEMBER_TAKEN.value),
        "HQ 409 `code`",
        "the user, or their service, is there already",
    ),
    Invention(str(Code.REFUSED.value), "HQ 422 `code`", "well-formed, but a business rule says no"),
    Invention(str(Code.TRANSITION.value), "HQ 422 `code`", "the status cannot change this way"),
    Invention(str(Code.ARCHIVED.value), "HQ 422 `code`", "an archived project takes only `status`"),
    Invention(
        str(Code.OTHER_COMPANY.value), "HQ 422 `code`", "the company is not the user's default one"
    ),
    Invention(UNKNOWN_ROUTE, "gateway 404 `errorCode`", "the emulator has no such route"),
    Invention(UNSUPPORTED_GRANT, "gateway 400 `errorCode`", "a grant type or scope is not known"),
    Invention(BAD_CLIENT, "gateway 401 `errorCode`", "the client id or its secret is wrong"),
    Invention(
        "the account's oldest company",
        "`GET projects/:p/companies`",
        "the company that a new project lists; only that there is one was observed",
    ),
    Invention(COPY_JOB, "job `name`", "the copy of a template"),
    Invention(JobState.QUEUED.value, "job `status`", "first quarter of `job_duration`"),
    Invention(JobState.PROCESSING.value, "job `status`", "the rest of `job_duration`"),
    Invention(JobState.SUCCESS.value, "job `status`", "after `job_duration`"),
    Invention(JobState.FAILED.value, "job `status`", "the same, with `job_outcome` failed"),
)
