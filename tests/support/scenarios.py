"""Scenarios of a stack, as lists of commands, for the local engine and for the Pulumi CLI."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from bim360_provider.emulator import Emulator

PRELUDE: Final = """
import pulumi
from pulumi import Alias, Output, ResourceOptions as Opts
from shelf import FileStore, Item
"""


@dataclass(frozen=True)
class Command:
    """A command, with the program and a change of the store or of HQ before it."""

    command: Literal[
        "preview", "up", "refresh", "destroy", "up --refresh", "preview --refresh", "drift"
    ]
    program: str | None = None
    tamper: Callable[[Path], object] | None = None
    browser: Callable[[Emulator], object] | None = None


def _write_object(id_: str, **props: object) -> Callable[[Path], object]:
    return lambda store: (store / f"{id_}.json").write_text(json.dumps(props))


def _remove_object(id_: str) -> Callable[[Path], object]:
    return lambda store: (store / f"{id_}.json").unlink()


_THREE_ITEMS: Final = """
a = Item("a", title=" A ", size=3, tags={"x": 1, "y": [1, 2]}, nothing=None)
b = Item("b", title=Output.concat("after ", a.id), password=Output.secret("correct horse"))
c = Item("c", title="c", note=b.created_by)
pulumi.export("a", a.id)
pulumi.export("who", a.created_by)
pulumi.export("password", b.password)
"""

_IGNORE_CHANGES: Final = """
ignored = Opts(ignore_changes=["size", "tags.x"])
Item("a", ignored, title="A", size={size}, tags={{"x": {x}, "y": {y}}})
"""

# Sequential: next to a rejected step, Pulumi may or may not have started the next one.
_PROTECTED_ITEM: Final = """
b = Item("b", title="B")
Item("a", Opts(protect=True, depends_on=[b]), title="A", kind={kind!r})
"""

_NESTED_SECRETS: Final = """
word = Output.secret("correct horse")
a = Item("a", title="A", tags={"word": word, "x": 1}, list=[1, word], password=word)
Item("b", title="B", note=a.tags, copy=a.list, echoed=a.echo)
"""

_DEPENDENT_PAIR: Final = """
a = Item("a", title="A", kind={kind!r}, ahead={ahead})
b = Item("b", title="B", kind=a.id, other={other!r})
"""

SCENARIOS: Final[dict[str, tuple[Command, ...]]] = {
    "create, no changes, destroy": (
        Command("preview", _THREE_ITEMS),
        Command("up"),
        Command("up"),
        Command("destroy"),
    ),
    "update in place": (
        Command("up", _THREE_ITEMS),
        Command("preview", _THREE_ITEMS.replace('"x": 1', '"x": 2').replace("horse", "cow")),
        Command("up"),
        Command("up", _THREE_ITEMS.replace('"y": [1, 2]', '"y": [1]')),
    ),
    "the provider decides": (
        Command(
            "up", 'Item("a", title="A", decision="no", n=1)\nItem("b", title="B", decision="yes")'
        ),
        Command(
            "up", 'Item("a", title="A", decision="no", n=2)\nItem("b", title="B", decision="yes")'
        ),
    ),
    "replace, create first": (
        Command("up", _DEPENDENT_PAIR.format(kind="one", ahead=False, other=1)),
        Command("preview", _DEPENDENT_PAIR.format(kind="two", ahead=False, other=1)),
        Command("up"),
        Command("destroy"),
    ),
    "replace, delete first, with a dependent": (
        Command("up", _DEPENDENT_PAIR.format(kind="one", ahead=True, other=1)),
        Command("preview", _DEPENDENT_PAIR.format(kind="two", ahead=True, other=1)),
        Command("up"),
        Command("up"),
    ),
    "delete_before_replace overrides the provider": (
        Command("up", 'Item("a", Opts(delete_before_replace=True), title="A", kind="one")'),
        Command("up", 'Item("a", Opts(delete_before_replace=True), title="A", kind="two")'),
        Command("up", 'Item("a", Opts(replace_on_changes=["tags.x"]), title="A", kind="two")'),
        Command(
            "up",
            'Item("a", Opts(replace_on_changes=["tags.x"]), title="A", kind="two", tags={"x": 1})',
        ),
    ),
    "resources leave the program": (
        Command("up", _THREE_ITEMS + 'Item("kept", Opts(retain_on_delete=True), title="kept")'),
        Command("preview", 'Item("a", title="A", size=3)'),
        Command("up"),
    ),
    "drift": (
        Command("up", 'Item("a", title="A", size=1)\nItem("b", title="B")'),
        Command("drift", None, _write_object("A-1", title="A", size=7, new="x")),
        Command("preview"),
        Command("refresh"),
        Command("preview"),
        Command("up"),
        Command("preview --refresh", None, _write_object("A-1", title="A", size=8)),
        Command("up --refresh"),
    ),
    "deleted outside": (
        Command("up", 'a = Item("a", title="A")\nItem("b", title="B", note=a.id)'),
        Command("refresh", None, _remove_object("A-1")),
        Command("up"),
        Command("up --refresh", None, _remove_object("B-1")),
    ),
    "ignore_changes": (
        Command("up", _IGNORE_CHANGES.format(size=1, x=1, y=1)),
        Command("up", _IGNORE_CHANGES.format(size=2, x=2, y=1)),
        Command("up", _IGNORE_CHANGES.format(size=2, x=2, y=2)),
        Command("drift", None, _write_object("A-1", title="A", size=9, tags={"x": 9, "y": 2})),
    ),
    "protect": (
        Command("up", _PROTECTED_ITEM.format(kind="one")),
        Command("preview", _PROTECTED_ITEM.format(kind="two")),
        Command("up"),
        Command("destroy"),
        Command("up", 'Item("a", title="A", kind="one")'),
        Command("destroy"),
    ),
    "get": (
        Command(
            "preview",
            'a = Item("a", Opts(id="old-1"))\nItem("b", title=a.title)\npulumi.export("id", a.id)',
            _write_object("old-1", title="old", size=3),
        ),
        Command("up"),
        Command("up"),
        Command("refresh", None, _write_object("old-1", title="old", size=4)),
        Command("destroy"),
    ),
    "explicit provider": (
        Command(
            "preview",
            's = FileStore("s", mark="EX", password=Output.secret("open sesame"))\n'
            'Item("a", Opts(provider=s), title="A")\nItem("b", title="B")',
        ),
        Command("up"),
        Command("up"),
        Command(
            "up",
            's = FileStore("s", mark="EY", password=Output.secret("open sesame"))\n'
            'Item("a", Opts(provider=s), title="A", size=1)\nItem("b", title="B")',
        ),
    ),
    "explicit provider, refresh and destroy": (
        Command("up", 's = FileStore("s", mark="EX")\nItem("a", Opts(provider=s), title="A")'),
        Command("refresh"),
        Command("up --refresh", None, _remove_object("A-1")),
        Command("destroy"),
    ),
    "nested secrets": (
        Command("up", _NESTED_SECRETS),
        Command("preview"),
        Command("up", _NESTED_SECRETS + 'Item("c", title="C", copy=a.list)'),
    ),
    "refreshed secrets": (
        Command("up", _NESTED_SECRETS.partition('Item("b"')[0]),
        Command("refresh"),
        Command("up"),
    ),
    "errors": (
        Command("preview", 'Item("a", title="")'),
        Command("up", 'Item("a", title="A", broken="update")\nItem("c", title="C")'),
        Command(
            "up", 'Item("a", title="A", broken="update", size=2)\nItem("c", title="C", size=2)'
        ),
        Command("up", 'Item("a", title="A", size=2)\nItem("c", title="C", size=2)'),
    ),
    "a failed create skips only its dependents": (
        Command(
            "up",
            'a = Item("a", title="A", broken="create")\nb = Item("b", title="B", note=a.id)\n'
            'c = Item("c", Opts(depends_on=[b]), title="C")\nItem("d", title="D")',
        ),
        Command(
            "up",
            'a = Item("a", title="A")\nb = Item("b", title="B", note=a.id)\n'
            'c = Item("c", Opts(depends_on=[b]), title="C")\nItem("d", title="D")',
        ),
    ),
    "aliases, parents, components": (
        Command(
            "up",
            'box = pulumi.ComponentResource("demo:shop:Box", "box", {"n": 1})\n'
            'a = Item("a", Opts(parent=box), title="A")\n'
            'Item("b", Opts(deleted_with=a), title="B")\n'
            'box.register_outputs({"a": a.id})',
        ),
        Command(
            "preview",
            'box = pulumi.ComponentResource("demo:shop:Box", "box", {"n": 2})\n'
            'a2 = Item("a2", Opts(parent=box, aliases=[Alias(name="a")]), title="A")\n'
            'box.register_outputs({"a": a2.id})',
        ),
        Command("up"),
        Command("destroy"),
    ),
    "deleted together": (
        Command("up", 'a = Item("a", title="A")\nItem("b", Opts(deleted_with=a), title="B")'),
        Command("destroy"),
    ),
}
