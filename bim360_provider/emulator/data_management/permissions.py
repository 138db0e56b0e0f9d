"""The endpoints of folder permissions in BIM 360 Docs.

Documented: https://aps.autodesk.com/en/docs/acc/v1/reference/http/document-management-projects-project_id-folders-folder_id-permissions-GET/
"""

from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from bim360_provider.emulator.assumptions import ErrorCode
from bim360_provider.emulator.clock import parse_timestamp
from bim360_provider.emulator.data_management import access, tree
from bim360_provider.emulator.data_management.values import (
    find_level,
    list_all_actions,
    sort_actions,
)
from bim360_provider.emulator.hq import body, members
from bim360_provider.emulator.hq.body import BodySchema
from bim360_provider.emulator.hq.values import BodyField
from bim360_provider.emulator.http.errors import (
    HqApiError,
    build_bad_request_error,
    build_forbidden_error,
    build_unprocessable_error,
)
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.storage.database import Row, SqlValue
from bim360_provider.emulator.storage.schema import FOLDER_PERMISSIONS

USER, COMPANY, ROLE = SUBJECT_TYPES = ("USER", "COMPANY", "ROLE")

SUBJECT_FIELDS = ("subjectId", "autodeskId", "subjectType")

ID_FIELD, ACTIONS_FIELD = FOLDER_PERMISSIONS.body_fields

USER_STATUSES = {"active": "ACTIVE", "inactive": "INACTIVE"}
"""The names are documented; users who have not signed in are PENDING (inference)."""

PROJECT_USERS_SQL = (
    "SELECT users.id, users.uid, users.name, users.email, users.status, members.services "
    "FROM members JOIN users ON users.id = members.user_id "
    "WHERE members.project_id = ? ORDER BY members.seq"
)


@dataclass(frozen=True, slots=True)
class Subject:
    """A user, a company or a role that has or gets permissions."""

    id: str
    type: str
    name: SqlValue
    status: str = "ACTIVE"
    autodesk_id: SqlValue = None
    email: SqlValue = None
    is_admin: bool = False


def list_permissions(call: ApiCall) -> Reply:
    """Handle GET permissions: a bare array, with direct and inherited actions (documented)."""
    project, folder = _open_folder(call, access.VIEW)
    subjects = _map_subjects(call, project)
    direct: dict[str, list[str]] = {}
    inherited: dict[str, set[str]] = {}
    for each in tree.list_lineage(call.hq, folder):
        for row in access.list_direct_permissions(call, each):
            actions = str(row["actions"]).split(",")
            if each["id"] == folder["id"]:
                direct[str(row["subject_id"])] = actions
            else:
                inherited.setdefault(str(row["subject_id"]), set()).update(actions)
    _add_admins(project, folder, subjects, direct, inherited)
    content = [
        _format_permission(subjects[each], direct.get(each, []), inherited.get(each, set()))
        for each in subjects
        if each in direct or each in inherited
    ]
    return Reply.from_content(200, content)


def _add_admins(
    project: Row,
    folder: Row,
    subjects: dict[str, Subject],
    direct: dict[str, list[str]],
    inherited: dict[str, set[str]],
) -> None:
    """Add the rights of project admins: direct in the root folder, inherited below (documented)."""
    for subject in (each for each in subjects.values() if each.is_admin):
        everything = list_all_actions(str(project["platform"]))
        if folder["parent_id"] is None:
            direct[subject.id] = everything
        else:
            inherited[subject.id] = {*everything}


def _format_permission(
    subject: Subject, direct: list[str], inherited: set[str]
) -> dict[str, JsonValue]:
    user_type = "PROJECT_ADMIN" if subject.is_admin else "PROJECT_MEMBER"
    return {
        "subjectId": subject.id,
        "autodeskId": subject.autodesk_id,
        "name": subject.name,
        "email": subject.email,
        "userType": user_type if subject.type == USER else None,
        "subjectType": subject.type,
        "subjectStatus": subject.status,
        "actions": [*direct],
        "inheritActions": [*sort_actions(inherited)],
    }


def create_permissions(call: ApiCall) -> Reply:
    """Handle batch-create: permissions of subjects that have none in the folder."""
    project, folder = _open_folder_for_change(call)
    _refuse_new_folder(call, folder)
    known = _map_direct_permissions(call, folder)
    rows = _read_rows(call, project)
    for row in rows:
        if row["subject_id"] in known and call.options.create_permission_again == "refuse":
            raise build_unprocessable_error(
                reason=f"{row['subject_id']} has permissions for this folder; update them"
            )
    return _store_rows(call, folder, rows)


def update_permissions(call: ApiCall) -> Reply:
    """Handle batch-update: replace the direct permissions of subjects that have some."""
    project, folder = _open_folder_for_change(call)
    known = _map_direct_permissions(call, folder)
    rows = _read_rows(call, project)
    for row in rows:
        if row["subject_id"] not in known:
            # Documented: such a subject needs batch-create; the status is an inference.
            raise build_unprocessable_error(
                reason=f"{row['subject_id']} has no permissions for this folder; create them"
            )
    return _store_rows(call, folder, rows)


def delete_permissions(call: ApiCall) -> Reply:
    """Handle batch-delete: 200 without a body; inherited permissions stay (documented)."""
    project, folder = _open_folder_for_change(call)
    subjects = _map_subjects(call, project)
    given = [_read_subject(call, each, subjects, SUBJECT_FIELDS) for each in _parse_rows(call)]
    for subject_id in given:
        if subject_id in subjects and subjects[subject_id].is_admin:
            raise build_bad_request_error(
                problem=f"{subject_id} is a project admin, who has all permissions"
            )
    for subject_id in given:
        tree.delete_permission(call.hq, folder, subject_id)
    return Reply(200, {}, b"")


def _open_folder(call: ApiCall, action: str) -> tuple[Row, Row]:
    project = access.open_project(call)
    folder = access.get_folder(call, project)
    access.require_action(call, project, folder, action)
    return project, folder


def _open_folder_for_change(call: ApiCall) -> tuple[Row, Row]:
    """Return the project and the folder of a call that changes permissions.

    Documented: those of the root folder cannot be changed; the status is an inference.

    Raises:
        HqApiError: 403.
    """
    project, folder = _open_folder(call, access.CONTROL)
    if folder["parent_id"] is None:
        raise build_forbidden_error(reason="the permissions of the root folder cannot be changed")
    return project, folder


def _refuse_new_folder(call: ApiCall, folder: Row) -> None:
    """Refuse new permissions of a folder that was just created.

    Documented: 423 while another operation uses the folder. Observed just after a create:
    https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool/issues/20
    """
    busy_for = call.options.folder_busy_after_create
    if call.hq.clock.now() < parse_timestamp(str(folder["created_at"])) + busy_for:
        raise HqApiError(423, ErrorCode.LOCKED, "another operation uses the folder")


def _map_direct_permissions(call: ApiCall, folder: Row) -> dict[SqlValue, Row]:
    return {row["subject_id"]: row for row in access.list_direct_permissions(call, folder)}


def _map_subjects(call: ApiCall, project: Row) -> dict[str, Subject]:
    """Return all possible subjects by id: the project's users and roles, the account's companies.

    Documented: they are the subjects of batch-create; that users must be in the project is an
    inference.
    """
    users = [
        Subject(
            str(row["id"]),
            USER,
            row["name"] or row["email"],
            USER_STATUSES.get(str(row["status"]), "PENDING"),
            row["uid"],
            row["email"],
            access.is_project_admin(row),
        )
        for row in call.hq.store.fetch_all(PROJECT_USERS_SQL, [project["id"]])
    ]
    sql = "SELECT id, name FROM companies WHERE account_id = ? ORDER BY seq"
    companies = call.hq.store.fetch_all(sql, [call.account.id])
    roles = members.map_role_names(str(project["id"]))
    found = [
        *users,
        *(Subject(role, ROLE, name) for role, name in roles.items()),
        *(Subject(str(row["id"]), COMPANY, row["name"]) for row in companies),
    ]
    return {subject.id: subject for subject in found}


def _parse_rows(call: ApiCall) -> list[dict[str, JsonValue]]:
    """Return the rows of a batch, one for each subject; the limit of their number is unknown.

    Raises:
        HqApiError: 400, it is not an array of objects, is empty, or repeats a subject (inference).
    """
    rows = [body.require_object(row) for row in body.parse_array(call.request)]
    subjects: list[Any] = [row.get("subjectId") for row in rows]
    if not rows or any(subjects.count(each) > 1 for each in subjects):
        raise build_bad_request_error(problem="the body must have one row for each subject")
    return rows


def _read_rows(call: ApiCall, project: Row) -> list[Row]:
    """Return the permissions in the rows of a batch.

    Raises:
        HqApiError: 400 for a malformed row, 422 for one that is refused.
    """
    subjects = _map_subjects(call, project)
    return [_read_row(call, project, given, subjects) for given in _parse_rows(call)]


def _read_row(
    call: ApiCall, project: Row, given: dict[str, JsonValue], subjects: dict[str, Subject]
) -> Row:
    subject_id = _read_subject(call, given, subjects, (*SUBJECT_FIELDS, "actions"))
    if subject_id not in subjects:
        raise build_unprocessable_error(reason=f"subjectId: the project has no {subject_id}")
    if subjects[subject_id].is_admin:
        raise build_unprocessable_error(reason=f"{subject_id} is a project admin")
    schema = BodySchema((ACTIONS_FIELD,), read_only_names=SUBJECT_FIELDS)
    actions = body.parse_full(given, schema, call.options)["actions"]
    _check_level(call, project, str(actions))
    subject_type = subjects[subject_id].type
    return {"subject_id": subject_id, "subject_type": subject_type, "actions": actions}


def _check_level(call: ApiCall, project: Row, actions: str) -> None:
    """Refuse actions that are not those of a documented level of the platform (inference)."""
    platform = str(project["platform"])
    is_level = find_level(platform, actions.split(",")) is not None
    if not is_level and call.options.permission_actions == "levels":
        raise build_unprocessable_error(
            reason=f"actions: {actions} are not those of a level of {platform}"
        )


def _read_subject(
    call: ApiCall,
    given: dict[str, JsonValue],
    subjects: dict[str, Subject],
    names: tuple[str, ...],
) -> str:
    """Return the id of the subject of a row.

    Documented: 400 where ``subjectId`` and ``subjectType`` do not fit each other.

    Raises:
        HqApiError: 400.
    """
    problems = [*body.find_unknown_fields(given, names, call.options)]
    named = BodyField("subjectId", ID_FIELD.reader, is_required=True)
    subject_id = str(body.parse_field(named, given.get("subjectId"), call.options, problems))
    subject_type = given.get("subjectType")
    if subject_type not in SUBJECT_TYPES:
        problems.append(f"subjectType is not one of {', '.join(SUBJECT_TYPES)}")
    elif subject_id in subjects and subjects[subject_id].type != subject_type:
        problems.append(f"subjectType: {subject_id} is a {subjects[subject_id].type}")
    body.refuse_problems(problems)
    return subject_id


def _store_rows(call: ApiCall, folder: Row, rows: list[Row]) -> Reply:
    for row in rows:
        tree.store_permission(call.hq, folder, row)
    return Reply.from_content(200, {"results": [_format_result(row) for row in rows]})


def _format_result(row: Row) -> dict[str, JsonValue]:
    return {
        "subjectId": row["subject_id"],
        "subjectType": row["subject_type"],
        "actions": [*str(row["actions"]).split(",")],
    }
