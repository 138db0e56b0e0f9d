"""The errata of the vendor's accountadmin.yaml, with their corrections.

The file is `construction/accountadmin/accountadmin.yaml` of
https://github.com/autodesk-platform-services/aps-sdk-openapi (Apache-2.0). Where it contradicts the
vendor's own pages, tools or real responses, these take precedence; each erratum has its reason.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, TypeAlias

OpenApiDocument: TypeAlias = dict[str, Any]
"""The file, parsed."""

SETUP_TOOL_URL = "https://github.com/Autodesk-Forge/forge-bim360.project.setup.tool"
COMPANIES_URL = "https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-POST/"
USERS_URL = "https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-POST/"
PROJECTS_URL = "https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/"

RESPONSE_SCHEMAS = (
    *("Company", "ProjectCompanies", "CompanyImport", "User", "UserImport", "ProjectPatch"),
    *("BusinessUnit", "BusinessUnits", "Project", "ProjectUser", "UserProject", "Pagination"),
)
"""Schemas of responses; the others are of requests."""

TEXT_SCHEMA = {"type": "string"}
VERBS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True)
class Erratum:
    """An error of the file: its location, the reason, and the correction."""

    location: str
    reason: str
    patch: Callable[[OpenApiDocument], None]


def _get_schema(document: OpenApiDocument, name: str) -> Any:
    return document["components"]["schemas"][name]


def _add_text_fields(names: tuple[str, ...], *fields: str) -> Callable[[OpenApiDocument], None]:
    def patch(document: OpenApiDocument) -> None:
        for name in names:
            for field in fields:
                _get_schema(document, name)["properties"].setdefault(field, dict(TEXT_SCHEMA))

    return patch


def _allow_nulls(document: OpenApiDocument) -> None:
    for name in RESPONSE_SCHEMAS:
        _allow_null(_get_schema(document, name))


def _allow_null(schema: Any) -> None:
    if isinstance(schema.get("type"), str):
        schema["type"] = [schema["type"], "null"]
    parts = [*schema.get("properties", {}).values()]
    for each in [*parts, schema["items"]] if "items" in schema else parts:
        _allow_null(each)


def _patch_failed_rows(document: OpenApiDocument) -> None:
    for name in ("CompanyImport", "UserImport"):
        row = {"properties": {"item": {}, "error": dict(TEXT_SCHEMA)}, "required": ["error"]}
        _get_schema(document, name)["properties"]["failure_items"]["items"] = row


def _patch_image_bodies(document: OpenApiDocument) -> None:
    for path, item in document["paths"].items():
        if path.endswith("/image"):
            form = {"required": ["chunk"], "properties": {"chunk": {"format": "binary"}}}
            item["patch"]["requestBody"]["content"] = {"multipart/form-data": {"schema": form}}


def _allow_any_trade(document: OpenApiDocument) -> None:
    document["components"]["schemas"]["trade"].pop("enum", None)


def _add_gateway_responses(document: OpenApiDocument) -> None:
    for _, operation in _list_operations(document, "/hq/"):
        for status in ("401", "429"):
            operation["responses"].setdefault(status, {"description": "The gateway's refusal."})


def _allow_import_200(document: OpenApiDocument) -> None:
    for path, operation in _list_operations(document, "/hq/"):
        if path.endswith("/import"):
            operation["responses"].setdefault("200", operation["responses"]["201"])


def _allow_sort_without_direction(document: OpenApiDocument) -> None:
    for name in ("sortBy", "userSortBy", "userProjectSortBy"):
        allowed = _get_schema(document, name)["enum"]
        bare = [each.removesuffix(" asc") for each in allowed if each.endswith(" asc")]
        allowed += [each for each in bare if each not in allowed]


def _list_operations(document: OpenApiDocument, prefix: str) -> list[tuple[str, Any]]:
    return [
        (path, item[verb])
        for path, item in document["paths"].items()
        if path.startswith(prefix)
        for verb in VERBS
        if verb in item
    ]


ERRATA = (
    Erratum(
        "Company, ProjectCompanies: created_at and updated_at are missing",
        f"{COMPANIES_URL} shows them in its example",
        _add_text_fields(("Company", "ProjectCompanies"), "created_at", "updated_at"),
    ),
    Erratum(
        "User: default_role and default_role_id are missing",
        f"{USERS_URL} returns them",
        _add_text_fields(("User",), "default_role", "default_role_id"),
    ),
    Erratum(
        "UserPayload, UserPatchPayload: default_role is missing",
        f"{USERS_URL} and the page of the PATCH accept it",
        _add_text_fields(("UserPayload", "UserPatchPayload"), "default_role"),
    ),
    Erratum(
        "ProjectPatch: copy_project_job_id, created_at and updated_at are missing",
        f"{PROJECTS_URL} returns a project with them",
        _add_text_fields(("ProjectPatch",), "copy_project_job_id", "created_at", "updated_at"),
    ),
    Erratum(
        "CompanyImport, UserImport: a failed row is typed like one that succeeded",
        f'{SETUP_TOOL_URL} reads {{"item", "error"}} successfully',
        _patch_failed_rows,
    ),
    Erratum(
        "image of a project, of a company: the body is said to be a urlencoded form",
        f"the example of {COMPANIES_URL} (image) is multipart with a part named chunk",
        _patch_image_bodies,
    ),
    Erratum(
        "trade: 66 values and no other",
        f"the example of an import on {COMPANIES_URL} has a trade that is not among them",
        _allow_any_trade,
    ),
    Erratum(
        "hq/v1: 401 and 429 are missing",
        "https://aps.autodesk.com/en/docs/oauth/v2/developers_guide/error_handling/ : the gateway "
        "returns them for every API",
        _add_gateway_responses,
    ),
    Erratum(
        "hq/v1 imports: only 201",
        "clients have seen 200, as HQ v2 documents for its own import",
        _allow_import_200,
    ),
    Erratum(
        "sortBy, userSortBy, userProjectSortBy: a direction is required",
        "https://aps.autodesk.com/en/docs/acc/v1/reference/http/admin-projectsprojectId-users-GET/ "
        "says that the default is ascending",
        _allow_sort_without_direction,
    ),
    Erratum(
        "UserProject: constructionType is written without its capital",
        "the file's own list of the fields of a user's projects writes it with one",
        _add_text_fields(("UserProject",), "constructionType"),
    ),
    # The last, since it includes the fields that the others have added.
    Erratum(
        "responses: no field may be null",
        "https://stackoverflow.com/questions/58258058 : most fields of a real response are",
        _allow_nulls,
    ),
)
"""Other errors do not affect checks: the descriptions of the path parameters of a company's image
are swapped, and PUT business_units_structure is described as a query."""


def patch_document(
    document: OpenApiDocument, errata: Sequence[Erratum] = ERRATA
) -> OpenApiDocument:
    """Return the corrected file."""
    corrected = deepcopy(document)
    for erratum in errata:
        erratum.patch(corrected)
    return corrected
