"""The example on the vendor's page of POST projects."""

import json
from pathlib import Path
from typing import Any

import pytest

from bim360_provider.emulator import CLIENT_ID, CLIENT_SECRET, Emulator, parse_seed, serve

requests = pytest.importorskip("requests")

EXAMPLES = Path(__file__).parents[3] / "shared" / "examples"
REQUEST, RESPONSE = "post_projects_request.json", "post_projects_response.json"

pytestmark = pytest.mark.skipif(
    not EXAMPLES.exists(), reason="the vendor's example is not part of the repository"
)


def read(name: str) -> Any:
    return json.loads((EXAMPLES / name).read_text(encoding="utf-8"))


def seed_for(request: Any, account_id: str) -> Any:
    """Return a seed with the business unit and the template of the example."""
    template = {
        "id": request["template_project_id"],
        "name": "Template",
        "language": request["language"],
        "service_types": "field",
    }
    return parse_seed(
        {
            "clients": [
                {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET, "accounts": [account_id]}
            ],
            "accounts": [
                {
                    "id": account_id,
                    "name": "Example",
                    "business_units": [{"id": request["business_unit_id"], "name": "Unit"}],
                    "projects": [template],
                }
            ],
        }
    )


def test_the_documented_request_gets_the_documented_response() -> None:
    """Sent unmodified, including string booleans: 201, the same fields of the same types.

    The page's dates differ between request and response, an error; ids and times differ too.
    """
    request, documented = read(REQUEST), read(RESPONSE)
    emulator = Emulator(seed_for(request, documented["account_id"]))
    form = {"grant_type": "client_credentials", "scope": "account:write"}
    with serve(emulator) as hq, requests.Session() as session:
        url = f"{hq.url}/authentication/v2/token"
        token = session.post(url, form, auth=(CLIENT_ID, CLIENT_SECRET), timeout=5).json()
        reply = session.post(
            f"{hq.url}/hq/v1/accounts/{documented['account_id']}/projects",
            json=request,
            headers={"Authorization": f"Bearer {token['access_token']}"},
            timeout=5,
        )

    created = reply.json()
    ours = {"id", "start_date", "end_date", "copy_project_job_id", "created_at", "updated_at"}
    assert reply.status_code == 201
    assert [*created] == [*documented]
    assert {name: type(value) for name, value in created.items()} == {
        name: type(value) for name, value in documented.items()
    }
    assert {name: value for name, value in created.items() if name not in ours} == {
        name: value for name, value in documented.items() if name not in ours
    }
    assert (created["start_date"], created["end_date"]) == (
        request["start_date"],
        request["end_date"],
    )
