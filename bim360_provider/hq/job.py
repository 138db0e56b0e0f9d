"""Jobs: ``GET jobs/:job_id``.

https://aps.autodesk.com/en/docs/bim360/v1/reference/http/jobs-:job_id-GET/
"""

from pydantic import ValidationError

from bim360_provider.hq.connection import Connection
from bim360_provider.hq.question import Question, unreadable
from bim360_provider.hq.transport import Transport
from bim360_provider.models import Job

__all__ = ["Jobs"]


class Jobs:
    """The jobs of one account."""

    def __init__(self, transport: Transport, connection: Connection) -> None:
        self._transport = transport
        self._connection = connection

    def get(self, job_id: str) -> Job:
        """Return a job.

        Raises:
            HqError: HQ said no; a job that was just started may not be found yet.
            UnansweredError: No answer came.
        """
        question = Question(
            "GET",
            self._connection.path(f"jobs/{job_id}"),
            f"look at job {job_id}",
            headers=self._connection.headers(),
        )
        try:
            return Job.model_validate(self._transport.ask(question).json)
        except ValidationError:
            raise unreadable(question) from None
