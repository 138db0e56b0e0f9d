"""Business units: a stack changes its own units only, and verifies what HQ stored."""

from typing import Any

import pytest

from bim360_provider.core.business_units import check, create, delete, diff, read, update
from bim360_provider.core.run import Ownership
from bim360_provider.emulator import ACCOUNT_ID, BUSINESS_UNIT_ID
from bim360_provider.errors import InputError, NotFoundError, UnansweredError
from bim360_provider.hq import HqClient
from tests.support.hq import (
    ACCOUNT_NOT_FOUND,
    DROPS_CONNECTION,
    Fault,
    HqFixture,
    build_reply,
    build_run,
    build_settings,
)
from tests.support.seeding import list_requests

UNITS: dict[str, Any] = {"North": {"description": "cold"}, "North/West": {}}
UNKNOWN_ID = "b0000000-0000-4000-8000-0000000000ff"

READ, WRITE = "GET business units", "PUT business units"


def check_inputs(units: Any, **rest: Any) -> Any:
    """Return checked arguments."""
    found, problems = check({}, {"units": units, **rest}, build_settings())
    assert problems == []
    return found


@pytest.fixture
def created_units(hq: HqFixture, client: HqClient) -> Any:
    """Return the state of existing units; requests so far are not recorded."""
    _, outs = create(build_run(client), check_inputs(UNITS))
    hq.emulator.request_log.clear()
    return outs


def list_units_by_name(client: HqClient) -> dict[str, Any]:
    """Return the units at HQ by name."""
    return {unit.name or "": unit for unit in client.business_units.get_structure()}


def change_in_browser(client: HqClient, **changes: dict[str, Any]) -> None:
    """Change units by name, as another user would; new ones get an id of their own."""
    units = {name: unit.build_body() for name, unit in list_units_by_name(client).items()}
    for name, fields in changes.items():
        units[name] = {"name": name, **units.get(name, {}), **fields}
    client.business_units.update_structure(list(units.values()))


def test_units_are_added_to_those_of_others(hq: HqFixture, client: HqClient) -> None:
    """One read and one write for any number of units; the ids are those of the preview."""
    given = check_inputs(UNITS)

    account, outs = create(build_run(client), given)

    found = list_units_by_name(client)
    assert account == ACCOUNT_ID
    assert list_requests(hq.emulator)[:2] == [READ, WRITE]
    assert set(found) == {"North America", "North", "West"}
    assert found["West"].parent_id == found["North"].id == given["ids"]["North"]
    assert outs["units"]["North/West"] == {
        "id": given["ids"]["North/West"],
        "name": "West",
        "parent_id": given["ids"]["North"],
        "description": "",
        "path": "North/West",
    }
    assert outs["undeclared"] == {BUSINESS_UNIT_ID: "North America"}
    assert diff(outs, given).changed_arguments == ()


def test_existing_units_cost_one_read(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any]
) -> None:
    """A run that died after the write leaves nothing to do: the ids are the same."""
    _, outs = create(build_run(client), check_inputs(UNITS))

    assert outs == created_units
    assert list_requests(hq.emulator) == [READ]


@pytest.mark.parametrize("reply", [DROPS_CONNECTION, build_reply(504), build_reply(200, b"<html>")])
def test_a_lost_response_duplicates_no_unit(hq: HqFixture, client: HqClient, reply: Any) -> None:
    """The same PUT is sent again, with the same ids."""
    hq.emulator.faults.append(Fault(WRITE, reply, acts_on_request=True))

    _, outs = create(build_run(client), check_inputs(UNITS))

    assert set(outs["units"]) == set(UNITS)
    assert len(list_units_by_name(client)) == 3


def test_without_a_response_the_outcome_is_left_open(hq: HqFixture, client: HqClient) -> None:
    """The next run reads what HQ stored."""
    hq.emulator.faults.append(Fault(WRITE, DROPS_CONNECTION, times=9))

    with pytest.raises(UnansweredError) as caught:
        create(build_run(client), check_inputs(UNITS))

    assert str(caught.value).startswith("BIM 360: could not define 3 business units: ")


def test_an_existing_unit_is_adopted_by_its_id(client: HqClient) -> None:
    """The program chooses the key; a different name is a rename."""
    units = {"na": {"id": BUSINESS_UNIT_ID, "name": "N. America"}}

    _, outs = create(build_run(client), check_inputs(units))

    assert set(list_units_by_name(client)) == {"N. America"}
    assert outs["undeclared"] == {}


def test_a_duplicate_name_is_refused_before_anything_is_sent(
    hq: HqFixture, client: HqClient
) -> None:
    """The error contains the line that adopts the unit."""
    with pytest.raises(InputError) as caught:
        create(build_run(client), check_inputs({"North America": {}}))

    assert str(caught.value) == (
        "BIM 360: could not define the business units: 'North America' exists already; "
        f"to adopt it, declare its id: 'North America': {{'id': '{BUSINESS_UNIT_ID}'}}."
    )
    assert list_requests(hq.emulator) == [READ]


def test_a_replacement_resource_keeps_the_units(
    client: HqClient, created_units: dict[str, Any]
) -> None:
    """It is created first; the old resource then removes only units that it still owns."""
    owners = Ownership()

    create(build_run(client, ownership=owners), check_inputs({"North": {}}))
    delete(
        build_run(client, ownership=owners), ACCOUNT_ID, {**created_units, "on_destroy": "remove"}
    )

    assert set(list_units_by_name(client)) == {"North America", "North"}


def test_two_resources_may_share_an_account(
    client: HqClient, created_units: dict[str, Any]
) -> None:
    """Each owns the units that it declares."""
    _, outs = create(build_run(client), check_inputs({"South": {}}))

    update(build_run(client), ACCOUNT_ID, created_units, check_inputs({"North": {}}))

    assert set(outs["undeclared"].values()) == {"North America", "North", "North/West"}
    assert set(list_units_by_name(client)) == {"North America", "North", "South"}


@pytest.mark.parametrize(
    ("units", "names"),
    [
        ({**UNITS, "East": {}}, {"North", "West", "East"}),
        ({**UNITS, "North": {"name": "Nord"}}, {"Nord", "West"}),
        ({"North": {}}, {"North"}),
        ({"North": {}, "North/West": {"parent": ""}}, {"North", "West"}),
    ],
)
def test_an_update_is_one_read_and_one_write(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any], units: Any, names: set[str]
) -> None:
    """A second read follows if a unit was removed from the program."""
    wanted = check_inputs(units)

    outs = update(build_run(client), ACCOUNT_ID, created_units, wanted)

    left_out = set(UNITS) - set(units)
    assert list_requests(hq.emulator) == [READ, WRITE, *([READ] if left_out else [])]
    assert set(list_units_by_name(client)) == {"North America", *names}
    assert diff(outs, wanted).changed_arguments == ()


def test_concurrent_changes_of_others_are_kept(
    client: HqClient, created_units: dict[str, Any]
) -> None:
    """The structure is read again right before the write."""
    change_in_browser(client, South={"description": "warm"}, West={"description": "wet"})

    outs = update(build_run(client), ACCOUNT_ID, created_units, check_inputs({**UNITS, "East": {}}))

    found = list_units_by_name(client)
    assert (found["South"].description, found["West"].description) == ("warm", "wet")
    assert outs["units"]["North/West"]["description"] == "wet"


def test_a_unit_that_hq_keeps_is_reported_once(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any]
) -> None:
    """HQ does not document what happens to an omitted unit, so the provider reads the result."""
    wanted = check_inputs({"North": {}})
    hq.emulator.call_control_plane("PATCH", "/options", {"business_units": "merge"})

    outs = update(build_run(client), ACCOUNT_ID, created_units, wanted)
    live = read(build_run(client), ACCOUNT_ID, outs)

    west = created_units["ids"]["North/West"]
    assert outs["undropped"] == [west]
    assert hq.list_warnings() == [
        (
            f"BIM 360: HQ keeps business units that were left out: 'North/West' ({west}); "
            "remove them in Account Admin."
        )
    ]
    assert (
        diff(outs, wanted).changed_arguments == diff(live.outputs, wanted).changed_arguments == ()
    )


def test_a_failed_verification_is_not_an_error(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any]
) -> None:
    """The structure is already written."""
    hq.emulator.faults.append(Fault(READ, build_reply(503), skip=1, times=9))

    outs = update(build_run(client), ACCOUNT_ID, created_units, check_inputs({"North": {}}))

    assert list(outs["units"]) == ["North"]
    assert hq.list_warnings()[-1].startswith("BIM 360: it is not known whether HQ dropped 'North/W")


def test_a_complete_structure_removes_other_units(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any]
) -> None:
    """The preview names the units to remove."""
    outs = update(build_run(client), ACCOUNT_ID, created_units, check_inputs(UNITS, complete=True))

    assert set(list_units_by_name(client)) == {"North", "West"}
    assert outs["undeclared"] == {}
    assert (
        f"BIM 360: business units no longer there: 'North America' ({BUSINESS_UNIT_ID}).",
        False,
    ) in hq.notifications


def test_a_parent_of_other_units_cannot_be_omitted(
    client: HqClient, created_units: dict[str, Any]
) -> None:
    """Their parent would be missing."""
    change_in_browser(client, South={"parent_id": created_units["ids"]["North/West"]})

    with pytest.raises(InputError, match=r"'North/West/South' is below 'North/West', which is no"):
        update(build_run(client), ACCOUNT_ID, created_units, check_inputs({"North": {}}))


def test_a_refresh_finds_changes_in_the_browser(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any]
) -> None:
    """As arguments, so that Pulumi shows the property; undeclared values do not drift."""
    change_in_browser(
        client, North={"description": "mild"}, West={"description": "wet", "name": "Far West"}
    )
    hq.emulator.request_log.clear()

    live = read(build_run(client), ACCOUNT_ID, created_units)

    assert list_requests(hq.emulator) == [READ]
    assert live.inputs["units"] == {
        "North": {"description": "mild"},
        "North/West": {"name": "Far West"},
    }
    assert diff(live.outputs, check_inputs(UNITS)).changed_arguments == ("units",)


def test_a_refresh_without_drift_changes_nothing(
    client: HqClient, created_units: dict[str, Any]
) -> None:
    """Outputs and arguments stay the same."""
    live = read(build_run(client), ACCOUNT_ID, created_units)

    assert live.outputs == created_units
    assert live.inputs == check_inputs(UNITS)


def test_a_moved_unit_shows_its_parent(client: HqClient, created_units: dict[str, Any]) -> None:
    """As the parent's key if the stack has one, otherwise as its id."""
    change_in_browser(client, West={"parent_id": BUSINESS_UNIT_ID})

    live = read(build_run(client), ACCOUNT_ID, created_units)

    assert live.inputs["units"]["North/West"] == {"parent": BUSINESS_UNIT_ID}


def test_a_removed_unit_is_created_again_with_its_id(
    client: HqClient, created_units: dict[str, Any]
) -> None:
    """Projects keep referring to it."""
    units = [unit for unit in client.business_units.get_structure() if unit.name != "West"]
    client.business_units.update_structure([unit.build_body() for unit in units])

    live = read(build_run(client), ACCOUNT_ID, created_units)
    update(build_run(client), ACCOUNT_ID, live.outputs, check_inputs(UNITS))

    assert set(live.inputs["units"]) == {"North"}
    assert list_units_by_name(client)["West"].id == created_units["ids"]["North/West"]


def test_an_undeclared_unit_in_a_complete_structure_is_drift(client: HqClient) -> None:
    """A preview shows that it will be removed."""
    given = check_inputs({"na": {"id": BUSINESS_UNIT_ID, "name": "North America"}}, complete=True)
    _, outs = create(build_run(client), given)
    change_in_browser(client, South={"id": UNKNOWN_ID})

    live = read(build_run(client), ACCOUNT_ID, outs)

    assert live.inputs["units"][UNKNOWN_ID] == {"id": UNKNOWN_ID}
    assert diff(live.outputs, given).changed_arguments == ("units",)


def test_a_lookup_declares_all_units(client: HqClient, created_units: dict[str, Any]) -> None:
    """As after an import: keys are paths, ids stay, and omitting a default is not a change."""
    live = read(build_run(client), ACCOUNT_ID, {})
    units = {**UNITS, "North America": {}, "North/West": {"description": ""}}
    given, problems = check(live.inputs, {"units": units}, build_settings())

    assert problems == []
    assert set(live.outputs["units"]) == {"North America", "North", "North/West"}
    assert given["ids"] == {**created_units["ids"], "North America": BUSINESS_UNIT_ID}
    assert diff(live.outputs, given).changed_arguments == ()


def test_a_lookup_of_another_account_names_the_configured_one(client: HqClient) -> None:
    """Otherwise the units of the configured account would appear under the other account."""
    with pytest.raises(InputError, match="the configured account is"):
        read(build_run(client), "a1d5e9b2-0000-4000-8000-000000000002", {})


def test_a_hidden_account_keeps_the_state(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any]
) -> None:
    """A refresh fails and drops nothing."""
    hq.emulator.faults.append(Fault(READ, ACCOUNT_NOT_FOUND))

    with pytest.raises(NotFoundError):
        read(build_run(client), ACCOUNT_ID, created_units)


def test_destroying_leaves_the_units_and_reports_it(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any]
) -> None:
    """Projects of others may refer to them."""
    delete(build_run(client), ACCOUNT_ID, created_units)

    assert list_requests(hq.emulator) == []
    assert hq.notifications == [
        (
            (
                f"BIM 360: the business units of account {ACCOUNT_ID} are left as they are; "
                "on_destroy='remove' removes them."
            ),
            False,
        )
    ]


def test_destroying_removes_the_units_where_declared(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any]
) -> None:
    """It removes our own units only, and a second destroy does nothing."""
    state = {**created_units, "on_destroy": "remove"}

    delete(build_run(client), ACCOUNT_ID, state)
    first = list_requests(hq.emulator)
    delete(build_run(client), ACCOUNT_ID, state)

    assert first == [READ, WRITE, READ]
    assert list_requests(hq.emulator)[3:] == [READ]
    assert set(list_units_by_name(client)) == {"North America"}


def test_destroying_leaves_parents_of_other_units(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any]
) -> None:
    """A message names them."""
    change_in_browser(client, South={"parent_id": created_units["ids"]["North"]})

    delete(build_run(client), ACCOUNT_ID, {**created_units, "on_destroy": "remove"})

    assert set(list_units_by_name(client)) == {"North America", "North", "South"}
    assert hq.list_warnings() == [
        "BIM 360: business units with undeclared ones below them are left as they are: 'North'."
    ]
