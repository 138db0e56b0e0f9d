"""The two ways the API says no: the gateway's format and HQ's own."""

from collections.abc import Mapping

from bim360_provider.emulator.invented import Code
from bim360_provider.emulator.messages import Reply

MORE_INFO = "https://aps.autodesk.com/en/docs/oauth/v2/developers_guide/error_handling/"

NOT_FOUND = 1004
"""Observed: https://github.com/Autodesk-Forge/design.automation-python-tutorial/issues/6"""


class RefusedError(Exception):
    """The request is answered with an error; subclasses know the format of its body."""

    def __init__(self, status: int, code: int | str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers: Mapping[str, str] = {}

    def body(self) -> dict[str, int | str]:
        """Return the JSON body of the answer."""
        raise NotImplementedError

    def reply(self) -> Reply:
        """Return the answer."""
        return Reply.json(self.status, self.body(), self.headers)


class GatewayError(RefusedError):
    """Refused before HQ is reached: token, scope, quota or route.

    Documented shape: https://aps.autodesk.com/en/docs/oauth/v2/developers_guide/error_handling/
    """

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, code, message)
        self.headers = headers or {}

    def body(self) -> dict[str, int | str]:
        """Return the gateway's four keys; the guide too spells ``more info`` with a space."""
        return {
            "developerMessage": self.message,
            "userMessage": "",
            "errorCode": self.code,
            "more info": MORE_INFO,
        }


class HqError(RefusedError):
    """Refused by HQ itself.

    Observed shape: https://stackoverflow.com/questions/51520301
    """

    def body(self) -> dict[str, int | str]:
        """Return HQ's two keys."""
        return {"code": int(self.code), "message": self.message}


def missing(*, entity: str) -> HqError:
    """Return HQ's answer for something that is not there, or not visible to the client.

    The wording is observed for accounts and projects; for jobs it is an inference.
    """
    return HqError(404, NOT_FOUND, f"this {entity} doesn't exist.")


def invalid(*, problem: str) -> HqError:
    """Return a 400: something in the request is malformed."""
    return HqError(400, Code.INVALID, problem)


def refused(*, why: str) -> HqError:
    """Return a 422: well-formed, but a business rule says no."""
    return HqError(422, Code.REFUSED, why)
