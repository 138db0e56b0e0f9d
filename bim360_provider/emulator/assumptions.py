"""The table of all values that the emulator invents, because no public source documents them.

HQ's numeric codes for 400, 403, 409 and 422 and its job states have never been published. The codes
here start at 9000, to be recognisable as invented. A client must branch on the HTTP status.
"""

from enum import Enum, IntEnum
from typing import NamedTuple

COPY_JOB_NAME = "copy_project"
"""The ``name`` of a job; the field is documented, its values are not."""

COPY_FAILED_MESSAGE = "the template could not be copied"
"""The ``message`` of a failed job."""

UNKNOWN_ROUTE_CODE = "EMU-404"

UNSUPPORTED_GRANT_CODE = "EMU-400"

BAD_CLIENT_CODE = "AUTH-003"


class ErrorCode(IntEnum):
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
    LOCKED = 9430


DATA_ERROR_CODES = {
    400: "BAD_INPUT",
    403: "BIM360DM_ERROR",
    404: "NOT_FOUND",
    409: "CONFLICT",
    423: "LOCKED",
}
"""The ``code`` of an error of Data Management by status; that of 403 is observed."""

ROOT_FOLDER_SUFFIX = "-root-folder"
"""What follows the project's id in the name of its root folder."""


class JobState(str, Enum):
    """The ``status`` of a job; the page's response table was not readable."""

    QUEUED = "queued"
    PROCESSING = "processing"
    SUCCESS = "success"
    FAILED = "failed"


class Assumption(NamedTuple):
    """One row of the table: the value, where a response contains it, and its meaning."""

    value: str
    location: str
    meaning: str


ASSUMPTIONS = (
    Assumption(
        str(ErrorCode.INVALID.value), "HQ 400 `code`", "a field, query value or body is malformed"
    ),
    Assumption(
        str(ErrorCode.FORBIDDEN.value), "HQ 403 `code`", "the client lacks Account Administration"
    ),
    Assumption(
        str(ErrorCode.ACTING_USER.value),
        "HQ 403 `code`",
        "the acting user is missing or not an admin",
    ),
    Assumption(
        str(ErrorCode.ACC_ONLY.value),
        "HQ 403 `code`",
        "users of a BIM 360 project cannot be removed",
    ),
    Assumption(str(ErrorCode.NAME_TAKEN.value), "HQ 409 `code`", "another project has this name"),
    Assumption(
        str(ErrorCode.COMPANY_TAKEN.value), "HQ 409 `code`", "another company has this name"
    ),
    Assumption(str(ErrorCode.EMAIL_TAKEN.value), "HQ 409 `code`", "another user has this e-mail"),
    Assumption(
        str(ErrorCode.MEMBER_TAKEN.value),
        "HQ 409 `code`",
        "the user, or the service, is already in the project",
    ),
    Assumption(
        str(ErrorCode.REFUSED.value), "HQ 422 `code`", "well-formed, but a business rule refuses it"
    ),
    Assumption(
        str(ErrorCode.TRANSITION.value), "HQ 422 `code`", "the status cannot change this way"
    ),
    Assumption(
        str(ErrorCode.ARCHIVED.value), "HQ 422 `code`", "an archived project accepts only `status`"
    ),
    Assumption(
        str(ErrorCode.OTHER_COMPANY.value),
        "HQ 422 `code`",
        "the company is not the user's default one",
    ),
    Assumption(UNKNOWN_ROUTE_CODE, "gateway 404 `errorCode`", "the route is unknown"),
    Assumption(
        UNSUPPORTED_GRANT_CODE, "gateway 400 `errorCode`", "the grant type or scope is unknown"
    ),
    Assumption(BAD_CLIENT_CODE, "gateway 401 `errorCode`", "the client id or its secret is wrong"),
    Assumption(
        "the account's oldest company",
        "`GET projects/:p/companies`",
        "the company that a new project lists; only that there is one was observed",
    ),
    Assumption(COPY_JOB_NAME, "job `name`", "the copy of a template"),
    Assumption(JobState.QUEUED.value, "job `status`", "first quarter of `job_duration`"),
    Assumption(JobState.PROCESSING.value, "job `status`", "the rest of `job_duration`"),
    Assumption(JobState.SUCCESS.value, "job `status`", "after `job_duration`"),
    Assumption(JobState.FAILED.value, "job `status`", "the same, with `job_outcome` failed"),
    Assumption(COPY_FAILED_MESSAGE, "job `message`", "why a copy failed"),
    Assumption("a UUID", "account user `default_role_id`", "the id of a default role"),
    Assumption(
        "404",
        "HQ's endpoints that are not compatible with ACC, with the id of an ACC project",
        "such a project is unknown to them, unless `acc_projects_in_hq` is serve",
    ),
    Assumption(DATA_ERROR_CODES[400], "Data Management 400 `code`", "the request is malformed"),
    Assumption(DATA_ERROR_CODES[404], "Data Management 404 `code`", "an unknown project or folder"),
    Assumption(DATA_ERROR_CODES[409], "Data Management 409 `code`", "the name is in use"),
    Assumption(DATA_ERROR_CODES[423], "Data Management 423 `code`", "by a fault rule"),
    Assumption(
        "409",
        "PATCH of a folder",
        "the name is in use, also where a folder is restored or moved; or its parent is hidden",
    ),
    Assumption(
        "403",
        "POST and PATCH of a folder, permissions of a folder",
        "a change of the root folder, of a top folder, or of the permissions of the root folder",
    ),
    Assumption("400", "POST and PATCH of a folder", "more than 25 levels below a top folder"),
    Assumption(
        f"<project id>{ROOT_FOLDER_SUFFIX}", "root folder `name`", "no page documents its name"
    ),
    Assumption(
        "the client id",
        "folder `createUserId`, `lastModifiedUserId`",
        "a request without an acting user",
    ),
    Assumption(
        "hidden: true",
        "GET folder",
        "the folder, or one above it, is hidden; its id is still known",
    ),
    Assumption(
        str(ErrorCode.LOCKED.value),
        "folder permissions 423 `code`",
        "the folder is new, with `folder_busy_after_create`",
    ),
    Assumption(
        "HQ's two keys", "folder permissions, body of errors", "no page documents their format"
    ),
    Assumption(
        "422",
        "batch-create, batch-update",
        "one row is refused, and none is applied: an unknown subject, a project admin, actions of "
        "no level, a subject that has permissions (create) or has none (update)",
    ),
    Assumption("400", "batch-delete", "a row names a project admin"),
)
