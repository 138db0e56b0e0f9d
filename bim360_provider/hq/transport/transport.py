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
from bim360_provider.hq.transport.errors import failure, masked
from bim360_provider.hq.transport.rate_limit import (
    ADMIN_PATHS,
    ADMIN_READS,
    HQ,
    TOLD_WAIT,
    gate_for,
)
from bim360_provider.hq.transport.request import (
    BasicAuth,
    BearerAuth,
    Call,
    OpenOutcomeError,
    Question,
)
from bim360_provider.hq.transport.response import Answer
from bim360_provider.hq.transport.retry import (
    Action,
    Attempt,
    Decision,
    Outcome,
    decide,
    parse_retry_after,
)
from bim360_provider.hq.transport.token import SCOPES, TOKEN_PATH, Grant, Token, TokenSource

__all__ = ["Notify", "Transport"]

Notify: TypeAlias = Callable[[str, bool], None]
"""Takes a line for people, and whether it is a warning."""

USER_AGENT: Final = "bim360-provider"


class Transport:
    """Asks HQ as one app; shared by all threads and all accounts of that app."""

    def __init__(
        self,
        connection: Connection,
        *,
        clock: Clock | None = None,
        notify: Notify | None = None,
    ) -> None:
        from bim360_provider.hq.transport.http import Wire  # noqa: PLC0415 - its docstring says why

        self._base_url = connection.base_url.rstrip("/")
        self._client_id = connection.client_id
        self._secret = connection.client_secret
        self._notify = notify or (lambda _message, _warning: None)
        self._wire = Wire()
        self.clock: Clock = clock or SystemClock()
        self._gate = gate_for(connection, self.clock, self.tell)
        self.server_clock = ServerClock(self.clock.monotonic)
        self._tokens = TokenSource(self._fetch_token, self.clock.monotonic)

    def ask(self, question: Question) -> Answer:
        """Return the answer, which is a success with a JSON body.

        Raises:
            HqError: HQ said no.
            OpenOutcomeError: A POST was sent and nobody knows whether HQ acted.
            UnreachableError: Nothing was sent.
            UnansweredError: No answer came, however often it was asked.
        """
        return self._attempts(question, self._tokens.get())

    def now(self) -> datetime:
        """Return HQ's time, having heard from HQ at least once.

        Raises:
            Bim360Error: No token could be had.
        """
        self._tokens.get()
        return self.server_clock.now()

    def tell(self, message: str, *, warning: bool = False) -> None:
        """Pass a line on to whoever watches."""
        self._notify(self._masked(message), warning)

    def wait(self, seconds: float, why: str) -> None:
        """Sleep; a wait worth noticing is told first."""
        if seconds > TOLD_WAIT:
            self.tell(f"BIM 360: {why}; waiting {seconds:.0f} s.")
        self.clock.sleep(seconds)

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def _attempts(self, question: Question, token: Token | None) -> Answer:
        began = self.clock.monotonic()
        number, renewed = 1, False
        while True:
            # Waiting for a place is no fault of the request, so it costs none of its time.
            began += self._gate.pass_through(_window(question) if token else None)
            answer, error = self._attempt(question, token)
            attempt = self._judged(question, answer, error)
            elapsed = self.clock.monotonic() - began
            attempt = replace(attempt, number=number, elapsed=elapsed, renewed=renewed)
            decision = decide(attempt, self.clock.jitter())
            if decision.action is Action.ACCEPT and answer is not None:
                return answer
            if decision.action is Action.RENEW and token is not None:
                token, renewed = self._tokens.renew(token), True
            elif decision.action in (Action.WAIT, Action.PAUSE):
                self._before_next(question, decision)
            else:
                raise self._verdict(question, decision, answer, error)
            number += 1

    def _attempt(
        self, question: Question, token: Token | None
    ) -> tuple[Answer | None, Bim360Error | None]:
        try:
            answer = self._wire.send(self._call(question, token))
        except (UnreachableError, UnansweredError) as error:
            return None, error
        except ConfigError as error:
            msg = f"BIM 360: could not {question.asked}: {error}."
            raise ConfigError(self._masked(msg)) from None
        self.server_clock.learn(answer.headers.get("Date"))
        return answer, None

    def _judged(
        self, question: Question, answer: Answer | None, error: Bim360Error | None
    ) -> Attempt:
        attempt = Attempt(
            repeatable=question.repeatable,
            outcome=Outcome.ANSWERED,
            new_resource=question.new_resource,
        )
        if answer is None:
            unreachable = isinstance(error, UnreachableError)
            lost = Outcome.NEVER_SENT if unreachable else Outcome.UNANSWERED
            return replace(attempt, outcome=lost)
        if answer.is_success and not (answer.has_json or question.bodyless):
            return replace(attempt, outcome=Outcome.UNANSWERED, status=answer.status)
        asked = parse_retry_after(answer.headers.get("Retry-After"), self.server_clock.now())
        return replace(attempt, status=answer.status, retry_after=asked)

    def _before_next(self, question: Question, decision: Decision) -> None:
        if decision.action is Action.PAUSE:
            self._gate.pause(decision.seconds)
        else:
            self.wait(decision.seconds, f"no good answer yet to: {question.asked}")

    def _verdict(
        self,
        question: Question,
        decision: Decision,
        answer: Answer | None,
        error: Bim360Error | None,
    ) -> Bim360Error:
        if decision.action is Action.LOOK:
            msg = f"BIM 360: could not {question.asked}: it was sent, and HQ gave no clear answer."
            return OpenOutcomeError(msg)
        if answer is not None and not answer.is_success:
            return self._failure(question, answer)
        why = error or "HQ's answer was no JSON"
        kind = UnreachableError if isinstance(error, UnreachableError) else UnansweredError
        advice = "Check the network and the base URL, then run it again."
        return kind(self._masked(f"BIM 360: could not {question.asked}: {why}. {advice}"))

    def _failure(self, question: Question, answer: Answer) -> HqError:
        request = f"{question.method} {question.path}"
        return failure(question.asked, request, answer, self._masked)

    def _call(self, question: Question, token: Token | None) -> Call:
        headers = {"Accept": "application/json", "User-Agent": USER_AGENT}
        if token is None:
            auth = BasicAuth(self._client_id, self._secret.get_secret_value())
            form = {"grant_type": "client_credentials", "scope": SCOPES}
            return Call("POST", self._base_url + question.path, headers, auth, form=form)
        return Call(
            question.method,
            self._base_url + question.path,
            {**headers, **(question.headers or {})},
            BearerAuth(token.bearer),
            json=question.json,
            params=question.params,
            files=question.files,
        )

    def _fetch_token(self) -> Grant:
        question = Question("POST", TOKEN_PATH, "get a token")
        try:
            return Grant.model_validate(self._attempts(question, None).json)
        except ValidationError:
            msg = "BIM 360: could not get a token: the answer holds none. Check the base URL."
            raise UnansweredError(msg) from None

    def _masked(self, words: str) -> str:
        return masked(words, self._secret.get_secret_value())


def _window(question: Question) -> str:
    reads = question.method == "GET" and question.path.startswith(ADMIN_PATHS)
    return ADMIN_READS if reads else HQ
