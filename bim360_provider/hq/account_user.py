"""Account users: POST, GET, GET list, search and PATCH.

https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-POST/
"""

from collections.abc import Iterator, Mapping
from typing import Any

from bim360_provider.hq.endpoints import Endpoints
from bim360_provider.models import AccountUser

__all__ = ["AccountUsers"]


class AccountUsers(Endpoints):
    """The users of one account."""

    def create(self, body: Mapping[str, Any]) -> AccountUser:
        """Add a person: one POST, sent again only while HQ has surely not acted.

        Raises:
            ConflictError: The e-mail is taken.
            HqError: HQ refused it.
            OpenOutcomeError: It was sent, and nobody knows whether HQ acted: look for the e-mail.
            UnreachableError: Nothing was sent.
        """
        asked = f"create user '{body.get('email')}'"
        question = self._question("POST", "users", asked, json=body, repeatable=False)
        return self._one(AccountUser, question)

    def get(self, user_id: str, *, new_resource: bool = False) -> AccountUser:
        """Return a user.

        Args:
            user_id: HQ's id, not the uid of the Autodesk account.
            new_resource: They were added a moment ago, so that a 404 is not believed at once.

        Raises:
            NotFoundError: There is no such user, or the whole account is not visible.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        asked = f"read user {user_id}"
        path = f"users/{user_id}"
        return self._one(AccountUser, self._question("GET", path, asked, new_resource=new_resource))

    def update(
        self, user_id: str, changes: Mapping[str, Any], *, new_resource: bool = False
    ) -> AccountUser:
        """Change status, company or default role: one PATCH; HQ takes nothing else.

        https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-:user_id-PATCH/

        Raises:
            HqError: HQ refused it, such as a status of somebody who has never signed in.
            UnansweredError: No answer came.
        """
        asked = f"change {', '.join(changes)} of user {user_id}"
        path = f"users/{user_id}"
        question = self._question("PATCH", path, asked, json=changes, new_resource=new_resource)
        return self._one(AccountUser, question)

    def walk(self) -> Iterator[AccountUser]:
        """Yield every user of the account, oldest first, page by page.

        Raises:
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        yield from self._pages(AccountUser, "users", "list the users")

    def with_email(self, email: str) -> list[AccountUser]:
        """Return the users with that e-mail, whatever its case: one request, or two.

        The second, fuzzy one is for an exact search that tells upper from lower case, which
        nobody documents:
        https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-search-GET/

        Raises:
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        return self._searched(email, "false") or self._searched(email, "true")

    def _searched(self, email: str, partial: str) -> list[AccountUser]:
        wanted = {"email": email, "partial": partial, "operator": "AND"}
        rows = self._pages(AccountUser, "users/search", f"find user '{email}'", wanted)
        return [row for row in rows if (row.email or "").casefold() == email.casefold()]
