"""The arguments of a project's picture."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

from bim360_provider.dynamic.providers import ProjectImageProvider
from bim360_provider.models.project_image import ProjectImageArguments
from tests.fuzz.entity import ArgumentDraws, FieldValues, FuzzAccount, FuzzEntity, SeededAccount
from tests.fuzz.sets import ArgumentSet
from tests.fuzz.strategies import (
    INVISIBLE_CHARACTERS,
    NUMBERS,
    WRONG_TYPES,
    Expectation,
    build_accepted,
    build_either,
    build_refused,
    draw_choice,
    draw_from_any,
    draw_identifier,
    draw_sample,
)
from tests.support.members import MEMBER_INPUTS

__all__ = ["ENTITY", "FILE_CONTENTS"]

FILE_CONTENTS: Mapping[str, bytes] = {
    "tower.png": b"\x89PNG\r\n\x1a\n a tower",
    "tour Eiffel.jpg": b"\xff\xd8\xff\xe0 by night",
    "東京.gif": b"GIF89a tokyo",
    "👨\u200d👩\u200d👧.bmp": b"BM a family",
    "no picture.png": b"text",
    "nothing.png": b"",
}
IMAGE_FILES = tuple(FILE_CONTENTS)[:4]
"""The other types are not images."""

INVALID_DIGESTS: tuple[Any, ...] = (
    "",
    "x",
    "0" * 63,
    "0" * 65,
    "A" * 64,
    "0" * 64 + "\n",
    "\u0660" * 64,
)


def _build_draws(place: SeededAccount) -> ArgumentDraws:
    there = [str(place.folder / name) for name in IMAGE_FILES]
    others = [str(place.folder / name) for name in FILE_CONTENTS if name not in IMAGE_FILES]
    missing = (
        *others,
        str(place.folder),
        str(place.folder / "missing.png"),
        "relative.png",
        "x" * 5000,
    )
    unseen = [str(place.folder / f"x{character}.png") for character in INVISIBLE_CHARACTERS]
    return {
        "project_id": draw_identifier(place.project_id, stranger=False),
        "path": (
            draw_sample(*map(build_accepted, there)),
            draw_from_any(
                draw_sample(*map(build_either, (*missing, *unseen, "", " "))),
                draw_sample(*map(build_refused, (*WRONG_TYPES, *NUMBERS))),
            ),
        ),
        "sha256": (
            lambda _random: build_accepted("0" * 64),
            draw_from_any(
                draw_sample(*map(build_refused, INVALID_DIGESTS)),
                draw_sample(*map(build_refused, (*WRONG_TYPES, *NUMBERS))),
                draw_sample(build_either("f" * 64)),
            ),
        ),
        "region": draw_choice(("US",)),
    }


def _set_digest(found: ArgumentSet, _random: Random, _place: SeededAccount) -> None:
    """Set the digest that the program computes of the existing file."""
    path, digest = found.samples["path"], found.samples["sha256"]
    if Expectation.ACCEPTED is path.expectation is digest.expectation:
        content = Path(path.value).read_bytes()
        found.samples["sha256"] = build_accepted(hashlib.sha256(content).hexdigest())


def _delete_entity(_ground: FuzzAccount, _id: str, _state: FieldValues) -> None:
    """Leave the image: the next one replaces it."""


ENTITY = FuzzEntity(
    provider=ProjectImageProvider(),
    model=ProjectImageArguments,
    required=("project_id", "path", "sha256"),
    build_draws=_build_draws,
    example={k: MEMBER_INPUTS[k] for k in ("project_id", "account_id", "region")},
    delete_entity=_delete_entity,
    fixed_arguments=("project_id",),
    adjust_set=_set_digest,
    hq_refusals=("could not send",),
)
