"""Project users: the admin of HQ v1, the import and the PATCH of HQ v2."""

from typing import Any

import pytest

from bim360_provider.emulator import (
    ADMIN_EMAIL,
    ADMIN_ID,
    ADMIN_UID,
    COMPANY_ID,
    EMEA_ACCOUNT_ID,
    EMEA_ADMIN_ID,
    Emulator,
    Reply,
)
from tests.support.emulator import NOWHERE, Call

Row = dict[str, Any]

DOCS_USER = {"document_management": {"access_level": "user"}}
DOCS_ADMIN = {"document_management": {"access_level": "admin"}}
BIM360 = {"prefix": "/bim360/admin/v1"}
NAMED = ("projectAdministration", "projectManagement", "fieldManagement", "costManagement", "field")


@pytest.fixture
def v2(send_request: Call) -> Call:
    """Return a function that sends requests to HQ v2 on behalf of the account's admin."""

    def v2(method: str, path: str, body: object = None, acting: str = ADMIN_UID) -> Reply:
        headers = {"x-user-id": acting} if acting else {}
        return send_request(method, path, body, prefix="/hq/v2/accounts", **headers)

    return v2


@pytest.fixture
def member(emulator: Emulator, created_project: Row, bo: Row) -> Row:
    """Return Bo as a member of the project, with access to a module that HQ v2 does not support."""
    fields = {"user_id": bo["id"], "services": {"document_management": "user"}, "modules": ["cost"]}
    emulator.call_control_plane("POST", f"/projects/{created_project['id']}/users", fields)
    return bo


def admin(**changes: object) -> dict[str, object]:
    body = {"service_type": "doc_manager", "company_id": COMPANY_ID, "email": ADMIN_EMAIL}
    return {**body, "role": "project_admin", **changes}


def member_of(emulator: Emulator, email_or_id: str) -> Row:
    project = emulator.call_control_plane("GET", "/state")["accounts"][0]["projects"][0]
    found: Row = next(user for user in project["users"] if user["user_id"] == email_or_id)
    return found


def test_the_first_admin_activates_service_and_project(
    emulator: Emulator, send_request: Call, created_project: Row
) -> None:
    """Documented: only an admin does."""
    reply = send_request("POST", f"projects/{created_project['id']}/users", admin())

    content = reply.parse_content()
    project = emulator.call_control_plane("GET", "/state")["accounts"][0]["projects"][0]
    assert reply.status == 201
    assert (content["role"], content["service_type"]) == ("project_admin", "doc_manager")
    assert (project["status"], project["active_services"]) == ("active", "doc_manager")
    assert member_of(emulator, ADMIN_ID)["services"]["project_administration"] == "admin"


def test_an_admins_company_must_be_their_default_company(
    send_request: Call, created_project: Row, bo: Row
) -> None:
    """A user without one gets this one."""
    other = send_request("POST", "companies", {"name": "Nord", "trade": "Metals"}).parse_content()[
        "id"
    ]
    wrong = send_request("POST", f"projects/{created_project['id']}/users", admin(company_id=other))

    first = send_request(
        "POST",
        f"projects/{created_project['id']}/users",
        admin(company_id=other, email=bo["email"]),
    )

    assert (wrong.status, wrong.parse_content()["code"], first.status) == (422, 9425, 201)
    assert send_request("GET", f"users/{bo['id']}").parse_content()["company_name"] == "Nord"


def test_adding_an_unknown_admin_creates_a_user(send_request: Call, created_project: Row) -> None:
    """With the company, and invited to the first project."""
    sent = admin(email="new@example.com", first_name="New")

    user = send_request("POST", f"projects/{created_project['id']}/users", sent).parse_content()

    assert send_request("GET", f"users/{user['id']}").parse_content()["status"] == "pending"
    assert (user["first_name"], user["company_id"]) == ("New", COMPANY_ID)


SAMPLE = ("admin", "doc_manager", "pm", "fng", "collab", "cost", "gng", "glue", "plan", "field")
"""The services of the only admin in the vendor's ``BIM360_Service_Template.csv``."""


def test_one_user_activates_several_services(
    emulator: Emulator, send_request: Call, created_project: Row
) -> None:
    """201 for each of the ten services in the vendor's sample file, which are then active."""
    path = f"projects/{created_project['id']}/users"

    replies = [send_request("POST", path, admin(service_type=each)) for each in SAMPLE]

    content = send_request(
        "GET", f"{created_project['id']}/users/{ADMIN_ID}", account="projects", **BIM360
    ).parse_content()
    access = {each["access"] for each in content["services"] if each["serviceName"] in NAMED}
    project = emulator.call_control_plane("GET", "/state")["accounts"][0]["projects"][0]
    assert [each.status for each in replies] == [201] * 10
    assert {*project["active_services"].split(",")} >= {*SAMPLE}
    assert access == {"administrator"}


@pytest.mark.parametrize("service", ["doc_manager", "admin", "cost"])
def test_the_same_service_of_the_same_user_is_409(
    send_request: Call, created_project: Row, service: str
) -> None:
    """Another service or another user is 201."""
    path = f"projects/{created_project['id']}/users"
    first = send_request("POST", path, admin(service_type=service))

    second = send_request("POST", path, admin(service_type=service))
    other = send_request("POST", path, admin(service_type=service, email="eve@example.com"))

    assert (first.status, second.status, other.status) == (201, 409, 201)
    assert f"has the service {service}" in second.parse_content()["message"]


def test_a_member_of_documents_has_only_that_service(
    send_request: Call, created_project: Row, member: Row
) -> None:
    """Access to a module stays, and Documents is a service that the user already has."""
    send_request("PATCH", f"users/{member['id']}", {"company_id": COMPANY_ID})
    path, email = f"projects/{created_project['id']}/users", member["email"]

    replies = [
        send_request("POST", path, admin(email=email, service_type=each)).status
        for each in ("doc_manager", "cost", "pm")
    ]

    assert replies == [409, 409, 201]


@pytest.mark.parametrize(("option", "status"), [(False, 201), (True, 409)])
def test_pm_includes_fng_only_with_an_option(
    emulator: Emulator, send_request: Call, created_project: Row, *, option: bool, status: int
) -> None:
    """One interpretation of the recorded run of a public collection."""
    emulator.call_control_plane("PATCH", "/options", {"pm_assigns_fng": option})
    send_request("POST", f"projects/{created_project['id']}/users", admin(service_type="pm"))

    reply = send_request(
        "POST", f"projects/{created_project['id']}/users", admin(service_type="fng")
    )

    assert reply.status == status


@pytest.mark.parametrize(
    ("change", "status", "message"),
    [
        ({"role": "boss"}, 400, "role"),
        ({"role": ""}, 400, "role is required"),
        ({"service_type": "docs"}, 400, "service_type"),
        ({"company_id": ""}, 400, "company_id is required"),
        ({"company_id": NOWHERE}, 422, "no company"),
        ({"services": {}}, 400, "the nearest known one is service_type"),
    ],
)
def test_an_invalid_admin_is_refused(
    send_request: Call, created_project: Row, change: Row, status: int, message: str
) -> None:
    """By its form or by a business rule."""
    reply = send_request("POST", f"projects/{created_project['id']}/users", admin(**change))

    assert reply.status == status
    assert message in reply.parse_content()["message"]


def test_a_service_the_project_lacks_cannot_be_activated(
    send_request: Call, project_body: Row
) -> None:
    """Observed: the reply is that for an unknown project; project administration always exists."""
    project = send_request(
        "POST", "projects", project_body | {"service_types": "field"}
    ).parse_content()

    reply = send_request("POST", f"projects/{project['id']}/users", admin())
    administration = send_request(
        "POST", f"projects/{project['id']}/users", admin(service_type="admin")
    )

    assert (reply.status, administration.status) == (404, 201)
    assert reply.parse_content() == {"code": 1004, "message": "this project doesn't exist."}


def test_a_service_added_to_an_active_project_is_active(
    emulator: Emulator, send_request: Call, project_body: Row
) -> None:
    """As in the vendor's set-up tool, once an admin exists."""
    project = send_request(
        "POST", "projects", project_body | {"service_types": "doc_manager"}
    ).parse_content()
    path = f"projects/{project['id']}"
    send_request("PATCH", path, {"service_types": "doc_manager,field"})
    send_request("POST", f"{path}/users", admin())

    send_request("PATCH", path, {"service_types": "doc_manager,cost"})

    state = emulator.call_control_plane("GET", "/state")["accounts"][0]["projects"][0]
    assert state["active_services"] == "doc_manager,cost"


@pytest.mark.parametrize(
    ("acting", "status"),
    [(ADMIN_UID, 200), (ADMIN_ID, 200), ("", 403), (NOWHERE, 403), ("bo", 403)],
)
def test_an_import_needs_an_admin_as_acting_user(
    v2: Call, created_project: Row, bo: Row, acting: str, status: int
) -> None:
    """Documented: an account admin, or an admin of the project."""
    who = bo["id"] if acting == "bo" else acting
    row = {"email": bo["email"], "services": DOCS_USER}

    reply = v2("POST", f"projects/{created_project['id']}/users/import", [row], acting=who)

    assert reply.status == status


def test_an_admin_of_the_project_may_add_others(
    emulator: Emulator, v2: Call, created_project: Row, member: Row
) -> None:
    """A plain member may not."""
    row = {"email": ADMIN_EMAIL, "services": DOCS_USER}
    path = f"projects/{created_project['id']}/users/import"
    plain = v2("POST", path, [row], acting=member["id"])
    change = {"services": {"project_administration": "admin"}}
    emulator.call_control_plane(
        "PATCH", f"/projects/{created_project['id']}/users/{member['id']}", change
    )

    admin = v2("POST", path, [row], acting=member["id"])

    assert (plain.status, admin.status) == (403, 200)


def test_an_option_makes_the_acting_user_optional(
    emulator: Emulator, v2: Call, created_project: Row
) -> None:
    """Whether HQ accepts two-legged tokens without one is not known."""
    emulator.call_control_plane("PATCH", "/options", {"acting_user": "optional"})

    reply = v2("POST", f"projects/{created_project['id']}/users/import", [], acting="")

    assert reply.parse_content() == {
        "success": 0,
        "failure": 0,
        "success_items": [],
        "failure_items": [],
    }


def test_the_legacy_path_reaches_members_in_emea(
    emulator: Emulator, send_request: Call, project_body: Row
) -> None:
    """The same user has another ``id`` there, and the same Autodesk ID."""
    there = {"account": EMEA_ACCOUNT_ID, "prefix": "/hq/v1/regions/eu/accounts"}
    project = send_request("POST", "projects", project_body, **there).parse_content()
    row = {"user_id": EMEA_ADMIN_ID, "services": DOCS_ADMIN}
    acting = {"account": EMEA_ACCOUNT_ID, "x-user-id": ADMIN_UID}
    path = f"projects/{project['id']}/users/import"

    reply = send_request("POST", path, [row], prefix="/hq/v2/regions/eu/accounts", **acting)

    entry = emulator.call_control_plane("GET", "/requests", query="path=*/users/import")[0]
    assert (reply.status, reply.parse_content()["success"]) == (200, 1)
    assert (entry["acting_user"], entry["status"]) == (ADMIN_UID, 200)


def test_a_missing_service_fails_in_its_row(
    send_request: Call, v2: Call, project_body: Row, bo: Row
) -> None:
    """Observed: 200, code 2000, this message; the other rows are imported."""
    project = send_request(
        "POST", "projects", project_body | {"service_types": "field"}
    ).parse_content()
    wrong = {"email": bo["email"], "services": DOCS_USER}
    right = {
        "email": ADMIN_EMAIL,
        "services": {"project_administration": {"access_level": "admin"}},
    }

    reply = v2("POST", f"projects/{project['id']}/users/import", [wrong, right])

    content = reply.parse_content()
    assert (reply.status, content["success"], content["failure"]) == (200, 1, 1)
    assert content["failure_items"][0]["email"] == bo["email"]
    assert content["failure_items"][0]["errors"] == [
        {
            "code": 2000,
            "message": 'Services ["document_management"] are not active or pending in project',
        }
    ]


def test_the_fifty_first_member_is_refused(v2: Call, created_project: Row) -> None:
    """Documented: at most 50; no row is imported."""
    rows = [{"email": f"{number}@example.com", "services": DOCS_USER} for number in range(51)]

    reply = v2("POST", f"projects/{created_project['id']}/users/import", rows)

    assert reply.status == 400


def test_an_imported_admin_activates_the_project(
    send_request: Call, v2: Call, created_project: Row, bo: Row
) -> None:
    """A plain member does not; each row has the project's status."""
    rows = [
        {"user_id": bo["id"], "services": DOCS_USER},
        {"email": ADMIN_EMAIL.upper(), "services": DOCS_ADMIN},
    ]

    items = v2("POST", f"projects/{created_project['id']}/users/import", rows).parse_content()[
        "success_items"
    ]

    assert [item["status"] for item in items] == ["pending", "active"]
    assert items[1]["services"] == DOCS_ADMIN
    assert items[1]["email"] == ADMIN_EMAIL
    assert (
        send_request("GET", f"projects/{created_project['id']}").parse_content()["status"]
        == "active"
    )


@pytest.mark.parametrize(
    ("sent", "company"),
    [({}, COMPANY_ID), ({"company_id": ""}, None), ({"company_id": None}, None)],
)
def test_an_empty_company_id_removes_the_company(
    v2: Call, created_project: Row, sent: Row, company: str | None
) -> None:
    """Clients must not send one by accident."""
    row = {"email": ADMIN_EMAIL, "services": DOCS_USER, **sent}

    reply = v2("POST", f"projects/{created_project['id']}/users/import", [row])

    assert reply.parse_content()["success_items"][0]["company_id"] == company


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"company_id": NOWHERE}, "the account has no company"),
        ({"company_id": 7}, "company_id is not a string"),
        ({"company_id": "\ud800"}, "company_id is not valid Unicode"),
        ({"email": "\ud800@example.com"}, "email is not valid Unicode"),
        ({"industry_roles": [NOWHERE]}, "the project has no role"),
        ({"industry_roles": "Architect"}, "industry_roles is not a list"),
        ({"services": {}}, "services is required"),
        ({"services": []}, "services is not an object"),
        ({"services": {"docs": {"access_level": "user"}}}, 'Invalid services ["docs"]'),
        ({"services": {"document_management": "user"}}, "is not one of admin, user"),
        ({"services": {"project_administration": {"access_level": "user"}}}, "not one of admin"),
        ({"email": "", "services": DOCS_USER}, "email or user_id is required"),
        ({"email": None, "user_id": NOWHERE}, "this user doesn't exist"),
        ({"role": "x"}, "unknown field role"),
    ],
)
def test_an_invalid_row_does_not_affect_other_rows(
    v2: Call, created_project: Row, bo: Row, change: Row, message: str
) -> None:
    """The row has a code and a message, next to the sent fields."""
    rows = [
        {"email": ADMIN_EMAIL, "services": DOCS_USER, **change},
        {"email": bo["email"], "services": DOCS_USER},
    ]

    content = v2("POST", f"projects/{created_project['id']}/users/import", rows).parse_content()

    assert (content["success"], content["failure"]) == (1, 1)
    assert message in content["failure_items"][0]["errors"][0]["message"]


def test_a_row_that_is_not_an_object_does_not_affect_other_rows(
    v2: Call, created_project: Row
) -> None:
    """For any JSON value."""
    content = v2("POST", f"projects/{created_project['id']}/users/import", [7]).parse_content()

    assert content["failure_items"][0]["errors"][0]["message"] == "the body is not a JSON object"


@pytest.mark.parametrize(
    ("options", "email", "success"),
    [
        ({}, ADMIN_EMAIL, 0),
        ({"import_member": "change"}, ADMIN_EMAIL, 1),
        ({}, "new@example.com", 0),
        ({"import_strangers": "create"}, "new@example.com", 1),
    ],
)
def test_options_decide_how_an_import_treats_members_and_unknown_users(  # noqa: PLR0913 - a table
    emulator: Emulator, v2: Call, created_project: Row, *, options: Row, email: str, success: int
) -> None:
    """No public source documents it."""
    emulator.call_control_plane(
        "POST", f"/projects/{created_project['id']}/users", {"email": ADMIN_EMAIL}
    )
    emulator.call_control_plane("PATCH", "/options", options)
    row = {"email": email, "services": DOCS_USER}

    content = v2("POST", f"projects/{created_project['id']}/users/import", [row]).parse_content()

    assert content["success"] == success


def test_an_inactive_user_is_not_added(
    emulator: Emulator, v2: Call, created_project: Row, bo: Row
) -> None:
    """Inference: a deactivated user cannot be added to projects."""
    emulator.call_control_plane("PATCH", f"/users/{bo['id']}", {"status": "inactive"})
    row = {"email": bo["email"], "services": DOCS_USER}

    content = v2("POST", f"projects/{created_project['id']}/users/import", [row]).parse_content()

    assert "is inactive in the account" in content["failure_items"][0]["errors"][0]["message"]


def test_the_first_project_sends_the_invitation(
    emulator: Emulator, send_request: Call, v2: Call, created_project: Row, bo: Row
) -> None:
    """Not invited, then pending, then active with an Autodesk ID."""
    row = {"email": bo["email"], "services": DOCS_USER}
    v2("POST", f"projects/{created_project['id']}/users/import", [row])
    invited = send_request("GET", f"users/{bo['id']}").parse_content()
    emulator.call_control_plane("POST", f"/users/{bo['id']}/sign-in")

    joined = send_request("GET", f"users/{bo['id']}").parse_content()

    assert [user["status"] for user in (bo, invited, joined)] == [
        "not_invited",
        "pending",
        "active",
    ]
    assert (invited["uid"], bool(joined["uid"])) == (None, True)


def test_services_in_a_patch_remove_other_modules(
    emulator: Emulator, v2: Call, created_project: Row, member: Row
) -> None:
    """Documented as a risk; without ``services`` no access is lost."""
    path = f"projects/{created_project['id']}/users/{member['id']}"
    company = v2("PATCH", path, {"email": "", "company_id": COMPANY_ID})
    kept = member_of(emulator, member["id"])["modules"]

    services = v2("PATCH", path, {"services": DOCS_ADMIN})

    content = services.parse_content()
    assert (company.status, kept) == (200, ["cost"])
    assert member_of(emulator, member["id"])["modules"] == []
    assert (content["services"], content["company_id"], content["error"]) == (
        DOCS_ADMIN,
        COMPANY_ID,
        [],
    )


def test_an_invalid_patch_is_a_200_with_errors(v2: Call, created_project: Row, member: Row) -> None:
    """A client that checks only the status would miss the errors."""
    path = f"projects/{created_project['id']}/users/{member['id']}"

    reply = v2("PATCH", path, {"industry_roles": [NOWHERE], "services": DOCS_ADMIN})

    content = reply.parse_content()
    assert reply.status == 200
    assert content["services"] == DOCS_USER
    assert "no role" in content["error"][0]["message"]


def test_a_user_outside_the_project_cannot_be_changed(
    v2: Call, created_project: Row, bo: Row
) -> None:
    """The path needs the ``id``, not the Autodesk ID."""
    replies = [
        v2("PATCH", f"projects/{created_project['id']}/users/{user}", {})
        for user in (bo["id"], ADMIN_UID)
    ]

    assert {each.status for each in replies} == {404}


def test_users_of_an_archived_project_cannot_be_changed(
    send_request: Call, v2: Call, created_project: Row, member: Row
) -> None:
    """Observed for both versions."""
    send_request("PATCH", f"projects/{created_project['id']}", {"status": "archived"})
    path = f"projects/{created_project['id']}/users"

    replies = [
        send_request("POST", path, admin()),
        v2("POST", f"{path}/import", []),
        v2("PATCH", f"{path}/{member['id']}", {"company_id": COMPANY_ID}),
    ]

    assert {each.status for each in replies} == {422}


def test_a_project_has_36_industry_roles_with_its_own_ids(
    emulator: Emulator, send_request: Call, v2: Call, project_body: Row, created_project: Row
) -> None:
    """Only the names are the same in all projects."""
    other = send_request("POST", "projects", project_body | {"name": "Tower B"}).parse_content()
    first = v2("GET", f"projects/{created_project['id']}/industry_roles", acting="").parse_content()
    emulator.call_control_plane("PATCH", "/options", {"industry_roles_key": "service_types"})

    second = v2("GET", f"projects/{other['id']}/industry_roles", acting="").parse_content()

    names, ids = ({row[key] for row in [*first, *second]} for key in ("name", "id"))
    groups = {row["member_group_id"] for row in first}
    assert (len(first), len(names), len(ids), len(groups)) == (36, 36, 72, 36)
    assert "BIM Manager" in names
    assert ("services" in first[0], "service_types" in second[0]) == (True, True)


def test_roles_are_stored_by_id(v2: Call, created_project: Row) -> None:
    """As in the request."""
    roles = v2("GET", f"projects/{created_project['id']}/industry_roles").parse_content()
    row = {"email": ADMIN_EMAIL, "services": DOCS_USER, "industry_roles": [roles[1]["id"]]}

    content = v2("POST", f"projects/{created_project['id']}/users/import", [row]).parse_content()

    assert content["success_items"][0]["industry_roles"] == [roles[1]["id"]]


@pytest.mark.usefixtures("member")
def test_a_project_lists_the_companies_of_its_users(
    send_request: Call, v2: Call, created_project: Row
) -> None:
    """With the fields of a company and two more; they stay when the user is removed."""
    nord = send_request("POST", "companies", {"name": "Nord", "trade": "Metals"}).parse_content()[
        "id"
    ]
    row = {"email": "bo@example.com", "services": DOCS_USER, "company_id": nord}
    send_request("POST", "users", {"email": "cy@example.com", "company_id": nord})
    v2(
        "POST",
        f"projects/{created_project['id']}/users/import",
        [row | {"email": "cy@example.com"}],
    )

    after = send_request(
        "GET", f"projects/{created_project['id']}/companies", query="sort=name"
    ).parse_content()

    assert [each["name"] for each in after] == ["Halvorsen Construction", "Nord"]
    assert (len(after[1]), after[1]["id"], after[1]["project_id"]) == (
        19,
        nord,
        created_project["id"],
    )


def test_a_new_project_lists_a_company(send_request: Call, created_project: Row) -> None:
    """Observed without a template and without users; which company it is is not documented."""
    send_request("POST", "companies", {"name": "Nord", "trade": "Metals"})

    companies = send_request("GET", f"projects/{created_project['id']}/companies").parse_content()

    assert [each["id"] for each in companies] == [COMPANY_ID]


@pytest.mark.parametrize(("include", "companies"), [(True, 2), (False, 1)])
def test_a_new_project_lists_its_templates_companies(
    send_request: Call, project_body: Row, created_project: Row, *, include: bool, companies: int
) -> None:
    """Documented: only with ``include_companies``; in addition to the company of every project."""
    nord = send_request("POST", "companies", {"name": "Nord", "trade": "Metals"}).parse_content()[
        "id"
    ]
    eve = admin(email="eve@example.com", company_id=nord)
    send_request("POST", f"projects/{created_project['id']}/users", eve)
    sent = {
        "name": "Copy",
        "template_project_id": created_project["id"],
        "include_companies": include,
    }

    copy = send_request("POST", "projects", project_body | sent).parse_content()

    assert len(send_request("GET", f"projects/{copy['id']}/companies").parse_content()) == companies


def test_the_state_includes_members(emulator: Emulator, member: Row, created_project: Row) -> None:
    """They can be dumped and loaded, and are deleted with their project."""
    state = emulator.call_control_plane("GET", "/state")
    emulator.call_control_plane("POST", "/reset")
    emulator.call_control_plane("PUT", "/state", state)
    second = emulator.call_control_plane("GET", "/state")

    emulator.call_control_plane("DELETE", f"/projects/{created_project['id']}/users/{member['id']}")

    assert second == state
    assert emulator.call_control_plane("GET", "/state")["accounts"][0]["projects"][0]["users"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "message"),
    [
        ("POST", "/projects/x/users", {}, "there is no project x"),
        ("POST", "/projects/{id}/users", {"email": "x@example.com"}, "no user x@example.com"),
        ("POST", "/projects/{id}/users", {"emial": "x"}, "the nearest known one is email"),
        ("PATCH", "/projects/{id}/users/x", {}, "there is no user in project"),
        ("DELETE", "/projects/{id}/users/x", {}, "there is no user in project"),
        ("PATCH", "/projects/{id}", {"users": []}, "users: it is not a field of one row"),
    ],
)
def test_an_invalid_member_request_is_a_one_line_error(  # noqa: PLR0913 - a table of cases
    emulator: Emulator, created_project: Row, *, method: str, path: str, body: Row, message: str
) -> None:
    """It names the missing entity."""
    with pytest.raises(Exception, match=message):
        emulator.call_control_plane(method, path.replace("{id}", created_project["id"]), body)


def test_a_seed_names_members_by_email_and_roles_by_name(emulator: Emulator) -> None:
    """An unknown user raises a one-line error."""
    state = emulator.call_control_plane("GET", "/state")
    state["accounts"][0]["projects"] = [
        {"name": "Old", "users": [{"email": ADMIN_EMAIL, "industry_roles": ["Architect"]}]}
    ]
    emulator.call_control_plane("PUT", "/state", state)
    user = emulator.call_control_plane("GET", "/state")["accounts"][0]["projects"][0]["users"][0]
    state["accounts"][0]["projects"][0]["users"] = [{"email": "x@example.com"}]

    with pytest.raises(Exception, match=r"'Old' has the user 'x@example\.com', who is not in"):
        emulator.call_control_plane("PUT", "/state", state)

    assert (user["user_id"], len(user["industry_roles"])) == (ADMIN_ID, 1)
