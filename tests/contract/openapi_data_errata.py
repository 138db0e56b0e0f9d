"""The errata of the vendor's datamanagement.yaml, with their corrections.

The file is `datamanagement/datamanagement.yaml` of
https://github.com/autodesk-platform-services/aps-sdk-openapi (Apache-2.0).
"""

from typing import Any

from tests.contract.openapi_errata import Erratum, OpenApiDocument

FOLDER_PATH = "/data/v1/projects/{project_id}/folders/{folder_id}"
PATCH_URL = (
    "https://aps.autodesk.com/en/docs/data/v2/reference/http/"
    "projects-project_id-folders-folder_id-PATCH/"
)
GATEWAY_STATUSES = ("401", "429")


def _get_schema(document: OpenApiDocument, name: str) -> Any:
    return document["components"]["schemas"][name]


def _allow_empty_lists(document: OpenApiDocument) -> None:
    for name in ("TopFolders", "FolderContents"):
        del _get_schema(document, name)["properties"]["data"]["minItems"]


def _allow_any_extension(document: OpenApiDocument) -> None:
    for kind in ("project", "folder", "top_folder"):
        extension = _get_schema(document, f"{kind}_extension_with_schema_link")
        extension["properties"]["data"] = {"type": "object"}


def _add_hidden_filter(document: OpenApiDocument) -> None:
    filter_schema = {"name": "filter[hidden]", "in": "query", "schema": {"type": "boolean"}}
    document["paths"][f"{FOLDER_PATH}/contents"]["get"]["parameters"].append(filter_schema)


def _add_conflict(document: OpenApiDocument) -> None:
    responses = document["paths"][FOLDER_PATH]["patch"]["responses"]
    responses.setdefault("409", {"$ref": "#/components/responses/409-general"})


def _add_gateway_responses(document: OpenApiDocument) -> None:
    for item in document["paths"].values():
        for operation in (item[verb] for verb in ("get", "post", "patch") if verb in item):
            for status in GATEWAY_STATUSES:
                operation["responses"].setdefault(status, {"description": "The gateway's refusal."})


DATA_ERRATA = (
    Erratum(
        "TopFolders, FolderContents: at least one folder",
        "an empty folder has no contents",
        _allow_empty_lists,
    ),
    Erratum(
        "extension.data: each value is an object",
        "the examples of the file have texts and arrays",
        _allow_any_extension,
    ),
    Erratum(
        "contents: filter[hidden] is missing",
        f"{PATCH_URL} lists deleted folders with it",
        _add_hidden_filter,
    ),
    Erratum(
        "PATCH folder: 409 is missing",
        f"{PATCH_URL} requires another name where the name of a restored folder is in use",
        _add_conflict,
    ),
    Erratum(
        "401 and 429 are missing",
        "https://aps.autodesk.com/en/docs/oauth/v2/developers_guide/error_handling/ : the gateway "
        "returns them for every API",
        _add_gateway_responses,
    ),
)
