"""The exceptions of this package.

    Bim360Error
    ├── ConfigError             the configuration is missing or wrong
    ├── ArchiveLimitError       this run has reached its limit of archived projects
    ├── InputError              the user's input is invalid; all mistakes are reported
    ├── UnreachableError        no connection to HQ; nothing was sent
    ├── UnansweredError         no response; HQ may or may not have acted
    └── HqError                 HQ refused the request
        ├── UnauthorizedError   401, 403
        ├── NotFoundError       404
        ├── AccProjectError     HQ does not serve the project, because it is one of ACC
        ├── ConflictError       409
        ├── RejectedError       any other 4xx, or a response that is not HQ's
        ├── RateLimitedError    429, and HQ's waiting time is longer than our limit
        └── UnavailableError    5xx or a timeout, also after the last retry

Each message is one line: the request, HQ's response, and what to do.
"""

__all__ = [
    "AccProjectError",
    "ArchiveLimitError",
    "Bim360Error",
    "ConfigError",
    "ConflictError",
    "HqError",
    "InputError",
    "NotFoundError",
    "RateLimitedError",
    "RejectedError",
    "UnansweredError",
    "UnauthorizedError",
    "UnavailableError",
    "UnreachableError",
]


class Bim360Error(Exception):
    """The base class of the exceptions of this package."""


class ConfigError(Bim360Error):
    """The configuration is incomplete or contradicts itself."""


class ArchiveLimitError(Bim360Error):
    """The run has reached its limit of archived projects; nothing was sent for this one."""


class InputError(Bim360Error):
    """The user's input is invalid; the message lists every mistake."""


class UnreachableError(Bim360Error):
    """No connection could be opened; nothing was sent."""


class UnansweredError(Bim360Error):
    """The request was sent, but no response arrived; HQ may or may not have acted."""


class HqError(Bim360Error):
    """HQ refused the request.

    Attributes:
        status: The HTTP status.
        hq_message: HQ's own message, shortened to one line.
        request: The method and path of the request, without query or secrets.
    """

    def __init__(self, message: str, *, status: int, hq_message: str, request: str) -> None:
        super().__init__(message)
        self.status = status
        self.hq_message = hq_message
        self.request = request


class UnauthorizedError(HqError):
    """401 or 403: the token, its scopes or the app's access to the account is wrong."""


class NotFoundError(HqError):
    """404: the project or the whole account is not visible to this app."""


class AccProjectError(HqError):
    """HQ does not serve the project, because it is one of ACC."""


class ConflictError(HqError):
    """409: the request conflicts with HQ's data; most often the name is in use."""


class RejectedError(HqError):
    """Any other 4xx, or a response that is not HQ's."""


class RateLimitedError(HqError):
    """429, and HQ's waiting time is longer than our limit."""


class UnavailableError(HqError):
    """5xx, or a gateway timeout such as 408, also after the last retry."""
