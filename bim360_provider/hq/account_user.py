"""Account users: POST, GET, GET list, search and PATCH.

https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-POST/
"""

from collections.abc import Mapping
from typing import Any

from bim360_provider.hq.collection import Collection
from bim360_provider.models import AccountUser

__all__ = ["AccountUsers"]


class AccountUsers(Collection[AccountUser]):
    """The users of one account; HQ lets status, company and default role be changed, nothing else.

    A status of somebody who has never signed in is refused:
    https://aps.autodesk.com/en/docs/bim360/v1/reference/http/users-:user_id-PATCH/
    """

    _model = AccountUser
    _tail = "users"
    _kind = "user"

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
        return self._one(AccountUser, question, email=body.get("email"))

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
