"""POST projects: accepted and refused bodies, and their replies."""

from typing import Any

import pytest

from bim360_provider.emulator import (
    ACCOUNT_ID,
    BUSINESS_UNIT_ID,
    EMEA_ACCOUNT_ID,
    Emulator,
    IncomingRequest,
    Reply,
)
from tests.support.emulator import NOWHERE, Call

Body = dict[str, object]


def message_of(reply: Reply) -> str:
    content = reply.parse_content()
    return str(content["message"])


def test_a_new_project_is_pending_and_has_every_field_but_services(
    send_request: Call, project_body: Body
) -> None:
    """Documented: 201, the 25 fields of the page, no service_types."""
    reply = send_request("POST", "projects", project_body)

    content = reply.parse_content()
    assert reply.status == 201
    assert len(content) == 25
    assert (content["status"], content["value"]) == ("pending", 3000.0)
    assert content["copy_project_job_id"] is None


def test_one_error_names_all_missing_fields(send_request: Call) -> None:
    """Documented: six fields are required."""
    reply = send_request("POST", "projects", {})

    assert reply.status == 400
    for name in ("name", "start_date", "end_date", "project_type", "value", "currency"):
        assert f"{name} is required" in message_of(reply)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("name", "x" * 256, "the limit is 255"),
        ("name", "a/b", "must not contain /"),
        ("name", "a\\b", "must not contain \\"),
        ("name", 'a?[]>*:<"|,', 'must not contain ? [ ] > * : < " | ,'),
        ("name", "  ", "name is required"),
        ("name", 7, "name is not a string"),
        ("start_date", "2026-1-2", "is not a date as YYYY-MM-DD"),
        ("start_date", "20260102", "is not a date as YYYY-MM-DD"),
        ("end_date", "2026-02-30", "is not a date as YYYY-MM-DD"),
        ("project_type", "x" * 256, "the limit is 255"),
        ("value", "much", "value is not a number"),
        ("value", True, "value is not a number"),
        ("value", "inf", "value is not a number"),
        ("currency", "usd", "the nearest known one is USD"),
        ("currency", "QQQ", "is not on the list"),
        ("job_number", "x" * 101, "the limit is 100"),
        ("address_line_1", "x" * 256, "the limit is 255"),
        ("postal_code", 10011, "postal_code is not a string"),
        ("timezone", "America/New York", "the nearest known one is America/New_York"),
        ("language", "fr", "is not on the list"),
        ("construction_type", "renovation", "the nearest known one is Renovation"),
        ("contract_type", "Design-Build", "the nearest known one is Design-Bid"),
        ("business_unit_id", "north", "is not a UUID"),
        ("service_types", "fields", "the nearest known one is field"),
        ("service_types", ["field"], "service_types is not a string"),
        ("include_locations", "yes", "is neither true nor false"),
        ("nmae", "Tower", "unknown field nmae; the nearest known one is name"),
    ],
)
def test_a_malformed_field_is_400_with_its_name(
    send_request: Call, project_body: Body, field: str, value: object, message: str
) -> None:
    """The message suggests a valid value."""
    reply = send_request("POST", "projects", project_body | {field: value})

    assert reply.status == 400
    assert message in message_of(reply)


@pytest.mark.parametrize(
    ("field", "value", "stored"),
    [
        ("name", "Tower 2.0", "Tower 2.0"),
        ("name", "x" * 255, "x" * 255),
        ("value", "0", 0.0),
        ("value", "12.5", 12.5),
        ("value", -1, -1.0),
        ("project_type", "Space Station", "Space Station"),
        ("state_or_province", "Anywhere", "Anywhere"),
        ("job_number", "x" * 100, "x" * 100),
        ("city", "", None),
        ("city", None, None),
        ("include_companies", "true", None),
        ("include_locations", False, None),
        ("business_unit_id", BUSINESS_UNIT_ID, BUSINESS_UNIT_ID),
    ],
)
def test_lenient_values_are_accepted(
    send_request: Call, project_body: Body, field: str, value: object, stored: object
) -> None:
    """Numbers and booleans in strings, any project type, dots in names, empty optional fields."""
    reply = send_request("POST", "projects", project_body | {field: value})

    content = reply.parse_content()
    assert reply.status == 201
    assert content.get(field) == stored


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"start_date": "2027-07-01"}, "must be before end_date"),
        ({"start_date": "2027-06-30"}, "must be before end_date"),
        ({"business_unit_id": NOWHERE}, "no business unit"),
        ({"template_project_id": NOWHERE}, "no such project"),
    ],
)
def test_a_broken_business_rule_is_422(
    send_request: Call, project_body: Body, change: Body, message: str
) -> None:
    """Well-formed, but refused."""
    reply = send_request("POST", "projects", project_body | change)

    assert reply.status == 422
    assert message in message_of(reply)


def test_a_project_name_is_unique_in_an_account(send_request: Call, project_body: Body) -> None:
    """409 is the documented conflict; the second body is otherwise valid."""
    first = send_request("POST", "projects", project_body)

    second = send_request("POST", "projects", project_body | {"value": 1})

    assert (first.status, second.status) == (201, 409)


def test_project_names_are_case_sensitive(
    send_request: Call, project_body: Body, created_project: Body
) -> None:
    """Whether HQ's names are case-sensitive is not known (inference)."""
    reply = send_request("POST", "projects", project_body | {"name": "tower a"})

    assert created_project["name"] == "Tower A"
    assert reply.status == 201


def test_the_name_of_an_archived_project_stays_in_use(
    send_request: Call, project_body: Body, created_project: dict[str, Any]
) -> None:
    """A project cannot be deleted, so its name is never released (inference)."""
    send_request("PATCH", f"projects/{created_project['id']}", {"status": "archived"})

    reply = send_request("POST", "projects", project_body)

    assert reply.status == 409


def test_another_account_may_have_the_same_name(
    send_request: Call, project_body: Body, created_project: Body
) -> None:
    """Names are unique only in an account."""
    reply = send_request("POST", "projects", project_body, account=EMEA_ACCOUNT_ID, region="EMEA")

    assert created_project["name"] == project_body["name"]
    assert reply.status == 201


def test_a_project_has_all_services_of_the_account_by_default(
    send_request: Call, created_project: dict[str, Any]
) -> None:
    """Documented on the page of POST projects."""
    content = send_request("GET", f"projects/{created_project['id']}").parse_content()

    assert content["service_types"].split(",")[:2] == ["field", "glue"]
    assert len(content["service_types"].split(",")) == 12


def test_services_are_returned_in_the_emulators_order(
    send_request: Call, project_body: Body
) -> None:
    """HQ documents no order, so the emulator does not keep that of the request."""
    created = send_request(
        "POST", "projects", project_body | {"service_types": "pm, field,pm"}
    ).parse_content()

    content = send_request("GET", f"projects/{created['id']}").parse_content()

    assert content["service_types"] == "field,pm"


def test_a_service_the_account_lacks_is_422(
    emulator: Emulator, send_request: Call, project_body: Body
) -> None:
    """Inference; an option accepts it."""
    state = emulator.call_control_plane("GET", "/state")
    state["accounts"][0]["services"] = "field"
    emulator.call_control_plane("PUT", "/state", state)
    strict = send_request("POST", "projects", project_body | {"service_types": "field,pm"})
    emulator.call_control_plane("PATCH", "/options", {"services_must_be_enabled": False})

    loose = send_request("POST", "projects", project_body | {"service_types": "field,pm"})

    assert (strict.status, loose.status) == (422, 201)


def test_a_create_ignores_the_status(send_request: Call, project_body: Body) -> None:
    """Observed: the vendor's tool sends ``active`` and the project is pending."""
    sent = project_body | {"status": "active", "id": "x", "folders_created_from": "y"}

    content = send_request("POST", "projects", sent).parse_content()

    assert content["status"] == "pending"


@pytest.mark.parametrize(
    ("option", "value", "body", "status"),
    [
        ("read_only_fields", "refuse", {"id": "x"}, 400),
        ("unknown_fields", "ignore", {"nmae": "x"}, 201),
        ("enums", "loose", {"currency": "QQQ", "service_types": "field"}, 201),
        ("business_unit_must_exist", False, {"business_unit_id": NOWHERE}, 201),
        ("state_needs_country", True, {"state_or_province": "New York"}, 422),
    ],
)
def test_options_select_unknown_behaviours_of_hq(  # noqa: PLR0913 - a table of cases
    emulator: Emulator,
    send_request: Call,
    project_body: Body,
    *,
    option: str,
    value: str,
    body: Body,
    status: int,
) -> None:
    """Each option changes the reply to one body."""
    emulator.call_control_plane("PATCH", "/options", {option: value})

    reply = send_request("POST", "projects", project_body | body)

    assert reply.status == status


@pytest.mark.parametrize(
    ("template", "sent", "status"),
    [
        ({"service_types": "field", "language": "de"}, {"language": "de"}, 201),
        ({"service_types": "field"}, {}, 201),
        ({"service_types": "doc_manager"}, {}, 422),
        ({"service_types": "field", "language": "de"}, {"language": "en"}, 422),
    ],
)
def test_a_template_must_have_field_and_the_same_language(
    send_request: Call, project_body: Body, template: Body, sent: Body, status: int
) -> None:
    """Documented on the page of POST projects."""
    model = send_request(
        "POST", "projects", project_body | template | {"name": "Template"}
    ).parse_content()

    reply = send_request(
        "POST", "projects", project_body | sent | {"template_project_id": model["id"]}
    )

    assert reply.status == status


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'{"value": NaN}', "application/json"),
    ],
)
def test_a_body_that_is_not_a_json_object_is_400(
    emulator: Emulator, token: str, body: bytes, kind: str
) -> None:
    """NaN is not JSON either."""
    headers = {"authorization": f"Bearer {token}", "content-type": kind}
    path = f"/hq/v1/accounts/{ACCOUNT_ID}/projects"

    reply = emulator.handle(IncomingRequest("POST", path, "", headers, body))

    assert reply.status == 400
    assert "JSON" in message_of(reply)


def test_a_form_body_is_400(send_request: Call, project_body: Body) -> None:
    """Documented: application/json."""
    reply = send_request("POST", "projects", project_body, **{"content-type": "text/plain"})

    assert reply.status == 400
    assert "application/json" in message_of(reply)


def test_a_new_project_can_be_invisible_for_a_while(
    emulator: Emulator, send_request: Call, project_body: Body
) -> None:
    """Observed: requests just after a create return 404."""
    emulator.call_control_plane("PATCH", "/options", {"visible_after": 3})
    created = send_request("POST", "projects", project_body).parse_content()
    hidden = send_request("GET", f"projects/{created['id']}")
    listing = send_request("GET", "projects")
    emulator.clock.advance(3)

    seen = send_request("GET", f"projects/{created['id']}")

    assert (hidden.status, listing.parse_content(), seen.status) == (404, [], 200)


def test_the_job_id_can_be_absent_instead_of_null(
    emulator: Emulator, send_request: Call, project_body: Body
) -> None:
    """Which of the two HQ returns without a template is not known."""
    emulator.call_control_plane("PATCH", "/options", {"copy_job_id_without_template": "absent"})

    content = send_request("POST", "projects", project_body).parse_content()

    assert "copy_project_job_id" not in content
