"""Send requests, with token, rate limit, retries, and a one-line error on failure."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

from pydantic import ValidationError

from bim360_provider.errors import (
    Bim360Error,
    ConfigError,
    HqError,
    UnansweredError,
    UnreachableError,
)
from bim360_provider.hq.connection import Connection
from bim360_provider.hq.transport.clock import Clock, ServerClock, SystemClock
from bim360_provider.hq.transport.errors import build_hq_error, mask_secrets
from bim360_provider.hq.transport.message import (
    BasicAuth,
    BearerAuth,
    HttpRequest,
    OpenOutcomeError,
    Request,
    Response,
)
from bim360_provider.hq.transport.quotas import select_window
from bim360_provider.hq.transport.rate_limit import NOTIFY_AFTER, create_throttle
from bim360_provider.hq.transport.retry import (
    Action,
    Attempt,
    AttemptOutcome,
    Decision,
    decide_action,
    parse_retry_after,
)
from bim360_provider.hq.transport.token import (
    DATA_SCOPES,
    SCOPES,
    TOKEN_PATH,
    Token,
    TokenResponse,
    TokenSource,
)

__all__ = ["NotifyCallback", "Transport"]

NotifyCallback: TypeAlias = Callable[[str, bool], None]
"""Receives a message for users, and whether it is a warning."""

USER_AGENT: Final = "bim360-provider"


class Transport:
    """Sends requests as one app; shared by all threads and all accounts of that app."""

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Clock | None = None,
        notify: NotifyCallback | None = None,
    ) -> None:
        from bim360_provider.hq.transport.http import HttpSession  # noqa: PLC0415 - loads requests

        self._base_url = connection.base_url.rstrip("/")
        self._client_id = connection.client_id
        self._secret = connection.client_secret
        self._notify = notify or (lambda _message, _warning: None)
        self._session = HttpSession()
        self.clock: Clock = clock or SystemClock()
        self._throttle = create_throttle(connection, self.clock, self.notify)
        self.server_clock = ServerClock(self.clock.monotonic)
        self._tokens = {
            scopes: TokenSource(partial(self._fetch_token, scopes), self.clock.monotonic)
            for scopes in (SCOPES, DATA_SCOPES)
        }

    def send(self, request: Request) -> Response:
        """Send a request and return the response, which is a success with a JSON body.

        Raises:
            HqError: HQ refused the request.
            OpenOutcomeError: A POST was sent, but its outcome is unknown.
            UnreachableError: Nothing was sent.
            UnansweredError: No valid response arrived, despite retries.
        """
        return self._send_with_retries(request, self._tokens[request.scopes].get())

    def get_server_time(self) -> datetime:
        """Return HQ's time, after at least one response.

        Raises:
            Bim360Error: No token could be fetched.
        """
        if not self.server_clock.is_synced:
            self._tokens[SCOPES].get()
        return self.server_clock.now()

    def notify(self, message: str, *, warning: bool = False) -> None:
        """Pass a message to the callback, with secrets masked."""
        self._notify(self._mask_text(message), warning)

    def sleep(self, seconds: float, why: str) -> None:
        """Sleep; a long wait is reported first."""
        if seconds > NOTIFY_AFTER:
            self.notify(f"BIM 360: {why}; waiting {seconds:.0f} s.")
        self.clock.sleep(seconds)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _send_with_retries(self, request: Request, token: Token | None) -> Response:
        start = self.clock.monotonic()
        number, renewed = 1, False
        while True:
            # The wait for the rate limit does not count towards the request's time budget.
            start += self._throttle.acquire(
                select_window(request.method, request.path) if token else None
            )
            response, error = self._send_once(request, token)
            attempt = self._describe_attempt(request, response, error)
            elapsed = self.clock.monotonic() - start
            attempt = replace(attempt, number=number, elapsed=elapsed, token_renewed=renewed)
            decision = decide_action(attempt, self.clock.jitter())
            if decision.action is Action.ACCEPT and response is not None:
                return response
            if decision.action is Action.RENEW and token is not None:
                token, renewed = self._tokens[request.scopes].renew(token), True
            elif decision.action in (Action.WAIT, Action.PAUSE):
                self._wait_before_retry(request, decision)
            else:
                raise self._build_error(request, decision, response, error)
            number += 1

    def _send_once(
        self, request: Request, token: Token | None
    ) -> tuple[Response | None, Bim360Error | None]:
        try:
            response = self._session.send(self._build_http_request(request, token))
        except (UnreachableError, UnansweredError) as error:
            return None, error
        except ConfigError as error:
            msg = f"BIM 360: could not {request.description}: {error}."
            raise ConfigError(self._mask_text(msg)) from None
        self.server_clock.sync(response.headers.get("Date"))
        return response, None

    def _describe_attempt(
        self, request: Request, response: Response | None, error: Bim360Error | None
    ) -> Attempt:
        attempt = Attempt(
            idempotent=request.idempotent,
            outcome=AttemptOutcome.RESPONSE,
            new_resource=request.new_resource,
        )
        if response is None:
            unreachable = isinstance(error, UnreachableError)
            lost = AttemptOutcome.NOT_SENT if unreachable else AttemptOutcome.NO_RESPONSE
            return replace(attempt, outcome=lost)
        if response.is_success and not (response.has_json or request.empty_ok):
            return replace(attempt, outcome=AttemptOutcome.NO_RESPONSE, status=response.status)
        retry_after = parse_retry_after(
            response.headers.get("Retry-After"), self.server_clock.now()
        )
        return replace(attempt, status=response.status, retry_after=retry_after)

    def _wait_before_retry(self, request: Request, decision: Decision) -> None:
        if decision.action is Action.PAUSE:
            self._throttle.pause(decision.seconds)
        else:
            self.sleep(decision.seconds, f"retrying: {request.description}")

    def _build_error(
        self,
        request: Request,
        decision: Decision,
        response: Response | None,
        error: Bim360Error | None,
    ) -> Bim360Error:
        if decision.action is Action.VERIFY:
            msg = (
                f"BIM 360: could not {request.description}: it was sent, but HQ's response was "
                "inconclusive."
            )
            return OpenOutcomeError(msg)
        if response is not None and not response.is_success:
            return self._build_hq_error(request, response)
        why = error or "HQ's response was not JSON"
        kind = UnreachableError if isinstance(error, UnreachableError) else UnansweredError
        advice = "Check the network and the base URL, then run it again."
        return kind(self._mask_text(f"BIM 360: could not {request.description}: {why}. {advice}"))

    def _build_hq_error(self, request: Request, response: Response) -> HqError:
        name = f"{request.method} {request.path}"
        return build_hq_error(
            request.description, name, response, self._mask_text, scopes=request.scopes
        )

    def _build_http_request(self, request: Request, token: Token | None) -> HttpRequest:
        headers = {"Accept": "application/json", "User-Agent": USER_AGENT}
        if token is None:
            auth = BasicAuth(self._client_id, self._secret.get_secret_value())
            form = {"grant_type": "client_credentials", "scope": request.scopes}
            return HttpRequest("POST", self._base_url + request.path, headers, auth, form=form)
        return HttpRequest(
            request.method,
            self._base_url + request.path,
            {**headers, **(request.headers or {})},
            BearerAuth(token.bearer),
            json=request.json,
            params=request.params,
            files=request.files,
        )

    def _fetch_token(self, scopes: str) -> TokenResponse:
        purpose = "get a token for folders" if scopes == DATA_SCOPES else "get a token"
        request = Request("POST", TOKEN_PATH, purpose, scopes=scopes)
        try:
            return TokenResponse.model_validate(self._send_with_retries(request, None).json)
        except ValidationError:
            msg = (
                "BIM 360: could not get a token: the response contains no token. "
                "Check the base URL."
            )
            raise UnansweredError(msg) from None

    def _mask_text(self, text: str) -> str:
        return mask_secrets(text, self._secret.get_secret_value())
