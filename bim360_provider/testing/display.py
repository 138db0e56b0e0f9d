"""Shows a run on the terminal, similar to Pulumi's own display."""

import json
import threading
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from bim360_provider.testing.engine.results import (
    Event,
    Message,
    Result,
    Step,
    StepFailed,
    StepStarted,
)
from bim360_provider.testing.engine.state import resource
from bim360_provider.testing.engine.state.property_path import parse_path

OP_SIGNS: Final = {
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

_CHANGE_SIGNS: Final = {"add": ("+", "green"), "delete": ("-", "red"), "update": ("~", "yellow")}
_SEVERITY_COLORS: Final = {"warning": "yellow", "error": "red"}

# Longer values are truncated.
MAX_VALUE_LENGTH: Final = 120

_OP_LABELS: Final = {
    "create": ("to create", "created"),
    "import": ("to import", "imported"),
    "update": ("to update", "updated"),
    "replace": ("to replace", "replaced"),
    "delete": ("to delete", "deleted"),
    "discard": ("to discard", "discarded"),
}


class Display:
    """Prints the events of a run and a summary at its end."""

    def __init__(self, console: Console, *, dry_run: bool) -> None:
        self._console = console
        self._dry_run = dry_run
        self._lock = threading.Lock()

    def __call__(self, event: Event) -> None:
        """Print an event; unchanged resources are only counted in the summary."""
        with self._lock:
            if isinstance(event, Step):
                self._print_step(event)
            elif isinstance(event, Message):
                self._print_message(event)
            elif isinstance(event, StepStarted):
                self._print_start(event)
            elif isinstance(event, StepFailed):
                self._print_line("!", "red", f"{_shorten_urn(event.urn)} failed")

    def _print_start(self, event: StepStarted) -> None:
        if not self._dry_run:
            sign, color = OP_SIGNS[event.op]
            self._print_line(sign, color, f"{_shorten_urn(event.urn)} {event.op} ...", dim=True)

    def _print_step(self, step: Step) -> None:
        if step.op == "same" or (step.op == "refresh" and not step.paths):
            return
        sign, color = OP_SIGNS[step.op]
        duration = "" if self._dry_run else f" ({step.seconds:.1f} s)"
        self._print_line(sign, color, f"{_shorten_urn(step.urn)} {step.op}{duration}")
        for path, kind in step.paths.items():
            sign, color = _CHANGE_SIGNS[kind]
            self._print_line(f"    {sign}", color, f"{path}: {_format_change(step, path, kind)}")

    def _print_message(self, message: Message) -> None:
        color = _SEVERITY_COLORS.get(message.severity, "")
        label = "" if message.severity == "info" else f"{message.severity}: "
        subject = f"{_shorten_urn(message.urn)}: " if message.urn else ""
        for line in message.text.splitlines() or [""]:
            self._print_line(" ", color, f"{subject}{label}{line}")

    def _print_line(self, sign: str, color: str, text: str, *, dim: bool = False) -> None:
        line = Text(f" {sign:<2} {text}", style=f"dim {color}" if dim else color)
        self._console.print(line, soft_wrap=True)

    def print_summary(self, result: Result) -> None:
        """Print outputs, counts and duration."""
        if result.outputs:
            self._console.print("\nOutputs:")
            width = max(map(len, result.outputs))
            for key, value in sorted(result.outputs.items()):
                self._console.print(
                    Text(f"    {key:<{width}}: {_format_value(value)}"), soft_wrap=True
                )
        self._console.print("\nResources:")
        for line in _format_counts(result, dry_run=self._dry_run) or ["    no resources"]:
            self._console.print(Text(line))
        self._console.print(f"\nDuration: {result.seconds:.1f} s")


def _shorten_urn(urn: str) -> str:
    """Return type and name of a resource, without the prefix of dynamic resources."""
    if not urn.startswith("urn:"):
        return urn
    type_ = resource.get_type(urn).removeprefix(f"{resource.DYNAMIC_PACKAGE}:dynamic/")
    return f"{type_} {resource.get_name(urn)}"


def _format_change(step: Step, path: str, kind: str) -> str:
    old, new = _get_value(step.old, path), _get_value(step.new, path)
    if kind == "add":
        return _format_value(new)
    return (
        _format_value(old) if kind == "delete" else f"{_format_value(old)} => {_format_value(new)}"
    )


def _get_value(bag: dict[str, Any] | None, path: str) -> Any:
    """Return the value at a property path; a secret hides the values in it."""
    value: Any = bag
    for part in parse_path(path):
        if value == "[secret]":
            return value
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return None
    return value


def _format_value(value: Any) -> str:
    if value in ("[secret]", "[unknown]"):
        return str(value)
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= MAX_VALUE_LENGTH else text[: MAX_VALUE_LENGTH - 1] + "…"


def _format_counts(result: Result, *, dry_run: bool) -> list[str]:
    """Return the counts as text, in Pulumi's order: changes first, then unchanged resources."""
    changes = result.changes
    lines = [
        f"    {OP_SIGNS[op][0]} {changes[op]} {labels[0 if dry_run else 1]}"
        for op, labels in _OP_LABELS.items()
        if op in changes
    ]
    return [*lines, f"    {changes['same']} unchanged"] if "same" in changes else lines
