"""Business units: ours are changed, all others stay, and what HQ makes of it is looked at."""

from typing import Any

import pytest

from bim360_provider.core.business_units import check, create, delete, diff, read, update
from bim360_provider.core.run import Owners
from bim360_provider.emulator import ACCOUNT_ID, BUSINESS_UNIT_ID
from bim360_provider.errors import InputError, NotFoundError, UnansweredError
from bim360_provider.hq import HqClient
from tests.support.hq import HANGS_UP, NO_ACCOUNT, Fault, Stage, says, settings

UNITS: dict[str, Any] = {"North": {"description": "cold"}, "North/West": {}}
ELSEWHERE = "b0000000-0000-4000-8000-0000000000ff"

READ, WRITE = "GET business units", "PUT business units"


def inputs(units: Any, **rest: Any) -> dict[str, Any]:
    """Return checked arguments."""
    found, problems = check({}, {"units": units, **rest}, settings())
    assert problems == []
    return found


@pytest.fixture
def made(stage: Stage, client: HqClient) -> dict[str, Any]:
    """Return the state of units that exist; what made them is not counted."""
    _, outs = create(client, inputs(UNITS), settings())
    stage.hq.asked.clear()
    return outs


def asked(stage: Stage) -> list[str]:
    """Return what HQ was asked, tokens apart."""
    return [each for each in stage.hq.asked if each != "token"]


def at_hq(client: HqClient) -> dict[str, Any]:
    """Return the units that HQ has by their names."""
    return {unit.name or "": unit for unit in client.business_units.structure()}


def by_hand(client: HqClient, **changes: dict[str, Any]) -> None:
    """Change units as somebody else would: by their names, a new one with an id of its own."""
    units = {name: unit.sent() for name, unit in at_hq(client).items()}
    for name, fields in changes.items():
        units[name] = {"name": name, **units.get(name, {}), **fields}
    client.business_units.define(list(units.values()))


def test_units_are_made_beside_those_of_others(stage: Stage, client: HqClient) -> None:
    """One read and one write, whatever their number; the ids are those of the preview."""
    given = inputs(UNITS)

    account, outs = create(client, given, settings())

    found = at_hq(client)
    assert account == ACCOUNT_ID
    assert asked(stage)[:2] == [READ, WRITE]
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
    assert diff(outs, given).changed == ()


def test_units_that_are_there_already_cost_one_read(
    stage: Stage, client: HqClient, made: dict[str, Any]
) -> None:
    """A run that died after the write leaves nothing to repair: the ids are the same."""
    _, outs = create(client, inputs(UNITS), settings())

    assert outs == made
    assert asked(stage) == [READ]


@pytest.mark.parametrize("reply", [HANGS_UP, says(504), says(200, b"<html>")])
def test_a_lost_answer_makes_nothing_twice(stage: Stage, client: HqClient, reply: Any) -> None:
    """The same PUT is sent again, with the same ids."""
    stage.hq.faults.append(Fault(WRITE, reply, acts=True))

    _, outs = create(client, inputs(UNITS), settings())

    assert set(outs["units"]) == set(UNITS)
    assert len(at_hq(client)) == 3


def test_without_an_answer_nothing_is_claimed(stage: Stage, client: HqClient) -> None:
    """The next run finds what is there."""
    stage.hq.faults.append(Fault(WRITE, HANGS_UP, times=9))

    with pytest.raises(UnansweredError) as caught:
        create(client, inputs(UNITS), settings())

    assert str(caught.value).startswith("BIM 360: could not define 3 business units: ")


def test_a_unit_that_exists_is_taken_over_by_its_id(client: HqClient) -> None:
    """Under a key of ours; a name that differs is a rename."""
    units = {"na": {"id": BUSINESS_UNIT_ID, "name": "N. America"}}

    _, outs = create(client, inputs(units), settings())

    assert set(at_hq(client)) == {"N. America"}
    assert outs["undeclared"] == {}


def test_a_namesake_is_refused_before_anything_is_sent(stage: Stage, client: HqClient) -> None:
    """With the line that takes it over."""
    with pytest.raises(InputError) as caught:
        create(client, inputs({"North America": {}}), settings())

    assert str(caught.value) == (
        "BIM 360: could not define the business units: 'North America' exists already; to take it "
        f"over, declare its id: 'North America': {{'id': '{BUSINESS_UNIT_ID}'}}."
    )
    assert asked(stage) == [READ]


def test_a_resource_that_replaces_another_keeps_the_units(
    client: HqClient, made: dict[str, Any]
) -> None:
    """It is made first, and the old one, deleted afterwards, takes away only what is left to it."""
    owners = Owners()

    create(client, inputs({"North": {}}), settings(), owners)
    delete(client, ACCOUNT_ID, {**made, "on_destroy": "remove"}, owners)

    assert set(at_hq(client)) == {"North America", "North"}


def test_two_resources_may_share_an_account(client: HqClient, made: dict[str, Any]) -> None:
    """Each has the units that it declares."""
    _, outs = create(client, inputs({"South": {}}), settings())

    update(client, ACCOUNT_ID, made, inputs({"North": {}}))

    assert set(outs["undeclared"].values()) == {"North America", "North", "North/West"}
    assert set(at_hq(client)) == {"North America", "North", "South"}


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
    stage: Stage, client: HqClient, made: dict[str, Any], units: Any, names: set[str]
) -> None:
    """And one more look where a unit was left out."""
    wanted = inputs(units)

    outs = update(client, ACCOUNT_ID, made, wanted)

    left_out = set(UNITS) - set(units)
    assert asked(stage) == [READ, WRITE, *([READ] if left_out else [])]
    assert set(at_hq(client)) == {"North America", *names}
    assert diff(outs, wanted).changed == ()


def test_what_others_changed_meanwhile_stays(client: HqClient, made: dict[str, Any]) -> None:
    """The structure is read again right before it is written."""
    by_hand(client, South={"description": "warm"}, West={"description": "wet"})

    outs = update(client, ACCOUNT_ID, made, inputs({**UNITS, "East": {}}))

    found = at_hq(client)
    assert (found["South"].description, found["West"].description) == ("warm", "wet")
    assert outs["units"]["North/West"]["description"] == "wet"


def test_a_unit_that_hq_keeps_is_told_of_and_not_tried_again(
    stage: Stage, client: HqClient, made: dict[str, Any]
) -> None:
    """No page says what HQ does with a unit that is left out, so we look."""
    wanted = inputs({"North": {}})
    stage.hq.ask("PATCH", "/options", {"business_units": "merge"})

    outs = update(client, ACCOUNT_ID, made, wanted)
    live = read(client, ACCOUNT_ID, outs)

    west = made["ids"]["North/West"]
    assert outs["undropped"] == [west]
    assert stage.warnings() == [
        (
            f"BIM 360: HQ keeps business units that were left out: 'North/West' ({west}); "
            "remove them in Account Admin."
        )
    ]
    assert diff(outs, wanted).changed == diff(live.outputs, wanted).changed == ()


def test_a_look_that_fails_is_no_error(
    stage: Stage, client: HqClient, made: dict[str, Any]
) -> None:
    """The structure is written by then."""
    stage.hq.faults.append(Fault(READ, says(503), after=1, times=9))

    outs = update(client, ACCOUNT_ID, made, inputs({"North": {}}))

    assert list(outs["units"]) == ["North"]
    assert stage.warnings()[-1].startswith("BIM 360: it is not known whether HQ dropped 'North/W")


def test_a_complete_structure_has_no_others(
    stage: Stage, client: HqClient, made: dict[str, Any]
) -> None:
    """What goes is told by name."""
    outs = update(client, ACCOUNT_ID, made, inputs(UNITS, complete=True))

    assert set(at_hq(client)) == {"North", "West"}
    assert outs["undeclared"] == {}
    assert (
        f"BIM 360: business units no longer there: 'North America' ({BUSINESS_UNIT_ID}).",
        False,
    ) in stage.told


def test_what_others_hang_below_cannot_be_left_out(client: HqClient, made: dict[str, Any]) -> None:
    """They would hang below nothing."""
    by_hand(client, South={"parent_id": made["ids"]["North/West"]})

    with pytest.raises(InputError, match=r"'North/West/South' is below 'North/West', which is no"):
        update(client, ACCOUNT_ID, made, inputs({"North": {}}))


def test_a_refresh_finds_what_was_changed_by_hand(
    stage: Stage, client: HqClient, made: dict[str, Any]
) -> None:
    """As arguments, so that Pulumi shows the property; what is not declared is no drift."""
    by_hand(client, North={"description": "mild"}, West={"description": "wet", "name": "Far West"})
    stage.hq.asked.clear()

    live = read(client, ACCOUNT_ID, made)

    assert asked(stage) == [READ]
    assert live.inputs["units"] == {
        "North": {"description": "mild"},
        "North/West": {"name": "Far West"},
    }
    assert diff(live.outputs, inputs(UNITS)).changed == ("units",)


def test_a_refresh_of_what_is_as_declared_is_no_change(
    client: HqClient, made: dict[str, Any]
) -> None:
    """Outputs and arguments are what they were."""
    live = read(client, ACCOUNT_ID, made)

    assert live.outputs == made
    assert live.inputs == inputs(UNITS)


def test_a_unit_that_somebody_moved_shows_its_parent(
    client: HqClient, made: dict[str, Any]
) -> None:
    """By its key where the stack has one, else by its id."""
    by_hand(client, West={"parent_id": BUSINESS_UNIT_ID})

    live = read(client, ACCOUNT_ID, made)

    assert live.inputs["units"]["North/West"] == {"parent": BUSINESS_UNIT_ID}


def test_a_unit_that_somebody_removed_is_made_again_with_its_id(
    client: HqClient, made: dict[str, Any]
) -> None:
    """Projects that refer to it go on referring to it."""
    units = [unit for unit in client.business_units.structure() if unit.name != "West"]
    client.business_units.define([unit.sent() for unit in units])

    live = read(client, ACCOUNT_ID, made)
    update(client, ACCOUNT_ID, live.outputs, inputs(UNITS))

    assert set(live.inputs["units"]) == {"North"}
    assert at_hq(client)["West"].id == made["ids"]["North/West"]


def test_a_stranger_in_a_complete_structure_is_drift(client: HqClient) -> None:
    """A preview shows that it is to go."""
    given = inputs({"na": {"id": BUSINESS_UNIT_ID, "name": "North America"}}, complete=True)
    _, outs = create(client, given, settings())
    by_hand(client, South={"id": ELSEWHERE})

    live = read(client, ACCOUNT_ID, outs)

    assert live.inputs["units"][ELSEWHERE] == {"id": ELSEWHERE}
    assert diff(live.outputs, given).changed == ("units",)


def test_a_look_up_declares_everything(client: HqClient, made: dict[str, Any]) -> None:
    """As after an import: keys are paths, ids stay, and the stack's own words are no change."""
    live = read(client, ACCOUNT_ID, {})
    units = {**UNITS, "North America": {}, "North/West": {"description": ""}}
    given, problems = check(live.inputs, {"units": units}, settings())

    assert problems == []
    assert set(live.outputs["units"]) == {"North America", "North", "North/West"}
    assert given["ids"] == {**made["ids"], "North America": BUSINESS_UNIT_ID}
    assert diff(live.outputs, given).changed == ()


def test_a_look_up_elsewhere_says_where_we_are(client: HqClient) -> None:
    """The configured account's units would be shown as another's."""
    with pytest.raises(InputError, match="the configured account is"):
        read(client, "a1d5e9b2-0000-4000-8000-000000000002", {})


def test_an_account_out_of_sight_is_not_gone(
    stage: Stage, client: HqClient, made: dict[str, Any]
) -> None:
    """A refresh fails, and drops nothing."""
    stage.hq.faults.append(Fault(READ, NO_ACCOUNT))

    with pytest.raises(NotFoundError):
        read(client, ACCOUNT_ID, made)


def test_destroying_leaves_the_units_and_says_so(
    stage: Stage, client: HqClient, made: dict[str, Any]
) -> None:
    """Projects of others may refer to them."""
    delete(client, ACCOUNT_ID, made)

    assert asked(stage) == []
    assert stage.told == [
        (
            (
                f"BIM 360: the business units of account {ACCOUNT_ID} are left as they are; "
                "on_destroy='remove' takes them away."
            ),
            False,
        )
    ]


def test_destroying_takes_them_away_when_asked_to(
    stage: Stage, client: HqClient, made: dict[str, Any]
) -> None:
    """Ours and no others, and a second time does nothing."""
    state = {**made, "on_destroy": "remove"}

    delete(client, ACCOUNT_ID, state)
    first = asked(stage)
    delete(client, ACCOUNT_ID, state)

    assert first == [READ, WRITE, READ]
    assert asked(stage)[3:] == [READ]
    assert set(at_hq(client)) == {"North America"}


def test_destroying_leaves_what_others_hang_below(
    stage: Stage, client: HqClient, made: dict[str, Any]
) -> None:
    """And says so by name."""
    by_hand(client, South={"parent_id": made["ids"]["North"]})

    delete(client, ACCOUNT_ID, {**made, "on_destroy": "remove"})

    assert set(at_hq(client)) == {"North America", "North", "South"}
    assert stage.warnings() == [
        "BIM 360: business units with undeclared ones below them are left as they are: 'North'."
    ]
