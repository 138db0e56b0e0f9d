"""The endpoints of folders, and of a project with its top folders.

Documented: datamanagement.yaml of https://github.com/autodesk-platform-services/aps-sdk-openapi
"""

from collections.abc import Iterator

from bim360_provider.emulator.assumptions import ErrorCode
from bim360_provider.emulator.data_management import access, documents, tree
from bim360_provider.emulator.data_management.documents import DocumentReader
from bim360_provider.emulator.data_management.values import FOLDER_TYPE, MAX_LEVELS
from bim360_provider.emulator.hq.listing import BOOLEANS, NUMBER_PATTERN, refuse_unknown_parameters
from bim360_provider.emulator.http.errors import (
    HqApiError,
    build_bad_request_error,
    build_forbidden_error,
    build_not_found_error,
)
from bim360_provider.emulator.http.messages import Reply
from bim360_provider.emulator.http.routing import ApiCall
from bim360_provider.emulator.storage import rows
from bim360_provider.emulator.storage.database import Row, SqlValue
from bim360_provider.emulator.storage.schema import FOLDERS

NAME_FIELD, HIDDEN_FIELD = FOLDERS.body_fields

MAX_PAGE = 200
"""Documented: the default and the maximum of ``page[limit]``."""

TOP_FOLDER_PARAMETERS = ("excludeDeleted", "projectFilesOnly")

CONTENT_PARAMETERS = (
    "page[number]",
    "page[limit]",
    "filter[type]",
    "filter[id]",
    "filter[extension.type]",
    "filter[hidden]",
    "includeHidden",
)
"""Documented; ``filter[hidden]`` on the page of the PATCH. ``filter[lastModifiedTimeRollup]`` is
missing here."""

PROJECT_FILES = "Project Files"


def get_project(call: ApiCall) -> Reply:
    """Handle GET project of a hub, with its type (documented)."""
    project = rows.get_visible_project(call)
    access.find_acting_user(call, project)
    root_id = tree.build_top_folder_id(project["id"], "")
    return documents.build_reply(
        200, call, {"data": documents.format_project(call, project, root_id)}
    )


def list_top_folders(call: ApiCall) -> Reply:
    """Handle GET topFolders: all for an app or a project admin, else the highest visible ones.

    Documented; ``excludeDeleted`` and ``projectFilesOnly`` apply only with an acting user.
    """
    query = call.request.parse_query()
    refuse_unknown_parameters(query, TOP_FOLDER_PARAMETERS, call.options)
    try:
        project = access.open_project(call)
    except access.NoFoldersYetError:
        if call.options.top_folders_early != "empty":
            raise
        return documents.build_reply(200, call, {"data": []})
    user = access.find_acting_user(call, project)
    found = _find_top_folders(call, project, user, tree.get_root(call.hq, project))
    if user is not None and _parse_boolean(query, "excludeDeleted"):
        found = (folder for folder in found if not folder["hidden"])
    if user is not None and _parse_boolean(query, "projectFilesOnly"):
        found = (folder for folder in found if _is_in_project_files(call, folder))
    return documents.build_reply(
        200, call, {"data": documents.format_folders(call, project, found)}
    )


def _find_top_folders(call: ApiCall, project: Row, user: Row | None, parent: Row) -> Iterator[Row]:
    for folder in tree.list_children(call.hq, parent):
        if user is None or access.VIEW in access.list_user_actions(call, project, user, folder):
            yield folder
        else:
            yield from _find_top_folders(call, project, user, folder)


def _is_in_project_files(call: ApiCall, folder: Row) -> bool:
    return any(each["name"] == PROJECT_FILES for each in tree.list_lineage(call.hq, folder))


def get_folder(call: ApiCall) -> Reply:
    """Handle GET one folder; a hidden folder is still found by its id (inference)."""
    project, folder = _open_folder(call)
    return _build_folder_reply(200, call, project, folder)


def get_parent(call: ApiCall) -> Reply:
    """Handle GET parent of a folder."""
    project, folder = _open_folder(call)
    if folder["parent_id"] is None:
        raise build_not_found_error(entity="folder")
    parent = access.require_folder(call, project, str(folder["parent_id"]))
    return _build_folder_reply(200, call, project, parent)


def list_contents(call: ApiCall) -> Reply:
    """Handle GET contents of a folder: pages of at most 200, without hidden folders.

    Documented: ``filter[hidden]=true`` lists only hidden ones, ``includeHidden=true`` both.
    """
    query = call.request.parse_query()
    refuse_unknown_parameters(query, CONTENT_PARAMETERS, call.options)
    number = _parse_number(query, "page[number]", 0, 0, 10**9)
    limit = _parse_number(query, "page[limit]", MAX_PAGE, 1, MAX_PAGE)
    project, folder = _open_folder(call)
    wanted = _parse_hidden_filter(query)
    found = [
        each
        for each in tree.list_children(call.hq, folder)
        if bool(each["hidden"]) in wanted and _is_wanted(each, query)
    ]
    page, end = found[number * limit : (number + 1) * limit], (number + 1) * limit
    links = documents.build_page_links(call, number, is_last=end >= len(found))
    data = documents.format_folders(call, project, page)
    return documents.build_reply(200, call, {"data": data, "links": links})


def create_folder(call: ApiCall) -> Reply:
    """Handle POST folder: 201."""
    reader = DocumentReader.parse(call)
    reader.refuse_unknown_members("data", ("type", "attributes", "relationships"))
    reader.refuse_unknown_members("data.attributes", ("name", "extension"))
    reader.require_value("data.attributes.extension.type", FOLDER_TYPE)
    reader.require_value("data.attributes.extension.version", documents.EXTENSION_VERSION)
    name = reader.read_field("data.attributes.name", NAME_FIELD)
    parent_id = _read_parent_id(reader)
    reader.finish()
    project = access.open_project(call)
    parent = _get_new_parent(call, project, parent_id)
    user = access.require_action(call, project, parent, access.UPLOAD)
    _refuse_taken_name(call, parent, name)
    _refuse_depth(tree.get_level(call.hq, parent) + 1)
    author = access.get_author(call, user)
    values: Row = {"name": name, "created_by": author, "updated_by": author}
    return _build_folder_reply(201, call, project, tree.insert_folder(call.hq, parent, values))


def patch_folder(call: ApiCall) -> Reply:
    """Handle PATCH folder: rename, move, hide and restore, in any combination (documented)."""
    sent, parent_id = _parse_patch(call)
    project, folder = _open_folder(call, access.EDIT)
    if tree.get_level(call.hq, folder) <= tree.TOP_LEVEL:
        raise build_forbidden_error(reason="the root folder and the top folders cannot be changed")
    parent = access.require_folder(call, project, str(folder["parent_id"]))
    if parent_id is not None:
        parent = _get_new_parent(call, project, parent_id)
        access.require_action(call, project, parent, access.UPLOAD)
        _refuse_cycle(call, folder, parent)
        sent["parent_id"] = parent["id"]
    _check_place(call, {**folder, **sent}, parent)
    author = access.get_author(call, access.find_acting_user(call, project))
    changed = tree.update_folder(call.hq, folder, {**sent, "updated_by": author})
    return _build_folder_reply(200, call, project, changed)


def _parse_patch(call: ApiCall) -> tuple[Row, str | None]:
    """Return the columns that a PATCH changes, and the id of the new parent."""
    reader = DocumentReader.parse(call)
    reader.refuse_unknown_members("data", ("type", "id", "attributes", "relationships"))
    reader.refuse_unknown_members("data.attributes", (NAME_FIELD.name, HIDDEN_FIELD.name))
    reader.require_value("data.id", call.params["folder_id"])
    attributes = reader.find("data.attributes")
    sent = {
        field.name: reader.read_field(f"data.attributes.{field.name}", field)
        for field in (NAME_FIELD, HIDDEN_FIELD)
        if isinstance(attributes, dict) and field.name in attributes
    }
    has_parent = reader.find("data.relationships") is not None
    parent_id = _read_parent_id(reader) if has_parent else None
    if not sent and not has_parent:
        reader.problems.append("name, hidden and parent are missing")
    reader.finish()
    return {name: value for name, value in sent.items() if value is not None}, parent_id


def _read_parent_id(reader: DocumentReader) -> str:
    reader.require_value("data.relationships.parent.data.type", "folders")
    return reader.read_id("data.relationships.parent.data.id")


def _open_folder(call: ApiCall, action: str = access.VIEW) -> tuple[Row, Row]:
    """Return the project and the folder of a call whose acting user may do this."""
    project = access.open_project(call)
    folder = access.get_folder(call, project)
    access.require_action(call, project, folder, action)
    return project, folder


def _build_folder_reply(status: int, call: ApiCall, project: Row, folder: Row) -> Reply:
    hidden: Row = {"hidden": int(tree.is_hidden(call.hq, folder))}
    data = documents.format_folder(call, project, {**folder, **hidden})
    url = documents.build_folder_url(call, project["id"], folder["id"])
    return documents.build_reply(status, call, {"data": data}, url)


def _get_new_parent(call: ApiCall, project: Row, folder_id: str) -> Row:
    """Return the parent of a new or moved folder.

    Documented: no folder is created in the root folder; the status is an inference.

    Raises:
        HqApiError: 404 for an unknown or hidden folder, 403 for the root folder.
    """
    parent = access.require_folder(call, project, folder_id)
    if tree.is_hidden(call.hq, parent):
        raise build_not_found_error(entity="folder")
    if parent["parent_id"] is None:
        raise build_forbidden_error(reason="folders cannot be created in the root folder")
    return parent


def _check_place(call: ApiCall, folder: Row, parent: Row) -> None:
    """Check name and depth of a changed folder, unless it is hidden.

    Documented: a restored folder keeps its name, and needs another one where the name is in use.
    """
    if folder["hidden"]:
        return
    if tree.is_hidden(call.hq, parent):
        raise HqApiError(409, ErrorCode.NAME_TAKEN, "the parent of the folder is hidden")
    _refuse_taken_name(call, parent, folder["name"], but=folder["id"])
    _refuse_depth(tree.get_level(call.hq, parent) + 1 + tree.get_height(call.hq, folder))


def _refuse_taken_name(call: ApiCall, parent: Row, name: SqlValue, but: SqlValue = None) -> None:
    """Refuse a name that another folder in the same folder has.

    Documented: 409 for a POST; the name of a hidden folder may be used again.
    """
    counts_hidden = call.options.names_of_hidden_folders == "taken"
    for folder in tree.find_namesakes(call.hq, parent, name):
        if folder["id"] != but and (counts_hidden or not folder["hidden"]):
            message = f'a folder named "{folder["name"]}" already exists'
            raise HqApiError(409, ErrorCode.NAME_TAKEN, message)


def _refuse_depth(level: int) -> None:
    if level - tree.TOP_LEVEL > MAX_LEVELS:
        raise build_bad_request_error(
            problem=f"the folder would have {level - tree.TOP_LEVEL} levels; the limit is "
            f"{MAX_LEVELS}"
        )


def _refuse_cycle(call: ApiCall, folder: Row, parent: Row) -> None:
    if any(each["id"] == folder["id"] for each in tree.list_lineage(call.hq, parent)):
        raise build_bad_request_error(problem="a folder cannot be moved into itself")


def _is_wanted(folder: Row, query: dict[str, str]) -> bool:
    values = {
        "filter[type]": "folders",
        "filter[id]": folder["id"],
        "filter[extension.type]": FOLDER_TYPE,
    }
    return all(values[name] in query[name].split(",") for name in values if query.get(name))


def _parse_hidden_filter(query: dict[str, str]) -> set[bool]:
    if query.get("filter[hidden]"):
        named = query["filter[hidden]"].split(",")
        return {_parse_boolean({"filter[hidden]": each}, "filter[hidden]") for each in named}
    return {False, _parse_boolean(query, "includeHidden")}


def _parse_boolean(query: dict[str, str], name: str) -> bool:
    given = query.get(name) or "false"
    if given not in BOOLEANS:
        raise build_bad_request_error(problem=f'{name} "{given}" is neither true nor false')
    return BOOLEANS[given]


def _parse_number(query: dict[str, str], name: str, default: int, least: int, most: int) -> int:
    given = query.get(name) or str(default)
    if not NUMBER_PATTERN.fullmatch(given) or not least <= int(given) <= most:
        raise build_bad_request_error(
            problem=f'{name} "{given}" is not a whole number from {least} to {most}'
        )
    return int(given)
