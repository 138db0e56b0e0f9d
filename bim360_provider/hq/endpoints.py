"""What the endpoints of one account have in common: questions in, models out."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from bim360_provider.hq.connection import Connection
from bim360_provider.hq.question import Question, unreadable
from bim360_provider.hq.transport import Transport

__all__ = ["Endpoints"]

Model = TypeVar("Model", bound=BaseModel)


class Endpoints:
    """Some endpoints of one account."""

    def __init__(self, transport: Transport, connection: Connection) -> None:
        self._transport = transport
        self._connection = connection

    def _question(
        self, method: str, tail: str, asked: str, *, version: str = "v1", **rest: Any
    ) -> Question:
        """Return a question about something in the account, such as ``projects``."""
        path = self._connection.path(tail, version)
        return Question(method, path, asked, headers=self._connection.headers(), **rest)

    def _one(self, model: type[Model], question: Question) -> Model:
        """Ask, and return the one object that is answered."""
        return _read(model, question, self._transport.ask(question).json)

    def _rows(self, model: type[Model], question: Question) -> list[Model]:
        """Ask, and return the objects of the list that is answered."""
        rows = self._transport.ask(question).json
        if not isinstance(rows, list):
            raise unreadable(question)
        return [_read(model, question, row) for row in rows]


def _read(model: type[Model], question: Question, row: object) -> Model:
    try:
        return model.model_validate(row)
    except ValidationError:
        raise unreadable(question) from None
