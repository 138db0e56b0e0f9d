"""A run on the terminal, in the manner of Pulumi's own display."""

import json
import threading
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from bim360_provider.testing.engine.results import Event, Failed, Message, Result, Started, Step
from bim360_provider.testing.engine.state import resource
from bim360_provider.testing.engine.state.property_path import parse

SIGNS: Final = {
    "create": ("+", "green"),
    "import": ("=", "green"),
    "update": ("~", "yellow"),
    "replace": ("+-", "magenta"),
    "create-replacement": ("++", "green"),
    "delete-replaced": ("--", "red"),
    "delete": ("-", "red"),
    "discard": ("<", "red"),
    "discard-replaced": ("<", "red"),
    "read": (">", "cyan"),
    "same": (" ", ""),
    "refresh": ("~", "cyan"),
}
_KINDS: Final = {"add": ("+", "green"), "delete": ("-", "red"), "update": ("~", "yellow")}
_SEVERITIES: Final = {"warning": "yellow", "error": "red"}

# Longer values are cut: a line of the terminal is for seeing what changed, not for reading it all.
MAX_VALUE: Final = 120


class Display:
    """Prints a run while it is going on, and a summary at its end."""

    def __init__(self, console: Console, *, dry_run: bool) -> None:
        self._console = console
        self._dry_run = dry_run
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Print an event; what is unchanged is only counted at the end."""
        with self._lock:
            if isinstance(event, Step):
                self._step(event)
            elif isinstance(event, Message):
                self._message(event)
            elif isinstance(event, Started):
                self._started(event)
            elif isinstance(event, Failed):
                self._line("!", "red", f"{_short(event.urn)} failed")

    def _started(self, event: Started) -> None:
        if not self._dry_run:
            sign, color = SIGNS[event.op]
            self._line(sign, color, f"{_short(event.urn)} {event.op} ...", dim=True)

    def _step(self, step: Step) -> None:
        if step.op == "same" or (step.op == "refresh" and not step.paths):
            return
        sign, color = SIGNS[step.op]
        took = "" if self._dry_run else f" ({step.seconds:.1f} s)"
        self._line(sign, color, f"{_short(step.urn)} {step.op}{took}")
        for path, kind in step.paths.items():
            sign, color = _KINDS[kind]
            self._line(f"    {sign}", color, f"{path}: {_change(step, path, kind)}")

    def _message(self, message: Message) -> None:
        color = _SEVERITIES.get(message.severity, "")
        label = "" if message.severity == "info" else f"{message.severity}: "
        about = f"{_short(message.urn)}: " if message.urn else ""
        for line in message.text.splitlines() or [""]:
            self._line(" ", color, f"{about}{label}{line}")

    def _line(self, sign: str, color: str, text: str, *, dim: bool = False) -> None:
        line = Text(f" {sign:<2} {text}", style=f"dim {color}" if dim else color)
        self._console.print(line, soft_wrap=True)

    def summary(self, result: Result) -> None:
        """Print outputs, counts and duration."""
        if result.outputs:
            self._console.print("\nOutputs:")
            width = max(map(len, result.outputs))
            for key, value in sorted(result.outputs.items()):
                self._console.print(Text(f"    {key:<{width}}: {_value(value)}"), soft_wrap=True)
        self._console.print("\nResources:")
        for line in _counts(result, dry_run=self._dry_run) or ["    nothing to do"]:
            self._console.print(Text(line))
        self._console.print(f"\nDuration: {result.seconds:.1f} s")


def _short(urn: str) -> str:
    """Name a resource the way people do: its type without the dynamic prefix, and its name."""
    if not urn.startswith("urn:"):
        return urn
    type_ = resource.type_of(urn).removeprefix(f"{resource.DYNAMIC_PACKAGE}:dynamic/")
    return f"{type_} {resource.name_of(urn)}"


def _change(step: Step, path: str, kind: str) -> str:
    old, new = _at(step.old, path), _at(step.new, path)
    if kind == "add":
        return _value(new)
    return _value(old) if kind == "delete" else f"{_value(old)} => {_value(new)}"


def _at(bag: dict[str, Any] | None, path: str) -> Any:
    """Return what a bag has at a property path; a secret hides all that is in it."""
    value: Any = bag
    for part in parse(path):
        if value == "[secret]":
            return value
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _value(value: Any) -> str:
    if value in ("[secret]", "[unknown]"):
        return str(value)
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MAX_VALUE else text[: MAX_VALUE - 1] + "…"


_WORDS: Final = {
    "create": ("to create", "created"),
    "import": ("to import", "imported"),
    "update": ("to update", "updated"),
    "replace": ("to replace", "replaced"),
    "delete": ("to delete", "deleted"),
    "discard": ("to discard", "discarded"),
}


def _counts(result: Result, *, dry_run: bool) -> list[str]:
    """Word the counts as Pulumi does: changes first, then how many stay as they are."""
    changes = result.changes
    lines = [
        f"    {SIGNS[op][0]} {changes[op]} {words[0 if dry_run else 1]}"
        for op, words in _WORDS.items()
        if op in changes
    ]
    return [*lines, f"    {changes['same']} unchanged"] if "same" in changes else lines
