"""From HQ's answer to the state: outputs, and the arguments that would declare them."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from bim360_provider.core.entity import DECLARED
from bim360_provider.core.project.fields import same
from bim360_provider.models import Project, enums
from bim360_provider.models.project import CLEARABLE, CREATE_ONLY, PATCHABLE, PROVIDER_ONLY

__all__ = ["mirrored", "outputs"]

Values = Mapping[str, Any]

STAND_INS: Final = ("service_types", "account_id", "region", "copy_project_job_id")
"""What is known from elsewhere where an answer of HQ leaves it out."""

DOCS_URL: Final = "https://docs.b360.autodesk.com/projects/"
DOCS_URL_EU: Final = "https://docs.b360.eu.autodesk.com/projects/"
"""What Autodesk's Data Management API gives as a project's ``webView`` link."""


def outputs(
    project: Project,
    known: Values,
    inputs: Values,
    *,
    copy_status: str | None = None,
    unfinished: Collection[str] = (),
) -> dict[str, Any]:
    """Return what goes into the state.

    Args:
        project: HQ's answer.
        known: Stands in for what some answers leave out: service types, account, region.
        inputs: The arguments in normal form.
        copy_status: How the template copy stands.
        unfinished: Arguments that could not be applied yet.
    """
    stand_ins = {name: known[name] for name in STAND_INS if known.get(name)}
    fields = {name: value for name, value in project.fields().items() if name != "id"}
    echoed = {k: inputs[k] for k in (*CREATE_ONLY, *PROVIDER_ONLY) if k in inputs}
    return {
        **stand_ins,
        **fields,
        **echoed,
        "url": f"{DOCS_URL_EU if known.get('region') == 'EMEA' else DOCS_URL}{project.id}",
        "copy_status": copy_status,
        "unfinished": sorted(unfinished),
        DECLARED: sorted(name for name in inputs if name in PATCHABLE),
    }


def mirrored(project: Project, state: Values, declared: Collection[str]) -> dict[str, Any]:
    """Return the arguments that would declare the project as it is, for those that are managed.

    An archived project shows its status even where none is declared, so that a
    refresh shows it and the next up brings it back.
    """
    live = project.fields()
    kept = {k: state[k] for k in (*CREATE_ONLY, *PROVIDER_ONLY) if k in state}
    fields = {name: _argument(name, live.get(name)) for name in PATCHABLE if name in declared}
    if live.get("status") == "archived":
        fields["status"] = "archived"
    return {**kept, **{name: value for name, value in fields.items() if value is not None}}


def _argument(name: str, value: Any) -> Any:
    if value is None:
        return "" if name in CLEARABLE else None
    if name == "status" and same("status", "active", value):
        return "active"
    if name == "service_types":
        return [word for word in value if word not in enums.UNASKED_SERVICES]
    return value
