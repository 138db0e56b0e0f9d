"""What cannot simply be undone at HQ, and why that matters."""

from dataclasses import dataclass
from typing import Final

from bim360_provider.review.model import Risk

__all__ = [
    "ARCHIVED",
    "DEACTIVATED",
    "DELETED",
    "MODULES_LOST",
    "REPLACED",
    "ROLES_LOST",
    "SERVICE_LOST",
    "SUSPENDED",
    "TAKEN_OUT",
    "UNIT_LOST",
    "Threat",
]


@dataclass(frozen=True)
class Threat:
    """What can happen to somebody or something.

    Attributes:
        kinds: What it counts as.
        what: What happens, as a heading.
        why: Why that matters, in a sentence.
    """

    kinds: tuple[str, ...]
    what: str
    why: str

    def to(self, subject: str) -> Risk:
        """Return the risk that it happens to somebody or something."""
        return Risk(self.kinds, self.what, self.why, subject)


ARCHIVED: Final = Threat(
    ("archive",),
    "Archived",
    "Nobody works in an archived project, and its name stays taken. HQ deletes nothing: declared "
    'again with adopt="archived", it should come back.',
)
REPLACED: Final = Threat(
    ("replace",),
    "Made anew",
    "A project cannot move to another account or region: an empty one is made there.",
)
SUSPENDED: Final = Threat(("access-loss",), "Suspended", "Nobody gets in until it is active again.")
SERVICE_LOST: Final = Threat(
    ("access-loss",),
    "Services taken away from projects",
    "Whoever works in them loses them.",
)
DEACTIVATED: Final = Threat(
    ("deactivate", "access-loss"),
    "Made inactive",
    "They are locked out of every project of the account.",
)
TAKEN_OUT: Final = Threat(
    ("access-loss", "remove"),
    "Taken out of projects",
    "HQ documents no way to do it; it is tried.",
)
MODULES_LOST: Final = Threat(
    ("access-loss",),
    "Given other access",
    "HQ then drops their access to all modules that it cannot name here, such as Cost, Field or "
    "Design Collaboration; give it again in Project Admin.",
)
ROLES_LOST: Final = Threat(
    ("access-loss",),
    "Roles taken away",
    "The permissions that hang on a role go with it.",
)
DELETED: Final = Threat(
    ("remove",), "Deleted", "They are things of another provider than this one."
)
UNIT_LOST: Final = Threat(
    ("remove",),
    "Business units taken away",
    "HQ does not say whether it agrees, nor what becomes of the projects in them.",
)
