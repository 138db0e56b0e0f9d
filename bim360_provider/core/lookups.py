"""Look-ups: from the name that people know to what HQ has, or an error that says why not."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from bim360_provider.core.business_units.tree import paths
from bim360_provider.errors import InputError
from bim360_provider.hq import HqClient
from bim360_provider.hq.api.cache import AskOnce
from bim360_provider.models import normalize, user_ref
from bim360_provider.models.suggestions import suggestion

__all__ = ["LookUps"]

Model = TypeVar("Model", bound=BaseModel)
Fields = dict[str, Any]


@dataclass(frozen=True)
class _Candidate:
    """Something that may be what is looked for: its name, and how to tell it from a namesake."""

    name: str
    id: str
    fields: Fields


class LookUps:
    """What one run has looked up in one account: each question is asked once."""

    def __init__(self, client: HqClient) -> None:
        self._client = client
        self._known: AskOnce[list[_Candidate]] = AskOnce()

    def project(self, name: str) -> Fields:
        """Return the project of exactly that name: one request for each 100 projects in all.

        Raises:
            InputError: There is none, or there are several.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        name = normalize.composed(name)
        found = self._asked("projects", lambda: _candidates(self._client.projects.walk()))
        return _only("project", name, found)

    def company(self, name: str) -> Fields:
        """Return the company of that name; one in the same case goes before others.

        Raises:
            InputError: There is none, or there are several.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        name, ask = normalize.composed(name), self._client.companies.named
        found = self._asked(f"company {name}", lambda: _candidates(ask(name)))
        return _only("company", name, _in_case(name, found))

    def account_user(self, email: str) -> Fields:
        """Return the user with that e-mail, whatever its case.

        Raises:
            InputError: There is none, or there are several.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        email, ask = _normal(user_ref.email, "email", email), self._client.account_users.with_email
        rows = self._asked(f"user {email}", lambda: _candidates(ask(email)))
        return _only("user", email, [_Candidate(email, row.id, row.fields) for row in rows])

    def business_unit(self, path: str) -> Fields:
        """Return the business unit at a path of names, such as ``North/West``: one request in all.

        Raises:
            InputError: There is none, or there are several.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        path = normalize.composed(path)
        return _only("business unit", path, self._asked("business units", self._units))

    def industry_role(self, project_id: str, name: str) -> Fields:
        """Return a project's industry role by its name: one request for each project.

        Raises:
            InputError: There is none, or there are several.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        # The client itself remembers the roles of each project.
        project = _normal(normalize.identifier, "project_id", project_id)
        roles = self._client.industry_roles.of(project)
        return _only("industry role", normalize.composed(name), _candidates(roles))

    def _asked(self, key: str, ask: Callable[[], list[_Candidate]]) -> list[_Candidate]:
        return self._known.answer(key, ask)

    def _units(self) -> list[_Candidate]:
        units = self._client.business_units.structure()
        names = paths(units)
        return [
            _Candidate(names[unit.id], unit.id, {**_fields(unit), "path": names[unit.id]})
            for unit in units
        ]


def _normal(form: Callable[[object], str], argument: str, value: str) -> str:
    """Return an argument in normal form.

    Raises:
        InputError: It has none.
    """
    try:
        return form(value)
    except ValueError as error:
        msg = f"BIM 360: {argument} {error}."
        raise InputError(msg) from None


def _candidates(rows: Iterable[Any]) -> list[_Candidate]:
    return [_Candidate(row.name or "", row.id, _fields(row)) for row in rows]


def _fields(row: BaseModel) -> Fields:
    """Return every field, null where HQ has nothing, so that none is missing now and there then."""
    return row.model_dump(mode="json")


def _in_case(name: str, found: Sequence[_Candidate]) -> Sequence[_Candidate]:
    same = [each for each in found if each.name == name]
    return same or [_Candidate(name, each.id, each.fields) for each in found]


def _only(kind: str, name: str, candidates: Sequence[_Candidate]) -> Fields:
    found = [each for each in candidates if each.name == name]
    if len(found) == 1:
        return found[0].fields
    if found:
        ids = ", ".join(_told(each) for each in found)
        why = f"there are {len(found)} of them: {ids}; use the id of the one that is meant"
    else:
        near = suggestion(name, {each.name for each in candidates}, aliases={})
        why = f"there is none; did you mean '{near}'?" if near else "there is none"
    msg = f"BIM 360: could not find {kind} '{name}': {why}{'' if why.endswith('?') else '.'}"
    raise InputError(msg)


def _told(candidate: _Candidate) -> str:
    status = candidate.fields.get("status")
    return f"{candidate.id} ({status})" if status else candidate.id
