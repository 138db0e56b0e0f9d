"""The token endpoint against the vendor's own OpenAPI file."""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from bim360_provider.emulator import Emulator
from bim360_provider.emulator.hq.routes import TOKEN_PATH
from bim360_provider.emulator.http.auth import FORM_CONTENT_TYPE, SCOPES
from tests.support.emulator import request_token

FILE = Path(__file__).parents[3] / "shared" / "openapi" / "authentication.yaml"

pytestmark = pytest.mark.skipif(
    not FILE.exists(), reason="the vendor's OpenAPI file is not part of the repository"
)


@pytest.fixture(scope="module")
def api() -> Any:
    """Return the vendor's file."""
    return yaml.safe_load(FILE.read_text(encoding="utf-8"))


def test_path_and_form_match_the_vendors_file(api: Any) -> None:
    """A POST of a form."""
    operation = api["paths"][TOKEN_PATH]["post"]

    assert FORM_CONTENT_TYPE in operation["requestBody"]["content"]
    assert [*operation["responses"]] == ["200"]


def test_scopes_match_the_vendors_file(api: Any) -> None:
    """Every scope except the one for a single resource, which is a pattern."""
    documented = {
        name for name in api["components"]["schemas"]["Scopes"]["enum"] if "<" not in name
    }

    assert {*SCOPES} == documented


def test_the_grant_matches_the_vendors_file(api: Any) -> None:
    """client_credentials gives a two-legged token."""
    assert "client_credentials" in api["components"]["schemas"]["GrantType"]["enum"]


def test_the_reply_matches_the_vendors_schema(api: Any) -> None:
    """The payload of a client credentials grant."""
    emulator = Emulator()
    reply = request_token(emulator)
    emulator.close()

    schema = api["components"]["schemas"]["twoLeggedToken"]
    assert reply.status == 200
    jsonschema.validate(reply.parse_content(), schema)
    assert {*reply.parse_content()} <= {*schema["properties"]}
