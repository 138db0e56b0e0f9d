"""construction/admin and bim360/admin: projects and project users."""

from typing import Any

import pytest

from bim360_provider.emulator import (
    ACCOUNT_ID,
    ADMIN_EMAIL,
    ADMIN_ID,
    ADMIN_UID,
    COMPANY_ID,
    EMEA_ACCOUNT_ID,
    Emulator,
    Reply,
)
from tests.support.emulator import Call

Row = dict[str, Any]


@pytest.fixture
def admin_api(send_request: Call) -> Call:
    """Return a function that sends a request: ``admin_api("GET", "projects/x/users")``."""

    def admin_api(method: str, path: str, query: str = "", **more: Any) -> Reply:
        prefix = f"/{more.pop('api', 'construction')}/admin/v1"
        first, _, rest = path.partition("/")
        return send_request(method, rest, account=first, prefix=prefix, query=query, **more)

    return admin_api


@pytest.fixture
def team(emulator: Emulator, send_request: Call, created_project: Row) -> Row:
    """Return a project with its admin and 24 members."""
    rows = [{"email": f"user{number:02}@example.com"} for number in range(24)]
    send_request("POST", "users/import", rows)
    for row in rows:
        fields = {**row, "services": {"document_management": "user"}}
        emulator.call_control_plane("POST", f"/projects/{created_project['id']}/users", fields)
    fields = {
        "email": ADMIN_EMAIL,
        "company_id": COMPANY_ID,
        "industry_roles": ["BIM Manager"],
        "services": {"project_administration": "admin", "document_management": "admin"},
        "modules": ["cost"],
    }
    emulator.call_control_plane("POST", f"/projects/{created_project['id']}/users", fields)
    return created_project


@pytest.fixture
def towers(emulator: Emulator, send_request: Call, team: Row, project_body: Row) -> str:
    """Return the path of the account's users; the admin is in two of its three projects."""
    second = send_request("POST", "projects", project_body | {"name": "Tower B"}).parse_content()
    send_request("POST", "projects", project_body | {"name": "Tower C"})
    fields = {"email": ADMIN_EMAIL, "services": {"document_management": "user"}}
    emulator.call_control_plane("POST", f"/projects/{second['id']}/users", fields)
    return f"accounts/{team['account_id']}/users"


def test_a_list_has_an_envelope_and_pages(admin_api: Call, team: Row) -> None:
    """Documented: 20 rows by default, at most 200, and the URL of the next page."""
    path = f"projects/{team['id']}/users"
    first = admin_api("GET", path).parse_content()
    second = admin_api("GET", path, query=first["pagination"]["nextUrl"].partition("?")[2])

    pagination = second.parse_content()["pagination"]

    assert (len(first["results"]), first["pagination"]["totalResults"]) == (20, 25)
    assert first["pagination"]["previousUrl"] is None
    assert (len(second.parse_content()["results"]), pagination["nextUrl"]) == (5, None)
    assert "offset=0" in pagination["previousUrl"]


@pytest.mark.parametrize(
    "query",
    [
        "limit=201",
        "limit=0",
        "limit=x",
        "offset=-1",
        "sort=nme",
        "sort=name+up",
        "filterTextMatch=like",
        "filter[nme]=x",
        "orFilters=nme",
        "orFilters=companyId",
    ],
)
def test_an_invalid_parameter_of_the_newer_backend_is_400(
    admin_api: Call, team: Row, query: str
) -> None:
    """Inference: invalid parameters should be reported."""
    reply = admin_api("GET", f"projects/{team['id']}/users", query=query)

    assert reply.status == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("filter[email]=user0", 10),
        ("filter[email]=USER01@example.com&filterTextMatch=equals", 1),
        ("filter[email]=user0&filterTextMatch=equals", 0),
        ("filter[email]=user1&filterTextMatch=startsWith", 10),
        ("filter[email]=com&filterTextMatch=endsWith", 25),
        ("filter[name]=anna", 1),
        ("filter[companyName]=halvorsen", 1),
        (f"filter[companyId]={COMPANY_ID}", 1),
        (f"filter[autodeskId]={ADMIN_UID},x", 1),
        (f"filter[id]={ADMIN_ID}", 1),
        (f"filter[id]=-{ADMIN_ID}", 24),
        ("filter[status]=pending", 24),
        ("filter[accessLevels]=projectAdmin", 1),
        ("filter[products]=costManagement", 1),
        ("filter[products]=costManagement&filter[products]=glue", 1),
        ("filter[status]=active&filter[status]=pending", 25),
        ("filter[roleId]=x", 0),
        ("filter[name]=anna&filter[email]=user01", 0),
        ("filter[name]=anna&filter[email]=user01&orFilters=name,email", 2),
        ("filter[name]=anna&filter[email]=user01&orFilters=name&orFilters=email", 2),
        ("filter[name]=anna&filter[email]=x&orFilters=name,email,id&filter[roleId]=x", 0),
    ],
)
def test_users_are_filtered(admin_api: Call, team: Row, query: str, found: int) -> None:
    """Each filter narrows the list."""
    reply = admin_api("GET", f"projects/{team['id']}/users", query=f"limit=200&{query}")

    assert len(reply.parse_content()["results"]) == found


def test_sort_and_fields_apply_to_a_list(admin_api: Call, team: Row) -> None:
    """``id`` is always returned; the default is ascending."""
    path = f"projects/{team['id']}/users"

    down = admin_api("GET", path, query="sort=email+desc&fields=email&limit=1").parse_content()
    up = admin_api("GET", path, query="sort=email&fields=email&limit=1").parse_content()

    assert [*down["results"][0]] == ["id", "email"]
    assert down["results"][0]["email"] == "user23@example.com"
    assert up["results"] == [{"id": ADMIN_ID, "email": ADMIN_EMAIL}]


def test_users_can_be_sorted_by_the_date_of_joining(
    emulator: Emulator, admin_api: Call, team: Row
) -> None:
    """``sort=addedOn desc``, as in the vendor's list of sort fields."""
    emulator.clock.advance(60)
    emulator.call_control_plane("DELETE", f"/projects/{team['id']}/users/{ADMIN_ID}")
    emulator.call_control_plane("POST", f"/projects/{team['id']}/users", {"email": ADMIN_EMAIL})
    path = f"projects/{team['id']}/users"

    reply = admin_api("GET", path, query="sort=addedOn%20desc&sort=name%20asc&limit=1")

    assert [user["id"] for user in reply.parse_content()["results"]] == [ADMIN_ID]


@pytest.mark.parametrize("user", [ADMIN_ID, ADMIN_UID])
@pytest.mark.parametrize(
    ("api", "names"),
    [("construction", ("products", "key")), ("bim360", ("services", "serviceName"))],
)
def test_a_member_is_found_by_id_or_autodesk_id(
    admin_api: Call, team: Row, user: str, api: str, names: tuple[str, str]
) -> None:
    """With the names of roles, access levels, and a product or service for each service."""
    products, key = names
    content = admin_api("GET", f"projects/{team['id']}/users/{user}", api=api).parse_content()

    access = {each[key]: each["access"] for each in content[products]}
    assert ("products" in content, "services" in content) == (key == "key", key != "key")
    assert (content["id"], content["autodeskId"], content["status"]) == (
        ADMIN_ID,
        ADMIN_UID,
        "active",
    )
    assert [role["name"] for role in content["roles"]] == ["BIM Manager"]
    assert (content["companyId"], content["companyName"]) == (COMPANY_ID, "Halvorsen Construction")
    assert content["accessLevels"] == {
        "accountAdmin": True,
        "projectAdmin": True,
        "executive": False,
    }
    assert (access["documentManagement"], access["costManagement"], access["glue"]) == (
        "administrator",
        "administrator",
        "none",
    )


def test_disabled_users_are_not_listed_by_default(
    emulator: Emulator, admin_api: Call, team: Row
) -> None:
    """Documented: without a filter, only active and pending users are listed."""
    emulator.call_control_plane("PATCH", f"/users/{ADMIN_ID}", {"status": "inactive"})
    path = f"projects/{team['id']}/users"

    by_id = admin_api("GET", path, query=f"filter[id]={ADMIN_ID}").parse_content()
    disabled = admin_api("GET", path, query="filter[status]=disabled").parse_content()

    assert by_id["results"] == []
    assert [user["id"] for user in disabled["results"]] == [ADMIN_ID]


def test_a_user_outside_the_project_is_404(admin_api: Call, created_project: Row) -> None:
    """An unknown project is too; no real error body has been published."""
    missing = admin_api("GET", f"projects/{created_project['id']}/users/{ADMIN_ID}")

    nowhere = admin_api("GET", f"projects/{ADMIN_ID}/users")

    assert (missing.status, missing.parse_content()["message"]) == (404, "this user doesn't exist.")
    assert (nowhere.status, nowhere.parse_content()["code"]) == (404, 1004)


def test_the_newer_backend_needs_no_region_header(
    send_request: Call, admin_api: Call, project_body: Row
) -> None:
    """Documented: the region is found automatically."""
    created = send_request(
        "POST", "projects", project_body, account=EMEA_ACCOUNT_ID, region="EMEA"
    ).parse_content()

    replies = [
        admin_api("GET", f"projects/{created['id']}"),
        admin_api("GET", f"accounts/{EMEA_ACCOUNT_ID}/projects"),
    ]

    assert [each.status for each in replies] == [200, 200]


def test_an_inactive_project_is_suspended(
    emulator: Emulator, admin_api: Call, created_project: Row
) -> None:
    """Documented: another name for the status; other fields have another spelling."""
    emulator.call_control_plane(
        "PATCH", f"/projects/{created_project['id']}", {"status": "inactive"}
    )

    content = admin_api("GET", f"projects/{created_project['id']}").parse_content()

    assert (content["status"], content["platform"]) == ("suspended", "bim360")
    assert (content["startDate"], content["projectValue"]["value"]) == ("2026-01-02", 3000.0)
    assert {each["status"] for each in content["products"]} == {"inactive"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("filter[name]=tower", 2),
        ("filter[name]=Tower+A&filterTextMatch=equals", 1),
        ("filter[platform]=acc", 0),
        ("filter[platform]=bim360", 2),
        ("filter[status]=pending", 2),
        ("filter[type]=-Office", 1),
        ("filter[jobNumber]=J-", 1),
        ("filter[products]=documentManagement", 2),
        ("filter[products]=cost&filter[products]=takeoff", 0),
        ("filter[updatedAt]=2000-01-01T00:00:00.000Z..", 2),
        ("filter[updatedAt]=..2000-01-01T00:00:00Z", 0),
        ("filter[updatedAt]=2000-01-01T00:00:00Z..2000-02-01T00:00:00Z,2001-01-01T00:00:00Z..", 2),
        ("sort=currentPhase%20asc&sort=deliveryMethod%20desc", 2),
    ],
)
@pytest.mark.usefixtures("created_project")
def test_projects_are_filtered(  # noqa: PLR0913 - a table of cases
    send_request: Call,
    admin_api: Call,
    project_body: Row,
    created_project: Row,
    *,
    query: str,
    found: int,
) -> None:
    """For example by exact name."""
    more = {"name": "Tower B", "project_type": "Bridge", "job_number": "J-1"}
    send_request("POST", "projects", project_body | more)

    reply = admin_api("GET", f"accounts/{created_project['account_id']}/projects", query=query)

    assert reply.parse_content()["pagination"]["totalResults"] == found


@pytest.mark.parametrize(
    "query", ["filter[updatedAt]=monday", "filter[updatedAt]=..", "orFilters=x"]
)
@pytest.mark.usefixtures("created_project")
def test_an_invalid_filter_of_projects_is_400(admin_api: Call, query: str) -> None:
    """Inference, as for users."""
    assert admin_api("GET", f"accounts/{ACCOUNT_ID}/projects", query=query).status == 400


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Tower A", "Tower B"]),
        ("filter[accessLevels]=projectAdmin", ["Tower A"]),
        (
            "filter[accessLevels]=projectAdmin&filter[accessLevels]=projectMember",
            ["Tower A", "Tower B"],
        ),
        ("sort=name%20desc&limit=1", ["Tower B"]),
        ("filter[name]=tower%20b&filter[status]=pending", ["Tower B"]),
        ("filter[updatedAt]=2000-01-01T00:00:00Z..2001-01-01T00:00:00Z", []),
    ],
)
@pytest.mark.parametrize("user", [ADMIN_ID, ADMIN_UID])
def test_the_projects_of_a_user_are_their_memberships(
    admin_api: Call, towers: str, user: str, query: str, found: list[str]
) -> None:
    """By ``id`` or Autodesk ID; an id of another account is unknown."""
    content = admin_api("GET", f"{towers}/{user}/projects", query=query).parse_content()

    assert [project["name"] for project in content["results"]] == found
    assert admin_api("GET", f"{towers}/nobody/projects").status == 404


def test_members_can_be_removed_only_with_an_option(
    emulator: Emulator, admin_api: Call, team: Row
) -> None:
    """Documented for ACC projects only; the header of the acting user has another name."""
    path = f"projects/{team['id']}/users/{ADMIN_ID}"
    acting = {"user-id": ADMIN_ID}
    missing = admin_api("DELETE", path)
    refused = admin_api("DELETE", path, **acting)
    emulator.call_control_plane("PATCH", "/options", {"remove_project_users": "allow"})

    removed = admin_api("DELETE", path, **acting)

    assert [each.status for each in (missing, refused, removed)] == [403, 403, 204]
    assert admin_api("GET", path).status == 404


def test_reads_of_the_newer_backend_have_their_own_quota(
    emulator: Emulator, send_request: Call, admin_api: Call, created_project: Row
) -> None:
    """The quotas are separate."""
    emulator.call_control_plane("PATCH", "/options", {"admin_rate_limit_per_minute": 2})

    replies = [admin_api("GET", f"projects/{created_project['id']}") for _ in range(3)]

    assert [each.status for each in replies] == [200, 200, 429]
    assert send_request("GET", "projects").status == 200
