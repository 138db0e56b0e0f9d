"""The ids of the subjects of permissions: roles, companies and users by their names."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from bim360_provider.core.run import Run
from bim360_provider.errors import HqError, InputError
from bim360_provider.models import normalize

__all__ = ["find_subject_id"]

ACC: Final = "acc"


def find_subject_id(run: Run, project_id: str, platform: str, kind: str, name: str) -> str:
    """Return the id of a subject; each list and each search is requested once in a run.

    Args:
        run: The engine run.
        project_id: The project's id.
        platform: The project's platform.
        kind: The argument that names the subject: ``roles``, ``companies`` or ``users``.
        name: A name, an e-mail or an id.

    Raises:
        InputError: The project or the account does not have the subject.
        HqError: HQ refused the request.
        UnansweredError: HQ sent no response.
    """
    if normalize.UUID_PATTERN.fullmatch(name):
        return name
    if kind == "roles":
        return _find_role_id(run, project_id, platform, name)
    if kind == "companies":
        return _search(run, f"company {name}", name, lambda: _list_companies(run, name))
    return _search(run, f"user {name}", name, lambda: _list_users(run, name))


def _list_companies(run: Run, name: str) -> dict[str, str]:
    rows = run.hq.companies.search_by_name(name)
    same = [row for row in rows if row.name == name]
    first = next(iter(same or rows), None)
    return {} if first is None else {name: first.id}


def _list_users(run: Run, email: str) -> dict[str, str]:
    rows = run.hq.account_users.search_by_email(email)
    return {email: rows[0].id} if rows else {}


def _search(run: Run, key: str, name: str, fetch: Callable[[], dict[str, str]]) -> str:
    found = run.hq.folder_permissions.subject_ids.get(key, fetch)
    if name not in found:
        noun = key.partition(" ")[0]
        msg = f"BIM 360: could not set permissions: the account has no {noun} '{name}'."
        raise InputError(msg)
    return found[name]


def _find_role_id(run: Run, project_id: str, platform: str, name: str) -> str:
    """Return the id of a role.

    No page documents a list of an ACC project's roles; its members have some of them.
    """
    memo = run.hq.folder_permissions.subject_ids
    known: Mapping[str, str] = {}
    if platform == ACC:
        known = memo.get(f"member roles {project_id}", lambda: _list_member_roles(run, project_id))
    if name not in known:
        known = {**known, **_list_industry_roles(run, project_id, platform)}
    if name not in known:
        why = normalize.describe_unknown_choice(name, tuple(known))
        hint = " Or write its id: an ACC project lists only roles that a member has."
        end = f"{'' if why.endswith('?') else '.'}{hint if platform == ACC else ''}"
        msg = f"BIM 360: could not set permissions in project {project_id}: roles {why}{end}"
        raise InputError(msg)
    return known[name]


def _list_industry_roles(run: Run, project_id: str, platform: str) -> dict[str, str]:
    """Return the ids of HQ's roles; HQ may refuse those of an ACC project."""
    try:
        roles = run.hq.industry_roles.list_for_project(project_id)
    except HqError:
        if platform != ACC:
            raise
        return {}
    return {role.name: role.id for role in roles}


def _list_member_roles(run: Run, project_id: str) -> dict[str, str]:
    members: Iterable[object] = run.hq.project_users.walk(project_id)
    roles = (role for member in members for role in getattr(member, "roles", None) or ())
    return {role.name: role.id for role in roles if role.name and role.id}
