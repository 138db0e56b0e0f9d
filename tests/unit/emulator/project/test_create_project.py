"""POST projects: what it takes, what it refuses, what it answers."""

from collections.abc import Callable
from typing import Any

import pytest

from bim360_provider.emulator import (
    ACCOUNT_ID,
    BUSINESS_UNIT_ID,
    EMEA_ACCOUNT_ID,
    Emulator,
    Reply,
    Request,
)

Call = Callable[..., Reply]
Body = dict[str, object]
SOMEWHERE = "c17e6837-96cd-4839-868e-051a2ad65d28"


def message_of(reply: Reply) -> str:
    content = reply.parse_content()
    return str(content["message"])


def test_a_new_project_is_pending_and_tells_everything_but_its_services(
    send_request: Call, project_body: Body
) -> None:
    """Documented: 201, the 25 fields of the page, no service_types."""
    answer = send_request("POST", "projects", project_body)

    content = answer.parse_content()
    assert answer.status == 201
    assert len(content) == 25
    assert (content["status"], content["value"]) == ("pending", 3000.0)
    assert content["copy_project_job_id"] is None


def test_all_missing_fields_are_named_at_once(send_request: Call) -> None:
    """Documented: six fields are required."""
    answer = send_request("POST", "projects", {})

    assert answer.status == 400
    for name in ("name", "start_date", "end_date", "project_type", "value", "currency"):
        assert f"{name} is required" in message_of(answer)


@pytest.mark.parametrize(
    ("field", "value", "words"),
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
def test_a_malformed_field_is_400_and_named(
    send_request: Call, project_body: Body, field: str, value: object, words: str
) -> None:
    """The message says what to write instead."""
    answer = send_request("POST", "projects", project_body | {field: value})

    assert answer.status == 400
    assert words in message_of(answer)


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
def test_what_hq_takes_the_emulator_takes(
    send_request: Call, project_body: Body, field: str, value: object, stored: object
) -> None:
    """Numbers and booleans in strings, free project types, dots in names, empty optionals."""
    answer = send_request("POST", "projects", project_body | {field: value})

    content = answer.parse_content()
    assert answer.status == 201
    assert content.get(field) == stored


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"start_date": "2027-07-01"}, "must be before end_date"),
        ({"start_date": "2027-06-30"}, "must be before end_date"),
        ({"business_unit_id": SOMEWHERE}, "no business unit"),
        ({"template_project_id": SOMEWHERE}, "no such project"),
    ],
)
def test_a_broken_business_rule_is_422(
    send_request: Call, project_body: Body, change: Body, words: str
) -> None:
    """Well-formed, but refused."""
    answer = send_request("POST", "projects", project_body | change)

    assert answer.status == 422
    assert words in message_of(answer)


def test_a_name_is_taken_once_per_account(send_request: Call, project_body: Body) -> None:
    """409 is the documented conflict; the second body is otherwise fine."""
    first = send_request("POST", "projects", project_body)

    second = send_request("POST", "projects", project_body | {"value": 1})

    assert (first.status, second.status) == (201, 409)


def test_names_are_compared_as_they_are_written(
    send_request: Call, project_body: Body, created_project: Body
) -> None:
    """Whether HQ tells upper from lower case is not known (inference)."""
    answer = send_request("POST", "projects", project_body | {"name": "tower a"})

    assert created_project["name"] == "Tower A"
    assert answer.status == 201


def test_the_name_of_an_archived_project_stays_taken(
    send_request: Call, project_body: Body, created_project: dict[str, Any]
) -> None:
    """Nothing deletes a project, so nothing frees its name (inference)."""
    send_request("PATCH", f"projects/{created_project['id']}", {"status": "archived"})

    answer = send_request("POST", "projects", project_body)

    assert answer.status == 409


def test_another_account_may_have_the_same_name(
    send_request: Call, project_body: Body, created_project: Body
) -> None:
    """Names are unique in an account, not in the world."""
    answer = send_request("POST", "projects", project_body, account=EMEA_ACCOUNT_ID, region="EMEA")

    assert created_project["name"] == project_body["name"]
    assert answer.status == 201


def test_services_left_out_are_all_the_account_has(
    send_request: Call, created_project: dict[str, Any]
) -> None:
    """Documented on the page of POST projects."""
    content = send_request("GET", f"projects/{created_project['id']}").parse_content()

    assert content["service_types"].split(",")[:2] == ["field", "glue"]
    assert len(content["service_types"].split(",")) == 12


def test_services_are_a_set_in_hqs_own_order(send_request: Call, project_body: Body) -> None:
    """HQ promises no order, so the emulator does not give back the one it got."""
    made = send_request(
        "POST", "projects", project_body | {"service_types": "pm, field,pm"}
    ).parse_content()

    content = send_request("GET", f"projects/{made['id']}").parse_content()

    assert content["service_types"] == "field,pm"


def test_a_service_the_account_lacks_is_422(
    emulator: Emulator, send_request: Call, project_body: Body
) -> None:
    """Inference; the option lets it pass."""
    state = emulator.call_control_plane("GET", "/state")
    state["accounts"][0]["services"] = "field"
    emulator.call_control_plane("PUT", "/state", state)
    strict = send_request("POST", "projects", project_body | {"service_types": "field,pm"})
    emulator.call_control_plane("PATCH", "/options", {"services_must_be_enabled": False})

    loose = send_request("POST", "projects", project_body | {"service_types": "field,pm"})

    assert (strict.status, loose.status) == (422, 201)


def test_a_status_sent_with_a_create_is_ignored(send_request: Call, project_body: Body) -> None:
    """Observed: the vendor's tool sends ``active`` and the project is pending all the same."""
    sent = project_body | {"status": "active", "id": "x", "folders_created_from": "y"}

    content = send_request("POST", "projects", sent).parse_content()

    assert content["status"] == "pending"


@pytest.mark.parametrize(
    ("option", "value", "body", "status"),
    [
        ("read_only_fields", "refuse", {"id": "x"}, 400),
        ("unknown_fields", "ignore", {"nmae": "x"}, 201),
        ("enums", "loose", {"currency": "QQQ", "service_types": "field"}, 201),
        ("business_unit_must_exist", False, {"business_unit_id": SOMEWHERE}, 201),
        ("state_needs_country", True, {"state_or_province": "New York"}, 422),
    ],
)
def test_what_is_not_known_of_hq_is_an_option(  # noqa: PLR0913 - a table of cases
    emulator: Emulator,
    send_request: Call,
    project_body: Body,
    *,
    option: str,
    value: str,
    body: Body,
    status: int,
) -> None:
    """Each switch changes the answer to one body."""
    emulator.call_control_plane("PATCH", "/options", {option: value})

    answer = send_request("POST", "projects", project_body | body)

    assert answer.status == status


@pytest.mark.parametrize(
    ("template", "sent", "status"),
    [
        ({"service_types": "field", "language": "de"}, {"language": "de"}, 201),
        ({"service_types": "field"}, {}, 201),
        ({"service_types": "doc_manager"}, {}, 422),
        ({"service_types": "field", "language": "de"}, {"language": "en"}, 422),
    ],
)
def test_a_template_has_field_and_the_same_language(
    send_request: Call, project_body: Body, template: Body, sent: Body, status: int
) -> None:
    """Documented on the page of POST projects."""
    model = send_request(
        "POST", "projects", project_body | template | {"name": "Template"}
    ).parse_content()

    answer = send_request(
        "POST", "projects", project_body | sent | {"template_project_id": model["id"]}
    )

    assert answer.status == status


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b'{"value": NaN}', "application/json"),
    ],
)
def test_a_body_that_is_no_json_object_is_400(
    emulator: Emulator, token: str, body: bytes, kind: str
) -> None:
    """NaN is not JSON either."""
    headers = {"authorization": f"Bearer {token}", "content-type": kind}
    path = f"/hq/v1/accounts/{ACCOUNT_ID}/projects"

    answer = emulator.handle(Request("POST", path, "", headers, body))

    assert answer.status == 400
    assert "JSON" in message_of(answer)


def test_a_form_is_400(send_request: Call, project_body: Body) -> None:
    """Documented: application/json."""
    answer = send_request("POST", "projects", project_body, **{"content-type": "text/plain"})

    assert answer.status == 400
    assert "application/json" in message_of(answer)


def test_a_new_project_can_stay_out_of_sight_for_a_while(
    emulator: Emulator, send_request: Call, project_body: Body
) -> None:
    """Observed: dependent calls just after a create are answered with 404."""
    emulator.call_control_plane("PATCH", "/options", {"visible_after": 3})
    made = send_request("POST", "projects", project_body).parse_content()
    hidden = send_request("GET", f"projects/{made['id']}")
    listed = send_request("GET", "projects")
    emulator.clock.advance(3)

    seen = send_request("GET", f"projects/{made['id']}")

    assert (hidden.status, listed.parse_content(), seen.status) == (404, [], 200)


def test_the_job_id_can_be_absent_instead_of_null(
    emulator: Emulator, send_request: Call, project_body: Body
) -> None:
    """Which of the two HQ answers without a template is not known."""
    emulator.call_control_plane("PATCH", "/options", {"copy_job_id_without_template": "absent"})

    content = send_request("POST", "projects", project_body).parse_content()

    assert "copy_project_job_id" not in content
