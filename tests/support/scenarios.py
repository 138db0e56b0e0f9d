"""Stories of a stack, stage by stage, for the local engine and for the real Pulumi CLI alike."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

PRELUDE: Final = """
import pulumi
from pulumi import Alias, Output, ResourceOptions as Opts
from shelf import Item, Shelf
"""


@dataclass(frozen=True)
class Stage:
    """One command, after the program and the shelf were put in place for it."""

    command: Literal[
        "preview", "up", "refresh", "destroy", "up --refresh", "preview --refresh", "drift"
    ]
    program: str | None = None
    tamper: Callable[[Path], object] | None = None


def _write(id_: str, **props: object) -> Callable[[Path], object]:
    return lambda shelf: (shelf / f"{id_}.json").write_text(json.dumps(props))


def _remove(id_: str) -> Callable[[Path], object]:
    return lambda shelf: (shelf / f"{id_}.json").unlink()


_THREE: Final = """
a = Item("a", title=" A ", size=3, tags={"x": 1, "y": [1, 2]}, nothing=None)
b = Item("b", title=Output.concat("after ", a.id), password=Output.secret("correct horse"))
c = Item("c", title="c", note=b.made_by)
pulumi.export("a", a.id)
pulumi.export("who", a.made_by)
pulumi.export("password", b.password)
"""

_IGNORING: Final = """
ignored = Opts(ignore_changes=["size", "tags.x"])
Item("a", ignored, title="A", size={size}, tags={{"x": {x}, "y": {y}}})
"""

# One after the other: beside a refused step, Pulumi's own next one may or may not have begun.
_PROTECTED: Final = """
b = Item("b", title="B")
Item("a", Opts(protect=True, depends_on=[b]), title="A", kind={kind!r})
"""

_DEEP: Final = """
word = Output.secret("correct horse")
a = Item("a", title="A", tags={"word": word, "x": 1}, list=[1, word], password=word)
Item("b", title="B", note=a.tags, copy=a.list, echoed=a.echo)
"""

_PAIR: Final = """
a = Item("a", title="A", kind={kind!r}, ahead={ahead})
b = Item("b", title="B", kind=a.id, other={other!r})
"""

STORIES: Final[dict[str, tuple[Stage, ...]]] = {
    "create, nothing to do, destroy": (
        Stage("preview", _THREE),
        Stage("up"),
        Stage("up"),
        Stage("destroy"),
    ),
    "update in place": (
        Stage("up", _THREE),
        Stage("preview", _THREE.replace('"x": 1', '"x": 2').replace("horse", "cow")),
        Stage("up"),
        Stage("up", _THREE.replace('"y": [1, 2]', '"y": [1]')),
    ),
    "the provider decides by itself": (
        Stage("up", 'Item("a", title="A", verdict="no", n=1)\nItem("b", title="B", verdict="yes")'),
        Stage("up", 'Item("a", title="A", verdict="no", n=2)\nItem("b", title="B", verdict="yes")'),
    ),
    "replace, create first": (
        Stage("up", _PAIR.format(kind="one", ahead=False, other=1)),
        Stage("preview", _PAIR.format(kind="two", ahead=False, other=1)),
        Stage("up"),
        Stage("destroy"),
    ),
    "replace, delete first, with a dependent": (
        Stage("up", _PAIR.format(kind="one", ahead=True, other=1)),
        Stage("preview", _PAIR.format(kind="two", ahead=True, other=1)),
        Stage("up"),
        Stage("up"),
    ),
    "delete_before_replace wins over the provider": (
        Stage("up", 'Item("a", Opts(delete_before_replace=True), title="A", kind="one")'),
        Stage("up", 'Item("a", Opts(delete_before_replace=True), title="A", kind="two")'),
        Stage("up", 'Item("a", Opts(replace_on_changes=["tags.x"]), title="A", kind="two")'),
        Stage(
            "up",
            'Item("a", Opts(replace_on_changes=["tags.x"]), title="A", kind="two", tags={"x": 1})',
        ),
    ),
    "resources leave the program": (
        Stage("up", _THREE + 'Item("kept", Opts(retain_on_delete=True), title="kept")'),
        Stage("preview", 'Item("a", title="A", size=3)'),
        Stage("up"),
    ),
    "drift": (
        Stage("up", 'Item("a", title="A", size=1)\nItem("b", title="B")'),
        Stage("drift", None, _write("A-1", title="A", size=7, new="x")),
        Stage("preview"),
        Stage("refresh"),
        Stage("preview"),
        Stage("up"),
        Stage("preview --refresh", None, _write("A-1", title="A", size=8)),
        Stage("up --refresh"),
    ),
    "gone": (
        Stage("up", 'a = Item("a", title="A")\nItem("b", title="B", note=a.id)'),
        Stage("refresh", None, _remove("A-1")),
        Stage("up"),
        Stage("up --refresh", None, _remove("B-1")),
    ),
    "ignore_changes": (
        Stage("up", _IGNORING.format(size=1, x=1, y=1)),
        Stage("up", _IGNORING.format(size=2, x=2, y=1)),
        Stage("up", _IGNORING.format(size=2, x=2, y=2)),
        Stage("drift", None, _write("A-1", title="A", size=9, tags={"x": 9, "y": 2})),
    ),
    "protect": (
        Stage("up", _PROTECTED.format(kind="one")),
        Stage("preview", _PROTECTED.format(kind="two")),
        Stage("up"),
        Stage("destroy"),
        Stage("up", 'Item("a", title="A", kind="one")'),
        Stage("destroy"),
    ),
    "get": (
        Stage(
            "preview",
            'a = Item("a", Opts(id="old-1"))\nItem("b", title=a.title)\npulumi.export("id", a.id)',
            _write("old-1", title="old", size=3),
        ),
        Stage("up"),
        Stage("up"),
        Stage("refresh", None, _write("old-1", title="old", size=4)),
        Stage("destroy"),
    ),
    "explicit provider": (
        Stage(
            "preview",
            's = Shelf("s", mark="EX", password=Output.secret("open sesame"))\n'
            'Item("a", Opts(provider=s), title="A")\nItem("b", title="B")',
        ),
        Stage("up"),
        Stage("up"),
        Stage(
            "up",
            's = Shelf("s", mark="EY", password=Output.secret("open sesame"))\n'
            'Item("a", Opts(provider=s), title="A", size=1)\nItem("b", title="B")',
        ),
    ),
    "explicit provider, to the end": (
        Stage("up", 's = Shelf("s", mark="EX")\nItem("a", Opts(provider=s), title="A")'),
        Stage("refresh"),
        Stage("up --refresh", None, _remove("A-1")),
        Stage("destroy"),
    ),
    "secrets in deep places": (
        Stage("up", _DEEP),
        Stage("preview"),
        Stage("up", _DEEP + 'Item("c", title="C", copy=a.list)'),
    ),
    "secrets that are read again": (
        Stage("up", _DEEP.partition('Item("b"')[0]),
        Stage("refresh"),
        Stage("up"),
    ),
    "what is wrong is told": (
        Stage("preview", 'Item("a", title="")'),
        Stage("up", 'Item("a", title="A", broken="update")\nItem("c", title="C")'),
        Stage("up", 'Item("a", title="A", broken="update", size=2)\nItem("c", title="C", size=2)'),
        Stage("up", 'Item("a", title="A", size=2)\nItem("c", title="C", size=2)'),
    ),
    "a failed create stops its dependents only": (
        Stage(
            "up",
            'a = Item("a", title="A", broken="create")\nb = Item("b", title="B", note=a.id)\n'
            'c = Item("c", Opts(depends_on=[b]), title="C")\nItem("d", title="D")',
        ),
        Stage(
            "up",
            'a = Item("a", title="A")\nb = Item("b", title="B", note=a.id)\n'
            'c = Item("c", Opts(depends_on=[b]), title="C")\nItem("d", title="D")',
        ),
    ),
    "aliases, parents, components": (
        Stage(
            "up",
            'box = pulumi.ComponentResource("demo:shop:Box", "box", {"n": 1})\n'
            'a = Item("a", Opts(parent=box), title="A")\n'
            'Item("b", Opts(deleted_with=a), title="B")\n'
            'box.register_outputs({"a": a.id})',
        ),
        Stage(
            "preview",
            'box = pulumi.ComponentResource("demo:shop:Box", "box", {"n": 2})\n'
            'a2 = Item("a2", Opts(parent=box, aliases=[Alias(name="a")]), title="A")\n'
            'box.register_outputs({"a": a2.id})',
        ),
        Stage("up"),
        Stage("destroy"),
    ),
    "deleted together": (
        Stage("up", 'a = Item("a", title="A")\nItem("b", Opts(deleted_with=a), title="B")'),
        Stage("destroy"),
    ),
}
