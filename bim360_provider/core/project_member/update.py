"""Update: a PATCH of only what changed."""

from collections.abc import Mapping
from typing import Any

from bim360_provider.core.project_member.changing import change
from bim360_provider.core.project_member.fields import differing
from bim360_provider.core.project_member.outputs import outputs, split_id
from bim360_provider.errors import NotFoundError
from bim360_provider.hq import HqClient
from bim360_provider.models.project_member import MANAGED

__all__ = ["update"]

Values = Mapping[str, Any]


def update(client: HqClient, entity_id: str, state: Values, inputs: Values) -> dict[str, Any]:
    """Make HQ equal to the arguments and finish what an earlier run left; return the outputs.

    Raises:
        InputError: The project has no such industry role.
        NotFoundError: The member is gone; a refresh finds that out.
        HqError: HQ refused a value.
        UnansweredError: No answer came.
    """
    project_id, user_id, _ = split_id(entity_id)
    known = {name: state.get(name) for name in ("email", *MANAGED, "status")}
    member = {**known, "user_id": user_id}
    left = [name for name in state.get("unfinished") or () if name in inputs]
    try:
        member = change(client, project_id, member, inputs, {*differing(state, inputs), *left})
    except NotFoundError as error:
        words = f"{error} If somebody removed them: `pulumi refresh`, then `pulumi up`."
        raise NotFoundError(
            words, status=error.status, words=error.words, request=error.request
        ) from None
    return outputs(project_id, member, inputs)
