"""Secret arguments in whole programs: no message quotes them, and the state hides them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bim360_provider.emulator.seed.database import ADMIN_EMAIL
from bim360_provider.testing.stack import Bim360Stack, StackResult
from tests.engine.crashes.crash_harness import mark_unsampled

Opened = Callable[[str], Bim360Stack]

TOWER = """
from pulumi import Output, ResourceOptions
from bim360_provider import *

given = dict(name="Tower", start_date="2027-01-01", end_date="2028-01-01", project_type="Office",
             value=1, currency="USD", service_types=["doc_manager"])
"""
HIDDEN = "hunter3"

WRONG = """
Bim360Project("tower", **{**given, "timezone": Output.secret("hunter3")})
Bim360Project("nested", **{**given, "name": "B", "service_types": [Output.secret("hunter3")]})
Bim360Company("acme", name="Acme", trade="x", city=Output.secret("hunter3" * 40))
Bim360AccountUser("ada", email=Output.secret("hunter3@@x"))
Bim360BusinessUnits("units", units={"a": {"parent": Output.secret("hunter3")}})
"""
NOT_FOUND = [
    'get_project(name=Output.secret("hunter3"))',
    'get_company(name=Output.secret("hunter3"))',
    'get_account_user(email=Output.secret("hunter3@example.com"))',
    'get_account_user(email=Output.secret("hunter3"))',
    'get_business_unit(path=Output.secret("hunter3"))',
    'get_industry_role(project_id=Output.secret("hunter3"), name="x")',
    'get_project(name="x", account_id=Output.secret("hunter3"))',
    'get_project(name="x", region=Output.secret("hunter3"))',
]
TAKEN = """
Bim360Project("tower", **{**given, "name": "hunter3"})
"""
CONFLICT = """
Bim360Project("other", **{**given, "name": Output.secret("Hunter3 North"), "adopt": "never"})
"""
TWICE = """
tower = Bim360Project("tower", **given)
for name in "ab":
    Bim360ProjectMember(name, project_id=tower.id, document_management="user",
                        email=Output.secret("hunter3@example.com"))
"""
PROVIDER_KEYS = ("region", "actingUser", "requestsPerMinute")
PROVIDERS = """
account = "a1000000-0000-4000-8000-000000000000"
for key in ("region", "acting_user", "requests_per_minute"):
    other = Bim360Provider(key, account_id=account, **{key: Output.secret("hunter3 @x")})
    Bim360Project(f"tower-{key}", **{**given, "name": key}, opts=ResourceOptions(provider=other))
"""
PERSON = """
Bim360AccountUser("ada", email="ada@example.com", first_name=Output.secret("hunter3"))
"""


@pytest.fixture
def open_stack(bim360_stack: Callable[..., Bim360Stack], tmp_path: Path) -> Opened:
    """Return a function that gives the stack a program."""
    (tmp_path / "Pulumi.yaml").write_text("name: hidden\nruntime: python\n")

    def put(program: str) -> Bim360Stack:
        (tmp_path / "__main__.py").write_text(TOWER + program, encoding="utf-8")
        env = {"BIM360_ACTING_USER": ADMIN_EMAIL}
        stack = bim360_stack(tmp_path, stack="dev", env=env)
        stack.hq.call_control_plane("PATCH", "/options", {"import_strangers": "create"})
        return stack

    return put


def collect_output(*results: StackResult) -> str:
    """Return all output of the runs, in lower case."""
    return "\n".join(each.text for result in results for each in result.messages).lower()


def states(folder: Path) -> str:
    """Return all state files."""
    return "".join(path.read_text() for path in folder.rglob("*.json"))


def test_no_check_failure_shows_a_secret(open_stack: Opened) -> None:
    """Alone, nested, too long, and next to other values."""
    preview = open_stack(WRONG).preview()

    assert len(preview.errors) >= 5
    assert "timezone [secret] is not a valid value" in collect_output(preview)
    assert HIDDEN not in collect_output(preview)


@pytest.mark.parametrize("call", mark_unsampled(NOT_FOUND, *NOT_FOUND[3:7]))
def test_no_look_up_shows_a_secret(open_stack: Opened, call: str) -> None:
    """Neither the name nor the account."""
    preview = open_stack(call).preview()

    assert len(preview.errors) == 1
    assert HIDDEN not in collect_output(preview)


def test_no_conflict_shows_a_secret(open_stack: Opened, tmp_path: Path) -> None:
    """A name in use; neither the other project's name nor HQ's response is shown."""
    stack = open_stack(CONFLICT.replace("other", "first"))
    first = stack.up()
    second = open_stack(CONFLICT.replace("other", "first") + CONFLICT).up()

    assert first.errors == ()
    assert len(second.errors) == 1
    assert HIDDEN not in collect_output(first, second)
    assert HIDDEN not in states(tmp_path).lower()


def test_a_person_who_is_declared_twice_is_not_named_where_the_e_mail_is_a_secret(
    open_stack: Opened,
) -> None:
    """The resources are."""
    up = open_stack(TWICE).up()

    assert "[secret] is declared twice" in collect_output(up)
    assert HIDDEN not in collect_output(up)


def test_the_state_hides_what_hq_derives_from_a_secret(open_stack: Opened, tmp_path: Path) -> None:
    """A person's name contains the first name."""
    stack = open_stack(PERSON)

    runs = stack.up(), stack.refresh(), stack.up(), stack.destroy()

    assert runs[2].requests == ()
    assert HIDDEN not in collect_output(*runs)
    assert HIDDEN not in states(tmp_path)


def test_an_argument_that_becomes_a_secret_is_hidden_in_the_whole_state(
    open_stack: Opened, tmp_path: Path
) -> None:
    """With an update that sends nothing; from then on nothing changes."""
    open_stack(TAKEN).up()
    stack = open_stack(TAKEN.replace('"hunter3"', 'Output.secret("hunter3")'))

    up, again = stack.up(), stack.up()

    assert (up.errors, up.requests, up.changes["update"]) == ((), (), 1)
    assert not again.changed
    assert HIDDEN not in states(tmp_path)


def test_no_setting_of_a_provider_that_is_a_secret_is_shown(open_stack: Opened) -> None:
    """Each is wrong, and the error names its key."""
    preview = open_stack(PROVIDERS).preview()

    assert [key in str(preview.errors) for key in PROVIDER_KEYS] == [True] * 3, preview.errors
    assert HIDDEN not in collect_output(preview)


def test_nothing_is_added_where_nothing_is_a_secret(open_stack: Opened, tmp_path: Path) -> None:
    """Neither to the arguments nor to the state."""
    open_stack('Bim360Project("tower", **{**given, "city": Output.from_input("Oslo")})').up()

    assert "__secret" not in states(tmp_path)
