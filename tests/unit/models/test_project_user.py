"""Parse users of a project leniently: three formats of a refusal, two APIs, missing fields."""

from typing import Any

import pytest

from bim360_provider.models.project_user import ImportResponse, ImportRow, ProjectUser

TAKEN = {"email": "Ada@Example.com", "user_id": "u1", "services": {}}
INACTIVE = 'Services ["document_management"] are not active or pending in project'


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (
            {"email": "b@x.com", "errors": [{"code": 2000, "message": INACTIVE}]},
            f'(code 2000): "{INACTIVE}"',
        ),
        ({"email": "b@x.com", "error": {"code": 7, "message": "no"}}, '(code 7): "no"'),
        ({"email": "b@x.com", "error": "no"}, '"no"'),
        ({"item": {"email": "B@x.com"}, "error": "no"}, '"no"'),
        ({"email": "b@x.com", "errors": [{"message": "one"}, "two"]}, '"one"; "two"'),
        ({"email": "b@x.com", "errors": [{"detail": "three\nlines"}]}, '"three lines"'),
        ({"email": "b@x.com", "error": [], "errors": None}, ""),
        ({"email": "b@x.com"}, ""),
    ],
)
def test_a_refused_row_is_parsed_in_each_format(row: dict[str, Any], message: str) -> None:
    """The result has HQ's code and message on one line, and the e-mail in lower case."""
    read = ImportRow.model_validate(row)

    assert read.error_message == message
    assert read.row_email == "b@x.com"


def test_a_response_to_an_import_may_lack_its_lists() -> None:
    """It may contain undocumented fields."""
    response = ImportResponse.model_validate({"success": 1, "success_items": [{**TAKEN, "new": 1}]})

    assert [row.row_user_id for row in response.success_items] == ["u1"]
    assert response.failure_items == []


def test_the_user_id_of_version_1_is_parsed() -> None:
    """The field is ``id`` instead of ``user_id``."""
    assert ImportRow.model_validate({"id": "u1"}).row_user_id == "u1"
    assert ImportRow.model_validate({}).row_user_id is None


@pytest.mark.parametrize(
    ("products", "levels", "access"),
    [
        ([("documentManagement", "administrator")], {}, ("admin", None)),
        ([("documentManagement", "member")], {"projectAdmin": True}, ("user", "admin")),
        ([("docs", "member"), ("projectAdministration", "administrator")], {}, ("user", "admin")),
        ([("projectAdministration", "member"), ("cost", "member")], {}, (None, None)),
        ([("documentManagement", "none")], {"projectAdmin": False}, (None, None)),
        ([("documentManagement", "owner"), ("new", None)], None, (None, None)),
    ],
)
def test_access_has_hqs_names(
    products: list[tuple[str, str]], levels: Any, access: tuple[str | None, str | None]
) -> None:
    """construction/admin has administrator and member, HQ has admin and user."""
    named = [{"key": key, "access": level} for key, level in products]
    user = ProjectUser.model_validate({"id": "u1", "products": named, "accessLevels": levels})

    fields = user.get_fields()

    assert (fields["document_management"], fields["project_administration"]) == access
    assert user.is_admin is (access[1] == "admin")


def test_a_user_may_contain_only_an_id() -> None:
    """All other fields may be missing or null."""
    user = ProjectUser.model_validate({"id": "u1", "roles": None, "companyId": None})

    assert user.get_fields() == {
        "email": "",
        "company_id": None,
        "industry_roles": [],
        "document_management": None,
        "project_administration": None,
    }
    assert not user.is_deleted


def test_roles_are_sorted_names() -> None:
    """Ids differ in each project; a role without a name cannot be declared."""
    roles = [{"id": "2", "name": "Surveyor"}, {"id": "1", "name": "Architect"}, {"id": "3"}]

    user = ProjectUser.model_validate({"id": "u1", "roles": roles, "status": "deleted"})

    assert user.get_fields()["industry_roles"] == ["Architect", "Surveyor"]
    assert user.is_deleted


ROWS = (("administrator", "administrator"), ("member", "member"), ("none", "none"), (None, None))


@pytest.mark.parametrize(("access", "found"), ROWS)
@pytest.mark.parametrize(
    ("service", "name"),
    [
        ("doc_manager", "documentManagement"),
        ("doc_manager", "document_management"),
        ("doc_manager", "docs"),
        ("doc_manager", "doc_manager"),
        ("pm", "projectManagement"),
        ("pm", "project_management"),
        ("fng", "fieldManagement"),
        ("collab", "designCollaboration"),
        ("cost", "costManagement"),
        ("cost", "cost"),
        ("gng", "modelCoordination"),
        ("glue", "glue"),
        ("field", "field"),
    ],
)
def test_access_to_a_service_is_found_by_all_its_names(
    service: str, name: str, access: str | None, found: str | None
) -> None:
    """It is a product of construction/admin or a service of bim360/admin."""
    row = {"id": "u1", "products": [{"key": name, "access": access}]}
    other = {"id": "u1", "services": [{"serviceName": name, "access": access}]}

    users = [ProjectUser.model_validate(each) for each in (row, other)]

    assert [user.get_access(service) for user in users] == [found, found]


def test_granted_access_takes_precedence_over_none() -> None:
    """The two APIs may contradict each other."""
    products = [{"key": "cost", "access": "none"}]
    services = [{"serviceName": "costManagement", "access": "administrator"}]
    user = ProjectUser.model_validate({"id": "u1", "products": products, "services": services})

    assert user.get_access("cost") == "administrator"
    assert user.get_access("field") is None


@pytest.mark.parametrize(
    "services", [None, {}, "pm", [None], ["pm"], [{"serviceName": 5}], [{"access": {"level": 1}}]]
)
def test_unknown_formats_of_services_are_ignored(services: Any) -> None:
    """The user is still readable."""
    user = ProjectUser.model_validate({"id": "u1", "services": services, "products": services})

    assert (user.id, user.get_access("pm")) == ("u1", None)
