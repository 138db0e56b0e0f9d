"""Account users: POST, GET, list, search and PATCH; and the acting user of requests."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from bim360_provider.errors import ConfigError, UnauthorizedError
from bim360_provider.hq.api.base import EntityEndpoints
from bim360_provider.hq.api.cache import Memo
from bim360_provider.hq.connection import Connection
from bim360_provider.models import AccountUser, normalize, user_ref

__all__ = ["MISSING_ACTING_USER_ADVICE", "AccountUsers", "ActingUser"]

MISSING_ACTING_USER_ADVICE: Final = (
    "is missing: set BIM360_ACTING_USER, or run `pulumi config set bim360:actingUser …` (the "
    "e-mail, id or uid of an admin of the account or of the project): HQ adds members on "
    "behalf of a user"
)


class AccountUsers(EntityEndpoints[AccountUser]):
    """The users of one account; HQ can change only their status, company and default role.

    HQ refuses to change the status of a user who has never signed in:
    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-:user_id-PATCH/
    """

    _model = AccountUser
    _path = "users"
    _kind = "user"

    def create(self, body: Mapping[str, Any]) -> AccountUser:
        """Create a user: one POST, retried only if HQ has certainly not acted.

        Raises:
            ConflictError: The e-mail is in use.
            HqError: HQ refused it.
            OpenOutcomeError: It was sent, but its outcome is unknown; look for the e-mail.
            UnreachableError: Nothing was sent.
        """
        description = f"create user '{body.get('email')}'"
        request = self._build_request("POST", "users", description, json=body, idempotent=False)
        return self._request_one(AccountUser, request, email=body.get("email"))

    def search_by_email(self, email: str) -> list[AccountUser]:
        """Return the users with that e-mail, ignoring case: one request, or two.

        The second, fuzzy search is for the case that HQ's exact search is case-sensitive, which
        is not documented:
        https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-search-GET/

        Raises:
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """
        return self._search(email, "false") or self._search(email, "true")

    def _search(self, email: str, partial: str) -> list[AccountUser]:
        wanted = {"email": email, "partial": partial, "operator": "AND"}
        rows = self._walk_pages(AccountUser, "users/search", f"find user '{email}'", wanted)
        return [row for row in rows if (row.email or "").casefold() == email.casefold()]


class ActingUser:
    """The acting user of one account, resolved once in a run."""

    def __init__(self, connection: Connection, account_users: AccountUsers) -> None:
        self._connection = connection
        self._account_users = account_users
        self._memo: Memo[str] = Memo()

    def get_header(self) -> str:
        """Return the value of the header: the user's uid if there is one, else HQ's id.

        Autodesk's page says the id; its own set-up tool sends the uid. See docs/reference/hq.md.

        Raises:
            ConfigError: No acting user is set, or the account has no such user.
            HqError: HQ refused the request.
            UnansweredError: No response arrived.
        """
        named = self._connection.acting_user
        if not named:
            msg = f"BIM 360: acting_user {MISSING_ACTING_USER_ADVICE}."
            raise ConfigError(msg)
        return self._memo.get(named, lambda: self._resolve_id(named))

    def explain_forbidden(self, error: UnauthorizedError) -> UnauthorizedError:
        """Return the error, extended for a 403: the acting user may lack the permission."""
        if error.status != HTTPStatus.FORBIDDEN:
            return error
        named = self._connection.acting_user
        msg = (
            f"{error} Or the acting user {named} lacks the permission: it must be an admin of the "
            "account or of the project."
        )
        return UnauthorizedError(
            msg, status=error.status, hq_message=error.hq_message, request=error.request
        )

    def _resolve_id(self, named: str) -> str:
        if user_ref.is_email(named):
            user = self._find_by_email(named)
        elif normalize.UUID_PATTERN.fullmatch(named):
            user = self._account_users.get(named)
        else:
            return named
        return user.uid or user.id

    def _find_by_email(self, email: str) -> AccountUser:
        users = self._account_users.search_by_email(email)
        if not users:
            msg = (
                f"BIM 360: the acting user {email} is not a user of account "
                f"{self._connection.account_id}: set BIM360_ACTING_USER or bim360:actingUser to "
                "an admin's e-mail, id or uid."
            )
            raise ConfigError(msg)
        return users[0]
