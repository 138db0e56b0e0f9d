"""The arguments of a person of an account."""

from bim360_provider.dynamic.providers import AccountUserProvider
from bim360_provider.models import AccountUserArguments
from tests.fuzz.entity import ArgumentDraws, FieldValues, FuzzAccount, FuzzEntity, SeededAccount
from tests.fuzz.strategies import EMAIL, draw_choice, draw_identifier, draw_text
from tests.support.hq import PROJECT_INPUTS

__all__ = ["ENTITY"]

TEXT_ARGUMENTS = (
    *("default_role", "nickname", "first_name", "last_name", "image_url", "address_line_1"),
    *("address_line_2", "city", "state_or_province", "postal_code", "country", "phone"),
    *("company", "job_title", "industry", "about_me"),
)


def _build_draws(place: SeededAccount) -> ArgumentDraws:
    return {
        "email": EMAIL,
        "company_id": draw_identifier(place.company_id, empty=True),
        **dict.fromkeys(TEXT_ARGUMENTS, draw_text(255)),
        "status": draw_choice(("active", "inactive")),
        "on_destroy": draw_choice(("deactivate", "retain")),
        "region": draw_choice(("US",)),
    }


def _list_pending(_state: FieldValues, declared: FieldValues) -> set[str]:
    """Return the status of a user who has never signed in, which HQ cannot make inactive yet."""
    return {"status"} if declared.get("status") == "inactive" else set()


def _delete_entity(ground: FuzzAccount, id_: str, _state: FieldValues) -> None:
    ground.emulator.call_control_plane("DELETE", f"/users/{id_}")


ENTITY = FuzzEntity(
    provider=AccountUserProvider(),
    model=AccountUserArguments,
    required=("email",),
    build_draws=_build_draws,
    example={k: PROJECT_INPUTS[k] for k in ("account_id", "region")}
    | {"email": "unknown@nowhere.com"},
    delete_entity=_delete_entity,
    fixed_arguments=("email",),
    hq_refusals=("the account has no company",),
    list_pending=_list_pending,
)
