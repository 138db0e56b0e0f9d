"""Jobs: ``GET jobs/:job_id``.

https://aps.autodesk.com/en/docs/bim360/v1/reference/http/jobs-:job_id-GET/
"""

from bim360_provider.hq.endpoints import Endpoints
from bim360_provider.models import Job

__all__ = ["Jobs"]


class Jobs(Endpoints):
    """The jobs of one account."""

    def get(self, job_id: str) -> Job:
        """Return a job.

        Raises:
            HqError: HQ said no; a job that was just started may not be found yet.
            UnansweredError: No answer came.
        """
        question = self._question("GET", f"jobs/{job_id}", f"look at job {job_id}")
        return self._one(Job, question, id=job_id)
