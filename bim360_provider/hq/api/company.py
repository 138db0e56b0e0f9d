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
        """Create a company: one POST, sent again only while HQ has surely not acted.

        Raises:
            ConflictError: The name is taken.
            HqError: HQ refused it.
            OpenOutcomeError: It was sent, and nobody knows whether HQ acted: look for the name.
            UnreachableError: Nothing was sent.
        """
        asked = f"create company '{body.get('name')}'"
        question = self._build_request("POST", "companies", asked, json=body, idempotent=False)
        return self._request_one(Company, question, name=body.get("name"))

    def search_by_name(self, name: str) -> list[Company]:
        """Return the companies of that name, whatever its case, as a search finds them.

        A name with accents takes two requests: HQ may hold it in Unicode's form C or D.

        A search is fuzzy unless told otherwise, so its rows are looked at once more:
        https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-search-GET/

        Raises:
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        other = normalize.decompose_text(name) or ""
        held = 0 < len(other) <= normalize.MAX_NAME_LENGTH  # HQ holds no longer name
        rows = self._search(name) + (self._search(other) if held else [])
        found = {row.id: row for row in rows if (row.name or "").casefold() == name.casefold()}
        return list(found.values())

    def _search(self, name: str) -> list[Company]:
        exact = {"name": name, "partial": "false", "operator": "AND"}
        return list(self._walk_pages(Company, "companies/search", f"find company '{name}'", exact))
