"""A company's arguments."""

from bim360_provider.dynamic.providers import CompanyProvider
from bim360_provider.models import CompanyArguments
from tests.fuzz.entity import Ground, Kind, Place, Table, Values
from tests.fuzz.strategies import TITLE, choice, text
from tests.support.hq import TOWER

__all__ = ["KIND"]

LINES = (
    *("address_line_1", "address_line_2", "city", "state_or_province", "postal_code", "country"),
    *("phone", "website_url", "description"),
)


def _table(_place: Place) -> Table:
    return {
        "name": TITLE,
        "trade": TITLE,
        **dict.fromkeys(LINES, text(255)),
        "erp_id": text(None),
        "tax_id": text(None),
        "adopt": choice(("never", "any")),
        "region": choice(("US",)),
    }


def _clear(ground: Ground, id_: str, _state: Values) -> None:
    ground.hq.ask("DELETE", f"/companies/{id_}")


KIND = Kind(
    provider=CompanyProvider(),
    model=CompanyArguments,
    required=("name", "trade"),
    table=_table,
    example={k: TOWER[k] for k in ("account_id", "region")} | {"name": "-", "trade": "-"},
    clear=_clear,
)
