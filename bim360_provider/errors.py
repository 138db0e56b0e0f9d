"""Everything this package raises.

    Bim360Error
    ├── ConfigError             the configuration is missing or wrong
    ├── ArchiveLimitError       this run has archived as many projects as it may
    ├── InputError              what a person wrote is wrong: all of it, told at once
    ├── UnreachableError        nothing was sent: no connection to HQ
    ├── UnansweredError         sent, but no answer: HQ may or may not have acted
    └── HqError                 HQ answered, and the answer was no
        ├── UnauthorizedError   401, 403
        ├── NotFoundError       404
        ├── ConflictError       409
        ├── RejectedError       any other 4xx, or an answer that is not HQ's
        ├── RateLimitedError    429, and the wait asked for is longer than we allow
        └── UnavailableError    5xx or a time-out, still there after the last retry

Each is one line: what was asked, what HQ answered, what to do now.
"""

__all__ = [
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
    """The root of everything that this package raises on purpose."""


class ConfigError(Bim360Error):
    """The configuration is missing something or contradicts itself."""


class ArchiveLimitError(Bim360Error):
    """The run has archived as many projects as it may, so nothing was sent for this one."""


class InputError(Bim360Error):
    """What a person wrote is wrong; the message lists every mistake."""


class UnreachableError(Bim360Error):
    """No connection could be made, so nothing was sent."""


class UnansweredError(Bim360Error):
    """The request was sent and no answer came: HQ may or may not have acted."""


class HqError(Bim360Error):
    """HQ answered, and the answer was no.

    Attributes:
        status: The HTTP status.
        words: HQ's own words, shortened to one line.
        request: The method and path that were asked, without query or secrets.
    """

    def __init__(self, message: str, *, status: int, hq_message: str, request: str) -> None:
        super().__init__(message)
        self.status = status
        self.hq_message = hq_message
        self.request = request


class UnauthorizedError(HqError):
    """401 or 403: the token, the scopes or the app's access to the account."""


class NotFoundError(HqError):
    """404: the project, or the whole account, is not visible to this app."""


class ConflictError(HqError):
    """409: the request contradicts what HQ holds, most often a name that is taken."""


class RejectedError(HqError):
    """Any other 4xx, or an answer that HQ would not give."""


class RateLimitedError(HqError):
    """429, and the wait that HQ asks for is longer than we allow."""


class UnavailableError(HqError):
    """5xx, or a gateway's time-out such as 408, still there after the last retry."""
