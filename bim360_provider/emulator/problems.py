"""Pydantic's findings as one line that names the place."""

from collections.abc import Callable, Iterable

from pydantic import BaseModel, ValidationError

from bim360_provider.emulator.nearest import nearest

UNKNOWN_KEY = "extra_forbidden"


def first_problem(error: ValidationError, *models: type[BaseModel]) -> str:
    """Return ``accounts[0].region: "EU" is not ...`` for the first finding.

    Args:
        error: What pydantic found.
        models: The models whose field names are suggested for an unknown key.
    """
    findings = error.errors(include_input=False)
    # A misspelt key first: it is often why another one is missing.
    finding = next((each for each in findings if each["type"] == UNKNOWN_KEY), findings[0])
    place = _place(finding["loc"])
    if finding["type"] != UNKNOWN_KEY:
        return f"{place}: {finding['msg'].removeprefix('Value error, ')}"
    known = {name for model in models for name in model.model_fields}
    return f"{place}: there is no such key{nearest(str(finding['loc'][-1]), known)}"


def one_of(values: Iterable[str]) -> Callable[[str], str]:
    """Return a validator that lets only these values through and names them otherwise."""
    allowed = tuple(values)

    def check(given: str) -> str:
        if given not in allowed:
            msg = f'"{given}" is not one of {", ".join(allowed)}'
            raise ValueError(msg)
        return given

    return check


def _place(steps: Iterable[int | str]) -> str:
    parts = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps]
    return "".join(parts).lstrip(".") or "the document"
