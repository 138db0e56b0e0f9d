"""A program with a list of projects, copied from a template, in an account of its own."""

from collections.abc import Callable
from pathlib import Path

from bim360_provider.emulator import EMEA_ACCOUNT_ID
from bim360_provider.testing.stack import Bim360Stack

PROGRAM = f"""
from pathlib import Path

import pulumi
from bim360_provider import Bim360Project, Bim360Provider, projects_from_csv

europe = Bim360Provider("europe", account_id="{EMEA_ACCOUNT_ID}", region="EMEA")
opts = pulumi.ResourceOptions(provider=europe)
template = Bim360Project("template", name="Template", start_date="2027-01-01", value=0,
                         end_date="2027-12-31", project_type="Office", currency="EUR", opts=opts)
projects = projects_from_csv(Path(__file__).with_name("list.csv"), currency="EUR", opts=opts,
                             template_project_id=template.id, copy_timeout=0)
pulumi.export("ids", {{name: project.id for name, project in projects.items()}})
"""

LIST = """name;start_date;end_date;project_type;value;result
Ålesund Kai;2027-01-01;2028-01-01;Office;1;created
Bridge;2027-01-01;2028-01-01;Office;2;created
"""


def test_a_list_can_be_copied_from_a_template_of_the_same_run(
    bim360_stack: Callable[..., Bim360Stack], tmp_path: Path
) -> None:
    """The template's id is unknown in the preview, and its provider is not the default one."""
    (tmp_path / "Pulumi.yaml").write_text("name: list\nruntime: python\n")
    (tmp_path / "__main__.py").write_text(PROGRAM)
    (tmp_path / "list.csv").write_text(LIST, encoding="utf-8-sig")
    stack = bim360_stack(tmp_path, stack="dev")

    preview = stack.preview()
    up = stack.up()

    posts = [row for row in up.requests if row["method"] == "POST"]
    assert preview.errors == up.errors == ()
    assert {row["path"].split("/")[4] for row in posts} == {EMEA_ACCOUNT_ID}
    assert [("template_project_id" in row["body"]) for row in posts] == [False, True, True]
    assert set(up.outputs["ids"]) == {"Bridge", "Ålesund Kai"}
    assert any(
        message.text.endswith("list.csv: ignored columns: result") for message in up.messages
    )
