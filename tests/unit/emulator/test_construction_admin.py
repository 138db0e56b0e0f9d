"""construction/admin and bim360/admin: projects and project users as they show them."""

from collections.abc import Callable
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

Call = Callable[..., Reply]
Row = dict[str, Any]


@pytest.fixture
def admin_api(send_request: Call) -> Call:
    """Return a function that calls the newer backend: ``admin_api("GET", "projects/x/users")``."""

    def admin_api(method: str, path: str, query: str = "", **more: Any) -> Reply:
        prefix = f"/{more.pop('api', 'construction')}/admin/v1"
        first, _, rest = path.partition("/")
        return send_request(method, rest, account=first, prefix=prefix, query=query, **more)

    return admin_api


@pytest.fixture
def team(emulator: Emulator, send_request: Call, created_project: Row) -> Row:
    """Return the tower with its admin and 24 members."""
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
    """Return the path of the account's users; Anna is in two of its three projects."""
    second = send_request("POST", "projects", project_body | {"name": "Tower B"}).parse_content()
    send_request("POST", "projects", project_body | {"name": "Tower C"})
    fields = {"email": ADMIN_EMAIL, "services": {"document_management": "user"}}
    emulator.call_control_plane("POST", f"/projects/{second['id']}/users", fields)
    return f"accounts/{team['account_id']}/users"


def test_a_list_has_an_envelope_and_pages(admin_api: Call, team: Row) -> None:
    """Documented: 20 rows, at most 200, and where the next page is."""
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
def test_a_parameter_that_makes_no_sense_is_400(admin_api: Call, team: Row, query: str) -> None:
    """Inference: a client that sends nonsense should hear of it."""
    answer = admin_api("GET", f"projects/{team['id']}/users", query=query)

    assert answer.status == 400


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
    answer = admin_api("GET", f"projects/{team['id']}/users", query=f"limit=200&{query}")

    assert len(answer.parse_content()["results"]) == found


def test_a_list_is_sorted_and_cut(admin_api: Call, team: Row) -> None:
    """``id`` is always there; ascending unless told otherwise."""
    path = f"projects/{team['id']}/users"

    down = admin_api("GET", path, query="sort=email+desc&fields=email&limit=1").parse_content()
    up = admin_api("GET", path, query="sort=email&fields=email&limit=1").parse_content()

    assert [*down["results"][0]] == ["id", "email"]
    assert down["results"][0]["email"] == "user23@example.com"
    assert up["results"] == [{"id": ADMIN_ID, "email": ADMIN_EMAIL}]


def test_the_last_one_who_joined_comes_first(
    emulator: Emulator, admin_api: Call, team: Row
) -> None:
    """``sort=addedOn desc``, as the vendor's list of sort fields has it."""
    emulator.clock.advance(60)
    emulator.call_control_plane("DELETE", f"/projects/{team['id']}/users/{ADMIN_ID}")
    emulator.call_control_plane("POST", f"/projects/{team['id']}/users", {"email": ADMIN_EMAIL})
    path = f"projects/{team['id']}/users"

    answer = admin_api("GET", path, query="sort=addedOn%20desc&sort=name%20asc&limit=1")

    assert [user["id"] for user in answer.parse_content()["results"]] == [ADMIN_ID]


@pytest.mark.parametrize("user", [ADMIN_ID, ADMIN_UID])
@pytest.mark.parametrize(
    ("api", "names"),
    [("construction", ("products", "key")), ("bim360", ("services", "serviceName"))],
)
def test_a_member_is_shown_by_id_or_autodesk_id(
    admin_api: Call, team: Row, user: str, api: str, names: tuple[str, str]
) -> None:
    """With roles by name, access levels, and a product or service for each service."""
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


def test_who_is_disabled_is_not_listed(emulator: Emulator, admin_api: Call, team: Row) -> None:
    """Documented: active and pending users are, unless the filter asks for others."""
    emulator.call_control_plane("PATCH", f"/users/{ADMIN_ID}", {"status": "inactive"})
    path = f"projects/{team['id']}/users"

    listed = admin_api("GET", path, query=f"filter[id]={ADMIN_ID}").parse_content()
    asked = admin_api("GET", path, query="filter[status]=disabled").parse_content()

    assert listed["results"] == []
    assert [user["id"] for user in asked["results"]] == [ADMIN_ID]


def test_who_is_not_in_the_project_is_404(admin_api: Call, created_project: Row) -> None:
    """And so is a project that is not there; no real error body has been published."""
    nobody = admin_api("GET", f"projects/{created_project['id']}/users/{ADMIN_ID}")

    nowhere = admin_api("GET", f"projects/{ADMIN_ID}/users")

    assert (nobody.status, nobody.parse_content()["message"]) == (404, "this user doesn't exist.")
    assert (nowhere.status, nowhere.parse_content()["code"]) == (404, 1004)


def test_the_region_needs_no_header(send_request: Call, admin_api: Call, project_body: Row) -> None:
    """Documented: requests are routed by themselves."""
    made = send_request(
        "POST", "projects", project_body, account=EMEA_ACCOUNT_ID, region="EMEA"
    ).parse_content()

    answers = [
        admin_api("GET", f"projects/{made['id']}"),
        admin_api("GET", f"accounts/{EMEA_ACCOUNT_ID}/projects"),
    ]

    assert [each.status for each in answers] == [200, 200]


def test_an_inactive_project_is_suspended(
    emulator: Emulator, admin_api: Call, created_project: Row
) -> None:
    """Documented: another word for the same thing; the rest is spelt another way."""
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
    """By exact name, for one."""
    more = {"name": "Tower B", "project_type": "Bridge", "job_number": "J-1"}
    send_request("POST", "projects", project_body | more)

    answer = admin_api("GET", f"accounts/{created_project['account_id']}/projects", query=query)

    assert answer.parse_content()["pagination"]["totalResults"] == found


@pytest.mark.parametrize(
    "query", ["filter[updatedAt]=monday", "filter[updatedAt]=..", "orFilters=x"]
)
@pytest.mark.usefixtures("created_project")
def test_a_filter_of_projects_that_makes_no_sense_is_400(admin_api: Call, query: str) -> None:
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
def test_the_projects_of_a_user_are_those_they_are_in(
    admin_api: Call, towers: str, user: str, query: str, found: list[str]
) -> None:
    """By ``id`` or Autodesk ID; the account has no user of another id."""
    content = admin_api("GET", f"{towers}/{user}/projects", query=query).parse_content()

    assert [project["name"] for project in content["results"]] == found
    assert admin_api("GET", f"{towers}/nobody/projects").status == 404


def test_members_are_not_removed_unless_told_otherwise(
    emulator: Emulator, admin_api: Call, team: Row
) -> None:
    """Documented for ACC projects only; the acting user has a header of another name."""
    path = f"projects/{team['id']}/users/{ADMIN_ID}"
    acting = {"user-id": ADMIN_ID}
    nobody = admin_api("DELETE", path)
    refused = admin_api("DELETE", path, **acting)
    emulator.call_control_plane("PATCH", "/options", {"remove_project_users": "allow"})

    removed = admin_api("DELETE", path, **acting)

    assert [each.status for each in (nobody, refused, removed)] == [403, 403, 204]
    assert admin_api("GET", path).status == 404


def test_reads_of_the_newer_backend_have_a_quota_of_their_own(
    emulator: Emulator, send_request: Call, admin_api: Call, created_project: Row
) -> None:
    """HQ's requests do not count there, nor the other way round."""
    emulator.call_control_plane("PATCH", "/options", {"admin_rate_limit_per_minute": 2})

    answers = [admin_api("GET", f"projects/{created_project['id']}") for _ in range(3)]

    assert [each.status for each in answers] == [200, 200, 429]
    assert send_request("GET", "projects").status == 200
