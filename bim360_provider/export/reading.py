"""A transport that asks and never changes anything, and that counts."""

from typing import Final

from bim360_provider.errors import InputError
from bim360_provider.hq.answer import Answer
from bim360_provider.hq.question import Question
from bim360_provider.hq.transport import Transport

__all__ = ["Reading"]

READS: Final = "GET"


class Reading(Transport):
    """Sends reads alone, so that nothing an export does can change an account.

    Attributes:
        asked: How many questions there were, those for a token aside.
    """

    asked: int = 0

    def ask(self, question: Question) -> Answer:
        """Return the answer to a read.

        Raises:
            InputError: It is no read.
            HqError: HQ said no.
            UnansweredError: No answer came.
        """
        if question.method != READS:
            msg = f"BIM 360: could not {question.asked}: an export only reads."
            raise InputError(msg)
        self.asked += 1
        return super().ask(question)
