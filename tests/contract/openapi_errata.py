"""Every known mistake of the vendor's accountadmin.yaml, and what it should say instead.

The file is `construction/accountadmin/accountadmin.yaml` of
https://github.com/autodesk-platform-services/aps-sdk-openapi (Apache-2.0). Where it contradicts the
vendor's own pages, tools or real answers, these win; each time the reason stands here.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeAlias

Document: TypeAlias = dict[str, Any]
"""The file, parsed."""

TOOL = "https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool"
COMPANIES = "https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-POST/"
USERS = "https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-POST/"
PROJECTS = "https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/"

ANSWERED = (
    *("Company", "ProjectCompanies", "CompanyImport", "User", "UserImport", "ProjectPatch"),
    *("BusinessUnit", "BusinessUnits", "Project", "ProjectUser", "UserProject", "Pagination"),
)
"""Schemas of what is answered to requests of ours; the others are sent."""

TEXT = {"type": "string"}
VERBS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Mistake:
    """A place where the file is wrong, why we say so, and what mends it."""

    place: str
    reason: str
    mend: Callable[[Document], None]


def _schema(document: Document, name: str) -> Any:
    return document["components"]["schemas"][name]


def _with(names: tuple[str, ...], *fields: str) -> Callable[[Document], None]:
    def mend(document: Document) -> None:
        for name in names:
            for field in fields:
                _schema(document, name)["properties"].setdefault(field, dict(TEXT))

    return mend


def _nulls(document: Document) -> None:
    for name in ANSWERED:
        _let_null(_schema(document, name))


def _let_null(schema: Any) -> None:
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    parts = [*schema.get("properties", {}).values()]
    for each in [*parts, schema["items"]] if "items" in schema else parts:
        _let_null(each)


def _failed_rows(document: Document) -> None:
    for name in ("CompanyImport", "UserImport"):
        row = {"properties": {"item": {}, "error": dict(TEXT)}, "required": ["error"]}
        _schema(document, name)["properties"]["failure_items"]["items"] = row


def _chunks(document: Document) -> None:
    for path, item in document["paths"].items():
        if path.endswith("/image"):
            form = {"required": ["chunk"], "properties": {"chunk": {"format": "binary"}}}
            item["patch"]["requestBody"]["content"] = {"multipart/form-data": {"schema": form}}


def _any_trade(document: Document) -> None:
    document["components"]["schemas"]["trade"].pop("enum", None)


def _gateway(document: Document) -> None:
    for _, operation in _operations(document, "/hq/"):
        for status in ("401", "429"):
            operation["responses"].setdefault(status, {"description": "The gateway's refusal."})


def _imported(document: Document) -> None:
    for path, operation in _operations(document, "/hq/"):
        if path.endswith("/import"):
            operation["responses"].setdefault("200", operation["responses"]["201"])


def _directions(document: Document) -> None:
    for name in ("sortBy", "userSortBy", "userProjectSortBy"):
        allowed = _schema(document, name)["enum"]
        bare = [each.removesuffix(" asc") for each in allowed if each.endswith(" asc")]
        allowed += [each for each in bare if each not in allowed]


def _operations(document: Document, prefix: str) -> list[tuple[str, Any]]:
    return [
        (path, item[verb])
        for path, item in document["paths"].items()
        if path.startswith(prefix)
        for verb in VERBS
        if verb in item
    ]


KNOWN_MISTAKES = (
    Mistake(
        "Company, ProjectCompanies: created_at and updated_at are missing",
        f"{COMPANIES} shows them in its example",
        _with(("Company", "ProjectCompanies"), "created_at", "updated_at"),
    ),
    Mistake(
        "User: default_role and default_role_id are missing",
        f"{USERS} answers them",
        _with(("User",), "default_role", "default_role_id"),
    ),
    Mistake(
        "UserPayload, UserPatchPayload: default_role is missing",
        f"{USERS} and the page of the PATCH take it",
        _with(("UserPayload", "UserPatchPayload"), "default_role"),
    ),
    Mistake(
        "ProjectPatch: copy_project_job_id, created_at and updated_at are missing",
        f"{PROJECTS} answers a project with them",
        _with(("ProjectPatch",), "copy_project_job_id", "created_at", "updated_at"),
    ),
    Mistake(
        "CompanyImport, UserImport: a failed row is typed like one that succeeded",
        f'{TOOL} reads {{"item", "error"}}, and works',
        _failed_rows,
    ),
    Mistake(
        "image of a project, of a company: the body is said to be a urlencoded form",
        f"the example of {COMPANIES} (image) is multipart with a part named chunk",
        _chunks,
    ),
    Mistake(
        "trade: 66 values and no other",
        f"the example of an import on {COMPANIES} has a trade that is not among them",
        _any_trade,
    ),
    Mistake(
        "hq/v1: 401 and 429 are missing",
        "https://aps.autodesk.com/en/docs/oauth/v2/developers_guide/error_handling/ : the gateway "
        "answers them for every API",
        _gateway,
    ),
    Mistake(
        "hq/v1 imports: 201 alone",
        "clients have seen 200, as HQ v2 documents for its own import",
        _imported,
    ),
    Mistake(
        "sortBy, userSortBy, userProjectSortBy: a direction is required",
        "https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projectsprojectId-users-GET/ "
        "says that a field alone is sorted upwards",
        _directions,
    ),
    Mistake(
        "UserProject: constructionType is written without its capital",
        "the file's own list of the fields of a user's projects writes it with one",
        _with(("UserProject",), "constructionType"),
    ),
    # The last, since it goes through the fields the others have added.
    Mistake(
        "answers: nothing may be null",
        "https://stackoverflow.com/questions/58258058 : most fields of a real answer are",
        _nulls,
    ),
)
"""Beside these, words that no check reads: the two path parameters of a company's image have each
other's description, and PUT business_units_structure is described as a query."""


def mended(document: Document) -> Document:
    """Return the file as it should be."""
    right = deepcopy(document)
    for mistake in KNOWN_MISTAKES:
        mistake.mend(right)
    return right
