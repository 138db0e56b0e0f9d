"""The dynamic provider converts the core's results to Pulumi's and pickles only a reference."""

from typing import Any

import pytest
from pulumi.output import Unknown

from bim360_provider.core import project
from bim360_provider.core.entity import Diff
from bim360_provider.core.validation import UNKNOWN
from bim360_provider.dynamic.property_bag import from_pulumi, to_pulumi
from bim360_provider.dynamic.providers import ProjectProvider
from tests.host.dynamic_host import SECRET_MARK
from tests.support.hq import PROJECT_INPUTS

PINNED = (
    "gASVPAAAAAAAAACMIWJpbTM2MF9wcm92aWRlci5keW5hbWljLnByb3ZpZGVyc5SMD1Byb2plY3RQcm92"
    "aWRlcpSTlClSlC4="
)
"""The reference in every state. It is permanent: another text would change every project."""

KEY = {"__provider": PINNED}


def diff(olds: dict[str, Any], news: dict[str, Any]) -> tuple[bool | None, list[str] | None]:
    """Return Pulumi's result and the properties that require a replacement."""
    result = ProjectProvider().diff(
        "p1", {**PROJECT_INPUTS, **KEY, **olds}, {**PROJECT_INPUTS, **KEY, **news}
    )
    return result.changes, result.replaces


def test_no_change_is_false() -> None:
    """Nothing is printed and nothing is sent."""
    assert diff({"status": "pending"}, {}) == (False, None)


@pytest.mark.parametrize("news", [{"name": "Tower B"}, {"on_destroy": "retain"}, {"city": "Oslo"}])
def test_pulumi_compares_a_change_itself(news: dict[str, Any]) -> None:
    """With None, the engine compares and shows single properties."""
    assert diff({}, news) == (None, [])


@pytest.mark.parametrize("state", [{"unfinished": ["status"]}, {"copy_status": "running"}])
def test_pending_work_is_a_change(state: dict[str, Any]) -> None:
    """Pulumi's comparison of the arguments would find nothing."""
    assert diff(state, {})[0] is True


def test_another_region_is_a_replacement() -> None:
    """The old project is archived where it is, by its own account's client."""
    assert diff({}, {"region": "EMEA"}) == (None, ["region"])


def test_a_moved_class_is_a_change_only_with_another_change() -> None:
    """On its own it would make every project differ."""
    assert diff({"__provider": "older"}, {}) == (False, None)
    assert diff({"__provider": "older"}, {"name": "Tower B"})[0] is True


def test_a_diff_shows_its_warnings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a warning of the preview; here no engine listens, so it is printed."""
    warned = Diff(("a",), warnings=("Mind it.",))
    monkeypatch.setattr(project, "diff", lambda _state, _inputs: warned)

    ProjectProvider().diff("p1", {}, {})

    assert capsys.readouterr().err == "Mind it.\n"


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        (["city", "name"], "city name"),
        ([], ""),
        (
            {"ada@example.com": ["email"], "bob@example.com": []},
            {"ada@example.com": "email", "bob@example.com": ""},
        ),
    ],
)
def test_declared_names_travel_as_one_text(names: object, kept: object) -> None:
    """Pulumi takes time for each value of a bag; lists, as a state may have them, are read too."""
    bag = to_pulumi({"declared": names})

    assert bag == {"__declared": kept}
    assert from_pulumi(bag) == from_pulumi({"__declared": names}) == {"declared": names}


def test_what_is_none_does_not_travel() -> None:
    """Pulumi takes it for absent."""
    assert to_pulumi({"city": None, "name": ""}) == {"name": ""}


def test_a_bag_loses_pulumis_key_and_keeps_its_unknowns() -> None:
    """There and back, however deep."""
    unknown: Any = Unknown()  # type: ignore[no-untyped-call]  # Pulumi left it untyped
    deep = {"North": {"name": unknown, "ids": [unknown]}}
    bag = {**KEY, "name": unknown, "service_types": ["pm", unknown], "value": 1.0, "units": deep}

    values = from_pulumi(bag)
    back = to_pulumi(values)

    assert values == {
        "name": UNKNOWN,
        "service_types": ["pm", UNKNOWN],
        "value": 1.0,
        "units": {"North": {"name": UNKNOWN, "ids": [UNKNOWN]}},
    }
    assert isinstance(back["name"], Unknown)
    assert isinstance(back["service_types"][1], Unknown)
    assert isinstance(back["units"]["North"]["ids"][0], Unknown)


def test_bad_configuration_is_one_problem_of_the_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not a traceback, and not one for each argument."""
    monkeypatch.setenv("BIM360_REGION", "EU")

    result = ProjectProvider().check({}, {**PROJECT_INPUTS, **KEY})

    assert [(each.property, each.reason.split(";")[0]) for each in result.failures] == [
        ("", "BIM 360: bim360:region 'EU' is not a valid value")
    ]


def test_problems_name_their_argument_in_the_sentence() -> None:
    """Pulumi's own prefix would print the value in Go's notation."""
    result = ProjectProvider().check({}, {**PROJECT_INPUTS, **KEY, "name": "a/b", "value": True})

    assert [each.property for each in result.failures] == ["", ""]
    assert [each.reason.split()[0] for each in result.failures] == ["name", "value"]


def test_a_secret_that_comes_wrapped_is_its_value() -> None:
    """The host requests plain text; a refusal should not show the wrapping either."""
    wrapped = {**SECRET_MARK, "value": "Oslo"}

    assert from_pulumi({"city": wrapped}) == {"city": "Oslo"}


def test_a_strange_argument_is_named_so_that_it_can_be_seen() -> None:
    """A line break in it would break the line."""
    result = ProjectProvider().check({}, {**PROJECT_INPUTS, "line\nbreak": "x"})

    assert [failure.reason for failure in result.failures] == ["'line break' is not an argument"]
