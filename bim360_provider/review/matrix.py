"""Build the matrix of changed permissions: folders by subjects."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bim360_provider.review.formatting import shorten_text
from bim360_provider.review.model import ResourceChange

__all__ = ["PERMISSION_ENTITY", "Matrix", "build_matrices"]

PERMISSION_ENTITY: Final = "folder permissions"

MAX_SUBJECTS: Final = 6
"""Maximum columns of a matrix; GitHub shows about as many without scrolling."""

MAX_SUBJECT_LENGTH: Final = 80
"""Maximum characters of a subject's name."""

SUBJECT_KINDS: Final = ("role", "company", "user")
"""The kinds of subjects in the order of the columns."""


@dataclass(frozen=True)
class Matrix:
    """Changed levels: a row for each folder, a column for each subject.

    Attributes:
        head: The labels of the columns.
        rows: The folder and its changes, such as ``view → edit``; empty if a level is unchanged.
    """

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def build_matrices(changes: Iterable[ResourceChange]) -> Iterator[Matrix]:
    """Yield the changed levels of all folders; each matrix has at most six subjects."""
    found = (each for each in changes if each.entity == PERMISSION_ENTITY)
    permissions = sorted(found, key=lambda each: each.label)
    cells = {
        (number, (line.field, line.row)): f"{line.before} → {line.after}"
        for number, change in enumerate(permissions)
        for line in change.lines
        if line.row
    }
    subjects = sorted({subject for _, subject in cells}, key=_get_subject_key)
    for start in range(0, len(subjects), MAX_SUBJECTS):
        columns = subjects[start : start + MAX_SUBJECTS]
        rows = (
            (change.label, *(cells.get((number, each), "") for each in columns))
            for number, change in enumerate(permissions)
        )
        names = (shorten_text(f"{kind} {name}", MAX_SUBJECT_LENGTH) for kind, name in columns)
        yield Matrix(("Folder", *names), tuple(row for row in rows if any(row[1:])))


def _get_subject_key(subject: tuple[str, str]) -> tuple[int, str]:
    kind, name = subject
    return SUBJECT_KINDS.index(kind) if kind in SUBJECT_KINDS else len(SUBJECT_KINDS), name
