"""A company and its people on the local engine, from preview to destroy and up again."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bim360_provider.emulator import ADMIN_EMAIL
from bim360_provider.testing.stack import Bim360Stack, StackResult, open_stacks

PROGRAM = """
import pulumi
from bim360_provider import Bim360AccountUser, Bim360Company

volt = Bim360Company("volt", name="Volt", trade="Electrical", city="Oslo")
people = [
    Bim360AccountUser(f"p{n}", email=f"P{n}@volt.no", company_id=volt.id, first_name="Pia")
    for n in range(5)
]
pulumi.export("company", volt.id)
pulumi.export("statuses", [each.status for each in people])
"""

LOOKING = """
import pulumi
from bim360_provider import Bim360AccountUser, Bim360Company

pulumi.export("name", Bim360Company.get("volt", "{company}").name)
pulumi.export("email", Bim360AccountUser.get("pia", "{person}").email)
Bim360AccountUser("admin", email="{admin}")
"""


def written(folder: Path, program: str) -> Path:
    """Return a folder with a program and its Pulumi file."""
    folder.mkdir(exist_ok=True)
    (folder / "Pulumi.yaml").write_text("name: people\nruntime: python\n")
    (folder / "__main__.py").write_text(program)
    return folder


def sent(result: StackResult) -> Counter[str]:
    """Return how often each method was sent, without tokens."""
    return Counter(row["method"] for row in result.requests)


def count_warnings(result: StackResult, fragment: str) -> int:
    """Return the number of warnings with this text."""
    warnings = [each.text for each in result.messages if each.severity == "warning"]
    return sum(fragment in warning for warning in warnings)


class StackLifecycle:
    """The runs of the stack, each after a change of the program or of HQ."""

    def __init__(self, stack: Bim360Stack, folder: Path) -> None:
        self.preview, self.up, self.again = stack.preview(), stack.up(), stack.up()
        program = PROGRAM.replace('"Volt"', '"Volt Nord"').replace('"Pia"', '"Petra"')
        written(folder, program)
        self.changed, self.repeated = stack.up(), stack.up()
        ids = {each.name: each.id for each in self.up.steps}
        stack.hq.call_control_plane(
            "PATCH", f"/users/{ids['p0']}", {"company_id": None, "first_name": "Paula"}
        )
        stack.hq.call_control_plane("PATCH", f"/companies/{ids['volt']}", {"city": "Bergen"})
        self.mended = stack.up(refresh=True)
        written(folder, program.replace('"P{n}@volt.no"', '"P{n or 9}@volt.no"'))
        self.other_email = stack.up()
        for name in ("p1", "p2"):
            stack.hq.call_control_plane("POST", f"/users/{ids[name]}/sign-in")
        self.destroyed, self.back = stack.destroy(), stack.up()
        self.person = ids["p1"]
        self.looked_up = self.back


@pytest.fixture(scope="module")
def lifecycle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackLifecycle]:
    """Return all runs of a stack; each test checks one aspect."""
    folder = tmp_path_factory.mktemp("people")
    with open_stacks(folder) as open_stack:
        project = written(folder / "project", PROGRAM)
        life = StackLifecycle(open_stack(project, stack="dev"), project)
        found = {"company": life.up.outputs["company"], "person": life.person}
        looking = written(folder / "looking", LOOKING.format(**found, admin=ADMIN_EMAIL))
        stack = open_stack(looking, stack="dev")
        life.looked_up = stack.up()
        yield life


def test_nothing_fails(lifecycle: StackLifecycle) -> None:
    """From the first preview to the last up."""
    failed = {
        name: run.errors for name, run in vars(lifecycle).items() if getattr(run, "errors", ())
    }

    assert failed == {}


def test_a_company_and_its_people_are_a_request_each(lifecycle: StackLifecycle) -> None:
    """The company's id is unknown in the first preview; a second up sends nothing."""
    bodies = [row["body"] for row in lifecycle.up.requests if row["path"].endswith("/users")]

    assert (sent(lifecycle.preview), sent(lifecycle.up), sent(lifecycle.again)) == (
        {},
        {"POST": 6},
        {},
    )
    assert lifecycle.preview.changes == {"create": 7}
    assert {body["company_id"] for body in bodies} == {lifecycle.up.outputs["company"]}
    assert lifecycle.up.outputs["statuses"] == ["not_invited"] * 5


def test_a_change_shows_as_its_properties_and_costs_a_request(lifecycle: StackLifecycle) -> None:
    """The company is renamed in place, so people keep their company."""
    paths = {each.name: list(each.paths) for each in lifecycle.changed.steps if each.paths}

    assert paths == {"volt": ["name"], **{f"p{n}": ["first_name"] for n in range(5)}}
    assert [row["body"] for row in lifecycle.changed.requests] == [{"name": "Volt Nord"}]


def test_a_changed_profile_is_reported_and_not_sent(lifecycle: StackLifecycle) -> None:
    """And only once: the state records the new profile."""
    assert count_warnings(lifecycle.changed, "first_name cannot be changed") >= 5
    assert (lifecycle.repeated.changes, sent(lifecycle.repeated)) == ({"same": 7}, {})


def test_drift_is_shown_and_reverted(lifecycle: StackLifecycle) -> None:
    """Changes by hand, except those of the profile, which belongs to the person."""
    steps = [each for each in lifecycle.mended.steps if each.op == "update"]

    assert {each.name: sorted(each.paths) for each in steps} == {
        "p0": ["company_id"],
        "volt": ["city"],
    }
    assert sent(lifecycle.mended) == {"GET": 3, "PATCH": 2}


def test_another_email_is_another_person(lifecycle: StackLifecycle) -> None:
    """The new one is added, then the old one is released."""
    posts = [
        row["body"]["email"] for row in lifecycle.other_email.requests if row["method"] == "POST"
    ]

    assert lifecycle.other_email.changes == {"replace": 1, "same": 6}
    assert posts == ["p9@volt.no"]


def test_a_destroy_releases_what_hq_cannot_delete(lifecycle: StackLifecycle) -> None:
    """People who signed in become inactive, the rest stays and is named."""
    assert count_warnings(lifecycle.destroyed, "HQ cannot delete or deactivate") == 3
    assert count_warnings(lifecycle.destroyed, "HQ's API cannot delete companies") == 1


def test_a_recreated_stack_has_the_ids_of_the_first(lifecycle: StackLifecycle) -> None:
    """HQ keeps names and e-mails; inactive people are reactivated."""
    assert lifecycle.back.outputs["company"] == lifecycle.up.outputs["company"]
    assert sorted(lifecycle.back.outputs["statuses"]) == ["active"] * 2 + ["not_invited"] * 3


def test_what_is_looked_up_is_never_changed(lifecycle: StackLifecycle) -> None:
    """Nor is the account admin, who may be declared."""
    assert lifecycle.looked_up.outputs == {"name": "Volt Nord", "email": "p1@volt.no"}
    assert lifecycle.looked_up.changes["create"] == 2
    assert sent(lifecycle.looked_up)["PATCH"] == 0
