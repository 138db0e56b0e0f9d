"""A company's arguments."""

from bim360_provider.dynamic.providers import CompanyProvider
from bim360_provider.models import CompanyArguments
from tests.fuzz.entity import ArgumentDraws, FieldValues, FuzzAccount, FuzzEntity, SeededAccount
from tests.fuzz.strategies import TITLE, draw_choice, draw_text
from tests.support.hq import PROJECT_INPUTS

__all__ = ["ENTITY"]

TEXT_ARGUMENTS = (
    *("address_line_1", "address_line_2", "city", "state_or_province", "postal_code", "country"),
    *("phone", "website_url", "description"),
)


def _build_draws(_place: SeededAccount) -> ArgumentDraws:
    return {
        "name": TITLE,
        "trade": TITLE,
        **dict.fromkeys(TEXT_ARGUMENTS, draw_text(255)),
        "erp_id": draw_text(None),
        "tax_id": draw_text(None),
        "adopt": draw_choice(("never", "any")),
        "region": draw_choice(("US",)),
    }


def _delete_entity(ground: FuzzAccount, id_: str, _state: FieldValues) -> None:
    ground.emulator.call_control_plane("DELETE", f"/companies/{id_}")


ENTITY = FuzzEntity(
    provider=CompanyProvider(),
    model=CompanyArguments,
    required=("name", "trade"),
    build_draws=_build_draws,
    example={k: PROJECT_INPUTS[k] for k in ("account_id", "region")} | {"name": "-", "trade": "-"},
    delete_entity=_delete_entity,
)
