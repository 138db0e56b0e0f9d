"""Look up HQ objects by the names that users know."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from bim360_provider.core.business_units.tree import build_paths
from bim360_provider.errors import HqError, InputError
from bim360_provider.hq import HqClient
from bim360_provider.hq.api.cache import Memo
from bim360_provider.models import normalize, user_ref
from bim360_provider.models.suggestions import suggest_value

__all__ = ["Lookups"]

Model = TypeVar("Model", bound=BaseModel)
Fields = dict[str, Any]


@dataclass(frozen=True)
class _Candidate:
    """An object that may match a look-up: its name, its id and its fields."""

    name: str
    id: str
    fields: Fields


class Lookups:
    """The look-ups of one run in one account; each request is sent once."""

    def __init__(self, client: HqClient) -> None:
        self._client = client
        self._memo: Memo[list[_Candidate]] = Memo()

    def find_project(self, name: str) -> Fields:
        """Return the project with exactly this name; sends one request per 100 projects.

        Without one, the ACC projects of this name are in the message: one more request.

        Raises:
            InputError: Not exactly one BIM 360 project matches.
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """
        name = normalize.compose_text(name)
        found = self._fetch_once(
            "projects", lambda: _build_candidates(self._client.projects.walk())
        )
        if not any(each.name == name for each in found):
            self._refuse_acc_project(name)
        return _select_candidate("project", name, found)

    def find_company(self, name: str) -> Fields:
        """Return the company with this name; a name in the same case takes precedence.

        Raises:
            InputError: Not exactly one object matches.
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """
        name, search = normalize.compose_text(name), self._client.companies.search_by_name
        found = self._fetch_once(f"company {name}", lambda: _build_candidates(search(name)))
        return _select_candidate("company", name, _prefer_same_case(name, found))

    def find_account_user(self, email: str) -> Fields:
        """Return the user with this e-mail, in any case.

        Raises:
            InputError: Not exactly one object matches.
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """
        email = _normalize_argument(user_ref.parse_email, "email", email)
        search = self._client.account_users.search_by_email
        rows = self._fetch_once(f"user {email}", lambda: _build_candidates(search(email)))
        return _select_candidate(
            "user", email, [_Candidate(email, row.id, row.fields) for row in rows]
        )

    def find_business_unit(self, path: str) -> Fields:
        """Return the business unit at a path such as ``North/West``; sends one request in all.

        Raises:
            InputError: Not exactly one object matches.
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """
        path = normalize.compose_text(path)
        return _select_candidate(
            "business unit", path, self._fetch_once("business units", self._fetch_units)
        )

    def find_industry_role(self, project_id: str, name: str) -> Fields:
        """Return a project's industry role by its name; sends one request per project.

        Raises:
            InputError: Not exactly one object matches.
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """
        # The client caches the roles of each project.
        project = _normalize_argument(normalize.parse_id, "project_id", project_id)
        roles = self._client.industry_roles.list_for_project(project)
        return _select_candidate(
            "industry role", normalize.compose_text(name), _build_candidates(roles)
        )

    def _refuse_acc_project(self, name: str) -> None:
        """Check that the project of a name is not one of ACC.

        Raises:
            InputError: It is one of ACC.
        """
        try:
            rows = self._client.platforms.list_acc(name)
        except HqError:  # the projects of HQ's list are suggested instead
            return
        found = ", ".join(
            f"{row.id} (platform {row.platform}, {row.status})" for row in rows if row.name == name
        )
        if found:
            msg = (
                f"BIM 360: could not find project '{name}' in BIM 360: it is an ACC project, "
                f"{found}. Only its folders, their permissions and its picture can be declared, "
                "by this id."
            )
            raise InputError(msg)

    def _fetch_once(self, key: str, fetch: Callable[[], list[_Candidate]]) -> list[_Candidate]:
        return self._memo.get(key, fetch)

    def _fetch_units(self) -> list[_Candidate]:
        units = self._client.business_units.get_structure()
        names = build_paths(units)
        return [
            _Candidate(names[unit.id], unit.id, {**_dump_fields(unit), "path": names[unit.id]})
            for unit in units
        ]


def _normalize_argument(parse: Callable[[object], str], argument: str, value: str) -> str:
    """Return an argument in normal form.

    Raises:
        InputError: The value is invalid.
    """
    try:
        return parse(value)
    except ValueError as error:
        msg = f"BIM 360: {argument} {error}."
        raise InputError(msg) from None


def _build_candidates(rows: Iterable[Any]) -> list[_Candidate]:
    return [_Candidate(row.name or "", row.id, _dump_fields(row)) for row in rows]


def _dump_fields(row: BaseModel) -> Fields:
    """Return all fields, null if HQ has no value, so that the same keys are always present."""
    return row.model_dump(mode="json")


def _prefer_same_case(name: str, found: Sequence[_Candidate]) -> Sequence[_Candidate]:
    same = [each for each in found if each.name == name]
    return same or [_Candidate(name, each.id, each.fields) for each in found]


def _select_candidate(kind: str, name: str, candidates: Sequence[_Candidate]) -> Fields:
    found = [each for each in candidates if each.name == name]
    if len(found) == 1:
        return found[0].fields
    if found:
        ids = ", ".join(_format_candidate(each) for each in found)
        why = f"there are {len(found)} of them: {ids}; use an id instead of the name"
    else:
        near = suggest_value(name, {each.name for each in candidates}, aliases={})
        why = f"there is none; did you mean '{near}'?" if near else "there is none"
    msg = f"BIM 360: could not find {kind} '{name}': {why}{'' if why.endswith('?') else '.'}"
    raise InputError(msg)


def _format_candidate(candidate: _Candidate) -> str:
    status = candidate.fields.get("status")
    return f"{candidate.id} ({status})" if status else candidate.id
