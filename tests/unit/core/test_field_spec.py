"""What follows from the annotation of an argument, without any code for it."""

from typing import Annotated

from bim360_provider.core.entity import Diff
from bim360_provider.core.field_spec import STATUS_RULE, FieldRule, FieldSpec
from bim360_provider.core.validation import UNKNOWN
from bim360_provider.models.base import FieldRole, InputModel, ResponseModel


class ShipArguments(InputModel):
    """The arguments of an imaginary entity."""

    code: Annotated[str, FieldRole.IDENTITY]
    name: Annotated[str, FieldRole.PATCHABLE]
    port: Annotated[str | None, FieldRole.CLEARABLE] = None
    crew: Annotated[list[str] | None, FieldRole.PATCHABLE] = None
    status: Annotated[str | None, FieldRole.PATCHABLE] = None
    yard: Annotated[str | None, FieldRole.CREATE_ONLY] = None
    on_destroy: Annotated[str | None, FieldRole.PROVIDER_ONLY] = None


class Ship(ResponseModel):
    """The response of an imaginary HQ, which does not return the yard."""

    id: str
    code: str | None = None
    name: str | None = None
    port: str | None = None
    crew: list[str] | None = None
    status: str | None = None


CREW = FieldRule(
    is_equal=lambda declared, live: set(declared) == set(live or ()),
    encode=lambda declared, live: ",".join(sorted({*declared, *(live or ())})),
    decode=sorted,
)

SPEC = FieldSpec(
    ShipArguments,
    Ship,
    rules={"crew": CREW, "status": STATUS_RULE},
    removed_status="sunk",
    default_policy="retain",
)

LIVE = {"code": "A1", "name": "Ada", "port": "Oslo", "crew": ["b", "a"], "status": "active"}
INPUTS = {"code": "A1", "name": "Ada", "crew": ["a", "b"], "yard": "North"}


def test_equal_values_are_no_difference() -> None:
    """What is not declared is not compared, and an unwritten policy is the default one."""
    assert SPEC.diff({**LIVE, "yard": "North"}, INPUTS) == Diff()
    assert SPEC.diff(LIVE, {**INPUTS, "on_destroy": "retain"}) == Diff()


def test_a_changed_argument_is_a_difference_of_its_role() -> None:
    """In place, of an option, or a replacement."""
    assert SPEC.diff(LIVE, {**INPUTS, "port": ""}) == Diff(("port",))
    assert SPEC.diff(LIVE, {**INPUTS, "crew": [UNKNOWN]}) == Diff(("crew",))
    assert SPEC.diff(LIVE, {**INPUTS, "on_destroy": "remove"}) == Diff(("on_destroy",))
    assert SPEC.diff(LIVE, {**INPUTS, "code": "B2"}) == Diff(("code",), ("code",))
    assert SPEC.diff({**LIVE, "status": "sunk"}, INPUTS) == Diff(("status",))
    assert SPEC.find_create_only_changes(INPUTS, {**INPUTS, "yard": "South"}) == ("yard",)


def test_bodies_have_the_encoded_values_that_a_request_accepts() -> None:
    """A POST has neither a status nor empty texts; a PATCH has the wanted fields only."""
    given = {**INPUTS, "port": "", "status": "active", "on_destroy": "retain"}

    created = SPEC.build_create_body(given)
    patched = SPEC.build_patch_body({"crew": ["c"]}, given, {"port", "crew", "yard"})

    assert created == {"code": "A1", "name": "Ada", "crew": "a,b", "yard": "North"}
    assert patched == {"port": "", "crew": "a,b,c"}
    assert SPEC.build_patch_body({}, INPUTS, {"status"}) == {"status": "active"}


def test_outputs_have_hqs_values_and_the_arguments_that_hq_does_not_return() -> None:
    """The yard is not among the declared names, because no refresh can compare it."""
    known = {"account_id": "a", "region": "US", "port": "Rome"}

    assert SPEC.build_outputs({**LIVE, "id": "1"}, known, INPUTS, {"port"}) == {
        "account_id": "a",
        "region": "US",
        **LIVE,
        "yard": "North",
        "unfinished": ["port"],
        "declared": ["code", "crew", "name"],
    }


def test_derived_inputs_declare_the_object_as_it_is() -> None:
    """Declared names only, in normal form; a cleared text is empty, and a removal is shown."""
    state = {"yard": "North", "on_destroy": "remove"}
    live = {**LIVE, "port": None, "status": "pending"}
    names = ["crew", "name", "port", "status"]

    assert SPEC.derive_inputs(live, state, names) == {
        **state,
        "name": "Ada",
        "port": "",
        "crew": ["a", "b"],
        "status": "active",
    }
    assert SPEC.derive_inputs({"status": "sunk"}, {}, ()) == {"status": "sunk"}
