"""Business units: GET and PUT of the whole structure.

https://aps.autodesk.com/en/docs/bim360/v1/reference/http/business_units_structure-PUT/
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from bim360_provider.hq.api.base import Endpoints, parse_row
from bim360_provider.models.base import ResponseModel
from bim360_provider.models.business_units import BusinessUnit

__all__ = ["BusinessUnits"]

STRUCTURE_PATH: Final = "business_units_structure"


class _StructureResponse(ResponseModel):
    """The response of both endpoints."""

    business_units: list[BusinessUnit]


class BusinessUnits(Endpoints):
    """The business units of one account: one document, without an ETag."""

    def get_structure(self) -> list[BusinessUnit]:
        """Return all units, in HQ's order: one request.

        https://aps.autodesk.com/en/docs/bim360/v1/reference/http/business_units_structure-GET/

        Raises:
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """
        return self._request_structure("GET", "read the business units")

    def update_structure(self, units: Sequence[Mapping[str, Any]]) -> list[BusinessUnit]:
        """Create or redefine the structure, and return it: one PUT.

        HQ replaces a unit whose id exists, and creates a unit with an id that does not exist.
        What HQ does with units that are left out is not documented.

        Args:
            units: ``name``, and any of ``id``, ``parent_id`` and ``description`` of each.

        Raises:
            HqError: HQ refused it.
            UnansweredError: No response arrived; it may be sent again.
        """
        description = f"define {len(units)} business units"
        return self._request_structure(
            "PUT", description, units, json={"business_units": list(units)}
        )

    def _request_structure(
        self, method: str, description: str, sent: Sequence[Mapping[str, Any]] = (), **rest: Any
    ) -> list[BusinessUnit]:
        request = self._build_request(method, STRUCTURE_PATH, description, **rest)

        def read(body: Any) -> tuple[list[BusinessUnit], str]:
            units = parse_row(_StructureResponse, request, body).business_units
            return units, _find_structure_mismatch(units, sent)

        return self._send_until_match(request, read)


def _find_structure_mismatch(
    units: Sequence[BusinessUnit], sent: Sequence[Mapping[str, Any]]
) -> str:
    """Return why a response belongs to another account: it has none of the units that were sent."""
    known = {unit.id for unit in units} | {unit.name for unit in units}
    wanted = {str(each.get("id")).lower() for each in sent} | {each.get("name") for each in sent}
    return "it has none of the units that were sent" if sent and not known & wanted else ""
