"""Create: one company, never two, and never one whose id is lost."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from bim360_provider.core.claim import claimed, claimed_or_none
from bim360_provider.core.company.adopt import Verdict, judge
from bim360_provider.core.company.fields import SHAPE, create_body, differing, warn_of_company
from bim360_provider.core.name_room import NameRoom
from bim360_provider.core.once import made_once, refuse_taken, was_made_since
from bim360_provider.core.owners import Owners
from bim360_provider.core.renaming import with_room
from bim360_provider.core.replacements import replacement_message
from bim360_provider.core.settings import Settings
from bim360_provider.errors import Bim360Error, ConflictError
from bim360_provider.hq import HqClient
from bim360_provider.models import Company

__all__ = ["create"]

Values = Mapping[str, Any]


def create(
    client: HqClient, inputs: Values, settings: Settings, owners: Owners | None = None
) -> tuple[str, dict[str, Any]]:
    """Create a company, or adopt the one that has its name.

    Args:
        client: The account that it is to be in.
        inputs: The arguments in normal form.
        settings: Say which leftovers may be adopted in spite of ``adopt="never"``.
        owners: Know which companies belong to other resources of this run.

    Returns:
        The company's id and the outputs. From the moment the id is known nothing is
        raised: what is left to do is recorded in the output ``unfinished``.

    Raises:
        ConflictError: The name is taken, and none of that name may be adopted.
        HqError: HQ refused a value.
        UnansweredError: HQ could not be asked whether it acted; the next run finds out.
    """
    owners = owners or Owners()
    client.transport.now()  # fetches the token, and with it HQ's time, before anything is made
    left: set[str] = set()
    company, is_adopted = with_room(
        NameRoom(client, "company"),
        inputs["name"],
        lambda: _made(client, inputs, owners),
        lambda error: _adopted(client, inputs, settings, owners, error),
    )
    if is_adopted:
        owners.takes(company.id)
        company, left = _adjusted(client, company, inputs)
    else:
        warn_of_company(client, create_body(inputs), company)
    owners.owns(company.id)
    return company.id, SHAPE.outputs(company.fields(), inputs, inputs, left)


def _exactly(client: HqClient) -> Callable[[str], list[Company]]:
    """Return what finds the companies of a name in the same case, as HQ's own 409 does."""
    return lambda name: [each for each in client.companies.named(name) if each.name == name]


def _made(client: HqClient, inputs: Values, owners: Owners) -> Company:
    body, name = create_body(inputs), inputs["name"]
    refuse_taken(name, "company", _exactly(client))

    def ours(since: datetime) -> Company | None:
        found = [each for each in client.companies.named(name) if each.name == name]
        made = [each for each in found if was_made_since(each.created_at, since)]
        return claimed_or_none(
            owners, next((each for each in made if not differing(each.fields(), inputs)), None)
        )

    def post() -> Company:
        return claimed(owners, client.companies.create(body))

    return made_once(client, name, "company", post, ours)


def _adopted(
    client: HqClient, inputs: Values, settings: Settings, owners: Owners, error: ConflictError
) -> Company:
    verdict = _judged(client, inputs, settings, owners)
    if verdict.company is None:
        msg = f"BIM 360: could not create company '{inputs['name']}': {verdict.words}."
        raise ConflictError(msg, status=error.status, words=error.words, request=error.request)
    client.transport.tell(f"BIM 360: {verdict.words}.", warning=verdict.unasked)
    return verdict.company


def _judged(client: HqClient, inputs: Values, settings: Settings, owners: Owners) -> Verdict:
    twins = client.companies.named(inputs["name"])
    for twin in twins:
        if owners.is_owned(twin.id) or owners.held(twin.id):
            words = f"another resource of this stack has company '{twin.name}' ({twin.id})"
            return Verdict(None, words)
        if owners.had(twin.id) is not None:
            return Verdict(twin, replacement_message("company", twin.id, inputs), unasked=True)
    return judge(twins, inputs, settings, client.transport.server_clock.began)


def _adjusted(client: HqClient, company: Company, inputs: Values) -> tuple[Company, set[str]]:
    """Give an adopted company the declared values; return what HQ would not take now."""
    wanted = differing(company.fields(), inputs)
    if not wanted:
        return company, set()
    try:
        body = {k: inputs[k] for k in wanted}
        changed = client.companies.update(company.id, body)
    except Bim360Error as error:
        words = f"{error} The company is adopted; the next `pulumi up` tries again."
        client.transport.tell(words, warning=True)
        return company, set(wanted)
    warn_of_company(client, body, changed)
    return changed, set()
