"""A job: HQ copying a template into a new project."""

from typing import Final, Literal

from bim360_provider.models.forms import Answered

__all__ = ["Job", "JobState"]

JobState = Literal["done", "failed", "running"]

DONE: Final = frozenset({"success", "succeeded", "completed", "complete", "finished", "done"})
FAILED: Final = ("fail", "error")


class Job(Answered):
    """A job as HQ answers it.

    HQ's list of states is not public, so known words are read leniently and any other
    one means that the job still runs. See docs/hq.md, "Template copies".
    """

    id: str | None = None
    status: str | None = None
    message: str | None = None

    @property
    def state(self) -> JobState:
        """Whether the job is done, has failed, or is to be asked again."""
        word = (self.status or "").casefold()
        if word in DONE:
            return "done"
        return "failed" if word.startswith(FAILED) else "running"
