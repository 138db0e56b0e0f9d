"""Send a request: token, attempt, retry, and one error line when it fails."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
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
from bim360_provider.hq.transport.rate_limit import (
    ADMIN_PATHS,
    ADMIN_WINDOW,
    HQ_WINDOW,
    NOTIFY_AFTER,
    create_throttle,
)
from bim360_provider.hq.transport.request import (
    BasicAuth,
    BearerAuth,
    HttpRequest,
    OpenOutcomeError,
    Request,
)
from bim360_provider.hq.transport.response import Response
from bim360_provider.hq.transport.retry import (
    Action,
    Attempt,
    AttemptOutcome,
    Decision,
    decide_action,
    parse_retry_after,
)
from bim360_provider.hq.transport.token import SCOPES, TOKEN_PATH, Token, TokenResponse, TokenSource

__all__ = ["NotifyCallback", "Transport"]

NotifyCallback: TypeAlias = Callable[[str, bool], None]
"""Takes a line for people, and whether it is a warning."""

USER_AGENT: Final = "bim360-provider"


class Transport:
    """Asks HQ as one app; shared by all threads and all accounts of that app."""

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Clock | None = None,
        notify: NotifyCallback | None = None,
    ) -> None:
        from bim360_provider.hq.transport.http import HttpSession  # noqa: PLC0415 - its docstring says why

        self._base_url = connection.base_url.rstrip("/")
        self._client_id = connection.client_id
        self._secret = connection.client_secret
        self._notify = notify or (lambda _message, _warning: None)
        self._session = HttpSession()
        self.clock: Clock = clock or SystemClock()
        self._throttle = create_throttle(connection, self.clock, self.notify)
        self.server_clock = ServerClock(self.clock.monotonic)
        self._tokens = TokenSource(self._fetch_token, self.clock.monotonic)

    def send(self, question: Request) -> Response:
        """Return the answer, which is a success with a JSON body.

        Raises:
            HqError: HQ said no.
            OpenOutcomeError: A POST was sent and nobody knows whether HQ acted.
            UnreachableError: Nothing was sent.
            UnansweredError: No answer came, however often it was asked.
        """
        return self._send_with_retries(question, self._tokens.get())

    def get_server_time(self) -> datetime:
        """Return HQ's time, having heard from HQ at least once.

        Raises:
            Bim360Error: No token could be had.
        """
        self._tokens.get()
        return self.server_clock.now()

    def notify(self, message: str, *, warning: bool = False) -> None:
        """Pass a line on to whoever watches."""
        self._notify(self._mask_text(message), warning)

    def sleep(self, seconds: float, why: str) -> None:
        """Sleep; a wait worth noticing is told first."""
        if seconds > NOTIFY_AFTER:
            self.notify(f"BIM 360: {why}; waiting {seconds:.0f} s.")
        self.clock.sleep(seconds)

    def close(self) -> None:
        """Close the connections."""
        self._session.close()

    def _send_with_retries(self, question: Request, token: Token | None) -> Response:
        began = self.clock.monotonic()
        number, renewed = 1, False
        while True:
            # Waiting for a place is no fault of the request, so it costs none of its time.
            began += self._throttle.acquire(_select_window(question) if token else None)
            answer, error = self._send_once(question, token)
            attempt = self._describe_attempt(question, answer, error)
            elapsed = self.clock.monotonic() - began
            attempt = replace(attempt, number=number, elapsed=elapsed, token_renewed=renewed)
            decision = decide_action(attempt, self.clock.jitter())
            if decision.action is Action.ACCEPT and answer is not None:
                return answer
            if decision.action is Action.RENEW and token is not None:
                token, renewed = self._tokens.renew(token), True
            elif decision.action in (Action.WAIT, Action.PAUSE):
                self._wait_before_retry(question, decision)
            else:
                raise self._build_error(question, decision, answer, error)
            number += 1

    def _send_once(
        self, question: Request, token: Token | None
    ) -> tuple[Response | None, Bim360Error | None]:
        try:
            answer = self._session.send(self._build_http_request(question, token))
        except (UnreachableError, UnansweredError) as error:
            return None, error
        except ConfigError as error:
            msg = f"BIM 360: could not {question.description}: {error}."
            raise ConfigError(self._mask_text(msg)) from None
        self.server_clock.sync(answer.headers.get("Date"))
        return answer, None

    def _describe_attempt(
        self, question: Request, answer: Response | None, error: Bim360Error | None
    ) -> Attempt:
        attempt = Attempt(
            idempotent=question.idempotent,
            outcome=AttemptOutcome.RESPONSE,
            new_resource=question.new_resource,
        )
        if answer is None:
            unreachable = isinstance(error, UnreachableError)
            lost = AttemptOutcome.NOT_SENT if unreachable else AttemptOutcome.NO_RESPONSE
            return replace(attempt, outcome=lost)
        if answer.is_success and not (answer.has_json or question.empty_ok):
            return replace(attempt, outcome=AttemptOutcome.NO_RESPONSE, status=answer.status)
        asked = parse_retry_after(answer.headers.get("Retry-After"), self.server_clock.now())
        return replace(attempt, status=answer.status, retry_after=asked)

    def _wait_before_retry(self, question: Request, decision: Decision) -> None:
        if decision.action is Action.PAUSE:
            self._throttle.pause(decision.seconds)
        else:
            self.sleep(decision.seconds, f"no good answer yet to: {question.description}")

    def _build_error(
        self,
        question: Request,
        decision: Decision,
        answer: Response | None,
        error: Bim360Error | None,
    ) -> Bim360Error:
        if decision.action is Action.VERIFY:
            msg = f"BIM 360: could not {question.description}: it was sent, and HQ gave no clear answer."
            return OpenOutcomeError(msg)
        if answer is not None and not answer.is_success:
            return self._build_hq_error(question, answer)
        why = error or "HQ's answer was no JSON"
        kind = UnreachableError if isinstance(error, UnreachableError) else UnansweredError
        advice = "Check the network and the base URL, then run it again."
        return kind(self._mask_text(f"BIM 360: could not {question.description}: {why}. {advice}"))

    def _build_hq_error(self, question: Request, answer: Response) -> HqError:
        request = f"{question.method} {question.path}"
        return build_hq_error(question.description, request, answer, self._mask_text)

    def _build_http_request(self, question: Request, token: Token | None) -> HttpRequest:
        headers = {"Accept": "application/json", "User-Agent": USER_AGENT}
        if token is None:
            auth = BasicAuth(self._client_id, self._secret.get_secret_value())
            form = {"grant_type": "client_credentials", "scope": SCOPES}
            return HttpRequest("POST", self._base_url + question.path, headers, auth, form=form)
        return HttpRequest(
            question.method,
            self._base_url + question.path,
            {**headers, **(question.headers or {})},
            BearerAuth(token.bearer),
            json=question.json,
            params=question.params,
            files=question.files,
        )

    def _fetch_token(self) -> TokenResponse:
        question = Request("POST", TOKEN_PATH, "get a token")
        try:
            return TokenResponse.model_validate(self._send_with_retries(question, None).json)
        except ValidationError:
            msg = "BIM 360: could not get a token: the answer holds none. Check the base URL."
            raise UnansweredError(msg) from None

    def _mask_text(self, words: str) -> str:
        return mask_secrets(words, self._secret.get_secret_value())


def _select_window(question: Request) -> str:
    reads = question.method == "GET" and question.path.startswith(ADMIN_PATHS)
    return ADMIN_WINDOW if reads else HQ_WINDOW
