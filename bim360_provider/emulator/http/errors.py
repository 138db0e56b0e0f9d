"""The formats of an error reply: the gateway's, HQ's, Data Management's; and suggested names."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from pydantic import JsonValue

from bim360_provider.emulator.assumptions import DATA_ERROR_CODES, ErrorCode
from bim360_provider.emulator.http.messages import Reply

JSON_API_CONTENT_TYPE = "application/vnd.api+json"
"""Documented:
https://aps.autodesk.com/en/docs/data/v2/reference/http/projects-project_id-folders-POST/"""

SIMILARITY_CUTOFF = 0.4
"""Lower than difflib's 0.6: even a remote suggestion shows the form of valid names."""

MORE_INFO = "https://aps.autodesk.com/en/docs/oauth/v2/developers_guide/error_handling/"

NOT_FOUND_CODE = 1004
"""Observed: https://github.com/Autodesk-Forge/design.automation-python-tutorial/issues/6"""


def find_nearest_name(word: str, known: Iterable[str]) -> str | None:
    """Return the known name closest to a word, ignoring case; None if none is close."""
    spelt = {name.casefold(): name for name in known}
    alike = get_close_matches(word.casefold(), spelt, n=1, cutoff=SIMILARITY_CUTOFF)
    return spelt[alike[0]] if alike else None


def format_suggestion(word: str, known: Iterable[str]) -> str:
    """Return ``; the nearest known one is X``, or an empty text if none is close."""
    name = find_nearest_name(word, known)
    return "" if name is None else f"; the nearest known one is {name}"


class ApiError(Exception):
    """A refused request; subclasses define the format of the body."""

    def __init__(self, status: int, code: int | str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers: Mapping[str, str] = {}

    def build_body(self) -> dict[str, JsonValue]:
        """Return the JSON body of the reply."""
        raise NotImplementedError

    def build_reply(self) -> Reply:
        """Return the reply."""
        return Reply.from_content(self.status, self.build_body(), self.headers)


class GatewayError(ApiError):
    """A refusal by the gateway: token, scope, quota or route.

    Documented shape: https://aps.autodesk.com/en/docs/oauth/v2/developers_guide/error_handling/
    """

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, code, message)
        self.headers = headers or {}

    def build_body(self) -> dict[str, JsonValue]:
        """Return the gateway's four keys; the guide also spells ``more info`` with a space."""
        return {
            "developerMessage": self.message,
            "userMessage": "",
            "errorCode": self.code,
            "more info": MORE_INFO,
        }


class HqApiError(ApiError):
    """A refusal by HQ itself.

    Observed shape: https://stackoverflow.com/questions/51520301
    """

    def build_body(self) -> dict[str, JsonValue]:
        """Return HQ's two keys."""
        return {"code": int(self.code), "message": self.message}


class DataApiError(ApiError):
    """A refusal by Data Management: a JSON:API document with a list of errors.

    Documented shape: https://jsonapi.org/format/1.0/#errors ; observed in clients, which read
    ``errors[0].code`` and ``errors[0].detail``.
    """

    def build_body(self) -> dict[str, JsonValue]:
        """Return the document; its ``code`` is an assumption unless the error has a text."""
        code = self.code if isinstance(self.code, str) else DATA_ERROR_CODES.get(self.status, "")
        error: JsonValue = {"status": str(self.status), "code": code, "detail": self.message}
        return {"jsonapi": {"version": "1.0"}, "errors": [error]}

    def build_reply(self) -> Reply:
        """Return the reply, with the media type of JSON:API."""
        return Reply.from_content(
            self.status, self.build_body(), {"content-type": JSON_API_CONTENT_TYPE}
        )


def build_not_found_error(*, entity: str) -> HqApiError:
    """Return HQ's 404 for an entity that does not exist or is not visible to the client.

    The wording is observed for accounts and projects; for jobs it is an inference.
    """
    return HqApiError(404, NOT_FOUND_CODE, f"this {entity} doesn't exist.")


def build_bad_request_error(*, problem: str) -> HqApiError:
    """Return a 400 for a malformed request."""
    return HqApiError(400, ErrorCode.INVALID, problem)


def build_unprocessable_error(*, reason: str) -> HqApiError:
    """Return a 422 for a well-formed request that a business rule refuses."""
    return HqApiError(422, ErrorCode.REFUSED, reason)


def build_forbidden_error(*, reason: str) -> HqApiError:
    """Return a 403 for a request that its client or acting user may not send."""
    return HqApiError(403, ErrorCode.FORBIDDEN, reason)
