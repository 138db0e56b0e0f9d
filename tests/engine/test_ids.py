"""Ids as people copy them, with blanks, in capitals and with ``b.``: the same object each time."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bim360_provider.emulator.seed.database import ADMIN_EMAIL, ADMIN_ID, COMPANY_ID
from bim360_provider.testing.stack import Bim360Stack

PROGRAM = """
import pulumi
from bim360_provider import *

def odd(id): return f" b.{{id.upper()}} "

tower = Bim360Project("tower", name="Tower", start_date="2027-01-01", end_date="2028-01-01",
                      project_type="Office", value=1, currency="USD",
                      service_types=["doc_manager"])
admin = Bim360ProjectAdmin("admin", project_id=tower.id.apply(odd), email="{email}",
                           service_type="doc_manager", company_id=odd("{company}"))
got = Bim360Project.get("got", id=tower.id.apply(odd))
firm = Bim360Company.get("firm", id=odd("{company}"))
user = Bim360AccountUser.get("user", id=odd("{user}"))
picture = Bim360ProjectImage.get("picture", id=tower.id.apply(lambda id: odd(id) + "/image"))
role = get_industry_role(project_id=tower.id.apply(odd), name="Architect")
admin_again = Bim360ProjectAdmin.get("again", id=admin.id.apply(lambda id: f" b.{{id}} "))
pulumi.export("ids", pulumi.Output.all(
    got=got.id, firm=firm.id, user=user.id, picture=picture.id, admin=admin_again.id))
pulumi.export("wanted", pulumi.Output.all(
    got=tower.id, firm="{company}", user="{user}", picture=tower.id.apply(lambda id: id + "/image"),
    admin=admin.id))
"""


@pytest.fixture
def stack(bim360_stack: Callable[..., Bim360Stack], tmp_path: Path) -> Bim360Stack:
    """Return a stack whose program writes every id oddly."""
    (tmp_path / "Pulumi.yaml").write_text("name: odd\nruntime: python\n")
    program = PROGRAM.format(email=ADMIN_EMAIL, company=COMPANY_ID, user=ADMIN_ID)
    (tmp_path / "__main__.py").write_text(program, encoding="utf-8")
    return bim360_stack(tmp_path, stack="dev", env={"BIM360_ACTING_USER": ADMIN_EMAIL})


def test_ids_are_accepted_as_people_copy_them(stack: Bim360Stack) -> None:
    """Arguments, ``.get()`` of each resource and look-ups; the next run changes nothing."""
    up, again = stack.up(), stack.up()

    assert up.errors == ()
    assert up.outputs["ids"] == up.outputs["wanted"]
    assert again.changes == {"same": again.changes["same"]}
