"""The arguments of a person of an account."""

from bim360_provider.dynamic.providers import AccountUserProvider
from bim360_provider.models import AccountUserArguments
from tests.fuzz.entity import Ground, Kind, Place, Table, Values
from tests.fuzz.strategies import EMAIL, choice, identifier, text
from tests.support.hq import TOWER

__all__ = ["KIND"]

LINES = (
    *("default_role", "nickname", "first_name", "last_name", "image_url", "address_line_1"),
    *("address_line_2", "city", "state_or_province", "postal_code", "country", "phone"),
    *("company", "job_title", "industry", "about_me"),
)


def _table(place: Place) -> Table:
    return {
        "email": EMAIL,
        "company_id": identifier(place.company_id, empty=True),
        **dict.fromkeys(LINES, text(255)),
        "status": choice(("active", "inactive")),
        "on_destroy": choice(("deactivate", "retain")),
        "region": choice(("US",)),
    }


def _undone(_state: Values, declared: Values) -> set[str]:
    """Let somebody who has never signed in wait to become inactive."""
    return {"status"} if declared.get("status") == "inactive" else set()


def _clear(ground: Ground, id_: str, _state: Values) -> None:
    ground.hq.ask("DELETE", f"/users/{id_}")


KIND = Kind(
    provider=AccountUserProvider(),
    model=AccountUserArguments,
    required=("email",),
    table=_table,
    example={k: TOWER[k] for k in ("account_id", "region")} | {"email": "nobody@nowhere.com"},
    clear=_clear,
    kept=("email",),
    only_hq_knows=("the account has no company",),
    undone=_undone,
)
