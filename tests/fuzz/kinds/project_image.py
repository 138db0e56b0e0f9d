"""The arguments of a project's picture."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from bim360_provider.dynamic.providers import ProjectImageProvider
from bim360_provider.models.project_image import ProjectImageArguments
from tests.fuzz.entity import Ground, Kind, Place, Table, Values
from tests.fuzz.sets import ArgumentSet
from tests.fuzz.strategies import (
    NUMBERS,
    UNSEEN,
    WRONG_TYPES,
    Verdict,
    bad,
    choice,
    either,
    good,
    identifier,
    odd,
    one,
)
from tests.support.members import ADA

__all__ = ["FILES", "KIND"]

FILES: Mapping[str, bytes] = {
    "tower.png": b"\x89PNG\r\n\x1a\n a tower",
    "tour Eiffel.jpg": b"\xff\xd8\xff\xe0 by night",
    "東京.gif": b"GIF89a tokyo",
    "👨\u200d👩\u200d👧.bmp": b"BM a family",
    "no picture.png": b"text",
    "nothing.png": b"",
}
PICTURES = tuple(FILES)[:4]
"""The others are none."""

NO_DIGESTS: tuple[Any, ...] = (
    "",
    "x",
    "0" * 63,
    "0" * 65,
    "A" * 64,
    "0" * 64 + "\n",
    "\u0660" * 64,
)


def _table(place: Place) -> Table:
    there = [str(place.folder / name) for name in PICTURES]
    others = [str(place.folder / name) for name in FILES if name not in PICTURES]
    missing = (
        *others,
        str(place.folder),
        str(place.folder / "missing.png"),
        "relative.png",
        "x" * 5000,
    )
    unseen = [str(place.folder / f"x{character}.png") for character in UNSEEN]
    return {
        "project_id": identifier(place.project_id, stranger=False),
        "path": (
            one(*map(good, there)),
            either(
                one(*map(odd, (*missing, *unseen, "", " "))),
                one(*map(bad, (*WRONG_TYPES, *NUMBERS))),
            ),
        ),
        "sha256": (
            lambda _random: good("0" * 64),
            either(
                one(*map(bad, NO_DIGESTS)),
                one(*map(bad, (*WRONG_TYPES, *NUMBERS))),
                one(odd("f" * 64)),
            ),
        ),
        "region": choice(("US",)),
    }


def _as_the_program(found: ArgumentSet, _random: Random, _place: Place) -> None:
    """Give the digest that the program computes of the file that is there."""
    path, digest = found.samples["path"], found.samples["sha256"]
    if Verdict.GOOD is path.verdict is digest.verdict:
        content = Path(path.value).read_bytes()
        found.samples["sha256"] = good(hashlib.sha256(content).hexdigest())


def _clear(_ground: Ground, _id: str, _state: Values) -> None:
    """Leave the picture: the next one takes its place."""


KIND = Kind(
    provider=ProjectImageProvider(),
    model=ProjectImageArguments,
    required=("project_id", "path", "sha256"),
    table=_table,
    example={k: ADA[k] for k in ("project_id", "account_id", "region")},
    clear=_clear,
    kept=("project_id",),
    arrange=_as_the_program,
    only_hq_knows=("could not send",),
)
