"""The errata of the vendor's file, and the validator."""

from copy import deepcopy

import pytest

from tests.contract.openapi import get_validator, load_openapi_file, needs_openapi_file
from tests.contract.openapi_errata import ERRATA, Erratum

pytestmark = needs_openapi_file

ACCOUNT = "/hq/v1/accounts/a"
USERS = "/construction/admin/v1/projects/p/users"
JSON = {"Content-Type": "application/json", "Region": "EMEA"}


@pytest.mark.parametrize("erratum", ERRATA, ids=lambda erratum: erratum.location)
def test_every_erratum_still_applies(erratum: Erratum) -> None:
    """An error that the vendor has corrected is removed from the list."""
    document = deepcopy(load_openapi_file())

    erratum.patch(document)

    assert document != load_openapi_file()
    assert erratum.reason


@pytest.mark.parametrize(
    ("method", "path", "headers", "body"),
    [
        ("GET", f"{ACCOUNT}/companies?limit=100&offset=0&sort=name", {"Region": "US"}, b""),
        ("GET", f"{ACCOUNT}/users/search?email=a%40b.c&partial=false&operator=OR", {}, b""),
        ("POST", f"{ACCOUNT}/companies", JSON, b'{"name": "A", "trade": "mh-trade"}'),
        ("POST", f"{ACCOUNT}/users/import", JSON, b'[{"email": "a@b.c"}]'),
        ("PATCH", f"{ACCOUNT}/users/u", JSON, b'{"default_role": "Architect"}'),
        ("GET", f"{USERS}?filter[status]=active,pending&sort=email&limit=200", {}, b""),
        ("GET", "/hq/v1/regions/eu/accounts/a/users", {}, b""),
        ("POST", "/hq/v1/accounts/a/projects", JSON, b"the file has no such path"),
    ],
)
def test_a_valid_request_passes(
    method: str, path: str, headers: dict[str, str], body: bytes
) -> None:
    """With the file's names and types, after the errata."""
    assert get_validator().validate_request(method, path, headers, body) == []


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "message"),
    [
        ("GET", f"{ACCOUNT}/companies?fields=name", {}, b"", "no query parameter fields"),
        ("GET", f"{ACCOUNT}/companies?limit=ten", {}, b"", "query parameter limit"),
        ("GET", f"{ACCOUNT}/companies", {"Region": "EU"}, b"", "header region"),
        ("GET", f"{ACCOUNT}/companies", {"X-Ads-Region": "EMEA"}, b"", "no header x-ads-region"),
        ("GET", f"{ACCOUNT}/companies", {}, b"{}", "there should be none"),
        ("POST", f"{ACCOUNT}/companies", JSON, b'{"name": "A"}', "'trade' is a required"),
        ("POST", f"{ACCOUNT}/companies", JSON, b'{"name": 1, "trade": "A"}', "body.name"),
        ("PATCH", f"{ACCOUNT}/companies/c", JSON, b'{"id": "x"}', "'id' was unexpected"),
        ("PATCH", f"{ACCOUNT}/users/u", JSON, b'{"status": "pending"}', "is not one of"),
        ("PATCH", f"{ACCOUNT}/projects/p/image", JSON, b"{}", "content type"),
        ("GET", f"{USERS}?sort=nme", {}, b"", "query parameter sort"),
    ],
)
def test_an_invalid_request_is_reported(
    method: str, path: str, headers: dict[str, str], body: bytes, *, message: str
) -> None:
    """Each problem is one line."""
    problems = get_validator().validate_request(method, path, headers, body)

    assert len(problems) == 1
    assert message in problems[0]


@pytest.mark.parametrize(
    ("status", "body", "message"),
    [
        (200, b'[{"id": "x", "city": null}]', ""),
        (200, b'[{"id": "x", "erp": "x"}]', "'erp' was unexpected"),
        (200, b"{}", "is not of type 'array'"),
        (418, b"", "418 is not documented"),
        (429, b"", ""),
    ],
)
def test_replies_are_validated_by_status_and_schema(status: int, body: bytes, message: str) -> None:
    """Null is valid, a field that is not in the file is not."""
    problems = get_validator().validate_response("GET", f"{ACCOUNT}/companies", status, body)

    assert len(problems) == bool(message)
    assert message in "".join(problems)
