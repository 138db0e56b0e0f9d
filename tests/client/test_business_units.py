"""Business units: ours are changed, all others stay, and what HQ makes of it is looked at."""

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

UNITS: dict[str, Any] = {"North": {"description": "cold"}, "North/West": {}}
UNKNOWN_ID = "b0000000-0000-4000-8000-0000000000ff"

READ, WRITE = "GET business units", "PUT business units"


def check_inputs(units: Any, **rest: Any) -> dict[str, Any]:
    """Return checked arguments."""
    found, problems = check({}, {"units": units, **rest}, build_settings())
    assert problems == []
    return found


@pytest.fixture
def created_units(hq: HqFixture, client: HqClient) -> dict[str, Any]:
    """Return the state of units that exist; what made them is not counted."""
    _, outs = create(build_run(client), check_inputs(UNITS))
    hq.emulator.requests_made.clear()
    return outs


def list_requests(hq: HqFixture) -> list[str]:
    """Return what HQ was asked, tokens apart."""
    return [each for each in hq.emulator.requests_made if each != "token"]


def list_units_by_name(client: HqClient) -> dict[str, Any]:
    """Return the units that HQ has by their names."""
    return {unit.name or "": unit for unit in client.business_units.get_structure()}


def change_in_browser(client: HqClient, **changes: dict[str, Any]) -> None:
    """Change units as somebody else would: by their names, a new one with an id of its own."""
    units = {name: unit.build_body() for name, unit in list_units_by_name(client).items()}
    for name, fields in changes.items():
        units[name] = {"name": name, **units.get(name, {}), **fields}
    client.business_units.update_structure(list(units.values()))


def test_units_are_made_beside_those_of_others(hq: HqFixture, client: HqClient) -> None:
    """One read and one write, whatever their number; the ids are those of the preview."""
    given = check_inputs(UNITS)

    account, outs = create(build_run(client), given)

    found = list_units_by_name(client)
    assert account == ACCOUNT_ID
    assert list_requests(hq)[:2] == [READ, WRITE]
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


def test_units_that_are_there_already_cost_one_read(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any]
) -> None:
    """A run that died after the write leaves nothing to repair: the ids are the same."""
    _, outs = create(build_run(client), check_inputs(UNITS))

    assert outs == created_units
    assert list_requests(hq) == [READ]


@pytest.mark.parametrize("reply", [DROPS_CONNECTION, build_reply(504), build_reply(200, b"<html>")])
def test_a_lost_answer_makes_nothing_twice(hq: HqFixture, client: HqClient, reply: Any) -> None:
    """The same PUT is sent again, with the same ids."""
    hq.emulator.faults.append(Fault(WRITE, reply, acts_on_request=True))

    _, outs = create(build_run(client), check_inputs(UNITS))

    assert set(outs["units"]) == set(UNITS)
    assert len(list_units_by_name(client)) == 3


def test_without_an_answer_nothing_is_claimed(hq: HqFixture, client: HqClient) -> None:
    """The next run finds what is there."""
    hq.emulator.faults.append(Fault(WRITE, DROPS_CONNECTION, times=9))

    with pytest.raises(UnansweredError) as caught:
        create(build_run(client), check_inputs(UNITS))

    assert str(caught.value).startswith("BIM 360: could not define 3 business units: ")


def test_a_unit_that_exists_is_taken_over_by_its_id(client: HqClient) -> None:
    """Under a key of ours; a name that differs is a rename."""
    units = {"na": {"id": BUSINESS_UNIT_ID, "name": "N. America"}}

    _, outs = create(build_run(client), check_inputs(units))

    assert set(list_units_by_name(client)) == {"N. America"}
    assert outs["undeclared"] == {}


def test_a_namesake_is_refused_before_anything_is_sent(hq: HqFixture, client: HqClient) -> None:
    """With the line that takes it over."""
    with pytest.raises(InputError) as caught:
        create(build_run(client), check_inputs({"North America": {}}))

    assert str(caught.value) == (
        "BIM 360: could not define the business units: 'North America' exists already; to take it "
        f"over, declare its id: 'North America': {{'id': '{BUSINESS_UNIT_ID}'}}."
    )
    assert list_requests(hq) == [READ]


def test_a_resource_that_replaces_another_keeps_the_units(
    client: HqClient, created_units: dict[str, Any]
) -> None:
    """It is made first, and the old one, deleted afterwards, takes away only what is left to it."""
    owners = Ownership()

    create(build_run(client, ownership=owners), check_inputs({"North": {}}))
    delete(
        build_run(client, ownership=owners), ACCOUNT_ID, {**created_units, "on_destroy": "remove"}
    )

    assert set(list_units_by_name(client)) == {"North America", "North"}


def test_two_resources_may_share_an_account(
    client: HqClient, created_units: dict[str, Any]
) -> None:
    """Each has the units that it declares."""
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
    """And one more look where a unit was left out."""
    wanted = check_inputs(units)

    outs = update(build_run(client), ACCOUNT_ID, created_units, wanted)

    left_out = set(UNITS) - set(units)
    assert list_requests(hq) == [READ, WRITE, *([READ] if left_out else [])]
    assert set(list_units_by_name(client)) == {"North America", *names}
    assert diff(outs, wanted).changed_arguments == ()


def test_what_others_changed_meanwhile_stays(
    client: HqClient, created_units: dict[str, Any]
) -> None:
    """The structure is read again right before it is written."""
    change_in_browser(client, South={"description": "warm"}, West={"description": "wet"})

    outs = update(build_run(client), ACCOUNT_ID, created_units, check_inputs({**UNITS, "East": {}}))

    found = list_units_by_name(client)
    assert (found["South"].description, found["West"].description) == ("warm", "wet")
    assert outs["units"]["North/West"]["description"] == "wet"


def test_a_unit_that_hq_keeps_is_told_of_and_not_tried_again(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any]
) -> None:
    """No page says what HQ does with a unit that is left out, so we look."""
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


def test_a_look_that_fails_is_no_error(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any]
) -> None:
    """The structure is written by then."""
    hq.emulator.faults.append(Fault(READ, build_reply(503), skip=1, times=9))

    outs = update(build_run(client), ACCOUNT_ID, created_units, check_inputs({"North": {}}))

    assert list(outs["units"]) == ["North"]
    assert hq.list_warnings()[-1].startswith("BIM 360: it is not known whether HQ dropped 'North/W")


def test_a_complete_structure_has_no_others(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any]
) -> None:
    """What goes is told by name."""
    outs = update(build_run(client), ACCOUNT_ID, created_units, check_inputs(UNITS, complete=True))

    assert set(list_units_by_name(client)) == {"North", "West"}
    assert outs["undeclared"] == {}
    assert (
        f"BIM 360: business units no longer there: 'North America' ({BUSINESS_UNIT_ID}).",
        False,
    ) in hq.notifications


def test_what_others_hang_below_cannot_be_left_out(
    client: HqClient, created_units: dict[str, Any]
) -> None:
    """They would hang below nothing."""
    change_in_browser(client, South={"parent_id": created_units["ids"]["North/West"]})

    with pytest.raises(InputError, match=r"'North/West/South' is below 'North/West', which is no"):
        update(build_run(client), ACCOUNT_ID, created_units, check_inputs({"North": {}}))


def test_a_refresh_finds_what_was_changed_by_hand(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any]
) -> None:
    """As arguments, so that Pulumi shows the property; what is not declared is no drift."""
    change_in_browser(
        client, North={"description": "mild"}, West={"description": "wet", "name": "Far West"}
    )
    hq.emulator.requests_made.clear()

    live = read(build_run(client), ACCOUNT_ID, created_units)

    assert list_requests(hq) == [READ]
    assert live.inputs["units"] == {
        "North": {"description": "mild"},
        "North/West": {"name": "Far West"},
    }
    assert diff(live.outputs, check_inputs(UNITS)).changed_arguments == ("units",)


def test_a_refresh_of_what_is_as_declared_is_no_change(
    client: HqClient, created_units: dict[str, Any]
) -> None:
    """Outputs and arguments are what they were."""
    live = read(build_run(client), ACCOUNT_ID, created_units)

    assert live.outputs == created_units
    assert live.inputs == check_inputs(UNITS)


def test_a_unit_that_somebody_moved_shows_its_parent(
    client: HqClient, created_units: dict[str, Any]
) -> None:
    """By its key where the stack has one, else by its id."""
    change_in_browser(client, West={"parent_id": BUSINESS_UNIT_ID})

    live = read(build_run(client), ACCOUNT_ID, created_units)

    assert live.inputs["units"]["North/West"] == {"parent": BUSINESS_UNIT_ID}


def test_a_unit_that_somebody_removed_is_made_again_with_its_id(
    client: HqClient, created_units: dict[str, Any]
) -> None:
    """Projects that refer to it go on referring to it."""
    units = [unit for unit in client.business_units.get_structure() if unit.name != "West"]
    client.business_units.update_structure([unit.build_body() for unit in units])

    live = read(build_run(client), ACCOUNT_ID, created_units)
    update(build_run(client), ACCOUNT_ID, live.outputs, check_inputs(UNITS))

    assert set(live.inputs["units"]) == {"North"}
    assert list_units_by_name(client)["West"].id == created_units["ids"]["North/West"]


def test_a_stranger_in_a_complete_structure_is_drift(client: HqClient) -> None:
    """A preview shows that it is to go."""
    given = check_inputs({"na": {"id": BUSINESS_UNIT_ID, "name": "North America"}}, complete=True)
    _, outs = create(build_run(client), given)
    change_in_browser(client, South={"id": UNKNOWN_ID})

    live = read(build_run(client), ACCOUNT_ID, outs)

    assert live.inputs["units"][UNKNOWN_ID] == {"id": UNKNOWN_ID}
    assert diff(live.outputs, given).changed_arguments == ("units",)


def test_a_look_up_declares_everything(client: HqClient, created_units: dict[str, Any]) -> None:
    """As after an import: keys are paths, ids stay, and the stack's own words are no change."""
    live = read(build_run(client), ACCOUNT_ID, {})
    units = {**UNITS, "North America": {}, "North/West": {"description": ""}}
    given, problems = check(live.inputs, {"units": units}, build_settings())

    assert problems == []
    assert set(live.outputs["units"]) == {"North America", "North", "North/West"}
    assert given["ids"] == {**created_units["ids"], "North America": BUSINESS_UNIT_ID}
    assert diff(live.outputs, given).changed_arguments == ()


def test_a_look_up_elsewhere_says_where_we_are(client: HqClient) -> None:
    """The configured account's units would be shown as another's."""
    with pytest.raises(InputError, match="the configured account is"):
        read(build_run(client), "a1d5e9b2-0000-4000-8000-000000000002", {})


def test_an_account_out_of_sight_is_not_gone(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any]
) -> None:
    """A refresh fails, and drops nothing."""
    hq.emulator.faults.append(Fault(READ, ACCOUNT_NOT_FOUND))

    with pytest.raises(NotFoundError):
        read(build_run(client), ACCOUNT_ID, created_units)


def test_destroying_leaves_the_units_and_says_so(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any]
) -> None:
    """Projects of others may refer to them."""
    delete(build_run(client), ACCOUNT_ID, created_units)

    assert list_requests(hq) == []
    assert hq.notifications == [
        (
            (
                f"BIM 360: the business units of account {ACCOUNT_ID} are left as they are; "
                "on_destroy='remove' takes them away."
            ),
            False,
        )
    ]


def test_destroying_takes_them_away_when_asked_to(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any]
) -> None:
    """Ours and no others, and a second time does nothing."""
    state = {**created_units, "on_destroy": "remove"}

    delete(build_run(client), ACCOUNT_ID, state)
    first = list_requests(hq)
    delete(build_run(client), ACCOUNT_ID, state)

    assert first == [READ, WRITE, READ]
    assert list_requests(hq)[3:] == [READ]
    assert set(list_units_by_name(client)) == {"North America"}


def test_destroying_leaves_what_others_hang_below(
    hq: HqFixture, client: HqClient, created_units: dict[str, Any]
) -> None:
    """And says so by name."""
    change_in_browser(client, South={"parent_id": created_units["ids"]["North"]})

    delete(build_run(client), ACCOUNT_ID, {**created_units, "on_destroy": "remove"})

    assert set(list_units_by_name(client)) == {"North America", "North", "South"}
    assert hq.list_warnings() == [
        "BIM 360: business units with undeclared ones below them are left as they are: 'North'."
    ]
