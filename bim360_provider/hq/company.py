"""Companies: POST, GET, GET list, search and PATCH.

https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-POST/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bim360_provider.hq.endpoints import Endpoints
from bim360_provider.models import Company

__all__ = ["Companies"]


class Companies(Endpoints):
    """The companies of one account."""

    def create(self, body: Mapping[str, Any]) -> Company:
        """Create a company: one POST, sent again only while HQ has surely not acted.

        Raises:
            ConflictError: The name is taken.
            HqError: HQ refused it.
            OpenOutcomeError: It was sent, and nobody knows whether HQ acted: look for the name.
            UnreachableError: Nothing was sent.
        """
        asked = f"create company '{body.get('name')}'"
        question = self._question("POST", "companies", asked, json=body, repeatable=False)
        return self._one(Company, question)

    def get(self, company_id: str, *, new_resource: bool = False) -> Company:
        """Return a company.

        Raises:
            NotFoundError: There is no such company, or the whole account is not visible.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        asked = f"read company {company_id}"
        path = f"companies/{company_id}"
        return self._one(Company, self._question("GET", path, asked, new_resource=new_resource))

    def update(
        self, company_id: str, changes: Mapping[str, Any], *, new_resource: bool = False
    ) -> Company:
        """Change the given fields and no others: one PATCH.

        https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-:company_id-PATCH/

        Raises:
            HqError: HQ refused it.
            UnansweredError: No answer came.
        """
        asked = f"change {', '.join(changes)} of company {company_id}"
        path = f"companies/{company_id}"
        question = self._question("PATCH", path, asked, json=changes, new_resource=new_resource)
        return self._one(Company, question)

    def walk(self) -> Iterator[Company]:
        """Yield every company of the account, oldest first, page by page.

        Raises:
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        yield from self._pages(Company, "companies", "list the companies")

    def named(self, name: str) -> list[Company]:
        """Return the companies of that name, whatever its case, as a search finds them.

        A search is fuzzy unless told otherwise, so its rows are looked at once more:
        https://aps.autodesk.com/en/docs/bim360/v1/reference/http/companies-search-GET/

        Raises:
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        exact = {"name": name, "partial": "false", "operator": "AND"}
        rows = self._pages(Company, "companies/search", f"find company '{name}'", exact)
        return [row for row in rows if (row.name or "").casefold() == name.casefold()]
