"""Companies: POST, GET, GET list, search and PATCH.

https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-POST/
"""

from collections.abc import Mapping
from typing import Any

from bim360_provider.hq.api.base import EntityEndpoints
from bim360_provider.models import Company, normalize

__all__ = ["Companies"]


class Companies(EntityEndpoints[Company]):
    """The companies of one account.

    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-:company_id-PATCH/
    """

    _model = Company
    _path = "companies"
    _kind = "company"

    def create(self, body: Mapping[str, Any]) -> Company:
        """Create a company: one POST, retried only if HQ has certainly not acted.

        Raises:
            ConflictError: The name is in use.
            HqError: HQ refused it.
            OpenOutcomeError: It was sent, but its outcome is unknown; look for the name.
            UnreachableError: Nothing was sent.
        """
        description = f"create company '{body.get('name')}'"
        request = self._build_request("POST", "companies", description, json=body, idempotent=False)
        return self._request_one(Company, request, name=body.get("name"))

    def search_by_name(self, name: str) -> list[Company]:
        """Search for the companies of that name, ignoring case.

        A name with accents takes two requests: HQ may store it in Unicode's form C or D.

        A search is fuzzy by default, so its rows are filtered here:
        https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-search-GET/

        Raises:
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """
        other = normalize.decompose_text(name) or ""
        is_storable = 0 < len(other) <= normalize.MAX_NAME_LENGTH  # HQ stores no longer name
        rows = self._search(name) + (self._search(other) if is_storable else [])
        found = {row.id: row for row in rows if (row.name or "").casefold() == name.casefold()}
        return list(found.values())

    def _search(self, name: str) -> list[Company]:
        exact = {"name": name, "partial": "false", "operator": "AND"}
        return list(self._walk_pages(Company, "companies/search", f"find company '{name}'", exact))
