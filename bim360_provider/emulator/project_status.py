"""Which status may follow which."""

from bim360_provider.emulator.errors import HqError
from bim360_provider.emulator.invented import Code

AFTER = {
    # Documented: only the first project admin activates a pending project, see
    # https://aps.autodesk.com/en/docs/bim360/v1/reference/http/projects-POST/ ; that a PATCH is
    # answered with 200 and leaves it pending is an inference.
    ("pending", "active"): "pending",
    # Observed in a client's test teardown: a project is archived before anybody joined it.
    ("pending", "archived"): "archived",
    # Observed in the API's 2016 draft reference.
    ("active", "inactive"): "inactive",
    ("active", "archived"): "archived",
    ("inactive", "active"): "active",
    ("inactive", "archived"): "archived",
    # Inference from the "restore" function of the web pages.
    ("archived", "active"): "active",
}
"""What a project is in after (its status, the status sent); what is not here is refused."""


def after(now: str, sent: str) -> str:
    """Return the status a project has after a PATCH; sending its own changes nothing.

    Raises:
        HqError: 422, no such change is known.
    """
    if sent == now:
        return now
    if (now, sent) not in AFTER:
        message = f"a project that is {now} cannot become {sent}"
        raise HqError(422, Code.TRANSITION, message)
    return AFTER[now, sent]
