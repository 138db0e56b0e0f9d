"""Projects: whichever call archives one, a run archives no more than it may."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core import project
from bim360_provider.core.archives import Allowance
from bim360_provider.core.replacements import Predecessor
from bim360_provider.core.settings import Settings
from bim360_provider.dynamic.calls import Calls
from bim360_provider.dynamic.clients import archives, owners
from bim360_provider.dynamic.engine_log import notify
from bim360_provider.hq import HqClient

__all__ = ["ProjectCalls"]

Values = Mapping[str, Any]


class ProjectCalls(Calls):
    """The calls of a project."""

    def _keep(
        self, client: HqClient, before: Predecessor, inputs: Values
    ) -> tuple[str, dict[str, Any]] | None:
        kept = super()._keep(client, before, inputs)
        template = inputs.get("template_project_id")
        if kept and template and template != before.state.get("template_project_id"):
            words = f"the template is not copied into '{inputs['name']}': it existed already"
            notify(f"BIM 360: {words}.", warning=True)
        return kept

    def _create(
        self, client: HqClient, inputs: Values, settings: Settings
    ) -> tuple[str, dict[str, Any]]:
        return project.create(client, inputs, settings, owners, self._allowance())

    def _update(self, client: HqClient, id_: str, state: Values, inputs: Values) -> dict[str, Any]:
        return project.update(client, id_, state, inputs, self._allowance())

    def _delete(self, client: HqClient, id_: str, state: Values) -> None:
        project.delete(client, id_, state, owners, self._allowance())

    def _allowance(self) -> Allowance:
        return Allowance(self._settings.max_archives, archives)
