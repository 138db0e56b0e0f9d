"""The acting user: on whose behalf HQ adds and changes members of projects.

https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-project_id-users-import-POST/
"""

from http import HTTPStatus
from typing import Final

from bim360_provider.errors import ConfigError, UnauthorizedError
from bim360_provider.hq.account_user import AccountUsers
from bim360_provider.hq.ask_once import AskOnce
from bim360_provider.hq.connection import Connection
from bim360_provider.models import AccountUser, normal, person

__all__ = ["NO_ACTING_USER", "ActingUser"]

NO_ACTING_USER: Final = (
    "is missing: set BIM360_ACTING_USER, or run `pulumi config set bim360:actingUser …` (the "
    "e-mail, id or uid of an admin of the account or of the project): HQ wants to know on whose "
    "behalf members are added"
)


class ActingUser:
    """The acting user of one account, found out once in a run."""

    def __init__(self, connection: Connection, account_users: AccountUsers) -> None:
        self._connection = connection
        self._account_users = account_users
        self._found: AskOnce[str] = AskOnce()

    def header(self) -> str:
        """Return what HQ is told: the uid where there is one, else HQ's id.

        Autodesk's page says the id; its own set-up tool sends the uid. See docs/hq.md.

        Raises:
            ConfigError: There is none, or the account has no such user.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        named = self._connection.acting_user
        if not named:
            msg = f"BIM 360: acting_user {NO_ACTING_USER}."
            raise ConfigError(msg)
        return self._found.answer(named, lambda: self._resolved(named))

    def told(self, error: UnauthorizedError) -> UnauthorizedError:
        """Return the error with what else a 403 may mean: somebody acts who may not."""
        if error.status != HTTPStatus.FORBIDDEN:
            return error
        named = self._connection.acting_user
        msg = (
            f"{error} Or {named}, the acting user, may not do it: that takes an admin of the "
            "account or of the project."
        )
        return UnauthorizedError(msg, status=error.status, words=error.words, request=error.request)

    def _resolved(self, named: str) -> str:
        if person.is_email(named):
            user = self._with_email(named)
        elif normal.UUID.fullmatch(named):
            user = self._account_users.get(named)
        else:
            return named
        return user.uid or user.id

    def _with_email(self, email: str) -> AccountUser:
        users = self._account_users.with_email(email)
        if not users:
            msg = (
                f"BIM 360: the acting user {email} is no user of account "
                f"{self._connection.account_id}: set BIM360_ACTING_USER or bim360:actingUser to "
                "an admin's e-mail, id or uid."
            )
            raise ConfigError(msg)
        return users[0]
